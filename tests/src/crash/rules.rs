//! Routes events by the template's own rules and event filters.

use crate::pattern::matches;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use tunedrop_local::ACCOUNT;

/// The template's rules: each with its pattern, its target function, and that function's event filters.
pub(super) struct Rules(Vec<(Value, String, Vec<Value>)>);

impl Rules {
    /// Reads the template. The reader drops CloudFormation's tags: `!Ref Bucket` is "Bucket".
    pub(super) fn read() -> Result<Rules> {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml"))?;
        let template: Value = serde_saphyr::from_str(&text).context("the template is no YAML")?;
        let resources = template["Resources"].as_object().context("the template has no resources")?;
        let filters = |name: &str| -> Vec<Value> {
            let source = &resources[&format!("{name}Function")]["Properties"]["Events"]["Queue"]["Properties"];
            let filters = source["FilterCriteria"]["Filters"].as_array().into_iter().flatten();
            filters.filter_map(|filter| serde_json::from_str(filter["Pattern"].as_str()?).ok()).collect()
        };
        let rule = |resource: &Value| {
            let properties = &resource["Properties"];
            // The rule that forwards events to subscribers has no function as its target.
            let target = properties["Targets"][0]["Arn"].as_str()?.strip_suffix("Queue.Arn")?;
            // A rule with a condition belongs to a parameter that is off by default, such as the webhook.
            let always = resource["Condition"].is_null();
            (resource["Type"] == "AWS::Events::Rule" && always && properties["EventPattern"].is_object())
                .then(|| (properties["EventPattern"].clone(), target.to_lowercase(), filters(target)))
        };
        Ok(Rules(resources.values().filter_map(rule).collect()))
    }

    /// The functions that receive this event, in the stack with this name and bucket.
    pub(super) fn targets(&self, event: &Value, stack: &str, bucket: &str) -> Vec<String> {
        let names = [("AWS::StackName", stack), ("AWS::AccountId", ACCOUNT), ("Bucket", bucket)];
        let message = json!({ "body": event });
        let fits = |pattern: &Value, filters: &[Value]| {
            let passes = filters.is_empty() || filters.iter().any(|filter| matches(filter, &message, &[]));
            passes && matches(pattern, event, &names)
        };
        let fitting = self.0.iter().filter(|(pattern, _, filters)| fits(pattern, filters));
        fitting.map(|(_, target, _)| target.clone()).collect()
    }
}
