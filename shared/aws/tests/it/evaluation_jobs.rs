//! Evaluation jobs: what is sent, and what Bedrock's answers mean.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tunedrop_aws::{EvaluationJobs, JudgeJob};
use tunedrop_run::evaluation::{JudgeAnswer, JudgeState};

use crate::support::{self, Reply, Request};

const ARN: &str = "arn:aws:bedrock:us-east-1:111122223333:evaluation-job/abcdefghijkl";
const OTHER: &str = "arn:aws:bedrock:us-east-1:111122223333:evaluation-job/bcdefghijklm";

fn job() -> JudgeJob {
    JudgeJob {
        name: "tunedrop-9f86d081884c".to_owned(),
        role: "arn:aws:iam::111122223333:role/judge".to_owned(),
        judge: "amazon.nova-pro-v1:0".to_owned(),
        metrics: vec!["Builtin.Correctness".to_owned()],
        dataset: "s3://drops/evaluations/bot-000000000001/1/judge/base.jsonl".to_owned(),
        label: "base".to_owned(),
        output: "s3://drops/evaluations/bot-000000000001/1/judge/output/".to_owned(),
        tags: vec![("tunedrop:stack".to_owned(), "prod".to_owned())],
    }
}

/// The jobs of a server, and the requests that it got: method, target and body.
async fn jobs(
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (EvaluationJobs, Arc<Mutex<Vec<(String, String, String)>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let config = support::server(move |request: Request| {
        let line = (request.method.clone(), request.target.clone(), request.body.clone());
        log.lock().expect("the log").push(line);
        let reply = answer(&request);
        async move { reply }
    });
    (EvaluationJobs::new(&config.await), asked)
}

fn reply(status: &'static str, body: &Value) -> Reply {
    Reply::new(status, body.to_string()).with("content-type", "application/json")
}

fn error(status: &'static str, code: &str) -> Reply {
    reply(status, &json!({ "message": "words" })).with("x-amzn-errortype", code)
}

/// User guide, "Create a model evaluation job using an LLM as a judge".
#[tokio::test]
async fn creation_names_the_judge_and_the_answers() {
    let (jobs, asked) = jobs(|_| reply("202 Accepted", &json!({ "jobArn": ARN }))).await;
    assert_eq!(jobs.create(&job()).await.expect("answered"), JudgeAnswer::Accepted(ARN.to_owned()));
    let (method, target, body) = asked.lock().expect("the log")[0].clone();
    assert_eq!((method.as_str(), target.as_str()), ("POST", "/evaluation-jobs"));
    let expected = json!({
        "jobName": "tunedrop-9f86d081884c",
        "clientRequestToken": "tunedrop-9f86d081884c",
        "roleArn": "arn:aws:iam::111122223333:role/judge",
        "jobTags": [{ "key": "tunedrop:stack", "value": "prod" }],
        "applicationType": "ModelEvaluation",
        "evaluationConfig": { "automated": {
            "datasetMetricConfigs": [{
                "taskType": "General",
                "dataset": {
                    "name": "held-out",
                    "datasetLocation": { "s3Uri": "s3://drops/evaluations/bot-000000000001/1/judge/base.jsonl" },
                },
                "metricNames": ["Builtin.Correctness"],
            }],
            "evaluatorModelConfig": { "bedrockEvaluatorModels": [{ "modelIdentifier": "amazon.nova-pro-v1:0" }] },
        } },
        "inferenceConfig": { "models": [{ "precomputedInferenceSource": { "inferenceSourceIdentifier": "base" } }] },
        "outputDataConfig": { "s3Uri": "s3://drops/evaluations/bot-000000000001/1/judge/output/" },
    });
    assert_eq!(serde_json::from_str::<Value>(&body).expect("JSON"), expected);
}

#[tokio::test]
async fn job_of_an_earlier_call_is_found_by_its_name() {
    let summary = |name: &str, arn: &str| {
        json!({
            "jobName": name, "jobArn": arn, "status": "InProgress", "jobType": "Automated",
            "evaluationTaskTypes": ["General"], "creationTime": "2026-12-01T10:00:00Z",
        })
    };
    let list =
        json!({ "jobSummaries": [summary("tunedrop-9f86d081884c1", OTHER), summary("tunedrop-9f86d081884c", ARN)] });
    let (jobs, asked) = jobs(move |request| match request.method.as_str() {
        "POST" => error("400 Bad Request", "ConflictException"),
        _ => reply("200 OK", &list),
    })
    .await;
    assert_eq!(jobs.create(&job()).await.expect("answered"), JudgeAnswer::Accepted(ARN.to_owned()));
    let asked = asked.lock().expect("the log");
    let (_, target, _) = asked.last().expect("a list");
    assert!(
        target.starts_with("/evaluation-jobs?") && target.contains("nameContains=tunedrop-9f86d081884c"),
        "{target}"
    );
}

#[tokio::test]
async fn refusals_are_final_or_not() {
    for (status, code, expected) in [
        ("400 Bad Request", "ServiceQuotaExceededException", Some(JudgeAnswer::Later("words".to_owned()))),
        ("403 Forbidden", "AccessDeniedException", Some(JudgeAnswer::Later("words".to_owned()))),
        ("400 Bad Request", "ValidationException", Some(JudgeAnswer::Refused("words".to_owned()))),
        ("500 Internal Server Error", "InternalServerException", None),
    ] {
        let (jobs, _) = jobs(move |_| error(status, code)).await;
        assert_eq!(jobs.create(&job()).await.ok(), expected, "{code}");
    }
}

#[tokio::test]
async fn state_is_over_when_bedrock_says_so() {
    for (status, failures, expected) in [
        ("InProgress", json!([]), JudgeState::InProgress),
        ("Stopping", json!([]), JudgeState::InProgress),
        ("Archiving", json!([]), JudgeState::InProgress),
        ("Completed", json!([]), JudgeState::Completed),
        ("Failed", json!(["no access", "to the bucket"]), JudgeState::Ended("no access; to the bucket".to_owned())),
        ("Stopped", json!([]), JudgeState::Ended("the evaluation job is Stopped".to_owned())),
    ] {
        let shown = json!({
            "jobName": "tunedrop-9f86d081884c", "jobArn": ARN, "status": status, "failureMessages": failures,
            "roleArn": "r", "jobType": "Automated", "creationTime": "2026-12-01T10:00:00Z",
        });
        let (jobs, _) = jobs(move |_| reply("200 OK", &shown)).await;
        assert_eq!(jobs.state(ARN).await.expect("answered"), expected, "{status}");
    }
    let (jobs, _) = jobs(|_| error("404 Not Found", "ResourceNotFoundException")).await;
    assert!(matches!(jobs.state(ARN).await, Ok(JudgeState::Unknown)));
}

/// A list of jobs: name, ARN and status.
fn summaries(jobs: &[(&str, &str, &str)]) -> Value {
    let summary = |(name, arn, status): &(&str, &str, &str)| {
        json!({
            "jobName": name, "jobArn": arn, "status": status, "jobType": "Automated",
            "evaluationTaskTypes": ["General"], "creationTime": "2026-12-01T10:00:00Z",
        })
    };
    json!({ "jobSummaries": jobs.iter().map(summary).collect::<Vec<_>>() })
}

#[tokio::test]
async fn jobs_of_an_evaluation_are_stopped_by_their_names() {
    for (status, is_stopped, is_over) in [
        ("InProgress", true, false),
        ("Stopping", false, false),
        ("Stopped", false, true),
        ("Completed", false, true),
        ("Failed", false, true),
    ] {
        let list = summaries(&[("bot-0-0", ARN, status), ("robot-0-0", OTHER, "InProgress")]);
        let (jobs, asked) = jobs(move |request| match request.method.as_str() {
            "POST" => reply("200 OK", &json!({})),
            _ => reply("200 OK", &list),
        })
        .await;
        assert_eq!(jobs.stop_all("bot-0-").await.expect("answered"), is_over, "{status}");
        let asked = asked.lock().expect("the log");
        let filter = asked[0].1.split(['?', '&']).find_map(|part| part.strip_prefix("nameContains="));
        assert_eq!(filter, Some("bot-0"), "the API takes no filter that ends in a hyphen");
        let stopped: Vec<&str> = asked[1..].iter().map(|(_, target, _)| target.as_str()).collect();
        let expected = format!("/evaluation-job/{}/stop", ARN.replace(':', "%3A").replace('/', "%2F"));
        assert_eq!(stopped, if is_stopped { vec![expected.as_str()] } else { vec![] }, "{status}");
    }
}

#[tokio::test]
async fn stopping_a_job_that_has_ended_is_no_error() {
    for (status, code, is_ok) in [
        ("400 Bad Request", "ConflictException", true),
        ("404 Not Found", "ResourceNotFoundException", true),
        ("500 Internal Server Error", "InternalServerException", false),
    ] {
        let list = summaries(&[("bot-0-0", ARN, "InProgress")]);
        let (jobs, _) = jobs(move |request| match request.method.as_str() {
            "POST" => error(status, code),
            _ => reply("200 OK", &list),
        })
        .await;
        assert_eq!(jobs.stop_all("bot-0-").await.is_ok(), is_ok, "{code}");
    }
}
