//! What a request to create a job must contain.

use aws_sdk_bedrock::error::ProvideErrorMetadata;
use aws_sdk_bedrock::types::{
    CustomizationConfig, CustomizationType, DistillationConfig, GraderConfig, LambdaGraderConfig, RftConfig,
    RftHyperParameters, Tag, TeacherModelConfig, TrainingDataConfig, ValidationDataConfig, Validator,
};
use serde_json::json;

use crate::harness::{NOVA, TestSimulator, refused};

#[tokio::test]
async fn same_token_creates_one_job() {
    let simulator = TestSimulator::start().await;
    let first = simulator.job("a").client_request_token("t").send().await.unwrap().job_arn;
    let again = simulator.job("a").client_request_token("t").send().await.unwrap().job_arn;
    assert_eq!(first, again);
    assert!(refused(simulator.job("b").client_request_token("t")).await.is_conflict_exception());
    simulator.bend(json!({ "same_token": "conflict" })).await;
    assert!(refused(simulator.job("a").client_request_token("t")).await.is_conflict_exception());
    let seen = simulator.seen().await;
    assert_eq!(seen["jobs"].as_array().unwrap().len(), 1);
    assert_eq!(seen["jobs"][0]["creates"], 3);
    assert_eq!(seen["jobs"][0]["request"]["jobName"], "a");
    assert_eq!(seen["calls"]["CreateModelCustomizationJob"], 4);
}

#[tokio::test]
async fn job_names_are_unique() {
    let simulator = TestSimulator::start().await;
    simulator.job("a").send().await.unwrap();
    let taken = [simulator.job("a").custom_model_name("other"), simulator.job("b").custom_model_name("a-model")];
    for create in &taken {
        let error = refused(create.clone()).await;
        assert!(error.is_validation_exception(), "{error:?}");
        assert!(error.message().unwrap().ends_with("name is currently in use."), "{error:?}");
    }
    for (way, is_conflict) in [("conflict", true), ("other-words", false)] {
        simulator.bend(json!({ "name_in_use": way })).await;
        for create in &taken {
            assert_eq!(refused(create.clone()).await.is_conflict_exception(), is_conflict, "{way}");
        }
    }
}

#[tokio::test]
async fn refusals_name_the_invalid_member() {
    let simulator = TestSimulator::start().await;
    let data = |uri: &str| TrainingDataConfig::builder().s3_uri(uri).build();
    let cases = [
        (simulator.job("a_b"), "jobName"),
        (simulator.job("a").custom_model_name("a.b"), "customModelName"),
        (simulator.job("a").role_arn("zzz"), "roleArn"),
        (simulator.job("a").client_request_token("a_b"), "clientRequestToken"),
        (simulator.job("a").training_data_config(data("nope")), "s3Uri"),
        (simulator.job("a").training_data_config(data("s3://bucket/folder/")), "not a directory"),
        (simulator.job("a").base_model_identifier("amazon.nova-lite-v1:0"), "model identifier is invalid"),
        (
            simulator.job("a").base_model_identifier("meta.llama3-3-70b-instruct-v1:0:128k"),
            "model identifier is invalid",
        ),
        (simulator.job("a").customization_type(CustomizationType::ContinuedPreTraining), "CONTINUED_PRE_TRAINING"),
        (simulator.job("a").customization_type(CustomizationType::from("TUNE")), "customizationType"),
        (simulator.job("a").hyper_parameters("epochCount", "banana"), "epochCount"),
        (simulator.job("a").hyper_parameters("epochCount", "6"), "epochCount"),
        (simulator.job("a").hyper_parameters("learningRate", "0.1"), "learningRate"),
        (simulator.job("a").hyper_parameters("batchSize", "1"), "batchSize"),
    ];
    for (create, words) in cases {
        let error = refused(create).await;
        assert!(error.is_validation_exception(), "{error:?}");
        assert!(error.message().unwrap().contains(words), "{error:?}");
    }
    let tags = (0..51).map(|n| Tag::builder().key(format!("k{n}")).value("v").build().unwrap()).collect();
    assert!(refused(simulator.job("a").set_job_tags(Some(tags))).await.is_too_many_tags_exception());
}

#[tokio::test]
async fn distillation_and_reinforcement_need_their_configuration() {
    let simulator = TestSimulator::start().await;
    let distill = |name: &str, teacher: &str| {
        let teacher = TeacherModelConfig::builder()
            .teacher_model_identifier(teacher)
            .max_response_length_for_inference(1_000)
            .build()
            .unwrap();
        let config = DistillationConfig::builder().teacher_model_config(teacher).build();
        let kind = CustomizationType::Distillation;
        simulator
            .job(name)
            .customization_type(kind)
            .customization_config(CustomizationConfig::DistillationConfig(config))
    };
    distill("d1", "amazon.nova-pro-v1:0").send().await.unwrap();
    distill("d2", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0")
        .send()
        .await
        .unwrap();
    assert!(refused(distill("d3", "amazon.nova-premier-v1:0")).await.is_validation_exception());
    assert!(
        refused(simulator.job("d4").customization_type(CustomizationType::Distillation))
            .await
            .is_validation_exception()
    );

    let reinforce = |name: &str, epochs: i32| {
        let lambda = LambdaGraderConfig::builder()
            .lambda_arn("arn:aws:lambda:us-east-1:123456789012:function:grade")
            .build()
            .unwrap();
        let numbers = RftHyperParameters::builder().epoch_count(epochs).learning_rate(1e-7).build();
        let config =
            RftConfig::builder().grader_config(GraderConfig::LambdaGrader(lambda)).hyper_parameters(numbers).build();
        let create = simulator.job(name).customization_type(CustomizationType::ReinforcementFineTuning);
        create
            .base_model_identifier("amazon.nova-2-lite-v1:0:256k")
            .customization_config(CustomizationConfig::RftConfig(config))
    };
    reinforce("r1", 50).send().await.unwrap();
    assert!(refused(reinforce("r2", 51)).await.message().unwrap().contains("epochCount"));
    assert!(refused(reinforce("r3", 1).base_model_identifier(NOVA)).await.is_validation_exception());

    let validator = Validator::builder().s3_uri("s3://bucket/validation.jsonl").build().unwrap();
    let validation = ValidationDataConfig::builder().validators(validator).build().unwrap();
    let create = simulator.job("v").validation_data_config(validation);
    assert!(
        refused(create.clone().base_model_identifier("amazon.nova-2-lite-v1:0:256k")).await.is_validation_exception()
    );
    create.send().await.unwrap();
}
