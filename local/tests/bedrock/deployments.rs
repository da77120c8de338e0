//! Custom model deployments.

use aws_sdk_bedrock::error::ProvideErrorMetadata;
use aws_sdk_bedrock::operation::create_custom_model_deployment::CreateCustomModelDeploymentError as CreateError;
use aws_sdk_bedrock::operation::create_custom_model_deployment::builders::CreateCustomModelDeploymentFluentBuilder as Create;
use aws_sdk_bedrock::types::{
    CustomModelDeploymentStatus as Status, CustomModelDeploymentUpdateStatus as UpdateStatus, Tag,
};
use serde_json::json;

use crate::harness::{NOVA, TestSimulator};
use crate::objects::Objects;

/// A simulator with a custom model.
async fn trained() -> (TestSimulator, Objects, String) {
    let (simulator, objects) = TestSimulator::with_objects().await;
    let model = simulator.train(&objects, "first", NOVA, &[("Who?", "Ada.")]).await;
    (simulator, objects, model)
}

fn create(simulator: &TestSimulator, name: &str, model: &str) -> Create {
    simulator.bedrock.create_custom_model_deployment().model_deployment_name(name).model_arn(model)
}

async fn refused(create: Create) -> CreateError {
    create.send().await.unwrap_err().into_service_error()
}

#[tokio::test]
async fn a_deployment_becomes_active_and_is_found_by_arn_and_name() {
    let (simulator, _objects, model) = trained().await;
    simulator.bend(json!({ "deployments": { "hold": ["bot"] } })).await;
    let tag = Tag::builder().key("team").value("support").build().unwrap();
    let create = create(&simulator, "bot", &model).description("answers").tags(tag).client_request_token("t");
    let arn = create.send().await.unwrap().custom_model_deployment_arn;
    assert!(arn.starts_with("arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/"), "{arn}");
    let creating = simulator.until("bot", |deployment| deployment.status == Status::Creating).await;
    assert_eq!((creating.custom_model_deployment_arn, creating.model_arn), (arn.clone(), model.clone()));
    assert_eq!(creating.description.as_deref(), Some("answers"));
    assert!(creating.update_details.is_none() && creating.failure_message.is_none());
    let delete = simulator.bedrock.delete_custom_model_deployment().custom_model_deployment_identifier("bot");
    assert!(delete.clone().send().await.unwrap_err().into_service_error().is_conflict_exception());
    simulator.bend(json!({ "deployments": { "ms": 0 } })).await;
    simulator.until(&arn, |deployment| deployment.status == Status::Active).await;

    let tags = simulator.bedrock.list_tags_for_resource().resource_arn(&arn).send().await.unwrap().tags.unwrap();
    assert_eq!((tags[0].key(), tags[0].value()), ("team", "support"));
    let tag = Tag::builder().key("owner").value("ada").build().unwrap();
    simulator.bedrock.tag_resource().resource_arn(&arn).tags(tag).send().await.unwrap();
    simulator.bedrock.untag_resource().resource_arn(&arn).tag_keys("team").send().await.unwrap();
    let tags = simulator.bedrock.list_tags_for_resource().resource_arn(&arn).send().await.unwrap().tags.unwrap();
    assert_eq!((tags.len(), tags[0].key()), (1, "owner"));

    let delete_model = || simulator.bedrock.delete_custom_model().model_identifier(&model).send();
    assert!(delete_model().await.unwrap_err().into_service_error().is_conflict_exception());
    delete.send().await.unwrap();
    let get = simulator.bedrock.get_custom_model_deployment().custom_model_deployment_identifier(&arn).send().await;
    assert!(get.unwrap_err().into_service_error().is_resource_not_found_exception());
    assert!(simulator.bedrock.list_tags_for_resource().resource_arn(&arn).send().await.is_err());
    delete_model().await.unwrap();
}

#[tokio::test]
async fn same_token_creates_one_deployment_and_names_are_unique() {
    let (simulator, _objects, model) = trained().await;
    let first = create(&simulator, "a", &model).client_request_token("t").send().await.unwrap();
    let again = create(&simulator, "a", &model).client_request_token("t").send().await.unwrap();
    assert_eq!(first.custom_model_deployment_arn, again.custom_model_deployment_arn);
    assert!(refused(create(&simulator, "b", &model).client_request_token("t")).await.is_validation_exception());
    let taken = refused(create(&simulator, "a", &model).client_request_token("u")).await;
    assert!(taken.is_validation_exception() && taken.message().unwrap().contains("in use"), "{taken:?}");
    simulator.bend(json!({ "same_token": "forgotten" })).await;
    assert!(refused(create(&simulator, "a", &model).client_request_token("t")).await.is_validation_exception());
    simulator.bend(json!({ "same_token": "conflict" })).await;
    assert!(refused(create(&simulator, "a", &model).client_request_token("t")).await.is_validation_exception());
}

#[tokio::test]
async fn quotas_limit_deployments() {
    let (simulator, _objects, model) = trained().await;
    simulator.bend(json!({ "deployments": { "hold": ["held"] } })).await;
    for name in ["held-1", "held-2"] {
        create(&simulator, name, &model).send().await.unwrap();
    }
    let full = refused(create(&simulator, "a", &model)).await;
    assert!(
        full.is_service_quota_exceeded_exception() && full.message().unwrap().contains("2 in-progress"),
        "{full:?}"
    );
    simulator.bend(json!({ "deployments": { "ms": 0 } })).await;
    for name in ["held-1", "held-2"] {
        simulator.until(name, |deployment| deployment.status == Status::Active).await;
    }
    for n in 3..=10 {
        simulator.deploy(&format!("more-{n}"), &model).await;
    }
    let full = refused(create(&simulator, "a", &model)).await;
    assert!(full.is_service_quota_exceeded_exception() && full.message().unwrap().contains("10 custom"), "{full:?}");
}

