//! The creation of a job: how long it may take, how often Bedrock is called, and what a name in use means.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use tunedrop_aws::{CreateOutcome, Failure, JobRole, Jobs};
use tunedrop_run::Plan;

use crate::support::{self, Reply};

const RUN_ID: &str = "support-bot-0123456789ab";
/// How long other calls may take.
const SHORT: Duration = Duration::from_millis(200);

fn plan() -> Plan {
    serde_json::from_value(serde_json::json!({
        "base_model": "amazon.nova-lite-v1:0:300k", "catalogue_model": "amazon.nova-lite-v1:0:300k",
        "customization": "fine-tuning", "model_name": RUN_ID, "output": "s3://drops/output/", "hyperparameters": {},
        "tags": {}, "guard": {}, "train": "s3://drops/runs/data/train.jsonl",
    }))
    .expect("a plan")
}

async fn create(config: &SdkConfig) -> Result<CreateOutcome, Failure> {
    let role = JobRole { role_arn: "arn:aws:iam::111122223333:role/job".to_owned(), ..JobRole::default() };
    Jobs::new(config).create(RUN_ID, "support-bot", &plan(), &role).await
}

fn error(status: &'static str, code: &str, words: &str) -> Reply {
    let body = format!("{{\"message\": \"{words}\"}}");
    Reply::new(status, body).with("x-amzn-errortype", code).with("content-type", "application/json")
}

#[tokio::test]
async fn a_creation_may_take_longer_than_other_calls() {
    let config = support::server(|_| async {
        tokio::time::sleep(4 * SHORT).await;
        Reply::new("201 Created", r#"{"jobArn": "arn:aws:bedrock:us-east-1:111122223333:model-customization-job/x/y"}"#)
    });
    let timeouts = TimeoutConfig::builder().read_timeout(SHORT).build();
    let config = config.await.to_builder().timeout_config(timeouts).build();
    Jobs::new(&config).get(RUN_ID).await.expect_err("any other call is given up");
    let started = create(&config).await.expect("answered");
    assert!(matches!(&started, CreateOutcome::Created(arn) if arn.ends_with("/x/y")), "{started:?}");
}

/// The first call may have created the job, and the answer to a second call would hide that.
#[tokio::test]
async fn a_creation_is_asked_for_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let config = support::server(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        async { error("500 Internal Server Error", "InternalServerException", "again, please") }
    });
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let config = config.await.to_builder().retry_config(retries).build();
    create(&config).await.expect_err("not answered");
    assert_eq!(asked.swap(0, Ordering::SeqCst), 1);
    Jobs::new(&config).get(RUN_ID).await.expect_err("not answered");
    assert_eq!(asked.load(Ordering::SeqCst), 3, "any other call is retried");
}

/// Code and message as Bedrock returns them: `local/src/bedrock/errors.rs` has their source.
#[tokio::test]
async fn a_name_in_use_is_not_a_refusal() {
    let words = "The provided job name is currently in use.";
    let config = support::server(move |_| async move { error("400 Bad Request", "ValidationException", words) });
    assert_eq!(create(&config.await).await.expect("answered"), CreateOutcome::NameInUse(words.to_owned()));
    let words = "The provided model identifier is invalid.";
    let config = support::server(move |_| async move { error("400 Bad Request", "ValidationException", words) });
    assert_eq!(create(&config.await).await.expect("answered"), CreateOutcome::Rejected(words.to_owned()));
}
