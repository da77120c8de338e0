//! Deployments: what is sent, how often, and what Bedrock's answers mean.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use tunedrop_aws::{DeployAnswer, Deployments};
use tunedrop_run::decide::deploy::{BedrockStatus, UpdateStatus};
use tunedrop_run::{Capacity, Deployment};

use crate::support::{self, Reply, Request};

const ARN: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model-deployment/abcdefghijkl";
const THROUGHPUT: &str = "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abcdefghijkl";
const MODEL: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/mnopqrstuvwx";

fn deployment() -> Deployment {
    serde_json::from_value(serde_json::json!({
        "schema": 1, "name": "support-bot", "bedrock_name": "support-bot-9f86d081884c", "revision": 3,
        "dataset": "support-bot", "state": "Updating", "run_id": "support-bot-0123456789ab", "model_arn": MODEL, "request": 2,
        "arn": ARN, "changed_at": "2026-12-01T10:00:00.000Z",
    }))
    .expect("a deployment")
}

/// The same on two model units of provisioned throughput.
fn provisioned() -> Deployment {
    let capacity = Capacity::Provisioned { model_units: 2 };
    Deployment { capacity, arn: Some(THROUGHPUT.to_owned()), ..deployment() }
}

/// The requests that a server got: method, target and body.
type Asked = Arc<Mutex<Vec<(String, String, String)>>>;

/// Deployments of a server that always answers so, and what it was asked.
async fn deployments(answer: impl Fn() -> Reply + Send + Sync + 'static) -> (Deployments, Asked) {
    let (config, asked) = answering(answer).await;
    (Deployments::new(&config, "prod".to_owned()), asked)
}

/// The same, for a client that repeats calls.
async fn retrying(answer: impl Fn() -> Reply + Send + Sync + 'static) -> (Deployments, Asked) {
    let (config, asked) = answering(answer).await;
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let config = config.into_builder().retry_config(retries).build();
    (Deployments::new(&config, "prod".to_owned()), asked)
}

async fn answering(answer: impl Fn() -> Reply + Send + Sync + 'static) -> (SdkConfig, Asked) {
    let asked = Asked::default();
    let log = Arc::clone(&asked);
    let config = support::server(move |request: Request| {
        let line = (request.method.clone(), request.target.clone(), request.body.clone());
        log.lock().expect("the log").push(line);
        let reply = answer();
        async move { reply }
    });
    (config.await, asked)
}

fn json(status: &'static str, body: &str) -> Reply {
    Reply::new(status, body).with("content-type", "application/json")
}

fn error(status: &'static str, code: &str) -> Reply {
    json(status, "{\"message\": \"words\"}").with("x-amzn-errortype", code)
}

/// API reference, CreateCustomModelDeployment.
#[tokio::test]
async fn creation_has_a_token_and_tags() {
    let (deployments, asked) =
        deployments(|| json("202 Accepted", &format!("{{\"customModelDeploymentArn\": \"{ARN}\"}}"))).await;
    let answer = deployments.create(&deployment()).await.expect("answered");
    assert_eq!(answer, DeployAnswer::Accepted(ARN.to_owned()));
    let (method, target, body) = asked.lock().expect("the log")[0].clone();
    assert_eq!((method.as_str(), target.as_str()), ("POST", "/model-customization/custom-model-deployments"));
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["modelDeploymentName"], "support-bot-9f86d081884c");
    assert_eq!(body["modelArn"], MODEL);
    assert_eq!(body["clientRequestToken"], "support-bot-9f86d081884c-2-20261201100000000");
    let tags: Vec<(&str, &str)> = body["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .map(|tag| (tag["key"].as_str().unwrap_or_default(), tag["value"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        tags,
        [("tunedrop:stack", "prod"), ("tunedrop:dataset", "support-bot"), ("tunedrop:deployment", "support-bot")]
    );
}

/// API reference, UpdateCustomModelDeployment and DeleteCustomModelDeployment.
#[tokio::test]
async fn changes_name_the_arn() {
    let path = format!("/model-customization/custom-model-deployments/{}", ARN.replace(':', "%3A").replace('/', "%2F"));
    let (changed, asked) =
        deployments(|| json("202 Accepted", &format!("{{\"customModelDeploymentArn\": \"{ARN}\"}}"))).await;
    assert_eq!(changed.update(&deployment()).await.expect("answered"), DeployAnswer::Accepted(ARN.to_owned()));
    let (method, target, body) = asked.lock().expect("the log")[0].clone();
    assert_eq!((method.as_str(), target.as_str()), ("PATCH", path.as_str()));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&body).expect("JSON")["modelArn"], MODEL);
    let (deleted, asked) = deployments(|| json("200 OK", "{}")).await;
    deleted.delete(&deployment(), ARN).await.expect("answered");
    let (method, target, _) = asked.lock().expect("the log")[0].clone();
    assert_eq!((method.as_str(), target.as_str()), ("DELETE", path.as_str()));
}

#[tokio::test]
async fn answers_are_final_or_not() {
    let words = || "words".to_owned();
    for (status, code, expected) in [
        ("400 Bad Request", "ServiceQuotaExceededException", Some(DeployAnswer::Later(words()))),
        ("403 Forbidden", "AccessDeniedException", Some(DeployAnswer::Later(words()))),
        ("400 Bad Request", "ConflictException", Some(DeployAnswer::Later(words()))),
        ("400 Bad Request", "ValidationException", Some(DeployAnswer::Refused(words()))),
        ("404 Not Found", "ResourceNotFoundException", Some(DeployAnswer::NotFound(words()))),
        ("429 Too Many Requests", "ThrottlingException", None),
        ("500 Internal Server Error", "InternalServerException", None),
    ] {
        let (deployments, _) = deployments(move || error(status, code)).await;
        for one in [deployment(), provisioned()] {
            let (create, update) = (deployments.create(&one).await, deployments.update(&one).await);
            for answer in [create, update, deployments.delete(&one, ARN).await] {
                assert_eq!(answer.ok(), expected, "{code}");
            }
        }
    }
}

