//! Every error that the stand-in answers with, and where it is known from.
//!
//! AWS documents the codes of each operation and hardly any words. What launch makes of a code or of words must rest on
//! something that was seen; so each error here has the place where it was, or the mark that it is invented.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Airflow's operator compares these words, and its test answers with this code.
const AIRFLOW: &str =
    "https://github.com/apache/airflow/blob/main/providers/amazon/tests/unit/amazon/aws/operators/test_bedrock.py";
/// Messages that users met when they created fine-tuning jobs. The page has no error codes.
const FINE_TUNING: &str = "https://repost.aws/knowledge-center/bedrock-fine-tuning-errors";
/// InvokeModel. The fine-tuning page has the same words for the creation of a job.
const MODEL: &str = "https://github.com/langchain-ai/langchain-aws/issues/252";
/// GetFoundationModel.
const RETIRED: &str = "https://github.com/BerriAI/litellm/pull/42053";
/// InvokeModelWithResponseStream.
const UNRESOLVED: &str = "https://github.com/aws-samples/bedrock-chat/issues/91";
/// InvokeModelWithResponseStream's `modelId`.
const CONSTRAINT: &str = "https://github.com/aws-samples/amazon-bedrock-client-for-mac/issues/11";
/// CreateModelCustomizationJob, denied by a service control policy.
const DENIED: &str = "https://github.com/aws-samples/amazon-bedrock-workshop/issues/233";
/// ListFoundationModels, which supports no resources, like every list here.
const DENIED_LIST: &str = "https://github.com/aws-samples/dify-self-hosted-on-aws/issues/74";
/// A call with keys that AWS doesn't know, of a model.
const UNKNOWN_KEYS: &str = "https://github.com/vercel/ai/issues/4163";

