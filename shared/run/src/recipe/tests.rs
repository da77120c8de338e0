use tunedrop_validation::{Catalogue, Customization};

use super::{LaunchDefault, LaunchMode, LogScope, Recipe, RecipeScope, read_recipe};

fn read(text: &str) -> (Recipe, Vec<String>) {
    let (recipe, findings) = read_recipe(text.as_bytes(), "job.yaml", &RecipeScope::default(), Catalogue::embedded());
    let show = |finding: &tunedrop_validation::Finding| {
        let place =
            finding.line.map_or(String::new(), |line| format!("{line}:{} ", finding.column.unwrap_or_default()));
        format!("{place}{} {}", finding.code.as_str(), finding.help)
    };
    (recipe, findings.kept.iter().map(show).collect())
}

#[track_caller]
fn faults(text: &str, wanted: &[&str]) {
    let (_, found) = read(text);
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!(found.starts_with(wanted), "{found} does not start with {wanted}");
    }
}

#[test]
fn the_whole_recipe_is_understood() {
    let text = "base_model: nova-lite\ncustomization: fine-tuning\ntrain: data/train.jsonl\nvalidation: v.jsonl\nhyperparameters: { epochCount: 2, learningRate: 0.00001 }\nmodel_name: support_bot-1\ntags: { team: support }\nguard: { max_tokens: 5_000_000, max_cost_usd: 40 }\nprice_per_1k_tokens: 0.001\nquotas: { records: 20000 }\nlaunch: manual\nstrict: true\nattempt: 2\nnotify: [ada@example.com]\n";
    let (recipe, found) = read(text);
    assert_eq!(found, [""; 0]);
    assert_eq!(recipe.files(), [("train", "data/train.jsonl"), ("validation", "v.jsonl")]);
    assert_eq!(recipe.hyperparameters["learningRate"], "0.00001", "numbers keep their literal text");
    assert_eq!((recipe.launch, recipe.strict, recipe.attempt), (Some(LaunchMode::Manual), true, 2));
    assert_eq!((recipe.guard.max_tokens, recipe.guard.max_cost_usd), (Some(5_000_000), Some(40.0)));
}

#[test]
fn json_is_read_too() {
    let (recipe, found) = read("{\n  \"base_model\": \"nova-pro\",\n  \"hyperparameters\": {\"epochCount\": 3}\n}\n");
    assert_eq!(found, [""; 0]);
    assert_eq!(recipe.hyperparameters["epochCount"], "3");
}

#[test]
fn slips_name_the_nearest_key_and_the_place() {
    faults("base_modle: nova-lite\n", &["1:1 recipe-unknown-key did you mean `base_model`?", "recipe-missing-key"]);
    faults("base_model: nova-lite\nhyperparameters:\n  epochCuont: 2\n", &["3:15 unknown-hyperparameter"]);
    faults("base_model: nova-lite\nguard:\n  max_token: 2\n", &["3:3 recipe-unknown-key did you mean `max_tokens`?"]);
    faults("base_model: nova-lite\ncolour: red\n", &["2:1 recipe-unknown-key the keys here are"]);
}

/// What was uploaded as a recipe may be data.
#[test]
fn no_message_names_a_key_that_is_a_text() {
    let text = "{\"Ada Lovelace lives at 12 High Street\": 1, \"Ada Lovelace lives at 12 High Street\": 2}\n";
    let (_, findings) = read_recipe(text.as_bytes(), "job.json", Some("nova-lite"), Catalogue::embedded());
    assert!(findings.errors >= 1);
    for finding in findings.kept {
        assert!(!finding.message.contains("Ada") && !finding.help.contains("Ada"), "{finding:?}");
    }
}

#[test]
fn all_faults_are_found_at_once() {
    faults(
        "base_model: nova-lite\nstrict: maybe\nattempt: 0\nlaunch: later\ntrain: [a]\nnotify: ada\n",
        &[
            "2:9 recipe-wrong-type",
            "3:10 recipe-wrong-type",
            "4:9 recipe-wrong-type",
            "5:8 recipe-wrong-type",
            "6:9 recipe-wrong-type",
        ],
    );
}

