//! The call of a request: service, operation and resource.

use hyper::http::request::Parts;
use serde_json::Value;

/// One call of a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// The name that it signs with: `dynamodb`, `s3`, `events`, `sns`, `sqs`, `bedrock` …
    pub service: String,
    /// The API's name: `UpdateItem`.
    pub operation: String,
    /// The resource: a key of the bucket or the ledger, an event's kind, a job.
    pub resource: String,
    /// The caller's port.
    pub peer: u16,
    /// The number of the SDK's attempt, from 1.
    pub attempt: u32,
}

impl Call {
    /// Parses a request.
    pub(super) fn of(head: &Parts, body: &[u8], peer: u16) -> Call {
        let service = signed_for(head).unwrap_or("unknown").to_owned();
        let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let (operation, resource) = match (target, service.as_str()) {
            (Some(target), _) => {
                let operation = target.rsplit('.').next().unwrap_or(target);
                (operation.to_owned(), json_resource(body))
            }
            (None, "s3") => s3(head),
            (None, "bedrock") => bedrock(head, body),
            _ => (form(body, "Action"), form(body, "Subject")),
        };
        Call { service, operation, resource, peer, attempt: attempt(head) }
    }
}

/// Returns the SDK's number of the attempt: `amz-sdk-request: attempt=2; max=3`.
fn attempt(head: &Parts) -> u32 {
    let attempt = head.headers.get("amz-sdk-request").and_then(|attempt| attempt.to_str().ok()).unwrap_or_default();
    attempt.split(';').find_map(|part| part.trim().strip_prefix("attempt=")?.parse().ok()).unwrap_or(1)
}

/// Returns the service in the signature's scope: `Credential=<key>/<date>/<Region>/<service>/aws4_request`.
fn signed_for(head: &Parts) -> Option<&str> {
    let credential = head.headers.get("authorization")?.to_str().ok()?.split_once("Credential=")?.1;
    credential.split([',', ' ']).next()?.split('/').nth(3)
}

/// Returns a ledger's key, an index, or an event's kind.
fn json_resource(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    ["/Key/pk/S", "/Item/pk/S", "/IndexName", "/Entries/0/DetailType", "/QueueUrl"]
        .iter()
        .find_map(|pointer| body.pointer(pointer)?.as_str())
        .unwrap_or_default()
        .to_owned()
}

/// S3, addressed by path: `/<bucket>/<key>`.
fn s3(head: &Parts) -> (String, String) {
    let key = head.uri.path().splitn(3, '/').nth(2).unwrap_or_default();
    let query = head.uri.query().unwrap_or_default();
    let is_copy = head.headers.contains_key("x-amz-copy-source");
    let operation = match head.method.as_str() {
        "PUT" if is_copy => "CopyObject",
        "PUT" => "PutObject",
        "GET" if key.is_empty() => "ListObjectsV2",
        "GET" => "GetObject",
        "HEAD" => "HeadObject",
        "DELETE" => "DeleteObject",
        other => other,
    };
    let prefix = query.split('&').find_map(|part| part.strip_prefix("prefix=")).unwrap_or_default();
    let resource = if key.is_empty() { prefix.replace("%2F", "/") } else { key.to_owned() };
    (operation.to_owned(), resource)
}

fn bedrock(head: &Parts, body: &[u8]) -> (String, String) {
    let path = head.uri.path().trim_matches('/');
    let (collection, id) = path.split_once('/').unwrap_or((path, ""));
    let method = head.method.as_str();
    let named = deployments(method, path, body).or_else(|| throughputs(method, path, body));
    if let Some(call) = named.or_else(|| evaluation_jobs(method, path, body)) {
        return call;
    }
    let operation = match (method, collection) {
        ("POST", "model") if id.ends_with("/converse") => "Converse",
        ("POST", "model") if id.ends_with("/converse-stream") => "ConverseStream",
        ("POST", "model-customization-jobs") if id.ends_with("/stop") => "StopModelCustomizationJob",
        ("POST", "model-customization-jobs") => "CreateModelCustomizationJob",
        ("GET", "model-customization-jobs") if id.is_empty() => "ListModelCustomizationJobs",
        ("GET", "model-customization-jobs") => "GetModelCustomizationJob",
        ("GET", "foundation-models") => "GetFoundationModel",
        ("GET", "custom-models") if id.is_empty() => "ListCustomModels",
        ("GET", "custom-models") => "GetCustomModel",
        ("DELETE", "custom-models") => "DeleteCustomModel",
        ("POST", "listTagsForResource") => "ListTagsForResource",
        (_, other) => other,
    };
    (operation.to_owned(), by_id_or_name(id, body, "jobName"))
}