/// Where an error is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Code and words were seen of this operation.
    Seen(&'static str),
    /// The words were seen of this operation; the code is a guess.
    Words(&'static str),
    /// Code and words were seen of another operation.
    Elsewhere(&'static str),
    /// Words, and where the API reference doesn't say when it is answered the code, too, are a guess.
    Invented,
}
use Source::{Elsewhere, Invented, Seen, Words};

/// An error that the stand-in answers with.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Which operations answer it.
    pub operation: &'static str,
    /// Its code.
    pub code: &'static str,
    /// Its words; `{}` stands for what depends on the request.
    pub words: &'static str,
    /// Where it is known from.
    pub source: Source,
}

/// The table, and a list of all of it.
macro_rules! errors {
    ($($name:ident: $operation:expr, $code:literal, $words:expr, $source:expr;)*) => {
        $(pub(super) const $name: Known =
            Known { operation: $operation, code: $code, words: $words, source: $source };)*
        /// Every error.
        pub const ERRORS: &[Known] = &[$($name),*];
    };
}

const ANY: &str = "every operation";
const CREATE: &str = "CreateModelCustomizationJob";
const JOBS: &str = "GetModelCustomizationJob, StopModelCustomizationJob";
const STOP: &str = "StopModelCustomizationJob";
const LISTS: &str = "every list";
const MODELS: &str = "GetCustomModel, DeleteCustomModel";
const TAGS: &str = "ListTagsForResource, TagResource, UntagResource";

errors! {
    JOB_NAME_IN_USE: CREATE, "ValidationException", "The provided job name is currently in use.", Seen(AIRFLOW);
    MODEL_NAME_IN_USE: CREATE, "ValidationException", "The provided custom model name is currently in use.", Invented;
    TOKEN_OF_ANOTHER: CREATE, "ConflictException", "The client request token was used with other parameters", Invented;
    TOKEN_IN_USE: CREATE, "ConflictException", "A request with this client request token is already known", Invented;
    MODEL_INVALID: CREATE, "ValidationException", "The provided model identifier is invalid.", Elsewhere(MODEL);
    MODEL_LEGACY: CREATE, "ValidationException",
        "The model {} is in Legacy status; new customization jobs can't be created with it", Invented;
    MODEL_RETIRED: CREATE, "ResourceNotFoundException", "This model version has reached the end of its life.",
        Elsewhere(RETIRED);
    JOBS_FULL: CREATE, "ServiceQuotaExceededException",
        "You have reached the limit of {} scheduled model customization jobs for your account in this Region", Invented;
    MODELS_FULL: CREATE, "ServiceQuotaExceededException",
        "You have reached the limit of {} custom models for your account", Invented;
    RECORDS_FULL: CREATE, "ServiceQuotaExceededException",
        "The number of training and validation records exceeds your account's quota for this model", Invented;
    CONSTRAINT_BROKEN: CREATE, "ValidationException", "1 validation error detected: {}", Elsewhere(CONSTRAINT);
    CONSTRAINTS_BROKEN: CREATE, "ValidationException", "{} validation errors detected: {}", Invented;
    TOO_MANY_JOB_TAGS: CREATE, "TooManyTagsException",
        "The number of tags exceeds the limit of 50 tags per resource", Invented;
    TRAINING_FOLDER: CREATE, "ValidationException",
        "Invalid training input data configuration. Check the input data S3 Uris (Uri should be a file, not a directory) and retry request",
        Words(FINE_TUNING);
    TRAINING_DATA: CREATE, "ValidationException",
        "trainingDataConfig must hold exactly one of s3Uri, invocationLogsConfig", Invented;
    KIND_UNSUPPORTED: CREATE, "ValidationException", "The model {} does not support the customization type {}", Invented;
    LOGS_UNSUPPORTED: CREATE, "ValidationException", "invocationLogsConfig is not supported for {}", Invented;
    VALIDATION_UNSUPPORTED: CREATE, "ValidationException",
        "A validation dataset is not supported for the model {} with {}", Invented;
    CONFIG_MISSING: CREATE, "ValidationException", "customizationConfig must hold the configuration of {}", Invented;
    CONFIG_UNSUPPORTED: CREATE, "ValidationException", "customizationConfig is not supported for {}", Invented;
    TEACHER_MISSING: CREATE, "ValidationException", "teacherModelIdentifier must not be null", Invented;
    TEACHER_LENGTH: CREATE, "ValidationException", "maxResponseLengthForInference must be a positive integer", Invented;
    TEACHER_UNFIT: CREATE, "ValidationException", "The teacher model {} can't be used with the student model {}", Invented;
    GRADER: CREATE, "ValidationException",
        "graderConfig.lambdaGrader.lambdaArn must be the ARN of a Lambda function", Invented;
    HYPERPARAMETER_UNKNOWN: CREATE, "ValidationException",
        "The hyperparameter {} is not supported for the model {}", Invented;
    HYPERPARAMETER_MISSING: CREATE, "ValidationException",
        "The hyperparameter {} is required for the model {}", Invented;
    HYPERPARAMETER_RANGE: CREATE, "ValidationException",
        "The value {} of the hyperparameter {} must be between {} and {}", Invented;
    HYPERPARAMETER_TYPE: CREATE, "ValidationException",
        "The value {} of the hyperparameter {} is not a number of its type", Invented;
    HYPERPARAMETERS: CREATE, "SerializationException", "hyperParameters must be a structure", Invented;
    REASONING_EFFORT: CREATE, "ValidationException", "reasoningEffort must be one of low, medium, high", Invented;
    JOB_UNKNOWN: JOBS, "ResourceNotFoundException", "The provided job identifier {} could not be found", Invented;
    JOB_OVER: STOP, "ConflictException", "The job is in {} status and can't be stopped", Invented;
    CUSTOM_MODEL_UNKNOWN: MODELS, "ResourceNotFoundException", "Could not find the custom model {}", Invented;
    FOUNDATION_MODEL_UNKNOWN: "GetFoundationModel", "ResourceNotFoundException",
        "Could not resolve the foundation model from the provided model identifier.", Elsewhere(UNRESOLVED);
    RESOURCE_UNKNOWN: TAGS, "ResourceNotFoundException", "Could not find the resource {}", Invented;
    TAG_BROKEN: TAGS, "ValidationException", "1 validation error detected: {}", Elsewhere(CONSTRAINT);
    TOO_MANY_TAGS: TAGS, "TooManyTagsException",
        "The number of tags exceeds the limit of 50 tags per resource", Invented;
    PAGE_SIZE: LISTS, "ValidationException", "maxResults must be between 1 and 1000", Invented;
    PAGE_TOKEN: LISTS, "ValidationException", "The provided nextToken is invalid", Invented;
    FILTER_TIME: LISTS, "ValidationException", "{} is not a time", Invented;
    FILTER_ENUM: LISTS, "ValidationException", "1 validation error detected: {}", Elsewhere(CONSTRAINT);
    NO_AUTHENTICATION: ANY, "MissingAuthenticationTokenException", "Missing Authentication Token", Invented;
    UNKNOWN_CLIENT: ANY, "UnrecognizedClientException",
        "The security token included in the request is invalid.", Elsewhere(UNKNOWN_KEYS);
    NOT_AUTHORIZED: ANY, "AccessDeniedException",
        "User: {} is not authorized to perform: {} on resource: {} {}", Seen(DENIED);
    NOT_AUTHORIZED_TO_LIST: LISTS, "AccessDeniedException",
        "User: {} is not authorized to perform: {} {}", Elsewhere(DENIED_LIST);
    BODY_BROKEN: ANY, "SerializationException", "{}", Invented;
    OPERATION_UNKNOWN: ANY, "UnknownOperationException",
        "The requested operation is not recognized by the service.", Invented;
    IAM_SILENT: ANY, "InternalServerException", "The emulator's IAM did not answer", Invented;
    BEND_BROKEN: "the control API of tests", "ValidationException", "{}", Invented;
}

impl Known {
    /// The answer; each of `parts` takes the place of a `{}`.
    pub(super) fn with(&self, parts: &[&dyn std::fmt::Display]) -> Refusal {
        let (mut words, mut parts) = (self.words.split("{}"), parts.iter());
        let mut message = words.next().unwrap_or_default().to_owned();
        for rest in words {
            message.extend(parts.next().map(ToString::to_string));
            message.push_str(rest);
        }
        Refusal::new(self.code, message)
    }

    /// The answer of an error without parts.
    pub(super) fn refusal(&self) -> Refusal {
        self.with(&[])
    }
}

/// An error of Bedrock's API: its code, HTTP status and words. Made of a [`Known`] one, or as a test wants it.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: String,
    message: String,
}

