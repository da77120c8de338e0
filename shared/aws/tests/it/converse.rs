//! Whole answers of models: what is sent, and what Bedrock's answers mean.

use std::sync::{Arc, Mutex};

use tunedrop_aws::{Asked, Failure, Inference};
use tunedrop_evaluation::{Answer, Prompt, Speaker, Turn};

use crate::support::{self, Reply, Request};

const ARN: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model-deployment/abcdefghijkl";

fn prompt() -> Prompt {
    let turn = |speaker, texts: &[&str]| Turn { speaker, texts: texts.iter().map(ToString::to_string).collect() };
    Prompt {
        system: vec!["Be brief.".to_owned()],
        turns: vec![
            turn(Speaker::User, &["What is", "a crate?"]),
            turn(Speaker::Assistant, &["A package."]),
            turn(Speaker::User, &["In Rust?"]),
        ],
    }
}

/// Asks a model of a server that always answers so. Returns the result, and the requests: method, target and body.
async fn ask(
    inference: impl Fn(Inference) -> Inference,
    model: &str,
    answer: impl Fn(usize) -> Reply + Send + Sync + 'static,
) -> (Result<Asked, Failure>, Vec<(String, String, String)>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let config = support::server(move |request: Request| {
        let line = (request.method.clone(), request.target.clone(), request.body.clone());
        let mut log = log.lock().expect("the log");
        log.push(line);
        let reply = answer(log.len());
        async move { reply }
    });
    let inference = inference(Inference::new(&config.await));
    let result = inference.converse(model, &prompt(), 64).await;
    let asked = asked.lock().expect("the log").clone();
    (result, asked)
}

fn answered(blocks: &str, more: &str) -> Reply {
    let body = format!(
        "{{\"output\": {{\"message\": {{\"role\": \"assistant\", \"content\": [{blocks}]}}}}, \"stopReason\": \"end_turn\"{more}}}"
    );
    Reply::ok(body).with("content-type", "application/json")
}

fn error(status: &'static str, code: &str, words: &str) -> Reply {
    let body = format!("{{\"message\": \"{words}\"}}");
    Reply::new(status, body).with("content-type", "application/json").with("x-amzn-errortype", code)
}

/// API reference, Converse.
#[tokio::test]
async fn prompt_is_sent_at_temperature_0_and_the_answer_has_its_usage() {
    let usage = ", \"usage\": {\"inputTokens\": 12, \"outputTokens\": 3, \"totalTokens\": 15}, \"metrics\": {\"latencyMs\": 250}";
    let (result, asked) =
        ask(|it| it, ARN, move |_| answered("{\"text\": \"Yes.\"}, {\"text\": \"It is.\"}", usage)).await;
    let answer =
        Answer { text: "Yes.\nIt is.".to_owned(), latency_ms: Some(250), tokens_in: Some(12), tokens_out: Some(3) };
    assert_eq!(result.expect("an answer"), Asked::Answered { answer, stop: "end_turn".to_owned() });
    let (method, target, body) = &asked[0];
    let id = ARN.replace(':', "%3A").replace('/', "%2F");
    assert_eq!((method.as_str(), target.as_str()), ("POST", format!("/model/{id}/converse").as_str()));
    let text = |text: &str| serde_json::json!({ "text": text });
    let expected = serde_json::json!({
        "system": [text("Be brief.")],
        "messages": [
            { "role": "user", "content": [text("What is"), text("a crate?")] },
            { "role": "assistant", "content": [text("A package.")] },
            { "role": "user", "content": [text("In Rust?")] },
        ],
        "inferenceConfig": { "maxTokens": 64, "temperature": 0.0 },
    });
    assert_eq!(serde_json::from_str::<serde_json::Value>(body).expect("JSON"), expected);
}

#[tokio::test]
async fn answer_without_text_and_usage_is_empty() {
    let (result, _) = ask(|it| it, ARN, |_| answered("", "")).await;
    let Ok(Asked::Answered { answer, .. }) = result else { panic!("{result:?}") };
    assert_eq!((answer.text.as_str(), answer.tokens_in, answer.tokens_out), ("", None, None));
    assert!(answer.latency_ms.is_some(), "measured here");
}

#[tokio::test]
async fn each_error_has_its_meaning() {
    let profile = "Invocation of model ID a with on-demand throughput isn't supported. Retry your request with the ID or ARN of an inference profile that contains this model.";
    for (status, code, words, expected) in [
        ("400 Bad Request", "ValidationException", profile, Asked::WantsProfile),
        (
            "400 Bad Request",
            "ValidationException",
            "The provided model identifier is invalid.",
            Asked::NoModel("The provided model identifier is invalid.".to_owned()),
        ),
        ("400 Bad Request", "ValidationException", "Too long.", Asked::Unanswered("Too long.".to_owned())),
        ("424 Failed Dependency", "ModelErrorException", "Broken.", Asked::Unanswered("Broken.".to_owned())),
        ("403 Forbidden", "AccessDeniedException", "No access.", Asked::NoModel("No access.".to_owned())),
        ("404 Not Found", "ResourceNotFoundException", "Not there.", Asked::NoModel("Not there.".to_owned())),
    ] {
        let (result, _) = ask(|it| it, "amazon.nova-lite-v1:0", move |_| error(status, code, words)).await;
        assert_eq!(result.expect(code), expected);
    }
    for (status, code) in [
        ("429 Too Many Requests", "ThrottlingException"),
        ("503 Service Unavailable", "ServiceUnavailableException"),
        ("500 Internal Server Error", "InternalServerException"),
    ] {
        let (result, _) = ask(|it| it, ARN, move |_| error(status, code, "Later.")).await;
        let failure = result.expect_err(code);
        assert!(failure.cause.contains(code) && !failure.to_string().contains("Later."), "{failure}");
    }
}

#[tokio::test]
async fn throttled_call_is_repeated() {
    let (result, asked) = ask(Inference::patient, ARN, |times| match times {
        1 => error("429 Too Many Requests", "ThrottlingException", "Too many requests"),
        _ => answered("{\"text\": \"Yes.\"}", ""),
    })
    .await;
    assert!(matches!(result, Ok(Asked::Answered { .. })), "{result:?}");
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0], asked[1]);
}
