use std::collections::BTreeMap;

use super::{Template, Values};

const TEXT: &str = r#"{
  "Metadata": {"Tunedrop": {"Version": "1.2.3"}},
  "Parameters": {
    "ArtifactBucket": {"Type": "String", "AllowedPattern": "^[a-z]+$"},
    "ArtifactPrefix": {"Type": "String", "Default": ""},
    "Architecture": {"Type": "String", "Default": "arm64", "AllowedValues": ["arm64", "x86_64"]},
    "Email": {"Type": "String", "Default": "", "AllowedPattern": "^$|^[^@\\s]+@[^@\\s]+$", "ConstraintDescription": "An e-mail address, or nothing"},
    "LogRetentionDays": {"Type": "Number", "Default": 30, "AllowedValues": [1, 30]},
    "SettleSeconds": {"Type": "Number", "Default": 300, "MinValue": 0, "MaxValue": 600},
    "RolePath": {"Type": "String", "Default": "/", "MaxLength": 4, "AllowedPattern": "^/([a-z]+/)*$"},
    "Required": {"Type": "String"}
  }
}"#;

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn problems(given: &[(&str, &str)], before: &[(&str, &str)]) -> String {
    let template = Template::read(TEXT.as_bytes()).expect("a template");
    template.problems(&Values { given: &map(given), before: &map(before) }).join("\n")
}

#[test]
fn unknown_names_have_a_near_miss() {
    insta::assert_snapshot!(problems(&[("Emails", "a@b"), ("settle_seconds", "1"), ("Banana", "1"), ("ArtifactBucket", "b"), ("Required", "x")], &[]), @r"
    ArtifactBucket is set by this command; choose the bucket with --artifact-bucket
    the template has no parameter Banana; docs/parameters.md lists them
    the template has no parameter Emails; did you mean Email?
    the template has no parameter settle_seconds; did you mean SettleSeconds?
    ");
}

#[test]
fn values_are_checked_before_any_call() {
    let given = [
        ("Architecture", "arm"),
        ("Email", "nobody"),
        ("LogRetentionDays", "31"),
        ("SettleSeconds", "601"),
        ("RolePath", "/teams/"),
    ];
    insta::assert_snapshot!(problems(&given, &[]), @r"
    Architecture=arm is not allowed: allowed are arm64, x86_64
    Email=nobody is not allowed: expected an e-mail address, or nothing
    LogRetentionDays=31 is not allowed: allowed are 1, 30
    the parameter Required is required
    RolePath=/teams/ is not allowed: expected at most 4 characters
    SettleSeconds=601 is not allowed: expected 0 to 600
    ");
    insta::assert_snapshot!(problems(&[("SettleSeconds", "soon"), ("RolePath", "x"), ("Required", "")], &[]), @r"
    RolePath=x is not allowed: it must match ^/([a-z]+/)*$
    SettleSeconds=soon is not allowed: expected a number
    ");
}

#[test]
fn a_value_that_a_newer_template_refuses_is_found() {
    let before = [("Required", "x"), ("SettleSeconds", "900"), ("Removed", "y")];
    insta::assert_snapshot!(problems(&[], &before), @"the stack has SettleSeconds=900, which this version doesn't allow: expected 0 to 600. Set --parameter SettleSeconds=…");
    assert_eq!(problems(&[("SettleSeconds", "60")], &before), "");
}

#[test]
fn parameters_keep_their_values_unless_given() {
    let template = Template::read(TEXT.as_bytes()).expect("a template");
    let (given, before) = (map(&[("Email", "a@b")]), map(&[("Email", ""), ("Required", "x"), ("Removed", "y")]));
    let values = Values { given: &given, before: &before };
    let sent = template.to_send(&values);
    assert_eq!(sent, [("Email".to_owned(), Some("a@b".to_owned())), ("Required".to_owned(), None)]);
    assert_eq!(template.value("Email", &values), Some("a@b"));
    assert_eq!(template.value("Required", &values), Some("x"));
    assert_eq!(template.value("Architecture", &values), Some("arm64"));
    assert_eq!(template.version.as_deref(), Some("1.2.3"));
}

/// The engine must know the patterns of the real template, or their check would be left out without a word.
#[test]
fn the_patterns_of_the_template_are_known() {
    let text = include_str!("../../../../template.yaml");
    let mut patterns = 0;
    for line in text.lines().filter_map(|line| line.trim().strip_prefix("AllowedPattern: ")) {
        patterns += 1;
        assert!(regex_lite::Regex::new(&format!("^(?:{line})$")).is_ok(), "{line}");
    }
    assert!(patterns > 15, "only {patterns} patterns were found");
}
