//! Validates events with their published schema.

use serde_json::Value;

/// The keywords that the schema may use. JSON Schema validators ignore unknown ones, so a typo would go unnoticed.
const KEYWORDS: [&str; 18] = [
    "$defs",
    "$ref",
    "$schema",
    "allOf",
    "const",
    "description",
    "enum",
    "format",
    "if",
    "items",
    "maxItems",
    "maxLength",
    "minLength",
    "minimum",
    "properties",
    "required",
    "then",
    "title",
];

/// Returns why `value` doesn't match `schema`, each reason with its location. Empty if it matches.
pub(super) fn faults(value: &Value, schema: &Value) -> Vec<String> {
    // A format alone is only a description (JSON Schema 2020-12, "Validation", 7.2).
    let options = jsonschema::options().should_validate_formats(true);
    let validator = options.build(schema).expect("the schema is one");
    validator.iter_errors(value).map(|error| format!("{} {error}", error.instance_path())).collect()
}

/// Returns the keywords anywhere in a schema that this test doesn't know.
pub(super) fn unknown_keywords(schema: &Value) -> Vec<String> {
    let Some(keywords) = schema.as_object() else { return Vec::new() };
    let mut unknown = Vec::new();
    for (keyword, below) in keywords {
        match keyword.as_str() {
            "properties" | "$defs" => {
                unknown.extend(below.as_object().into_iter().flat_map(|map| map.values()).flat_map(unknown_keywords));
            }
            "allOf" => unknown.extend(below.as_array().into_iter().flatten().flat_map(unknown_keywords)),
            "if" | "then" | "items" => unknown.extend(unknown_keywords(below)),
            "type" => {}
            known if KEYWORDS.contains(&known) => {}
            other => unknown.push(other.to_owned()),
        }
    }
    unknown
}