/// The identifier in the path, or for a creation the name in the body.
fn by_id_or_name(id: &str, body: &[u8], name: &str) -> String {
    let named = || serde_json::from_slice::<Value>(body).ok()?[name].as_str().map(str::to_owned);
    if id.is_empty() { named().unwrap_or_default() } else { id.to_owned() }
}

/// A call about custom model deployments, by their names, ARNs or identifiers as they are in the path.
fn deployments(method: &str, path: &str, body: &[u8]) -> Option<(String, String)> {
    let id = path.strip_prefix("model-customization/custom-model-deployments")?.trim_start_matches('/');
    let operation = match method {
        "POST" => "CreateCustomModelDeployment",
        "PATCH" => "UpdateCustomModelDeployment",
        "DELETE" => "DeleteCustomModelDeployment",
        _ if id.is_empty() => "ListCustomModelDeployments",
        _ => "GetCustomModelDeployment",
    };
    Some((operation.to_owned(), by_id_or_name(id, body, "modelDeploymentName")))
}

/// A call about provisioned throughput.
fn throughputs(method: &str, path: &str, body: &[u8]) -> Option<(String, String)> {
    if path == "provisioned-model-throughputs" {
        return Some(("ListProvisionedModelThroughputs".to_owned(), String::new()));
    }
    let id = path.strip_prefix("provisioned-model-throughput")?.trim_start_matches('/');
    let operation = match method {
        "POST" => "CreateProvisionedModelThroughput",
        "PATCH" => "UpdateProvisionedModelThroughput",
        "DELETE" => "DeleteProvisionedModelThroughput",
        _ => "GetProvisionedModelThroughput",
    };
    Some((operation.to_owned(), by_id_or_name(id, body, "provisionedModelName")))
}

/// A call about evaluation jobs. A stop has another path than the others.
fn evaluation_jobs(method: &str, path: &str, body: &[u8]) -> Option<(String, String)> {
    let id = path.strip_prefix("evaluation-job")?;
    let id = id.strip_prefix('s').unwrap_or(id).trim_start_matches('/');
    let operation = match method {
        "POST" if id.ends_with("/stop") => "StopEvaluationJob",
        "POST" => "CreateEvaluationJob",
        _ if id.is_empty() => "ListEvaluationJobs",
        _ => "GetEvaluationJob",
    };
    Some((operation.to_owned(), by_id_or_name(id, body, "jobName")))
}

