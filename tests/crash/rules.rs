//! Which queue an event goes to, by the template's own rules.

use anyhow::{Context, Result};
use serde_json::Value;
use tunedrop_local::ACCOUNT;

/// The template's rules: their patterns, and the function behind the queue each feeds.
pub(crate) struct Rules(Vec<(Value, String)>);

impl Rules {
    /// Reads the template. The reader drops CloudFormation's tags: `!Ref Bucket` is "Bucket".
    pub(crate) fn read() -> Result<Rules> {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml"))?;
        let template: Value = serde_saphyr::from_str(&text).context("the template is no YAML")?;
        let resources = template["Resources"].as_object().context("the template has no resources")?;
        let rule = |resource: &Value| {
            let properties = &resource["Properties"];
            // The rule that forwards events to subscribers feeds no function.
            let target = properties["Targets"][0]["Arn"].as_str()?.strip_suffix("Queue.Arn")?.to_lowercase();
            // One with a condition is for a parameter that is off by default, such as the webhook's.
            let always = resource["Condition"].is_null();
            (resource["Type"] == "AWS::Events::Rule" && always && properties["EventPattern"].is_object())
                .then(|| (properties["EventPattern"].clone(), target))
        };
        Ok(Rules(resources.values().filter_map(rule).collect()))
    }

    /// The functions that get this event, in a stack of this name with this bucket.
    pub(crate) fn targets(&self, event: &Value, stack: &str, bucket: &str) -> Vec<String> {
        let fits = |pattern: &Value| {
            matches(pattern, event, &[("AWS::StackName", stack), ("AWS::AccountId", ACCOUNT), ("Bucket", bucket)])
        };
        self.0.iter().filter(|(pattern, _)| fits(pattern)).map(|(_, target)| target.clone()).collect()
    }
}

/// EventBridge's patterns, as far as the template uses them: lists of values and prefixes, fields that are there, and `$or`.
fn matches(pattern: &Value, event: &Value, names: &[(&str, &str)]) -> bool {
    match pattern {
        Value::Object(fields) => fields.iter().all(|(name, pattern)| match pattern {
            Value::Array(ways) if name == "$or" => ways.iter().any(|way| matches(way, event, names)),
            _ => matches(pattern, &event[name], names),
        }),
        Value::Array(choices) => choices.iter().any(|choice| match (choice, choice["prefix"].as_str()) {
            (_, Some(prefix)) => event.as_str().is_some_and(|text| text.starts_with(prefix)),
            (Value::String(text), _) => {
                let text = names.iter().find(|(name, _)| name == text).map_or(text.as_str(), |(_, value)| value);
                event == text
            }
            (Value::Object(test), _) if test.contains_key("exists") => test["exists"] == !event.is_null(),
            (other, _) => event == other,
        }),
        _ => false,
    }
}
