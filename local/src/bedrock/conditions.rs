//! Conditions of IAM policies on keys the emulator is never told.

use serde_json::Value;

/// A resource that no action is asked about.
pub(super) const NOTHING: &str = "arn:aws:iam:::none";

/// Settles the conditions on the keys of `context`: one that holds is taken away, one that fails takes its
/// statement along.
pub(super) fn settle(mut policy: Value, context: &[(&str, &str)]) -> Value {
    for statement in statements(&mut policy) {
        let mut fails = false;
        for (operator, keys) in statement["Condition"].as_object_mut().into_iter().flatten() {
            let Some(keys) = keys.as_object_mut() else { continue };
            for (key, value) in context {
                let Some(name) = keys.keys().find(|name| name.eq_ignore_ascii_case(key)).cloned() else { continue };
                let wanted = keys.remove(&name).unwrap_or_default();
                fails |= !holds(operator, &wanted, value);
            }
        }
        if let Some(map) = statement.as_object_mut() {
            let empty = |keys: &Value| keys.as_object().is_some_and(serde_json::Map::is_empty);
            if let Some(conditions) = map.get_mut("Condition").and_then(Value::as_object_mut) {
                conditions.retain(|_, keys| !empty(keys));
            }
            map.retain(|name, value| name != "Condition" || !empty(value));
            if fails {
                map.insert("Resource".to_owned(), Value::from(NOTHING));
            }
        }
    }
    policy
}

/// The statements of a policy.
pub(super) fn statements(policy: &mut Value) -> Vec<&mut Value> {
    match policy.get_mut("Statement") {
        Some(Value::Array(all)) => all.iter_mut().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// Whether a condition holds; negated operators are the opposite of their plain ones.
fn holds(operator: &str, wanted: &Value, value: &str) -> bool {
    let operator = operator.trim_end_matches("IfExists");
    let any = match wanted {
        Value::Array(all) => all.iter().filter_map(Value::as_str).any(|one| matches(one, value)),
        one => one.as_str().is_some_and(|one| matches(one, value)),
    };
    if operator.contains("Not") { !any } else { any }
}

/// IAM's wildcards: `*` for any text, `?` for one character.
fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.as_bytes(), text.as_bytes()) {
        ([], []) => true,
        ([b'*', ..], _) => {
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(&pattern[1..], &text[at..]))
        }
        ([b'?', ..], [_, ..]) => matches(&pattern[1..], &text[1..]),
        ([p, ..], [t, ..]) if p == t => matches(&pattern[1..], &text[1..]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_condition_that_fails_takes_its_statement_along() {
        let policy = json!({ "Statement": [{ "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
            "Condition": { "StringEquals": { "iam:PassedToService": "bedrock.amazonaws.com" } } }] });
        let passed = settle(policy.clone(), &[("iam:PassedToService", "bedrock.amazonaws.com")]);
        assert_eq!(passed["Statement"][0], json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*" }));
        let refused = settle(policy, &[("iam:PassedToService", "lambda.amazonaws.com")]);
        assert_eq!(refused["Statement"][0]["Resource"], "arn:aws:iam:::none");
    }

    #[test]
    fn a_pattern_with_wildcards_matches_a_job() {
        assert!(matches(
            "arn:aws:bedrock:*:1:model-customization-job/*",
            "arn:aws:bedrock:us-east-1:1:model-customization-job/a/b"
        ));
        assert!(!matches("arn:aws:bedrock:*:2:*", "arn:aws:bedrock:us-east-1:1:x"));
    }
}
