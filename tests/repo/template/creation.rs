//! A stack can be created again after a failed creation or a deletion, and next to other stacks of its account.

use serde_json::Value;

use super::{many, named, properties, resource, statements, template, text};

/// The properties that give a resource its name in the account. Without one, CloudFormation generates a name, a new one
/// each time.
const NAMES: [&str; 13] = [
    "AlarmName",
    "BucketName",
    "DashboardName",
    "FunctionName",
    "GroupName",
    "LogGroupName",
    "ManagedPolicyName",
    "Name",
    "QueueName",
    "RoleName",
    "TableName",
    "TopicName",
    "UserName",
];

/// The resources whose names the template sets, with those names. A permission names its function.
fn fixed_names(template: &Value) -> Vec<(&str, &str)> {
    let resources = template["Resources"].as_object().expect("resources are a map");
    let of_its_own = resources.iter().filter(|(_, resource)| resource["Type"] != "AWS::Lambda::Permission");
    of_its_own
        .filter_map(|(logical, resource)| {
            let name = NAMES.iter().find_map(|name| resource["Properties"].get(*name))?;
            Some((logical.as_str(), name.as_str().expect("a name is text")))
        })
        .collect()
}

#[test]
fn retained_resources_have_no_fixed_name() {
    // A bucket or table that a failed creation or a deletion left would occupy the name that the next stack needs.
    let template = template();
    let fixed = fixed_names(&template);
    assert!(fixed.len() >= 9, "the bus, the dashboard and eight log groups have one: {fixed:?}");
    for (logical, name) in fixed {
        let resource = resource(&template, logical);
        assert!(resource["DeletionPolicy"].is_null(), "{logical} stays, and would keep the name {name} taken");
        assert!(resource["UpdateReplacePolicy"].is_null(), "{logical}");
        // Two stacks of an account don't conflict. A dashboard belongs to an account, in all Regions.
        assert!(name.contains("AWS::StackName"), "{logical} has the same name, {name}, in every stack");
        assert!(logical != "Dashboard" || name.contains("AWS::Region"), "{name}");
    }
}

#[test]
fn detects_a_fixed_name_of_a_retained_resource() {
    let mut template = template();
    template["Resources"]["Table"]["Properties"]["TableName"] = "ledger".into();
    assert!(fixed_names(&template).contains(&("Table", "ledger")));
}

#[test]
fn functions_may_not_recreate_log_groups_after_a_rollback() {
    // Lambda creates a missing log group with the function's role. A stack that is created again would find its name in
    // use.
    let template = template();
    for (name, statements) in template["Resources"].as_object().expect("a map").iter().map(|(n, r)| (n, statements(r)))
    {
        for statement in statements.into_iter().filter(|statement| statement["Effect"] == "Allow") {
            let makes = many(&statement["Action"]).into_iter().any(|action| {
                let action = action.to_ascii_lowercase();
                action == "*" || action.starts_with("logs:*") || action.starts_with("logs:createloggroup")
            });
            assert!(!makes, "{name} may make log groups");
        }
    }
}

#[test]
fn failed_creation_leaves_only_the_table() {
    // CloudFormation, DeletionPolicy: RetainExceptOnCreate deletes when a creation is rolled back, Retain doesn't.
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    let template = template();
    let resources = template["Resources"].as_object().expect("resources are a map");
    let kept: Vec<&String> =
        resources.iter().filter(|(_, resource)| resource["DeletionPolicy"] == "Retain").map(|(name, _)| name).collect();
    assert_eq!(kept, ["Table"]);
}

#[test]
fn capability_in_the_readme_is_sufficient() {
    // IAM resources with custom names would need CAPABILITY_NAMED_IAM, which `sam deploy --guided` doesn't pass.
    let template = template();
    for kind in ["AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::User", "AWS::IAM::Group"] {
        for name in named(&template, kind) {
            let named = ["RoleName", "ManagedPolicyName", "UserName", "GroupName"]
                .iter()
                .any(|property| !properties(&template, &name)[*property].is_null());
            assert!(!named, "{name} has a name of its own");
        }
    }
}

/// What AWS bills each month for a stack without options, even if it is idle: metrics in alarms, and polled queues.
fn billed_idle(template: &Value) -> (usize, usize) {
    let alarms = named(template, "AWS::CloudWatch::Alarm");
    let always = alarms.iter().filter(|name| resource(template, name)["Condition"].is_null());
    // Each metric of metric math is billed. A metric that depends on an option is a list that begins with the condition.
    let metrics = |name: &String| match properties(template, name)["Metrics"].as_array() {
        Some(entries) => entries.iter().filter(|entry| entry["MetricStat"].is_object()).count(),
        None => 1,
    };
    let functions = named(template, "AWS::Serverless::Function");
    let polled = functions.iter().filter(|name| properties(template, name)["Events"]["Queue"].is_object()).count();
    (always.map(metrics).sum(), polled)
}

#[test]
fn account_page_counts_billed_resources() {
    let (metrics, queues) = billed_idle(&template());
    let page = text("docs/account.md");
    assert!(page.contains(&format!("| Metrics in alarms | {metrics} (")), "the template has {metrics}");
    assert!(page.contains(&format!("| {queues} × 5 × 129,600, ")), "the template has {queues} polled queues");
}