#[test]
fn what_is_not_a_recipe_is_said_to_be_none() {
    faults("", &["recipe-missing-key"]);
    faults("- a\n- b\n", &["1:1 recipe-wrong-type", "recipe-missing-key"]);
    faults("base_model: [nova\n", &["1:13 recipe-syntax", "recipe-missing-key"]);
    faults("base_model: &x nova-lite\nlike: *x\n", &["1:16 recipe-syntax", "recipe-missing-key"]);
    faults("base_model: nova-lite\nbase_model: nova-pro\n", &["2:1 recipe-invalid-value"]);
    let (_, found) = read_recipe(b"base_model: \xff\n", "job.yaml", &RecipeScope::default(), Catalogue::embedded());
    assert_eq!((found.kept[0].line, found.kept[0].column), (Some(1), Some(13)));
    let (_, found) = read_recipe(&vec![b' '; 100_000], "job.yaml", &RecipeScope::default(), Catalogue::embedded());
    assert_eq!(found.kept[0].code.as_str(), "recipe-too-large");
}

#[test]
fn models_are_known_by_alias_identifier_and_arn() {
    for name in [
        "nova-lite",
        "amazon.nova-lite-v1:0:300k",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k",
    ] {
        faults(&format!("base_model: {name}\n"), &[]);
    }
    faults("base_model: nova-light\n", &["1:13 recipe-unknown-model did you mean `nova-lite`?"]);
    faults(
        "base_model: arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl\n",
        &[],
    );
    faults(
        "base_model: arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl\nlike: nova-lite\n",
        &[],
    );
    faults("base_model: nova-lite\ncustomization: continued-pre-training\n", &["2:16 unsupported-customization"]);
}

#[test]
fn files_stay_in_the_datasets_folder() {
    for name in ["../a.jsonl", "/a.jsonl", "s3://b/a.jsonl", "a//b.jsonl"] {
        faults(&format!("base_model: nova-lite\ntrain: {name}\n"), &["2:8 recipe-invalid-value write only its name"]);
    }
    // S3 takes keys of 1,024 bytes: `datasets/`, a dataset of 40 characters and a slash leave 974.
    let long = |bytes: usize| format!("base_model: nova-lite\ntrain: {}.jsonl\n", "x".repeat(bytes - 6));
    faults(&long(975), &["2:8 recipe-invalid-value shorten it to 974 bytes or less"]);
    faults(&long(974), &[]);
    faults("base_model: nova-lite\ntrain: a.json\n", &["2:8 recipe-invalid-value name it train.jsonl"]);
    faults("base_model: nova-lite\nvalidation: train.jsonl\n", &["2:13 recipe-invalid-value split"]);
}

#[test]
fn each_customization_says_what_it_needs() {
    faults("base_model: nova-lite\ncustomization: distillation\n", &["2:16 recipe-missing-key add `distillation"]);
    faults(
        "base_model: nova-lite\ncustomization: distillation\ndistillation: { teacher: nova-pro, max_response_length: 1000 }\n",
        &[],
    );
    faults(
        "base_model: nova-2-lite\ncustomization: reinforcement-fine-tuning\nreinforcement: { grader: nobody }\n",
        &["3:26 recipe-invalid-value write it as arn:aws:lambda"],
    );
    faults(
        "base_model: nova-2-lite\ncustomization: reinforcement-fine-tuning\nreinforcement: { grader: 'arn:aws:lambda:us-east-1:111122223333:function:grade' }\n",
        &[],
    );
    let (recipe, found) = read(
        "base_model: nova-lite\ncustomization: distillation\ndistillation: { teacher: nova-pro }\ninvocation_logs: { prefix: 's3://logs/a', use_responses: true }\n",
    );
    assert_eq!((found, recipe.train), (vec![], None));
    assert_eq!(recipe.customization, Customization::Distillation);
}

/// A custom model of `account` in `region`, trained from `base`.
fn arn(region: &str, account: &str, base: &str) -> String {
    format!("arn:aws:bedrock:{region}:{account}:custom-model/{base}/abcdefghijkl")
}

const LITE: &str = "amazon.nova-lite-v1:0:300k";

