//! What a recipe can't change in a stack.

use tunedrop_validation::Catalogue;

use super::super::{LaunchDefault, LaunchMode, LogScope, RecipeScope, read_recipe};
use super::{faults, read};

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
    assert_eq!(tags("owner: ada, team: other"), ["/tags/team this stack doesn't allow this tag key"]);
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
    use LaunchDefault::{AlwaysManual, Auto, Manual};
    let asked = [None, Some(LaunchMode::Auto), Some(LaunchMode::Manual)];
    for (default, holds) in [(Auto, [false, false, true]), (Manual, [true, false, true]), (AlwaysManual, [true; 3])] {
        assert_eq!(asked.map(|asked| default.holds(asked)), holds, "{default:?}");
    }
    assert_eq!(
        [Auto, Manual, AlwaysManual].map(|default| default.retried() == crate::State::Held),
        [false, false, true]
    );
    assert_eq!(
        ["auto", "manual", "always-manual"].map(LaunchDefault::parse),
        [Some(Auto), Some(Manual), Some(AlwaysManual)]
    );
    assert_eq!(LaunchDefault::parse("always"), None);
}
