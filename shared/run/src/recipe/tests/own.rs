//! A recipe that continues from a run or a deployment of its stack.

use tunedrop_validation::Catalogue;

use super::super::{RecipeScope, own_base, read_recipe};
use super::{faults, read};
use crate::{OwnBaseFault, OwnLookup, OwnModel};

const RUN: &str = "base_model: run:bot-0123456789ab\n";

fn found(base: &str) -> RecipeScope {
    let model_arn = format!("arn:aws:bedrock:us-east-1:111122223333:custom-model/{base}/abcdefghijkl");
    let own_base = OwnLookup::Found(OwnModel { run_id: "bot-0123456789ab".parse().unwrap(), model_arn });
    let (region, account) = (Some("us-east-1".to_owned()), Some("111122223333".to_owned()));
    RecipeScope { own_base, region, account, ..RecipeScope::default() }
}

fn scoped(text: &str, scope: &RecipeScope) -> Vec<String> {
    let (_, findings) = read_recipe(text.as_bytes(), "job.yaml", scope, Catalogue::embedded());
    let show = |finding: &tunedrop_validation::Finding| {
        format!("{} {} {}", finding.pointer, finding.code.as_str(), finding.message)
    };
    findings.kept.iter().map(show).collect()
}

#[test]
fn without_a_ledger_the_form_is_accepted_and_like_names_the_rules() {
    for base in ["run:bot-0123456789ab", "deployed:bot"] {
        let (recipe, found) = read(&format!("base_model: {base}\n"));
        assert_eq!(found, [""; 0], "{base}");
        assert_eq!(recipe.base_model.as_deref(), Some(base), "the words of the recipe");
        assert!(recipe.model(Catalogue::embedded()).is_none() && recipe.custom_base().is_none());
        assert_eq!(recipe.base_model_identifier(Catalogue::embedded()), None);

        let (recipe, found) = read(&format!("base_model: {base}\nlike: nova-micro\n"));
        assert_eq!(found, [""; 0], "{base}");
        assert_eq!(recipe.model(Catalogue::embedded()).map(|model| model.alias.as_str()), Some("nova-micro"));
        assert_eq!(recipe.base_model_identifier(Catalogue::embedded()), None, "`like` is not what is trained");
    }
    let with = |more: &str| format!("{RUN}like: nova-micro\n{more}");
    faults(&with("hyperparameters: { epochCount: 99 }\n"), &["3:32 hyperparameter-out-of-range"]);
    faults(&with("deploy: {}\n"), &[]);
    faults(&format!("{RUN}like: titan-text-express\ndeploy: {{}}\n"), &["3:9 recipe-invalid-value remove `deploy`"]);
    faults(&format!("{RUN}like: nova-lihgt\n"), &["2:7 recipe-unknown-model write the base model"]);
}

#[test]
fn malformed_forms_are_findings() {
    for base in ["'run:'", "run:bot", "'run: bot-0123456789ab'", "'deployed:'", "deployed:a_b", "deploy:bot"] {
        faults(&format!("base_model: {base}\n"), &["1:13 recipe-unusable-base"]);
        faults(&format!("base_model: {base}\nlike: nova-lite\n"), &["1:13 recipe-unusable-base"]);
    }
}

#[test]
fn what_the_ledger_says_replaces_the_words() {
    let scope = found("amazon.nova-pro-v1:0:300k");
    let (recipe, findings) = read_recipe(RUN.as_bytes(), "job.yaml", &scope, Catalogue::embedded());
    assert_eq!(findings.kept, [], "{findings:?}");
    assert_eq!(recipe.model(Catalogue::embedded()).map(|model| model.alias.as_str()), Some("nova-pro"));
    let identifier = recipe.base_model_identifier(Catalogue::embedded());
    assert_eq!(identifier.as_deref(), recipe.own_model.as_ref().map(|own| own.model_arn.as_str()));
    assert_eq!(recipe.base_model.as_deref(), Some("run:bot-0123456789ab"));

    let contradiction = scoped(&format!("{RUN}like: nova-micro\n"), &scope);
    assert_eq!(contradiction.len(), 1, "{contradiction:?}");
    assert!(contradiction[0].starts_with("/like recipe-invalid-value"), "{contradiction:?}");
    let elsewhere = RecipeScope { account: Some("444455556666".to_owned()), ..scope.clone() };
    assert!(scoped(RUN, &elsewhere)[0].contains("another account"));
    // Another recipe doesn't take the model.
    let (other, _) = read_recipe(b"base_model: nova-lite\n", "job.yaml", &scope, Catalogue::embedded());
    assert_eq!((other.own_model, other.base_model.as_deref()), (None, Some("nova-lite")));
}

#[test]
fn fault_of_the_ledger_is_a_finding_at_the_key() {
    let fault = OwnBaseFault { message: "run x is Failed".to_owned(), help: "name another".to_owned() };
    let scope = RecipeScope { own_base: OwnLookup::Fault(fault), ..RecipeScope::default() };
    let text = format!("{RUN}like: nova-lite\n");
    assert_eq!(scoped(&text, &scope), ["/base_model recipe-unusable-base run x is Failed"]);
    let (recipe, findings) = read_recipe(RUN.as_bytes(), "job.yaml", &scope, Catalogue::embedded());
    assert_eq!((findings.kept[0].line, findings.kept[0].column), (Some(1), Some(13)));
    assert_eq!(recipe.base_model_identifier(Catalogue::embedded()), None, "nothing to train");
}

#[test]
fn custom_model_can_only_be_fine_tuned() {
    let arn = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-2-lite-v1:0:256k/abcdefghijkl";
    let grader = "arn:aws:lambda:us-east-1:111122223333:function:grader";
    for base in [arn, "run:bot-0123456789ab", "deployed:bot"] {
        let text = format!(
            "base_model: {base}\ncustomization: reinforcement-fine-tuning\nreinforcement: {{ grader: '{grader}' }}\n"
        );
        faults(&text, &["2:16 unsupported-customization use fine-tuning"]);
        faults(&format!("base_model: {base}\ncustomization: fine-tuning\n"), &[]);
    }
}

#[test]
fn returns_what_to_look_up() {
    let look_up = |text: &str, scope: &RecipeScope| own_base(text.as_bytes(), scope).map(|base| base.to_string());
    let scope = RecipeScope::default();
    assert_eq!(look_up(RUN, &scope).as_deref(), Some("run:bot-0123456789ab"));
    assert_eq!(look_up("{\"base_model\": \"deployed:bot\"}", &scope).as_deref(), Some("deployed:bot"));
    for none in ["base_model: nova-lite\n", "base_model: run:\n", "train: t.jsonl\n", "base_model: [", ""] {
        assert_eq!(look_up(none, &scope), None, "{none}");
    }
    let default = RecipeScope { default_model: Some("deployed:bot".to_owned()), ..RecipeScope::default() };
    assert_eq!(look_up("train: t.jsonl\n", &default).as_deref(), Some("deployed:bot"));
}
