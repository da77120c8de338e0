//! Provisioned Throughput.

use aws_sdk_bedrock::error::ProvideErrorMetadata;
use aws_sdk_bedrock::operation::create_provisioned_model_throughput::CreateProvisionedModelThroughputError as CreateError;
use aws_sdk_bedrock::operation::create_provisioned_model_throughput::builders::CreateProvisionedModelThroughputFluentBuilder as Create;
use aws_sdk_bedrock::operation::get_provisioned_model_throughput::GetProvisionedModelThroughputOutput as Throughput;
use aws_sdk_bedrock::types::{CommitmentDuration, ProvisionedModelStatus as Status};
use serde_json::json;

use crate::harness::{NOVA, TestSimulator, one};
use crate::objects::Objects;

async fn trained() -> (TestSimulator, Objects, String) {
    let (simulator, objects) = TestSimulator::with_objects().await;
    simulator.bend(json!({ "throughputs": { "ms": 0 } })).await;
    let model = simulator.train(&objects, "first", NOVA, &[("Who?", "Ada.")]).await;
    (simulator, objects, model)
}

fn create(simulator: &TestSimulator, name: &str, model: &str) -> Create {
    simulator.bedrock.create_provisioned_model_throughput().provisioned_model_name(name).model_id(model).model_units(2)
}

async fn refused(create: Create) -> CreateError {
    create.send().await.unwrap_err().into_service_error()
}

async fn until(simulator: &TestSimulator, name: &str, is: impl Fn(&Throughput) -> bool) -> Throughput {
    loop {
        let get = simulator.bedrock.get_provisioned_model_throughput().provisioned_model_id(name);
        let throughput = get.send().await.unwrap();
        if is(&throughput) {
            return throughput;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn throughput_comes_into_service_and_answers() {
    let (simulator, _objects, model) = trained().await;
    simulator.bend(json!({ "throughputs": { "ms": 0, "hold": ["bot"] } })).await;
    let arn = create(&simulator, "bot", &model).client_request_token("t").send().await.unwrap().provisioned_model_arn;
    let again = create(&simulator, "bot", &model).client_request_token("t").send().await.unwrap();
    assert_eq!(again.provisioned_model_arn, arn);
    let creating = until(&simulator, "bot", |one| one.status == Status::Creating).await;
    assert_eq!((creating.model_units, creating.commitment_duration), (2, None));
    assert_eq!(creating.foundation_model_arn, format!("arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"));
    let (status, code, _) = simulator.refusal(&arn, &one("Who?")).await;
    assert_eq!((status, code.as_str()), (429, "ModelNotReadyException"));
    let delete = || simulator.bedrock.delete_provisioned_model_throughput().provisioned_model_id(&arn).send();
    assert!(delete().await.unwrap_err().into_service_error().is_conflict_exception());

    simulator.bend(json!({ "throughputs": { "ms": 0 } })).await;
    until(&simulator, "bot", |one| one.status == Status::InService).await;
    assert_eq!(simulator.ask(&arn, "Who?").await, "Ada.");
    let delete_model = || simulator.bedrock.delete_custom_model().model_identifier(&model).send();
    assert!(delete_model().await.unwrap_err().into_service_error().is_conflict_exception());
    let list = simulator.bedrock.list_provisioned_model_throughputs().status_equals(Status::InService).send().await;
    assert_eq!(list.unwrap().provisioned_model_summaries()[0].provisioned_model_name(), "bot");
    delete().await.unwrap();
    assert!(delete().await.unwrap_err().into_service_error().is_resource_not_found_exception());
    delete_model().await.unwrap();
}

#[tokio::test]
async fn throughput_takes_another_custom_model_of_the_same_base() {
    let (simulator, objects, model) = trained().await;
    let second = simulator.train(&objects, "second", NOVA, &[("Who?", "Grace.")]).await;
    let micro = simulator.train(&objects, "micro", "amazon.nova-micro-v1:0:128k", &[]).await;
    let arn = create(&simulator, "bot", &model).send().await.unwrap().provisioned_model_arn;
    until(&simulator, "bot", |one| one.status == Status::InService).await;
    let update = || simulator.bedrock.update_provisioned_model_throughput().provisioned_model_id(&arn);
    let other = update().desired_model_id(&micro).send().await.unwrap_err().into_service_error();
    assert!(other.is_validation_exception() && other.message().unwrap().contains("base model"), "{other:?}");

    simulator.bend(json!({ "throughputs": { "ms": 0, "hold": ["bot"] } })).await;
    update().desired_model_id(&second).send().await.unwrap();
    let updating = until(&simulator, "bot", |one| one.status == Status::Updating).await;
    assert_eq!((updating.model_arn, updating.desired_model_arn), (model.clone(), second.clone()));
    assert_eq!(simulator.ask(&arn, "Who?").await, "Ada.");
    let failing = json!({ "ms": 0, "fail": [{ "deployment": "bot", "fail": "no capacity" }] });
    simulator.bend(json!({ "throughputs": failing })).await;
    let failed = until(&simulator, "bot", |one| one.status == Status::InService).await;
    assert_eq!((failed.model_arn, failed.failure_message.as_deref()), (model, Some("no capacity")));

    simulator.bend(json!({ "throughputs": { "ms": 0 } })).await;
    update().desired_model_id(&second).desired_provisioned_model_name("new").send().await.unwrap();
    until(&simulator, "new", |one| one.status == Status::InService && one.model_arn == second).await;
    assert_eq!(simulator.ask(&arn, "Who?").await, "Grace.");
}

#[tokio::test]
async fn throughput_that_is_not_possible_is_refused() {
    let (simulator, _objects, model) = trained().await;
    for (create, words) in [
        (create(&simulator, "a", &model).model_units(0), "modelUnits"),
        (create(&simulator, "a.b", &model), "provisionedModelName"),
        (create(&simulator, "a", "amazon.titan-text-premier-v1:0:32k"), "not supported for the model"),
        (create(&simulator, "a", "amazon.nova-canvas-v1:0"), "Legacy"),
        (create(&simulator, "a", "absent"), "model identifier is invalid"),
        (create(&simulator, "a", &model).commitment_duration(CommitmentDuration::from("Year")), "commitmentDuration"),
    ] {
        let error = refused(create).await;
        assert!(error.is_validation_exception() && error.message().unwrap().contains(words), "{error:?}");
    }
    create(&simulator, "taken", &model).send().await.unwrap();
    assert!(refused(create(&simulator, "taken", &model)).await.message().unwrap().contains("in use"));
    simulator.bend(json!({ "throughputs": { "ms": 0, "units": 3 } })).await;
    assert!(refused(create(&simulator, "a", &model)).await.is_service_quota_exceeded_exception());

    simulator.bend(json!({ "throughputs": { "ms": 0 } })).await;
    create(&simulator, "kept", &model).commitment_duration(CommitmentDuration::OneMonth).send().await.unwrap();
    let kept = until(&simulator, "kept", |one| one.status == Status::InService).await;
    assert!(kept.commitment_expiration_time > Some(kept.creation_time));
    let delete = simulator.bedrock.delete_provisioned_model_throughput().provisioned_model_id("kept").send().await;
    assert!(delete.unwrap_err().into_service_error().message().unwrap().contains("commitment"));
}