/// Returns a field of a form (SNS uses the query protocol).
fn form(body: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(body);
    let found = text.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_default().replace('+', " ").replace("%20", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, uri: &str, service: &str, headers: &[(&str, &str)], body: &str) -> (String, String) {
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host"
        );
        let mut request = hyper::Request::builder().method(method).uri(uri).header("authorization", scope);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let call = Call::of(&head, body.as_bytes(), 1);
        assert_eq!(call.service, service);
        (call.operation, call.resource)
    }

    #[test]
    fn calls_have_the_names_of_the_api() {
        let named = |operation: &str, resource: &str| (operation.to_owned(), resource.to_owned());
        let update = call(
            "POST",
            "/",
            "dynamodb",
            &[("x-amz-target", "DynamoDB_20120810.UpdateItem")],
            r#"{"Key":{"pk":{"S":"run#a-1"}}}"#,
        );
        assert_eq!(update, named("UpdateItem", "run#a-1"));
        let put = call("PUT", "/bucket/reports/a/latest.html?x-id=PutObject", "s3", &[], "");
        assert_eq!(put, named("PutObject", "reports/a/latest.html"));
        let copy = call("PUT", "/bucket/runs/a/data/train.jsonl", "s3", &[("x-amz-copy-source", "b/k")], "");
        assert_eq!(copy, named("CopyObject", "runs/a/data/train.jsonl"));
        let list = call("GET", "/bucket?list-type=2&prefix=datasets%2Fa%2Fjob.yaml", "s3", &[], "");
        assert_eq!(list, named("ListObjectsV2", "datasets/a/job.yaml"));
        let create = call("POST", "/model-customization-jobs", "bedrock", &[], r#"{"jobName":"a-1"}"#);
        assert_eq!(create, named("CreateModelCustomizationJob", "a-1"));
        let stop = call("POST", "/model-customization-jobs/a-1/stop", "bedrock", &[], "");
        assert_eq!(stop, named("StopModelCustomizationJob", "a-1/stop"));
        let converse = call("POST", "/model/amazon.nova-lite-v1%3A0/converse", "bedrock", &[], "{}");
        assert_eq!(converse, named("Converse", "amazon.nova-lite-v1%3A0/converse"));
        let path = "/model-customization/custom-model-deployments";
        let deploy = call("POST", path, "bedrock", &[], r#"{"modelDeploymentName":"bot"}"#);
        assert_eq!(deploy, named("CreateCustomModelDeployment", "bot"));
        let update = call("PATCH", &format!("{path}/bot"), "bedrock", &[], "{}");
        assert_eq!(update, named("UpdateCustomModelDeployment", "bot"));
        let path = "/provisioned-model-throughput";
        let buy = call("POST", path, "bedrock", &[], r#"{"provisionedModelName":"bot"}"#);
        assert_eq!(buy, named("CreateProvisionedModelThroughput", "bot"));
        for (method, operation) in [("GET", "Get"), ("PATCH", "Update"), ("DELETE", "Delete")] {
            let one = call(method, &format!("{path}/bot"), "bedrock", &[], "{}");
            assert_eq!(one, named(&format!("{operation}ProvisionedModelThroughput"), "bot"));
        }
        let list = call("GET", "/provisioned-model-throughputs?nameContains=b", "bedrock", &[], "");
        assert_eq!(list, named("ListProvisionedModelThroughputs", ""));
        let judge = call("POST", "/evaluation-jobs", "bedrock", &[], r#"{"jobName":"a-0"}"#);
        assert_eq!(judge, named("CreateEvaluationJob", "a-0"));
        let shown = call("GET", "/evaluation-jobs/arn%3Aa", "bedrock", &[], "");
        assert_eq!(shown, named("GetEvaluationJob", "arn%3Aa"));
        let found = call("GET", "/evaluation-jobs?nameContains=a", "bedrock", &[], "");
        assert_eq!(found, named("ListEvaluationJobs", ""));
        let stop = call("POST", "/evaluation-job/arn%3Aa/stop", "bedrock", &[], "");
        assert_eq!(stop, named("StopEvaluationJob", "arn%3Aa/stop"));
        let models = call("GET", "/custom-models?maxResults=1000", "bedrock", &[], "");
        assert_eq!(models, named("ListCustomModels", ""));
        let delete = call("DELETE", "/custom-models/arn%3Aa", "bedrock", &[], "");
        assert_eq!(delete, named("DeleteCustomModel", "arn%3Aa"));
        let publish = call("POST", "/", "sns", &[], "Action=Publish&Version=2010-03-31&Subject=a%20b");
        assert_eq!(publish, named("Publish", "a b"));
        let event = call(
            "POST",
            "/",
            "events",
            &[("x-amz-target", "AWSEvents.PutEvents")],
            r#"{"Entries":[{"DetailType":"Launch Due"}]}"#,
        );
        assert_eq!(event, named("PutEvents", "Launch Due"));
    }
}
