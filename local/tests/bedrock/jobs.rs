//! Reading, listing and stopping jobs.

use aws_sdk_bedrock::types::{CustomizationType, FineTuningJobStatus, ModelCustomizationJobStatus, Tag};
use serde_json::json;

use crate::harness::TestSimulator;

#[tokio::test]
async fn a_job_is_found_by_its_arn_and_by_its_name() {
    let simulator = TestSimulator::start().await;
    let tag = Tag::builder().key("team").value("support").build().unwrap();
    let create = simulator.job("a-1").client_request_token("a-1").hyper_parameters("epochCount", "3").job_tags(tag);
    let arn = create.send().await.unwrap().job_arn;
    assert!(
        arn.starts_with("arn:aws:bedrock:us-east-1:123456789012:model-customization-job/amazon.nova-lite-v1:0:300k/"),
        "{arn}"
    );
    for id in [arn.as_str(), "a-1"] {
        let job = simulator.bedrock.get_model_customization_job().job_identifier(id).send().await.unwrap();
        assert_eq!(job.job_arn, arn);
        assert_eq!(job.status, Some(ModelCustomizationJobStatus::InProgress));
        assert_eq!(job.client_request_token.as_deref(), Some("a-1"));
        assert_eq!(job.base_model_arn, "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k");
        assert_eq!(job.customization_type, Some(CustomizationType::FineTuning));
        assert_eq!(job.hyper_parameters.unwrap()["epochCount"], "3");
        assert!(job.end_time.is_none() && job.output_model_arn.is_none());
    }
    let tags = simulator.bedrock.list_tags_for_resource().resource_arn(&arn).send().await.unwrap().tags.unwrap();
    assert_eq!((tags[0].key(), tags[0].value()), ("team", "support"));
    let missing = simulator.bedrock.get_model_customization_job().job_identifier("b").send().await.unwrap_err();
    assert!(missing.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_stopped_job_stops_and_stays_stopped() {
    let simulator = TestSimulator::start().await;
    simulator.bend(json!({ "events": [{ "do": "lose" }], "phases_ms": [0, 0, 20] })).await;
    simulator.job("held").send().await.unwrap();
    let stop = || simulator.bedrock.stop_model_customization_job().job_identifier("held").send();
    let get = async || simulator.bedrock.get_model_customization_job().job_identifier("held").send().await.unwrap();
    stop().await.unwrap();
    stop().await.unwrap();
    while get().await.status == Some(ModelCustomizationJobStatus::Stopping) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let job = get().await;
    assert_eq!(job.status, Some(ModelCustomizationJobStatus::Stopped));
    assert!(job.end_time.is_some() && job.output_model_arn.is_none());
    stop().await.unwrap();
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let simulator = TestSimulator::start().await;
    for name in ["a-1", "a-2", "b-1"] {
        simulator.job(name).send().await.unwrap();
    }
    let list = || simulator.bedrock.list_model_customization_jobs();
    let page = list().name_contains("a-").max_results(1).send().await.unwrap();
    assert_eq!(page.model_customization_job_summaries()[0].job_name(), "a-2");
    let next = list().name_contains("a-").max_results(1).next_token(page.next_token.unwrap()).send().await.unwrap();
    assert_eq!(next.model_customization_job_summaries()[0].job_name(), "a-1");
    assert!(next.next_token.is_none());
    let done = list().status_equals(FineTuningJobStatus::Completed).send().await.unwrap();
    assert!(done.model_customization_job_summaries().is_empty());
    assert!(list().max_results(1_001).send().await.unwrap_err().into_service_error().is_validation_exception());
}