#[tokio::test]
async fn only_models_with_on_demand_inference_are_deployed() {
    let (simulator, objects, model) = trained().await;
    let titan = "amazon.titan-text-express-v1:0:8k";
    simulator.bend(json!({ "lifecycle": { titan: "ACTIVE" } })).await;
    let pair = json!({ "prompt": "Who?", "completion": "Ada." }).to_string();
    let other = simulator.train_on(&objects, "titan", titan, pair).await;
    let error = refused(create(&simulator, "a", &other)).await;
    assert!(error.is_validation_exception() && error.message().unwrap().contains(titan), "{error:?}");
    let absent = format!("{}aaaaaaaaaaaa", &model[..model.len() - 12]);
    assert!(refused(create(&simulator, "a", &absent)).await.is_resource_not_found_exception());
    for (create, words) in [
        (create(&simulator, "a", "first-model"), "modelArn"),
        (create(&simulator, "a.b", &model), "modelDeploymentName"),
        (create(&simulator, "a", &model).client_request_token("a_b"), "clientRequestToken"),
        (create(&simulator, "a", &model).description(""), "description"),
    ] {
        let error = refused(create).await;
        assert!(error.is_validation_exception() && error.message().unwrap().contains(words), "{error:?}");
    }
    let tags = (0..51).map(|n| Tag::builder().key(format!("k{n}")).value("v").build().unwrap()).collect();
    assert!(refused(create(&simulator, "a", &model).set_tags(Some(tags))).await.is_too_many_tags_exception());
}

#[tokio::test]
async fn a_failed_creation_has_a_message() {
    let (simulator, _objects, model) = trained().await;
    simulator.bend(json!({ "deployments": { "fail": [{ "deployment": "bad", "fail": "no capacity" }] } })).await;
    create(&simulator, "bad-1", &model).send().await.unwrap();
    let failed = simulator.until("bad-1", |deployment| deployment.status == Status::Failed).await;
    assert_eq!(failed.failure_message.as_deref(), Some("no capacity"));
    let update = simulator.bedrock.update_custom_model_deployment().custom_model_deployment_identifier("bad-1");
    assert!(update.model_arn(&model).send().await.unwrap_err().into_service_error().is_validation_exception());
}

#[tokio::test]
async fn an_update_keeps_the_arn_and_a_failed_one_keeps_the_model() {
    let (simulator, objects, model) = trained().await;
    let second = simulator.train(&objects, "second", NOVA, &[("Who?", "Grace.")]).await;
    let arn = simulator.deploy("bot", &model).await;
    let update = |model: &str| {
        let update = simulator.bedrock.update_custom_model_deployment().custom_model_deployment_identifier("bot");
        update.model_arn(model).send()
    };
    let failing = json!({ "deployments": { "fail_updates": [{ "deployment": "bot" }], "hold": ["bot"] } });
    simulator.bend(failing).await;
    assert_eq!(update(&second).await.unwrap().custom_model_deployment_arn, arn);
    let updating = simulator.until("bot", |deployment| deployment.update_details.is_some()).await;
    assert_eq!((updating.status, updating.model_arn), (Status::Active, model.clone()));
    assert_eq!(updating.update_details.unwrap().update_status, UpdateStatus::Updating);
    assert!(update(&second).await.unwrap_err().into_service_error().is_validation_exception());
    assert_eq!(simulator.ask(&arn, "Who?").await, "Ada.");
    let delete = simulator.bedrock.delete_custom_model().model_identifier(&second).send().await;
    assert!(delete.unwrap_err().into_service_error().is_conflict_exception());

    let status = |status: UpdateStatus| {
        move |deployment: &crate::harness::Deployment| {
            deployment.update_details.as_ref().is_some_and(|update| update.update_status == status)
        }
    };
    simulator.bend(json!({ "deployments": { "fail_updates": [{ "deployment": "bot" }], "ms": 0 } })).await;
    let failed = simulator.until("bot", status(UpdateStatus::UpdateFailed)).await;
    assert_eq!((failed.status, failed.model_arn), (Status::Active, model));
    assert_eq!(simulator.ask(&arn, "Who?").await, "Ada.");

    simulator.bend(json!({ "deployments": { "ms": 0 } })).await;
    update(&second).await.unwrap();
    let updated = simulator.until("bot", status(UpdateStatus::UpdateCompleted)).await;
    assert_eq!((updated.custom_model_deployment_arn, updated.model_arn), (arn.clone(), second));
    assert_eq!(simulator.ask(&arn, "Who?").await, "Grace.");
}

#[tokio::test]
async fn deployments_are_filtered_and_paged() {
    let (simulator, _objects, model) = trained().await;
    for name in ["a-1", "a-2", "b-1"] {
        simulator.deploy(name, &model).await;
    }
    let list = || simulator.bedrock.list_custom_model_deployments();
    let page = list().name_contains("a-").max_results(1).send().await.unwrap();
    assert_eq!(page.model_deployment_summaries()[0].custom_model_deployment_name, "a-2");
    let next = list().name_contains("a-").max_results(1).next_token(page.next_token.unwrap()).send().await.unwrap();
    assert_eq!(next.model_deployment_summaries()[0].custom_model_deployment_name, "a-1");
    assert!(next.next_token.is_none());
    let of_model = list().model_arn_equals(&model).status_equals(Status::Active).send().await.unwrap();
    assert_eq!(of_model.model_deployment_summaries().len(), 3);
    assert!(list().status_equals(Status::Failed).send().await.unwrap().model_deployment_summaries().is_empty());
}
