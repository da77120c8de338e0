//! The request of CreateModelCustomizationJob for each customization type.

use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::operation::create_model_customization_job::builders::CreateModelCustomizationJobFluentBuilder as Request;
use aws_sdk_bedrock::types::{
    CustomizationConfig, CustomizationType, DistillationConfig, GraderConfig, InvocationLogSource,
    InvocationLogsConfig, LambdaGraderConfig, OutputDataConfig, ReasoningEffort, RftConfig, RftHyperParameters, Tag,
    TeacherModelConfig, TrainingDataConfig, ValidationDataConfig, Validator, VpcConfig,
};
use tunedrop_run::{Plan, RUN_TAG};
use tunedrop_validation::Customization;

use super::JobRole;

/// Returns the request. The error is a sentence that says what the plan lacks.
pub(super) fn request(
    client: &Client,
    run_id: &str,
    dataset: &str,
    plan: &Plan,
    role: &JobRole,
) -> Result<Request, String> {
    let sdk = |error: aws_sdk_bedrock::error::BuildError| error.to_string();
    let mut request = client
        .create_model_customization_job()
        .job_name(run_id)
        .custom_model_name(&plan.model_name)
        .client_request_token(run_id)
        .role_arn(&role.role_arn)
        .base_model_identifier(&plan.base_model)
        .customization_type(CustomizationType::from(plan.customization.api_name()))
        .training_data_config(training(plan)?)
        .output_data_config(OutputDataConfig::builder().s3_uri(&plan.output).build().map_err(sdk)?)
        .set_custom_model_kms_key_id(role.kms_key.clone());
    if let Some(validation) = &plan.validation {
        let validator = Validator::builder().s3_uri(validation).build().map_err(sdk)?;
        request =
            request.validation_data_config(ValidationDataConfig::builder().validators(validator).build().map_err(sdk)?);
    }
    if !role.subnets.is_empty() {
        let vpc = VpcConfig::builder()
            .set_subnet_ids(Some(role.subnets.clone()))
            .set_security_group_ids(Some(role.security_groups.clone()));
        request = request.vpc_config(vpc.build().map_err(sdk)?);
    }
    let own = [("tunedrop:stack", role.stack.as_str()), ("tunedrop:dataset", dataset), (RUN_TAG, run_id)];
    for (key, value) in plan.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).chain(own) {
        let tag = Tag::builder().key(key).value(value).build().map_err(sdk)?;
        request = request.job_tags(tag.clone()).custom_model_tags(tag);
    }
    match plan.customization {
        Customization::Distillation => {
            Ok(request.customization_config(distillation(plan)?).set_hyper_parameters(plain(plan)))
        }
        Customization::ReinforcementFineTuning => Ok(request.customization_config(reinforcement(plan)?)),
        _ => Ok(request.set_hyper_parameters(plain(plan))),
    }
}

/// Returns a map of strings. An unset hyperparameter isn't sent, and neither is an empty map.
fn plain(plan: &Plan) -> Option<std::collections::HashMap<String, String>> {
    let all = plan.hyperparameters.clone().into_iter().collect::<std::collections::HashMap<_, _>>();
    (!all.is_empty()).then_some(all)
}

fn training(plan: &Plan) -> Result<TrainingDataConfig, String> {
    let config = TrainingDataConfig::builder();
    if let Some(logs) = &plan.invocation_logs {
        let logs = InvocationLogsConfig::builder()
            .use_prompt_response(logs.use_responses)
            .invocation_log_source(InvocationLogSource::S3Uri(logs.prefix.clone()));
        return Ok(config.invocation_logs_config(logs.build()).build());
    }
    let train = plan.train.as_ref().ok_or("the run has neither a training file nor invocation logs")?;
    Ok(config.s3_uri(train).build())
}

fn distillation(plan: &Plan) -> Result<CustomizationConfig, String> {
    let section = plan.distillation.as_ref().ok_or("distillation needs a teacher")?;
    let teacher = TeacherModelConfig::builder()
        .teacher_model_identifier(&section.teacher)
        .set_max_response_length_for_inference(section.max_response_length)
        .build()
        .map_err(|error| error.to_string())?;
    Ok(CustomizationConfig::DistillationConfig(DistillationConfig::builder().teacher_model_config(teacher).build()))
}

/// Reinforcement fine-tuning has typed hyperparameters in a structure of their own (API reference, RFTHyperParameters).
fn reinforcement(plan: &Plan) -> Result<CustomizationConfig, String> {
    let section = plan.reinforcement.as_ref().ok_or("reinforcement fine-tuning needs a grader")?;
    let mut typed = RftHyperParameters::builder();
    for (name, text) in &plan.hyperparameters {
        let int = || text.parse::<i32>().map_err(|_| format!("the hyperparameter {name} must be a whole number"));
        typed = match name.as_str() {
            "epochCount" => typed.epoch_count(int()?),
            "batchSize" => typed.batch_size(int()?),
            "maxPromptLength" => typed.max_prompt_length(int()?),
            "trainingSamplePerPrompt" => typed.training_sample_per_prompt(int()?),
            "inferenceMaxTokens" => typed.inference_max_tokens(int()?),
            "evalInterval" => typed.eval_interval(int()?),
            "learningRate" => {
                typed.learning_rate(text.parse().map_err(|_| format!("the hyperparameter {name} must be a number"))?)
            }
            "reasoningEffort" => typed.reasoning_effort(ReasoningEffort::from(text.as_str())),
            _ => return Err(format!("reinforcement fine-tuning has no hyperparameter {name}")),
        };
    }
    let grader = GraderConfig::LambdaGrader(
        LambdaGraderConfig::builder().lambda_arn(&section.grader).build().map_err(|error| error.to_string())?,
    );
    let typed = (!plan.hyperparameters.is_empty()).then(|| typed.build());
    Ok(CustomizationConfig::RftConfig(RftConfig::builder().grader_config(grader).set_hyper_parameters(typed).build()))
}
