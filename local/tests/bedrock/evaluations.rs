//! Evaluation jobs with answers that the dataset has already.

use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::error::ProvideErrorMetadata;
use aws_sdk_bedrock::operation::create_evaluation_job::CreateEvaluationJobError as CreateError;
use aws_sdk_bedrock::operation::create_evaluation_job::builders::CreateEvaluationJobFluentBuilder as Create;
use aws_sdk_bedrock::operation::get_evaluation_job::GetEvaluationJobOutput as Job;
use aws_sdk_bedrock::types::{
    ApplicationType, AutomatedEvaluationConfig, BedrockEvaluatorModel, EvaluationBedrockModel, EvaluationConfig,
    EvaluationDataset, EvaluationDatasetLocation, EvaluationDatasetMetricConfig, EvaluationInferenceConfig,
    EvaluationJobStatus as Status, EvaluationModelConfig, EvaluationOutputDataConfig,
    EvaluationPrecomputedInferenceSource, EvaluationTaskType, EvaluatorModelConfig,
};
use serde_json::{Value, json};

use crate::harness::{ROLE, TestSimulator};
use crate::objects::Objects;

const JUDGE: &str = "us.amazon.nova-pro-v1:0";

/// A dataset with a good and a bad answer of the model `tuned`.
pub(crate) fn dataset() -> String {
    let row = |answer: &str| {
        json!({ "prompt": "Where is order 17?", "referenceResponse": "It ships tomorrow.",
            "modelResponses": [{ "response": answer, "modelIdentifier": "tuned" }] })
        .to_string()
    };
    [row("It ships tomorrow."), row("Bananas.")].join("\n")
}

/// A job with a judge, on `s3://bucket/<key>`.
fn evaluate(bedrock: &Client, name: &str, key: &str, judge: Option<&str>, metric: &str) -> Create {
    let place = EvaluationDatasetLocation::S3Uri(format!("s3://bucket/{key}"));
    let dataset = EvaluationDataset::builder().name("held-out").dataset_location(place).build().unwrap();
    let config = EvaluationDatasetMetricConfig::builder().task_type(EvaluationTaskType::from("General"));
    let config = config.dataset(dataset).metric_names(metric).build().unwrap();
    let mut automated = AutomatedEvaluationConfig::builder().dataset_metric_configs(config);
    if let Some(judge) = judge {
        let judge = BedrockEvaluatorModel::builder().model_identifier(judge).build().unwrap();
        automated = automated.evaluator_model_config(EvaluatorModelConfig::BedrockEvaluatorModels(vec![judge]));
    }
    let source = EvaluationPrecomputedInferenceSource::builder().inference_source_identifier("tuned").build().unwrap();
    bedrock
        .create_evaluation_job()
        .job_name(name)
        .role_arn(ROLE)
        .application_type(ApplicationType::ModelEvaluation)
        .evaluation_config(EvaluationConfig::Automated(automated.build().unwrap()))
        .inference_config(EvaluationInferenceConfig::Models(vec![EvaluationModelConfig::PrecomputedInferenceSource(
            source,
        )]))
        .output_data_config(EvaluationOutputDataConfig::builder().s3_uri("s3://bucket/out/").build().unwrap())
}

pub(crate) fn judged(bedrock: &Client, name: &str) -> Create {
    evaluate(bedrock, name, "set.jsonl", Some(JUDGE), "Builtin.Correctness")
}

async fn refused(create: Create) -> CreateError {
    create.send().await.unwrap_err().into_service_error()
}

