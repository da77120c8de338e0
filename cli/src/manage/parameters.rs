//! Parameters and tags, as a person writes them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Reads `Key=Value`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("expected KEY=VALUE, found {text}"))?;
    if key.is_empty() {
        return Err(format!("expected KEY=VALUE, found {text}"));
    }
    Ok((key.to_owned(), value.to_owned()))
}

/// The parameters of the file and of the command line, which override those of the file.
pub(super) fn merged(file: Option<&Path>, given: &[(String, String)]) -> Result<BTreeMap<String, String>> {
    let mut all = match file {
        Some(path) => {
            let text = std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
            of_file(&text).with_context(|| format!("{} can't be read", path.display()))?
        }
        None => BTreeMap::new(),
    };
    let mut seen = BTreeMap::new();
    for (key, value) in given {
        let before = seen.insert(key, value);
        ensure!(before.is_none_or(|before| before == value), "{key} is given twice, with different values");
        all.insert(key.clone(), value.clone());
    }
    Ok(all)
}

/// Reads a JSON object with a value for each name, or what the AWS CLI takes: a list of `ParameterKey` and `ParameterValue`,
/// or an object with `Parameters`.
fn of_file(text: &[u8]) -> Result<BTreeMap<String, String>> {
    let file: Value = serde_json::from_slice(text).context("it is not JSON")?;
    let file = file.get("Parameters").cloned().unwrap_or(file);
    match file {
        Value::Object(values) => values.iter().map(|(name, value)| Ok((name.clone(), scalar(name, value)?))).collect(),
        Value::Array(entries) => entries
            .iter()
            .map(|entry| {
                let name = entry["ParameterKey"].as_str().context("an entry of the list has no ParameterKey")?;
                Ok((name.to_owned(), scalar(name, &entry["ParameterValue"])?))
            })
            .collect(),
        _ => bail!("expected an object or a list"),
    }
}

fn scalar(name: &str, value: &Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => bail!("the value of {name} must be a text, a number, true or false"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_formats_of_other_tools() {
        let expected = BTreeMap::from([("A".to_owned(), "1".to_owned()), ("B".to_owned(), "x=y".to_owned())]);
        for text in [
            r#"{"A": 1, "B": "x=y"}"#,
            r#"{"Parameters": {"A": "1", "B": "x=y"}}"#,
            r#"[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "ParameterValue": "x=y"}]"#,
        ] {
            assert_eq!(of_file(text.as_bytes()).expect("parameters"), expected, "{text}");
        }
        for text in ["A=1", "1", r#"{"A": [1]}"#, r#"[{"ParameterValue": "1"}]"#, r#"[{"ParameterKey": "A"}]"#] {
            assert!(of_file(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_may_contain_an_equals_sign() {
        assert_eq!(pair("A=x=y"), Ok(("A".to_owned(), "x=y".to_owned())));
        assert_eq!(pair("A="), Ok(("A".to_owned(), String::new())));
        assert!(pair("A").is_err() && pair("=x").is_err());
    }

    #[test]
    fn two_values_of_a_parameter_are_an_error() {
        let given = |second: &str| [("A".to_owned(), "1".to_owned()), ("A".to_owned(), second.to_owned())];
        assert!(merged(None, &given("1")).is_ok());
        assert_eq!(
            merged(None, &given("2")).expect_err("an error").to_string(),
            "A is given twice, with different values"
        );
    }
}
