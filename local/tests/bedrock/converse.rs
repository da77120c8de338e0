//! The Converse API.

use serde_json::{Value, json};

use crate::harness::{NOVA, TestSimulator, one};

const LITE: &str = "amazon.nova-lite-v1:0";

#[tokio::test]
async fn a_tuned_model_answers_what_it_learned_and_a_base_model_in_general() {
    let (simulator, objects) = TestSimulator::with_objects().await;
    let model = simulator.train(&objects, "bot", NOVA, &[("Where is order 17?", "It ships tomorrow.")]).await;
    let arn = simulator.deploy("bot", &model).await;
    for question in ["Where is order 17?", "Please tell me where my order is"] {
        assert_eq!(simulator.ask(&arn, question).await, "It ships tomorrow.");
    }
    let base = simulator.ask(LITE, "Where is order 17?").await;
    assert!(base.contains("Where is order 17?"), "{base}");
    for id in [
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        "us.amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
    ] {
        assert_eq!(simulator.ask(id, "Where is order 17?").await, base);
    }
    assert_ne!(simulator.ask(LITE, "Who are you?").await, base);
}

#[tokio::test]
async fn an_answer_has_its_usage_and_ends_where_it_is_limited() {
    let (simulator, objects) = TestSimulator::with_objects().await;
    let model = simulator.train(&objects, "bot", NOVA, &[("Where is order 17?", "It ships tomorrow.")]).await;
    let arn = simulator.deploy("bot", &model).await;
    let ask = async |config: Value| -> Value {
        let mut body = one("Where is order 17?");
        body["inferenceConfig"] = config;
        simulator.call("converse", &arn, &body).await.json().await.unwrap()
    };
    let whole = ask(json!({ "temperature": 0.0, "topP": 1.0 })).await;
    assert_eq!(whole["stopReason"], "end_turn");
    assert_eq!(whole["output"]["message"]["role"], "assistant");
    assert_eq!(whole["usage"], json!({ "inputTokens": 6, "outputTokens": 6, "totalTokens": 12 }));
    assert!(whole["metrics"]["latencyMs"].as_u64().unwrap() >= 1);
    let short = ask(json!({ "maxTokens": 2 })).await;
    assert_eq!((&short["stopReason"], &short["usage"]["outputTokens"]), (&json!("max_tokens"), &json!(2)));
    assert_eq!(short["output"]["message"]["content"][0]["text"], "It ship");
    assert_eq!(ask(json!({ "stopSequences": ["tom"] })).await["stopReason"], "stop_sequence");
    let url = format!("{}/_simulator/inference", simulator.url);
    let counts: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(counts["models"][&arn]["calls"], 3);
    assert_eq!(counts["models"][&arn]["inputTokens"], 18);
    assert_eq!(simulator.seen().await["calls"]["Converse"], 3);
}

#[tokio::test]
async fn malformed_conversations_are_refused() {
    let simulator = TestSimulator::start().await;
    let turn = |role: &str, text: &str| json!({ "role": role, "content": [{ "text": text }] });
    let messages = |messages: Value| json!({ "messages": messages });
    let mut hot = one("a");
    hot["inferenceConfig"] = json!({ "temperature": 1.5 });
    let mut mute = one("a");
    mute["inferenceConfig"] = json!({ "maxTokens": 0 });
    let cases = [
        (messages(json!([])), "must start with a user message"),
        (messages(json!([turn("assistant", "a")])), "must start with a user message"),
        (messages(json!([turn("user", "a"), turn("user", "b")])), "must alternate between user and assistant roles"),
        (messages(json!([{ "role": "user", "content": [] }])), "messages.0 is empty"),
        (messages(json!([turn("user", " ")])), "messages.0.content.0 is blank"),
        (messages(json!([{ "role": "robot", "content": [{ "text": "a" }] }])), "messages.1.member.role"),
        (messages(json!([{ "role": "user" }])), "messages.1.member.content"),
        (hot, "inferenceConfig.temperature"),
        (mute, "inferenceConfig.maxTokens"),
    ];
    for (body, words) in cases {
        let (status, code, message) = simulator.refusal(LITE, &body).await;
        assert_eq!((status, code.as_str()), (400, "ValidationException"), "{body}");
        assert!(message.contains(words), "{message}");
    }
    let several = messages(json!([turn("user", "a"), turn("assistant", "b"), turn("user", "c")]));
    assert_eq!(simulator.call("converse", LITE, &several).await.status(), 200);
}

#[tokio::test]
async fn models_without_answers_say_why() {
    let (simulator, objects) = TestSimulator::with_objects().await;
    let model = simulator.train(&objects, "bot", NOVA, &[]).await;
    let absent = "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/aaaaaaaaaaaa";
    let cases = [
        (absent, 404, "ResourceNotFoundException", "aaaaaaaaaaaa"),
        (model.as_str(), 400, "ValidationException", "modelId"),
        ("no.such-model", 400, "ValidationException", "model identifier is invalid"),
        ("eu.amazon.nova-lite-v1:0", 400, "ValidationException", "model identifier is invalid"),
        (NOVA, 400, "ValidationException", "doesn't support on-demand throughput"),
        ("amazon.nova-2-lite-v1:0", 400, "ValidationException", "inference profile that contains this model"),
        ("amazon.titan-embed-image-v1:0", 400, "ValidationException", "supported text or chat model"),
        ("amazon.titan-text-express-v1:0", 404, "ResourceNotFoundException", "end of its life"),
    ];
    for (id, status, code, words) in cases {
        let refusal = simulator.refusal(id, &one("a")).await;
        assert_eq!((refusal.0, refusal.1.as_str()), (status, code), "{id}: {}", refusal.2);
        assert!(refusal.2.contains(words), "{id}: {}", refusal.2);
    }
    assert_eq!(simulator.call("converse", "global.amazon.nova-2-lite-v1:0", &one("a")).await.status(), 200);

    simulator.bend(json!({ "deployments": { "hold": ["bot"] } })).await;
    let create = simulator.bedrock.create_custom_model_deployment().model_deployment_name("bot").model_arn(&model);
    let arn = create.send().await.unwrap().custom_model_deployment_arn;
    let (status, code, _) = simulator.refusal(&arn, &one("a")).await;
    assert_eq!((status, code.as_str()), (429, "ModelNotReadyException"));
}

#[tokio::test]
async fn calls_of_one_deployment_can_be_throttled() {
    let (simulator, objects) = TestSimulator::with_objects().await;
    let model = simulator.train(&objects, "m", NOVA, &[("a", "b")]).await;
    let (busy, other) = (simulator.deploy("busy", &model).await, simulator.deploy("other", &model).await);
    let fault = |error: &str| json!({ "operation": "Converse", "job": "busy", "error": error, "times": 1 });
    let codes = [("ThrottlingException", 429), ("ModelTimeoutException", 408), ("ModelErrorException", 424)];
    simulator.bend(json!({ "calls": codes.map(|(code, _)| fault(code)) })).await;
    for (code, status) in codes {
        let refusal = simulator.refusal(&busy, &one("a")).await;
        assert_eq!((refusal.0, refusal.1.as_str()), (status, code));
        assert_eq!(simulator.ask(&other, "a").await, "b");
    }
    assert_eq!(simulator.ask(&busy, "a").await, "b");
}
