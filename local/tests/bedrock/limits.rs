//! Lifecycles, quotas, and injected faults.

use aws_sdk_bedrock::error::ProvideErrorMetadata;
use aws_sdk_bedrock::types::FoundationModelLifecycleStatus;
use serde_json::json;

use crate::harness::{NOVA, TestSimulator, refused};

#[tokio::test]
async fn lifecycle_decides_who_may_start() {
    let simulator = TestSimulator::start().await;
    let get = async |id: &str| simulator.bedrock.get_foundation_model().model_identifier(id).send().await;
    let status = async |id: &str| get(id).await.unwrap().model_details.unwrap().model_lifecycle.unwrap().status;
    assert_eq!(status(NOVA).await, FoundationModelLifecycleStatus::Active);
    assert_eq!(status("amazon.nova-lite-v1:0").await, FoundationModelLifecycleStatus::Active);
    let titan = "amazon.titan-text-express-v1:0:8k";
    assert!(get(titan).await.unwrap_err().into_service_error().is_resource_not_found_exception());
    assert!(refused(simulator.job("a").base_model_identifier(titan)).await.is_resource_not_found_exception());

    simulator.bend(json!({ "lifecycle": { NOVA: "LEGACY", titan: "ACTIVE" } })).await;
    assert_eq!(status(NOVA).await, FoundationModelLifecycleStatus::Legacy);
    assert!(refused(simulator.job("a")).await.is_validation_exception());
    simulator.job("a").base_model_identifier(titan).hyper_parameters("learningRate", "0.00005").send().await.unwrap();
}

#[tokio::test]
async fn quota_errors_differ_from_validation_errors() {
    let simulator = TestSimulator::start().await;
    for n in 0..10 {
        simulator.job(&format!("held-{n}")).send().await.unwrap();
    }
    let error = refused(simulator.job("one-more")).await;
    assert!(
        error.is_service_quota_exceeded_exception() && error.message().unwrap().contains("10 scheduled"),
        "{error:?}"
    );
    simulator.bend(json!({ "slots": 11 })).await;
    simulator.job("one-more").send().await.unwrap();
    simulator.bend(json!({ "slots": 20, "models": 11 })).await;
    assert!(refused(simulator.job("and-another")).await.message().unwrap().contains("11 custom models"));
}

#[tokio::test]
async fn calls_fail_when_a_fault_is_set() {
    let simulator = TestSimulator::start().await;
    let create = "CreateModelCustomizationJob";
    let throttled = json!({ "operation": create, "error": "ThrottlingException", "times": 1 });
    simulator.bend(json!({ "calls": [throttled] })).await;
    assert!(refused(simulator.job("a")).await.is_throttling_exception());
    simulator.job("a").send().await.unwrap();

    let lost = json!({ "operation": create, "error": "InternalServerException", "after": true, "times": 1 });
    simulator.bend(json!({ "calls": [lost] })).await;
    assert!(refused(simulator.job("b")).await.is_internal_server_exception());
    simulator.bedrock.get_model_customization_job().job_identifier("b").send().await.unwrap();
    let wrong = reqwest::Client::new()
        .post(format!("{}/_simulator/faults", simulator.url))
        .json(&json!({ "slot": 1 }))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 400);
}
