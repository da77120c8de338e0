//! The requirements of each type of customization on a request.

use serde_json::Value;

use super::base_models::TEACHERS;
use super::errors::{self, Refusal};
use super::hyperparameters;
use super::names::Base;
use super::patterns;
use super::request::{CreateRequest, Customization};
use super::state::Simulator;

/// Checks that the model supports this type of customization, with the given data and configuration.
pub(super) fn check(simulator: &Simulator, request: &CreateRequest, base: &Base) -> Result<(), Refusal> {
    let (kind, model) = (request.kind(), base.model);
    if !model.kinds.contains(&kind) {
        return Err(errors::KIND_UNSUPPORTED.with(&[&model.id, &kind]));
    }
    let logs = request.training_data_config.as_ref().and_then(|data| data.invocation_logs_config.as_ref());
    let logs_allowed = matches!(kind, "DISTILLATION" | "REINFORCEMENT_FINE_TUNING");
    match (request.training_uri(), logs) {
        (Some(_), None) => {}
        (None, Some(_)) if logs_allowed => {}
        (None, Some(_)) => {
            return Err(errors::LOGS_UNSUPPORTED.with(&[&kind]));
        }
        _ => {
            return Err(errors::TRAINING_DATA.refusal());
        }
    }
    if request.training_uri().is_some_and(|uri| uri.ends_with('/')) {
        return Err(errors::TRAINING_FOLDER.refusal());
    }
    let validation = !request.validation_uris().is_empty();
    if validation && (!model.validation || kind == "DISTILLATION") {
        return Err(errors::VALIDATION_UNSUPPORTED.with(&[&model.id, &kind]));
    }
    let given = request.hyper_parameters.clone().unwrap_or_default();
    match (kind, &request.customization_config) {
        ("DISTILLATION", Some(Customization::DistillationConfig(config))) => {
            check_teacher(simulator, config, base)?;
            hyperparameters::check(model.id, model.hyperparameters, &given)
        }
        ("REINFORCEMENT_FINE_TUNING", Some(Customization::RftConfig(config))) => {
            check_grader(config)?;
            hyperparameters::check(model.id, &[], &given)
        }
        ("DISTILLATION" | "REINFORCEMENT_FINE_TUNING", _) => Err(errors::CONFIG_MISSING.with(&[&kind])),
        (_, Some(_)) => Err(errors::CONFIG_UNSUPPORTED.with(&[&kind])),
        (_, None) => hyperparameters::check(model.id, model.hyperparameters, &given),
    }
}

fn check_teacher(simulator: &Simulator, config: &Value, base: &Base) -> Result<(), Refusal> {
    let teacher = &config["teacherModelConfig"];
    let Some(named) = teacher["teacherModelIdentifier"].as_str() else {
        return Err(errors::TEACHER_MISSING.refusal());
    };
    let length = &teacher["maxResponseLengthForInference"];
    if !length.is_null() && length.as_i64().is_none_or(|length| length < 1) {
        return Err(errors::TEACHER_LENGTH.refusal());
    }
    let id = named.rsplit('/').next().unwrap_or_default();
    let geography = ["us.", "eu.", "apac.", "global."].into_iter().find_map(|prefix| id.strip_prefix(prefix));
    let region = simulator.config.region.as_str();
    let fits = TEACHERS.iter().any(|(teacher, regions, profile_only, students)| {
        let reached = geography == Some(teacher) || id == *teacher && !profile_only;
        reached && regions.contains(&region) && students.contains(&base.model.id)
    });
    if fits {
        return Ok(());
    }
    Err(errors::TEACHER_UNFIT.with(&[&named, &base.model.id]))
}

fn check_grader(config: &Value) -> Result<(), Refusal> {
    let grader = config["graderConfig"]["lambdaGrader"]["lambdaArn"].as_str();
    if !grader.is_some_and(patterns::lambda_arn) {
        return Err(errors::GRADER.refusal());
    }
    match &config["hyperParameters"] {
        Value::Null => Ok(()),
        given => hyperparameters::check_graded(given),
    }
}