/// Waits until a job has ended.
pub(crate) async fn ended(bedrock: &Client, arn: &str) -> Job {
    loop {
        let job = bedrock.get_evaluation_job().job_identifier(arn).send().await.unwrap();
        if !matches!(job.status, Status::InProgress | Status::Stopping) {
            return job;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

async fn with_dataset(text: &str) -> (TestSimulator, Objects) {
    let (simulator, objects) = TestSimulator::with_objects().await;
    simulator.bend(json!({ "evaluations": { "ms": 0 } })).await;
    objects.put("set.jsonl", text.to_owned());
    (simulator, objects)
}

#[tokio::test]
async fn a_judge_scores_each_answer() {
    let (simulator, objects) = with_dataset(&dataset()).await;
    let arn = judged(&simulator.bedrock, "first").client_request_token("t").send().await.unwrap().job_arn;
    assert_eq!(judged(&simulator.bedrock, "first").client_request_token("t").send().await.unwrap().job_arn, arn);
    let job = ended(&simulator.bedrock, &arn).await;
    assert_eq!((job.status, job.job_name.as_str()), (Status::Completed, "first"));
    assert!(job.failure_messages.unwrap_or_default().is_empty());
    let [(key, text)] = objects.below("out/first/").try_into().unwrap();
    let parts: Vec<&str> = key.split('/').collect();
    assert_eq!((parts[3..8].join("/").as_str(), parts[2].len()), ("models/tuned/taskTypes/General/datasets", 36));
    assert!(parts[8] == "held-out" && parts[9].ends_with("_output.jsonl"), "{key}");
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let scores: Vec<&Value> = rows.iter().map(|row| &row["automatedEvaluationResult"]["scores"][0]).collect();
    assert_eq!(scores.iter().map(|score| score["result"].as_f64().unwrap()).collect::<Vec<_>>(), [1.0, 0.0]);
    assert_eq!(scores[0]["metricName"], "Builtin.Correctness");
    assert!(scores[0]["evaluatorDetails"][0]["explanation"].is_string());
    assert_eq!(rows[0]["modelResponses"], json!([{ "response": "It ships tomorrow.", "modelIdentifier": "tuned" }]));
    assert_eq!(rows[0]["inputRecord"]["referenceResponse"], "It ships tomorrow.");
    let list = simulator.bedrock.list_evaluation_jobs().status_equals(Status::Completed).send().await.unwrap();
    let summary = &list.job_summaries()[0];
    assert_eq!((summary.job_arn(), summary.evaluator_model_identifiers()[0].as_str()), (arn.as_str(), JUDGE));
    let named = |part: &str| simulator.bedrock.list_evaluation_jobs().name_contains(part).send();
    assert_eq!(named(&summary.job_name()[..3]).await.unwrap().job_summaries().len(), 1);
    let refused = named("job-").await.unwrap_err().into_service_error();
    assert!(refused.is_validation_exception(), "a filter has the pattern of a name, without a hyphen at its end");
}

#[tokio::test]
async fn a_program_scores_answers_too() {
    let (simulator, objects) = with_dataset(&dataset()).await;
    let create = evaluate(&simulator.bedrock, "computed", "set.jsonl", None, "Builtin.Accuracy");
    ended(&simulator.bedrock, &create.send().await.unwrap().job_arn).await;
    let [(_, text)] = objects.below("out/computed/").try_into().unwrap();
    let row: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(row["automatedEvaluationResult"]["scores"], json!([{ "metricName": "Accuracy", "result": 1.0 }]));
}

#[tokio::test]
async fn a_judge_can_answer_nonsense() {
    let (simulator, objects) = with_dataset(&vec![dataset(); 10].join("\n")).await;
    simulator.bend(json!({ "evaluations": { "ms": 0, "nonsense": 0.5, "seed": 1 } })).await;
    let arn = judged(&simulator.bedrock, "odd").send().await.unwrap().job_arn;
    assert_eq!(ended(&simulator.bedrock, &arn).await.status, Status::Completed);
    let [(_, text)] = objects.below("out/odd/").try_into().unwrap();
    let sane = |line: &&str| {
        let row: Option<Value> = serde_json::from_str(line).ok();
        let score = row.map(|row| row["automatedEvaluationResult"]["scores"][0].clone()).unwrap_or_default();
        score["result"].as_f64().is_some_and(|score| score <= 1.0) && score["evaluatorDetails"][0].is_object()
    };
    let count = text.lines().filter(sane).count();
    assert!(text.lines().count() == 20 && (4..17).contains(&count), "{count}");
}

#[tokio::test]
async fn a_job_fails_over_its_data() {
    let (simulator, objects) = with_dataset("").await;
    let row = |responses: Value| json!({ "prompt": "a", "modelResponses": responses }).to_string();
    let good = json!({ "response": "b", "modelIdentifier": "tuned" });
    let cases = [
        ("empty", String::new(), "not a JSON object"),
        ("promptless", "{}".to_owned(), "no prompt"),
        ("none", row(json!([])), "exactly one of modelResponses"),
        ("two", row(json!([good, good])), "exactly one of modelResponses"),
        ("other", row(json!([{ "response": "b", "modelIdentifier": "base" }])), "modelIdentifier other than tuned"),
        ("long", vec![row(json!([good])); 1_001].join("\n"), "at most 1000"),
    ];
    for (name, text, words) in cases {
        let key = format!("{name}.jsonl");
        objects.put(&key, text);
        let create = evaluate(&simulator.bedrock, name, &key, Some(JUDGE), "Builtin.Correctness");
        let job = ended(&simulator.bedrock, &create.send().await.unwrap().job_arn).await;
        assert_eq!(job.status, Status::Failed, "{name}");
        assert!(job.failure_messages.unwrap()[0].contains(words), "{name}");
    }
    let absent = evaluate(&simulator.bedrock, "absent", "absent.jsonl", Some(JUDGE), "Builtin.Correctness");
    assert_eq!(ended(&simulator.bedrock, &absent.send().await.unwrap().job_arn).await.status, Status::Failed);
}

#[tokio::test]
async fn a_stopped_evaluation_stays_stopped() {
    let (simulator, objects) = with_dataset(&dataset()).await;
    simulator.bend(json!({ "evaluations": { "ms": 0, "hold": ["held"], "in_progress": 1 } })).await;
    let arn = judged(&simulator.bedrock, "held").send().await.unwrap().job_arn;
    assert!(refused(judged(&simulator.bedrock, "more")).await.is_service_quota_exceeded_exception());
    let stop = || simulator.bedrock.stop_evaluation_job().job_identifier(&arn).send();
    stop().await.unwrap();
    assert_eq!(ended(&simulator.bedrock, &arn).await.status, Status::Stopped);
    stop().await.unwrap();
    assert!(objects.below("out/").is_empty());
    simulator.bend(json!({ "evaluations": { "ms": 0, "fail": [{ "job": "fails", "fail": "no capacity" }] } })).await;
    let failed = ended(&simulator.bedrock, &judged(&simulator.bedrock, "fails").send().await.unwrap().job_arn).await;
    assert_eq!(failed.failure_messages(), ["no capacity"]);
    let stop = simulator.bedrock.stop_evaluation_job().job_identifier(failed.job_arn).send().await;
    assert!(stop.unwrap_err().into_service_error().is_conflict_exception());
}

#[tokio::test]
async fn evaluations_that_are_not_possible_are_refused() {
    let (simulator, _objects) = with_dataset(&dataset()).await;
    judged(&simulator.bedrock, "taken").send().await.unwrap();
    assert!(refused(judged(&simulator.bedrock, "taken")).await.is_conflict_exception());
    let deployment = "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/aaaaaaaaaaaa";
    let called = |id: &str| {
        let model = EvaluationBedrockModel::builder().model_identifier(id).build().unwrap();
        EvaluationInferenceConfig::Models(vec![EvaluationModelConfig::BedrockModel(model)])
    };
    let with = |judge, metric| evaluate(&simulator.bedrock, "a", "set.jsonl", judge, metric);
    let cases = [
        (judged(&simulator.bedrock, "A"), "jobName"),
        (with(Some("amazon.nova-lite-v1:0"), "Builtin.Correctness"), "evaluator model amazon.nova-lite-v1:0"),
        (with(Some(deployment), "Builtin.Correctness"), "evaluatorModelConfig.modelIdentifier"),
        (with(Some(JUDGE), "Builtin.Accuracy"), "metric Builtin.Accuracy"),
        (with(None, "Builtin.Correctness"), "metric Builtin.Correctness"),
        (
            judged(&simulator.bedrock, "a").inference_config(called(deployment)),
            "inferenceConfig.models.member.modelIdentifier",
        ),
        (judged(&simulator.bedrock, "a").application_type(ApplicationType::RagEvaluation), "knowledge bases"),
    ];
    for (create, words) in cases {
        let error = refused(create).await;
        assert!(error.is_validation_exception() && error.message().unwrap().contains(words), "{error:?}");
    }
}
