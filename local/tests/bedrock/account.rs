//! IAM, STS and Lambda in place of the emulator: one function, whose role has one policy, and an evaluator of policies
//! without conditions.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The role's policy.
pub(crate) type Policy = Arc<Mutex<Value>>;

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:caller";
const ROLE: &str = "arn:aws:iam::123456789012:role/caller";

/// The access key of the function, as the emulator derives it.
pub(crate) fn access_key() -> String {
    let digest = Sha256::digest(format!("{FUNCTION}:{ROLE}"));
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02X}")).collect();
    format!("ASIA{hex}")
}

pub(crate) async fn functions() -> String {
    json!({ "Functions": [{ "FunctionArn": FUNCTION, "Role": ROLE }] }).to_string()
}

/// A call of a query API.
pub(crate) async fn query(State(policy): State<Policy>, form: String) -> String {
    let url = reqwest::Url::parse(&format!("http://localhost/?{form}")).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let find = |name: &str| pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
    match find("Action") {
        "ListRolePolicies" => "<member>policy</member>".to_owned(),
        "GetRolePolicy" => format!("<PolicyDocument>{}</PolicyDocument>", policy.lock().unwrap()),
        "GetRole" => {
            let trust = json!({ "Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": { "Service": "bedrock.amazonaws.com" } });
            format!("<AssumeRolePolicyDocument>{}</AssumeRolePolicyDocument>", json!({ "Statement": [trust] }))
        }
        "GetFederationToken" => {
            ["AccessKeyId", "SecretAccessKey", "SessionToken"].map(|name| format!("<{name}>{name}</{name}>")).concat()
        }
        "SimulateCustomPolicy" => {
            let given = pairs.iter().filter(|(key, _)| key.starts_with("PolicyInputList"));
            let allowed = given.map(|(_, text)| serde_json::from_str::<Value>(text).unwrap()).any(|policy| {
                let (action, resource) = (find("ActionNames.member.1"), find("ResourceArns.member.1"));
                policy["Statement"].as_array().into_iter().flatten().any(|one| allows(one, action, resource))
            });
            format!("<EvalDecision>{}</EvalDecision>", if allowed { "allowed" } else { "implicitDeny" })
        }
        _ => String::new(),
    }
}

/// Whether a statement allows an action on a resource. What is left of its conditions fails.
fn allows(statement: &Value, action: &str, resource: &str) -> bool {
    let fits = |value: &Value, text: &str| match value {
        Value::Array(all) => all.iter().any(|one| matches(one.as_str().unwrap(), text)),
        one => matches(one.as_str().unwrap(), text),
    };
    statement["Condition"].is_null() && fits(&statement["Action"], action) && fits(&statement["Resource"], resource)
}

/// A pattern with at most one `*`, at its end.
fn matches(pattern: &str, text: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == text, |start| text.starts_with(start))
}
