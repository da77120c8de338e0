//! As much of JSON Schema 2020-12 as the events' schema uses. A keyword that is not known here is a fault, so none is skipped in silence.

use serde_json::Value;

/// Why `value` is not what `schema` asks for; empty where it is. `root` holds the definitions.
pub(super) fn faults(value: &Value, schema: &Value, root: &Value, at: &str) -> Vec<String> {
    let mut faults_found = Vec::new();
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let below = |value: &Value, schema: &Value, name: &str| faults(value, schema, root, &format!("{at}/{name}"));
        let fits = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" | "then" => true,
            "$ref" => {
                let pointer =
                    rule.as_str().and_then(|text| text.strip_prefix('#')).expect("a reference within the schema");
                faults_found.extend(faults(value, root.pointer(pointer).expect("a definition"), root, at));
                true
            }
            "type" => has_type(value, rule.as_str().expect("one type")),
            "const" => value == rule,
            "enum" => rule.as_array().expect("a list").contains(value),
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().expect("a number")),
            "minLength" => {
                value.as_str().is_none_or(|text| text.chars().count() as u64 >= rule.as_u64().expect("a number"))
            }
            "maxLength" => {
                value.as_str().is_none_or(|text| text.chars().count() as u64 <= rule.as_u64().expect("a number"))
            }
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= rule.as_u64().expect("a number")),
            "required" => {
                let names = rule.as_array().expect("a list").iter().filter_map(Value::as_str);
                let missing = names.filter(|name| value.is_object() && value.get(name).is_none());
                faults_found.extend(missing.map(|name| format!("{at}/{name} is missing")));
                true
            }
            "properties" => {
                for (name, schema) in rule.as_object().expect("a map") {
                    faults_found.extend(value.get(name).into_iter().flat_map(|value| below(value, schema, name)));
                }
                true
            }
            "items" => {
                faults_found.extend(value.as_array().into_iter().flatten().flat_map(|item| below(item, rule, "-")));
                true
            }
            "allOf" => {
                faults_found
                    .extend(rule.as_array().expect("a list").iter().flat_map(|schema| faults(value, schema, root, at)));
                true
            }
            "if" => {
                if faults(value, rule, root, at).is_empty() {
                    faults_found.extend(faults(value, &schema["then"], root, at));
                }
                true
            }
            other => panic!("the schema uses {other}, which this test can't judge"),
        };
        if !fits {
            faults_found.push(format!("{at} breaks {keyword} {rule}"));
        }
    }
    faults_found
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("{other} is no type that this test can judge"),
    }
}