#[test]
fn rejects_like_that_contradicts_the_arn() {
    let pro = arn("us-east-1", "111122223333", "amazon.nova-pro-v1:0:300k");
    for (like, fault) in [
        ("nova-micro", Some("2:7 recipe-invalid-value remove it, or write `like: nova-pro`")),
        ("nova-lite", Some("2:7 recipe-invalid-value")),
        ("nova-prp", Some("2:7 recipe-invalid-value")),
        ("nova-pro", None),
        ("amazon.nova-pro-v1:0", None),
        ("Nova Pro", None),
    ] {
        let text = format!("base_model: {pro}\nlike: {like}\n");
        faults(&text, fault.as_slice());
        let (recipe, _) = read(&text);
        let model = recipe.model(Catalogue::embedded()).map(|model| model.alias.as_str());
        assert_eq!(model, Some("nova-pro"), "`like: {like}` changes which model's rules hold");
    }
    faults("base_model: nova-lite\nlike: nova-lite\n", &["2:7 recipe-invalid-value remove it"]);
}

#[test]
fn rejects_arns_that_no_job_can_start_from() {
    for written in [
        "arn:aws:bedrock:us-east-1:111122223333:imported-model/abcdefghijkl",
        "arn:aws:bedrock:us-east-1:111122223333:custom-model/imported/abcdefghijkl",
        "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abcdefghijkl",
        "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-east-1:111122223333:custom-model/nova-lite/abcdefghijkl",
    ] {
        faults(&format!("base_model: {written}\n"), &["1:13 recipe-invalid-value"]);
        faults(&format!("base_model: {written}\nlike: nova-lite\n"), &["1:13 recipe-invalid-value"]);
    }
    let unknown = arn("us-east-1", "111122223333", "amazon.nova-nine-v1:0");
    faults(&format!("base_model: {unknown}\nlike: nova-lite\n"), &["1:13 recipe-unknown-model choose a custom model"]);
}

fn scoped(text: &str, scope: &RecipeScope) -> Vec<String> {
    let (_, findings) = read_recipe(text.as_bytes(), "job.yaml", scope, Catalogue::embedded());
    findings.kept.iter().map(|finding| format!("{} {}", finding.pointer, finding.message)).collect()
}

#[test]
fn rejects_custom_models_of_another_account_or_region() {
    let some = |text: &str| Some(text.to_owned());
    let scope = RecipeScope { region: some("us-east-1"), account: some("111122223333"), ..RecipeScope::default() };
    for (region, account, words) in [
        ("us-east-1", "111122223333", None),
        ("us-east-1", "444455556666", Some("another account")),
        ("us-west-2", "111122223333", Some("another Region")),
    ] {
        let text = format!("base_model: {}\n", arn(region, account, LITE));
        let found = scoped(&text, &scope);
        assert_eq!(found.len(), words.iter().len(), "{found:?}");
        assert!(words.is_none_or(|words| found[0].contains(words)), "{found:?}");
        assert_eq!(scoped(&text, &RecipeScope::default()), [""; 0], "without a stack only the form is known");
    }
}

#[test]
fn rejects_a_teacher_that_bedrock_does_not_pair_with_the_student() {
    for (teacher, fits) in [
        ("nova-pro", true),
        ("amazon.nova-pro-v1:0", true),
        ("amazon.nova-pro-v1:0:300k", true),
        ("us.amazon.nova-pro-v1:0", true),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", true),
        ("arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-pro-v1:0", true),
        ("nova-lite", false),
        ("amazon.nova-premier-v1:0", false),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", false),
        ("arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/amazon.nova-pro-v1:0", false),
        ("arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-pro-v1:0", false),
    ] {
        let text =
            format!("base_model: nova-micro\ncustomization: distillation\ndistillation: {{ teacher: '{teacher}' }}\n");
        let wanted: &[&str] = if fits { &[] } else { &["3:26 recipe-invalid-value use one of amazon.nova-pro-v1:0"] };
        faults(&text, wanted);
    }
    let text = "base_model: nova-micro\ncustomization: distillation\ndistillation: { teacher: 'arn:aws:bedrock:us-east-1:444455556666:inference-profile/us.amazon.nova-pro-v1:0' }\n";
    let scope = RecipeScope { account: Some("111122223333".to_owned()), ..RecipeScope::default() };
    assert_eq!(scoped(text, &scope).len(), 1);
}