impl Refusal {
    fn new(code: &str, message: String) -> Self {
        let status = match code {
            "AccessDeniedException" | "UnrecognizedClientException" | "MissingAuthenticationTokenException" => 403,
            "ResourceNotFoundException" | "UnknownOperationException" => 404,
            "ThrottlingException" => 429,
            "InternalServerException" => 500,
            "ServiceUnavailableException" => 503,
            _ => 400,
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        Self { status, code: code.to_owned(), message }
    }

    /// What a test has set with [`CallFault`](super::CallFault).
    pub(super) fn bent(code: &str, message: &str) -> Self {
        Self::new(code, message.to_owned())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let headers = [("x-amzn-errortype", self.code)];
        (self.status, headers, Json(json!({ "message": self.message }))).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One more here is one more thing to see in a real account; docs/reliability.md names this list.
    #[test]
    fn what_is_invented_is_listed() {
        let invented: Vec<String> = ERRORS
            .iter()
            .filter(|error| error.source == Invented)
            .map(|error| format!("{}: {}: {}", error.operation, error.code, error.words))
            .collect();
        let listed: Vec<&str> = include_str!("invented.txt").lines().collect();
        assert_eq!(invented, listed, "keep local/src/bedrock/invented.txt in step with the table");
    }

    #[test]
    fn every_other_error_has_an_address() {
        for error in ERRORS {
            if let Seen(at) | Words(at) | Elsewhere(at) = error.source {
                assert!(at.starts_with("https://"), "{error:?}");
            }
        }
        assert!(ERRORS.iter().any(|error| matches!(error.source, Seen(_))));
    }

    #[test]
    fn parts_take_their_places() {
        let refusal = HYPERPARAMETER_RANGE.with(&[&"6", &"epochCount", &1, &5]);
        assert_eq!(refusal.message, "The value 6 of the hyperparameter epochCount must be between 1 and 5");
        assert_eq!(JOB_NAME_IN_USE.refusal().message, "The provided job name is currently in use.");
    }
}
