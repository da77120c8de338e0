//! EventBridge's patterns, as far as the template uses them: alternatives of values, prefixes and suffixes of a text,
//! which may ignore case; existing fields; and `$or`.
//!
//! All names in a pattern must exist. Alternatives are joined by "or"
//! (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>). Lambda's event filters of a
//! queue have the same form
//! (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>).

use serde_json::Value;

/// Whether the pattern matches the event. `names` are the values in it that replace the template's references.
pub fn matches(pattern: &Value, event: &Value, names: &[(&str, &str)]) -> bool {
    match pattern {
        Value::Object(fields) => fields.iter().all(|(name, pattern)| match pattern {
            Value::Array(ways) if name == "$or" => ways.iter().any(|way| matches(way, event, names)),
            _ => matches(pattern, &event[name], names),
        }),
        Value::Array(choices) => choices.iter().any(|choice| fits(choice, event, names)),
        _ => false,
    }
}

fn fits(choice: &Value, value: &Value, names: &[(&str, &str)]) -> bool {
    match choice {
        Value::Object(operator) if operator.contains_key("exists") => choice["exists"] == !value.is_null(),
        Value::Object(operator) => {
            let (Some((name, operand)), Some(text)) = (operator.iter().next(), value.as_str()) else {
                return false;
            };
            let (operand, any_case) = match operand.get("equals-ignore-case") {
                Some(operand) => (operand, true),
                None => (operand, false),
            };
            let Some(operand) = operand.as_str() else { return false };
            let part = match name.as_str() {
                "prefix" => text.as_bytes().get(..operand.len()),
                "suffix" => text.len().checked_sub(operand.len()).map(|at| &text.as_bytes()[at..]),
                _ => None,
            };
            let same = |part: &[u8]| {
                if any_case { part.eq_ignore_ascii_case(operand.as_bytes()) } else { part == operand.as_bytes() }
            };
            operator.len() == 1 && part.is_some_and(same)
        }
        Value::String(text) => {
            let text = names.iter().find(|(name, _)| name == text).map_or(text.as_str(), |(_, value)| value);
            value == text
        }
        other => value == other,
    }
}