#[test]
fn rejects_a_price_of_zero() {
    for price in ["0", "0.0", "-1", "-0", "NaN", "nan", ".nan", "inf", "-inf", "1e-999", "'0.5'", "free"] {
        let text = format!("base_model: nova-lite\nprice_per_1k_tokens: {price}\n");
        faults(&text, &["2:22 recipe-wrong-type write a price above 0"]);
        assert_eq!(read(&text).0.price_per_1k_tokens, None);
    }
    faults("base_model: nova-lite\nprice_per_1k_tokens: 0.00001\n", &[]);
}

#[test]
fn rejects_tags_that_are_reserved_or_hold_control_characters() {
    for (key, value, fits) in [
        ("team", "support", true),
        ("cost center", "a b", true),
        ("AWS:x", "y", false),
        ("tunedrop:stack", "y", false),
        ("Tunedrop:stack", "y", false),
        ("TUNEDROP", "y", false),
        ("tunedrop-team", "y", false),
        ("team", "a\\nb", false),
        ("team", "a\\tb", false),
        ("te\\nam", "b", false),
        ("team", "caf\u{e9}", false),
    ] {
        let text = format!("{{\"base_model\": \"nova-lite\", \"tags\": {{\"{key}\": \"{value}\"}}}}");
        assert_eq!(read(&text).1.is_empty(), fits, "{text}");
    }
}

#[test]
fn rejects_tag_keys_that_the_stack_does_not_allow() {
    let scope = RecipeScope { tag_keys: vec!["owner".to_owned(), "cost".to_owned()], ..RecipeScope::default() };
    let tags = |tags: &str| scoped(&format!("base_model: nova-lite\ntags: {{ {tags} }}\n"), &scope);
    assert_eq!(tags("owner: ada, cost: '7'"), [""; 0]);
    assert_eq!(tags("owner: ada, team: other"), ["/tags/team this stack doesn't take tags with that key"]);
    assert_eq!(tags("Owner: ada").len(), 1);
}

#[test]
fn rejects_invocation_logs_outside_the_stacks_prefix() {
    let logs = |prefix: &str, logs: LogScope| {
        let text = format!(
            "base_model: nova-micro\ncustomization: distillation\ndistillation: {{ teacher: nova-pro }}\ninvocation_logs: {{ prefix: '{prefix}' }}\n"
        );
        scoped(&text, &RecipeScope { logs, ..RecipeScope::default() })
    };
    let below = || LogScope::Below("s3://logs/team-a/".to_owned());
    assert_eq!(logs("s3://logs/team-a/june/", below()), [""; 0]);
    assert_eq!(logs("s3://logs/team-b/", below()).len(), 1);
    assert_eq!(logs("s3://logs/team-a/", LogScope::Nowhere).len(), 1);
    assert_eq!(logs("s3://logs/team-a/", LogScope::Unknown), [""; 0]);
}

#[test]
fn only_the_stack_decides_under_always() {
    use LaunchDefault::{Always, Auto, Manual};
    let asked = [None, Some(LaunchMode::Auto), Some(LaunchMode::Manual)];
    for (default, holds) in [(Auto, [false, false, true]), (Manual, [true, false, true]), (Always, [true; 3])] {
        assert_eq!(asked.map(|asked| default.holds(asked)), holds, "{default:?}");
    }
    assert_eq!([Auto, Manual, Always].map(|default| default.retried() == crate::State::Held), [false, false, true]);
    assert_eq!(["auto", "manual", "always"].map(LaunchDefault::parse), [Some(Auto), Some(Manual), Some(Always)]);
    assert_eq!(LaunchDefault::parse("Always"), None);
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}", bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        read_recipe(text.as_bytes(), "job.yaml", &RecipeScope::default(), Catalogue::embedded());
        read_recipe(&bytes, "job.yaml", &RecipeScope::default(), Catalogue::embedded());
    }
}
