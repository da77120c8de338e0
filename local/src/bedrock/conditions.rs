//! Evaluates conditions of IAM policies whose keys the emulator doesn't support.

use serde_json::Value;

/// A resource that doesn't occur in any call.
pub(super) const NOTHING: &str = "arn:aws:iam:::none";

/// Evaluates the conditions on tags and on the keys of `context`: removes a condition that holds, and the statement of
/// one that fails. A key with several values occurs several times in `context`.
pub(super) fn settle(mut policy: Value, context: &[(&str, &str)]) -> Value {
    for statement in statements(&mut policy) {
        let mut fails = false;
        for (operator, keys) in statement["Condition"].as_object_mut().into_iter().flatten() {
            let Some(keys) = keys.as_object_mut() else { continue };
            let known: Vec<String> = keys.keys().filter(|name| is_known(name, context)).cloned().collect();
            for name in known {
                let wanted = keys.remove(&name).unwrap_or_default();
                let values = context.iter().filter(|(key, _)| key.eq_ignore_ascii_case(&name)).map(|(_, value)| *value);
                fails |= !holds(operator, &wanted, &values.collect::<Vec<_>>());
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

/// Returns the statements of a policy.
pub(super) fn statements(policy: &mut Value) -> Vec<&mut Value> {
    match policy.get_mut("Statement") {
        Some(Value::Array(all)) => all.iter_mut().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// Whether a key's value is known: it is in `context`, or it is a tag, which may be absent.
fn is_known(name: &str, context: &[(&str, &str)]) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_tag = ["aws:requesttag/", "aws:resourcetag/"].iter().any(|prefix| lower.starts_with(prefix));
    is_tag || lower == "aws:tagkeys" || context.iter().any(|(key, _)| key.eq_ignore_ascii_case(name))
}

/// Whether a condition holds for its key's values. There may be no value.
///
/// User guide of IAM, "IAM JSON policy elements: Condition operators" and "Multivalued context keys": without a value
/// a plain operator fails, and `ForAllValues`, `…IfExists` and negated operators hold.
fn holds(operator: &str, wanted: &Value, values: &[&str]) -> bool {
    if operator == "Null" {
        return is_any(wanted, &|one| (one == "true") == values.is_empty());
    }
    if let Some(operator) = operator.strip_prefix("ForAllValues:") {
        return values.iter().all(|value| holds(operator, wanted, &[value]));
    }
    if let Some(operator) = operator.strip_prefix("ForAnyValue:") {
        return values.iter().any(|value| holds(operator, wanted, &[value]));
    }
    let plain = operator.trim_end_matches("IfExists");
    if values.is_empty() && plain != operator {
        return true;
    }
    let exact = plain.starts_with("String") && !plain.contains("Like");
    let fits = |value: &str| {
        is_any(wanted, &|one| match exact {
            true if plain.ends_with("IgnoreCase") => one.eq_ignore_ascii_case(value),
            true => one == value,
            false => matches(one, value),
        })
    };
    values.iter().any(|value| fits(value)) != plain.contains("Not")
}

/// Whether `is` holds for one of a condition's values.
fn is_any(wanted: &Value, is: &dyn Fn(&str) -> bool) -> bool {
    match wanted {
        Value::Array(all) => all.iter().any(|one| is_any(one, is)),
        Value::String(one) => is(one),
        Value::Bool(one) => is(if *one { "true" } else { "false" }),
        _ => false,
    }
}

/// Whether a text matches a pattern with IAM's wildcards: `*` for any text, `?` for one character.
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
    fn failed_condition_removes_its_statement() {
        let policy = json!({ "Statement": [{ "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
            "Condition": { "StringEquals": { "iam:PassedToService": "bedrock.amazonaws.com" } } }] });
        let passed = settle(policy.clone(), &[("iam:PassedToService", "bedrock.amazonaws.com")]);
        assert_eq!(passed["Statement"][0], json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*" }));
        let refused = settle(policy, &[("iam:PassedToService", "lambda.amazonaws.com")]);
        assert_eq!(refused["Statement"][0]["Resource"], "arn:aws:iam:::none");
    }

    #[test]
    fn conditions_on_tags_hold_for_the_tags_that_there_are() {
        let allowed = |operator: &str, key: &str, wanted: Value, context: &[(&str, &str)]| {
            let policy = json!({ "Statement": [{ "Effect": "Allow", "Action": "bedrock:*", "Resource": "*",
                "Condition": { operator: { key: wanted } } }] });
            settle(policy, context)["Statement"][0]["Resource"] == "*"
        };
        let (team, resource) = ("aws:RequestTag/team", "aws:ResourceTag/team");
        let given = [("aws:RequestTag/team", "a"), ("aws:TagKeys", "team"), ("aws:TagKeys", "cost")];
        assert!(allowed("StringEquals", team, json!("a"), &given));
        assert!(allowed("StringEquals", team, json!(["b", "a"]), &given));
        assert!(!allowed("StringEquals", team, json!("*"), &given) && allowed("StringLike", team, json!("*"), &given));
        assert!(
            !allowed("StringEquals", resource, json!("a"), &given) && !allowed("StringEquals", team, json!("a"), &[])
        );
        assert!(allowed("StringEqualsIfExists", resource, json!("a"), &given));
        assert!(allowed("StringNotEquals", resource, json!("a"), &[]));
        assert!(!allowed("StringNotEquals", team, json!("a"), &given));
        assert!(allowed("Null", resource, json!("true"), &given) && !allowed("Null", team, json!(true), &given));
        assert!(allowed("ForAllValues:StringEquals", "aws:TagKeys", json!(["team", "cost"]), &given));
        assert!(!allowed("ForAllValues:StringEquals", "aws:TagKeys", json!(["team"]), &given));
        assert!(allowed("ForAnyValue:StringEquals", "aws:TagKeys", json!("team"), &given));
        assert!(!allowed("ForAnyValue:StringEquals", "aws:TagKeys", json!("team"), &[]));
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