/// The SDK would repeat them: this client has its standard retries.
#[tokio::test]
async fn creations_and_updates_are_sent_once() {
    let (deployments, asked) = retrying(|| error("500 Internal Server Error", "InternalServerException")).await;
    for one in [deployment(), provisioned()] {
        deployments.create(&one).await.expect_err("not answered");
        deployments.update(&one).await.expect_err("not answered");
    }
    assert_eq!(asked.lock().expect("the log").len(), 4);
    deployments.delete(&deployment(), ARN).await.expect_err("not answered");
    assert!(asked.lock().expect("the log").len() > 5, "a deletion may be repeated");
}

/// API reference, GetCustomModelDeployment.
#[tokio::test]
async fn view_has_status_model_and_update() {
    let shown = format!(
        "{{\"customModelDeploymentArn\": \"{ARN}\", \"modelDeploymentName\": \"support-bot-9f86d081884c\", \
         \"modelArn\": \"old\", \"createdAt\": \"2026-12-01T10:00:00Z\", \"status\": \"Active\", \
         \"updateDetails\": {{\"modelArn\": \"{MODEL}\", \"updateStatus\": \"UpdateCompleted\"}}}}"
    );
    let (known, _) = deployments(move || json("200 OK", &shown)).await;
    let view = known.get(&deployment()).await.expect("answered").expect("a deployment");
    assert_eq!((view.arn.as_str(), view.status), (ARN, Some(BedrockStatus::Active)));
    assert_eq!(view.update, Some((MODEL.to_owned(), Some(UpdateStatus::Completed))));
    assert_eq!(view.serves(), MODEL);
    let (unknown, _) = deployments(|| error("404 Not Found", "ResourceNotFoundException")).await;
    assert_eq!(unknown.get(&deployment()).await.expect("answered"), None);
}

/// API reference, CreateProvisionedModelThroughput: without a `commitmentDuration`, it is bought by the hour.
#[tokio::test]
async fn throughput_is_bought_without_a_commitment() {
    let (deployments, asked) =
        deployments(|| json("201 Created", &format!("{{\"provisionedModelArn\": \"{THROUGHPUT}\"}}"))).await;
    let answer = deployments.create(&provisioned()).await.expect("answered");
    assert_eq!(answer, DeployAnswer::Accepted(THROUGHPUT.to_owned()));
    let (method, target, body) = asked.lock().expect("the log")[0].clone();
    assert_eq!((method.as_str(), target.as_str()), ("POST", "/provisioned-model-throughput"));
    let mut body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["tags"].as_array().map(Vec::len), Some(3));
    body.as_object_mut().expect("a map").remove("tags");
    let expected = serde_json::json!({
        "clientRequestToken": "support-bot-9f86d081884c-2-20261201100000000", "provisionedModelName": "support-bot-9f86d081884c",
        "modelId": MODEL, "modelUnits": 2,
    });
    assert_eq!(body, expected);
}

/// API reference, UpdateProvisionedModelThroughput, DeleteProvisionedModelThroughput and GetProvisionedModelThroughput.
#[tokio::test]
async fn throughput_is_changed_deleted_and_shown_by_its_arn() {
    let path = format!("/provisioned-model-throughput/{}", THROUGHPUT.replace(':', "%3A").replace('/', "%2F"));
    let (changed, asked) = deployments(|| json("200 OK", "{}")).await;
    let accepted = DeployAnswer::Accepted(THROUGHPUT.to_owned());
    assert_eq!(changed.update(&provisioned()).await.expect("answered"), accepted);
    assert_eq!(changed.delete(&provisioned(), THROUGHPUT).await.expect("answered"), accepted);
    let asked = asked.lock().expect("the log").clone();
    assert_eq!((asked[0].0.as_str(), asked[0].1.as_str()), ("PATCH", path.as_str()));
    let body: serde_json::Value = serde_json::from_str(&asked[0].2).expect("JSON");
    assert_eq!(body, serde_json::json!({ "desiredModelId": MODEL }));
    assert_eq!((asked[1].0.as_str(), asked[1].1.as_str()), ("DELETE", path.as_str()));

    let shown = serde_json::json!({
        "provisionedModelArn": THROUGHPUT, "provisionedModelName": "support-bot-9f86d081884c", "modelArn": "old",
        "desiredModelArn": MODEL, "foundationModelArn": "base", "modelUnits": 2, "desiredModelUnits": 2,
        "status": "Updating", "creationTime": "2026-12-01T10:00:00Z", "lastModifiedTime": "2026-12-01T10:00:00Z",
    });
    let (known, _) = deployments(move || json("200 OK", &shown.to_string())).await;
    let view = known.get(&provisioned()).await.expect("answered").expect("it exists");
    assert_eq!((view.arn.as_str(), view.status), (THROUGHPUT, Some(BedrockStatus::Active)));
    assert_eq!(view.update, Some((MODEL.to_owned(), Some(UpdateStatus::Updating))));
    let (unknown, _) = deployments(|| error("404 Not Found", "ResourceNotFoundException")).await;
    assert_eq!(unknown.get(&provisioned()).await.expect("answered"), None);
}
