//! Deployments on provisioned throughput.

use tunedrop_validation::Catalogue;

use super::super::{RecipeScope, read_recipe};
use super::{faults, read};
use crate::Capacity;

fn deploy(model: &str, section: &str) -> String {
    format!("base_model: {model}\ndeploy: {section}\n")
}

#[test]
fn type_and_units_are_read() {
    for (section, expected) in [
        ("{}", Capacity::OnDemand),
        ("{ type: on-demand }", Capacity::OnDemand),
        ("{ type: provisioned, expires_after: 8h }", Capacity::Provisioned { model_units: 1 }),
        ("{ model_units: 2, type: provisioned, expires_after: 8h }", Capacity::Provisioned { model_units: 2 }),
    ] {
        let (recipe, found) = read(&deploy("nova-lite", section));
        assert_eq!((recipe.deploy.map(|plan| plan.capacity), found), (Some(expected), vec![]), "{section}");
    }
}

#[test]
fn throughput_that_has_no_end_or_no_type_is_rejected() {
    for (section, wanted) in [
        ("{ type: provisioned }", "2:9 recipe-missing-key add a time such as `expires_after: 8h`"),
        ("{ type: provisioned, expires_after: 8 }", "2:45 recipe-invalid-value write a number and h or d"),
        ("{ model_units: 2 }", "2:24 recipe-invalid-value remove it, or write `type: provisioned`"),
        ("{ type: on-demand, model_units: 2 }", "2:41 recipe-invalid-value remove it, or write `type: provisioned`"),
        ("{ type: reserved }", "2:17 recipe-wrong-type write on-demand or provisioned"),
        ("{ type: provisioned, expires_after: 8h, model_units: 0 }", "2:62 recipe-wrong-type"),
        (
            "{ type: provisioned, expires_after: 8h, model_units: 2_147_483_648 }",
            "2:62 recipe-invalid-value write a number from 1",
        ),
        ("{ type: provisioned, expires_after: 8h, commitment: 1m }", "2:49 recipe-unknown-key"),
    ] {
        faults(&deploy("nova-lite", section), &[wanted]);
    }
}

#[test]
fn models_without_throughput_are_rejected() {
    let section = "{ type: provisioned, expires_after: 8h }";
    for model in ["nova-micro", "llama-3-1-8b"] {
        faults(&deploy(model, section), &[]);
    }
    faults(&deploy("llama-3-3-70b", section), &["2:17 recipe-invalid-value write `type: on-demand`"]);
    let scoped = |model: &str, region: &str, section: &str| {
        let scope = RecipeScope { region: Some(region.to_owned()), ..RecipeScope::default() };
        let (_, found) = read_recipe(deploy(model, section).as_bytes(), "job.yaml", &scope, Catalogue::embedded());
        found.kept.into_iter().map(|finding| format!("{} {}", finding.message, finding.help)).collect::<Vec<_>>()
    };
    let elsewhere = scoped("nova-lite", "us-west-2", section);
    assert!(
        elsewhere[0].contains("in us-east-1 only, and this stack is in us-west-2 remove `deploy`"),
        "{elsewhere:?}"
    );
    let on_demand = scoped("llama-3-1-8b", "us-west-2", "{}");
    assert!(on_demand[0].contains("or deploy it with `type: provisioned`"), "{on_demand:?}");
    let on_demand = scoped("llama-3-1-8b", "us-east-1", "{}");
    assert!(!on_demand[0].contains("provisioned"), "there is none in this Region: {on_demand:?}");
}

/// A stack may know models that this version doesn't.
#[test]
fn model_of_the_stacks_own_catalogue_gives_a_warning() {
    let own =
        include_str!("../../../../validation/src/models.toml").replace("amazon.nova-lite-v1:0", "amazon.nova-9-v1:0");
    let own = Catalogue::parse(&own).expect("a catalogue");
    let text = deploy("nova-lite", "{ type: provisioned, expires_after: 8h }");
    let (recipe, found) = read_recipe(text.as_bytes(), "job.yaml", &RecipeScope::default(), &own);
    assert_eq!((found.errors, found.warnings), (0, 1), "{found:?}");
    assert_eq!(found.kept[0].code.as_str(), "unlisted-throughput");
    assert!(recipe.deploy.is_some_and(|plan| plan.capacity.is_provisioned()));
}

#[test]
fn stack_limits_model_units_before_training() {
    let found = |units: u32, most: u32| {
        let text = deploy("nova-lite", &format!("{{ type: provisioned, model_units: {units}, expires_after: 8h }}"));
        let scope = RecipeScope { max_model_units: Some(most), ..RecipeScope::default() };
        let (_, found) = read_recipe(text.as_bytes(), "job.yaml", &scope, Catalogue::embedded());
        found.kept.into_iter().map(|finding| format!("{} {}", finding.pointer, finding.message)).collect::<Vec<_>>()
    };
    assert_eq!(found(2, 2), [""; 0]);
    assert!(found(3, 2)[0].starts_with("/deploy/type this stack allows at most 2 model units"), "{:?}", found(3, 2));
    assert!(found(1, 0)[0].contains("its parameter MaxModelUnits is 0"), "{:?}", found(1, 0));
}
