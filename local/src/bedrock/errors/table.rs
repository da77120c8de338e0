//! The table of errors, with the source of each.

use super::Known;
use super::Source::{Elsewhere, Invented, Seen, Words};

/// Airflow's operator compares these words, and its test answers with this code.
const AIRFLOW: &str =
    "https://github.com/apache/airflow/blob/main/providers/amazon/tests/unit/amazon/aws/operators/test_bedrock.py";
/// Messages that users got when they created fine-tuning jobs. The page has no error codes.
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
/// A call of a model with an unknown access key.
const UNKNOWN_KEYS: &str = "https://github.com/vercel/ai/issues/4163";

/// Converse, of a conversation that begins with the assistant.
const STARTS: &str = "https://github.com/langgenius/dify/issues/12340";
/// Converse, of two messages in a row with the same role.
const ALTERNATES: &str = "https://github.com/langchain-ai/langchain-aws/issues/130";
/// ConverseStream, of a message without content.
const CONTENT: &str = "https://github.com/langchain-ai/langchain/issues/26968";
/// Converse, of an empty text.
const BLANK: &str = "https://github.com/BerriAI/litellm/issues/20364";
/// ConverseStream, of a model that doesn't exist.
const IDENTIFIER: &str = "https://github.com/GoogleCloudPlatform/kubectl-ai/issues/515";
/// Converse, of `amazon.nova-2-lite-v1:0` in us-east-1.
const PROFILE_ONLY: &str = "https://github.com/langchain-ai/langchain-aws/issues/1019";
/// Converse, of `amazon.nova-2-lite-v1:0:256k`, and of an embedding model.
const NO_CHAT: &str = "https://github.com/mlcommons/modelbench/issues/1654";

/// Defines the errors, and the list of all errors.
macro_rules! errors {
    ($($name:ident: $operation:expr, $code:literal, $words:expr, $source:expr;)*) => {
        $(pub(in crate::bedrock) const $name: Known =
            Known { operation: $operation, code: $code, words: $words, source: $source };)*
        /// Every error.
        pub const ERRORS: &[Known] = &[$($name),*];
    };
}

const ANY: &str = "every operation";
const CREATE: &str = "CreateModelCustomizationJob";
const CREATIONS: &str = "every creation of something with tags";
const JOBS: &str = "GetModelCustomizationJob, StopModelCustomizationJob";
const STOP: &str = "StopModelCustomizationJob";
const LISTS: &str = "every list";
const MODELS: &str = "GetCustomModel, DeleteCustomModel, CreateCustomModelDeployment, UpdateCustomModelDeployment";
const DEPLOY: &str = "CreateCustomModelDeployment";
const UPDATE: &str = "UpdateCustomModelDeployment";
const DEPLOYMENTS: &str = "GetCustomModelDeployment, UpdateCustomModelDeployment, DeleteCustomModelDeployment";
const BUY: &str = "CreateProvisionedModelThroughput";
const BUY_MODEL: &str = "CreateProvisionedModelThroughput, UpdateProvisionedModelThroughput";
const THROUGHPUTS: &str =
    "GetProvisionedModelThroughput, UpdateProvisionedModelThroughput, DeleteProvisionedModelThroughput";
const EVALUATE: &str = "CreateEvaluationJob";
const EVALUATIONS: &str = "GetEvaluationJob, StopEvaluationJob";
const CONVERSE: &str = "Converse, ConverseStream";
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
    CONSTRAINT_BROKEN: ANY, "ValidationException", "1 validation error detected: {}", Elsewhere(CONSTRAINT);
    CONSTRAINTS_BROKEN: ANY, "ValidationException", "{} validation errors detected: {}", Invented;
    TOO_MANY_NEW_TAGS: CREATIONS, "TooManyTagsException",
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
    MODEL_DEPLOYED: "DeleteCustomModel", "ConflictException",
        "The custom model {} has a deployment or Provisioned Throughput. Delete that first", Invented;
    MODEL_NOT_DEPLOYABLE: "CreateCustomModelDeployment, UpdateCustomModelDeployment", "ValidationException",
        "On-demand inference is not supported for custom models of {} in this Region", Invented;
    DEPLOYMENT_NAME_IN_USE: DEPLOY, "ValidationException",
        "The provided model deployment name is currently in use.", Invented;
    DEPLOYMENT_TOKEN_OF_ANOTHER: DEPLOY, "ValidationException",
        "The client request token was used with other parameters", Invented;
    DEPLOYMENT_TOKEN_IN_USE: DEPLOY, "ValidationException",
        "A request with this client request token is already known", Invented;
    DEPLOYMENTS_IN_PROGRESS_FULL: DEPLOY, "ServiceQuotaExceededException",
        "You have reached the limit of {} in-progress custom model deployments for your account in this Region", Invented;
    DEPLOYMENTS_FULL: DEPLOY, "ServiceQuotaExceededException",
        "You have reached the limit of {} custom model deployments for your account in this Region", Invented;
    DEPLOYMENT_UNKNOWN: DEPLOYMENTS, "ResourceNotFoundException",
        "Could not find the custom model deployment {}", Invented;
    DEPLOYMENT_NOT_UPDATABLE: UPDATE, "ValidationException",
        "The custom model deployment is in {} status and can't be updated", Invented;
    DEPLOYMENT_NOT_DELETABLE: "DeleteCustomModelDeployment", "ConflictException",
        "The custom model deployment is in {} status and can't be deleted", Invented;
    THROUGHPUT_MODEL_INVALID: BUY_MODEL, "ValidationException", "The provided model identifier is invalid.",
        Elsewhere(MODEL);
    THROUGHPUT_UNSUPPORTED: BUY, "ValidationException",
        "Provisioned Throughput is not supported for the model {}", Invented;
    THROUGHPUT_LEGACY: BUY, "ValidationException",
        "The model {} is in Legacy status; new Provisioned Throughput can't be created for it", Invented;
    THROUGHPUT_NAME_IN_USE: BUY_MODEL, "ValidationException",
        "The provided provisioned model name is currently in use.", Invented;
    THROUGHPUT_TOKEN_OF_ANOTHER: BUY, "ValidationException",
        "The client request token was used with other parameters", Invented;
    THROUGHPUT_TOKEN_IN_USE: BUY, "ValidationException",
        "A request with this client request token is already known", Invented;
    THROUGHPUTS_FULL: BUY, "ServiceQuotaExceededException",
        "You have reached the limit of {} model units for your account", Invented;
    THROUGHPUT_UNKNOWN: THROUGHPUTS, "ResourceNotFoundException",
        "Could not find the provisioned model {}", Invented;
    THROUGHPUT_NOT_UPDATABLE: "UpdateProvisionedModelThroughput", "ValidationException",
        "The provisioned model is in {} status and can't be updated", Invented;
    THROUGHPUT_OTHER_BASE: "UpdateProvisionedModelThroughput", "ValidationException",
        "The desired model must have the base model of the provisioned custom model", Invented;
    THROUGHPUT_BUSY: "DeleteProvisionedModelThroughput", "ConflictException",
        "The provisioned model is in {} status and can't be deleted", Invented;
    THROUGHPUT_COMMITTED: "DeleteProvisionedModelThroughput", "ValidationException",
        "The provisioned model can't be deleted before its commitment term is over", Invented;
    THROUGHPUT_NOT_READY: CONVERSE, "ModelNotReadyException",
        "The provisioned model is in {} status and not ready for inference", Invented;
    EVALUATION_NAME_IN_USE: EVALUATE, "ConflictException", "The provided job name is currently in use.", Invented;
    EVALUATION_TOKEN_OF_ANOTHER: EVALUATE, "ConflictException",
        "The client request token was used with other parameters", Invented;
    EVALUATION_TOKEN_IN_USE: EVALUATE, "ConflictException",
        "A request with this client request token is already known", Invented;
    EVALUATION_ONE_MODEL: EVALUATE, "ValidationException",
        "An automated evaluation job must have exactly one model", Invented;
    EVALUATION_NOT_SIMULATED: EVALUATE, "ValidationException", "The simulator has no evaluation jobs for {}", Invented;
    EVALUATIONS_FULL: EVALUATE, "ServiceQuotaExceededException",
        "You have reached the limit of {} concurrent automatic model evaluation jobs", Invented;
    JUDGE_UNSUPPORTED: EVALUATE, "ValidationException", "The evaluator model {} is not supported", Invented;
    METRIC_UNSUPPORTED: EVALUATE, "ValidationException", "The metric {} is not supported for this job", Invented;
    EVALUATION_UNKNOWN: EVALUATIONS, "ResourceNotFoundException", "Could not find the evaluation job {}", Invented;
    EVALUATION_OVER: "StopEvaluationJob", "ConflictException",
        "The evaluation job is in {} status and can't be stopped", Invented;
    CONVERSATION_START: CONVERSE, "ValidationException",
        "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
        Seen(STARTS);
    CONVERSATION_TURNS: CONVERSE, "ValidationException",
        "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.",
        Seen(ALTERNATES);
    CONTENT_EMPTY: CONVERSE, "ValidationException",
        "The content field in the Message object at messages.{} is empty. Add a ContentBlock object to the content field and try again.",
        Seen(CONTENT);
    TEXT_BLANK: CONVERSE, "ValidationException",
        "The text field in the ContentBlock object at messages.{}.content.{} is blank. Add text to the text field, and try again.",
        Seen(BLANK);
    TARGET_INVALID: CONVERSE, "ValidationException", "The provided model identifier is invalid.", Seen(IDENTIFIER);
    TARGET_UNKNOWN: CONVERSE, "ResourceNotFoundException", "Could not find the resource {}", Invented;
    TARGET_RETIRED: CONVERSE, "ResourceNotFoundException", "This model version has reached the end of its life.",
        Elsewhere(RETIRED);
    TARGET_PROFILE_ONLY: CONVERSE, "ValidationException",
        "Invocation of model ID {} with on-demand throughput isn\u{2019}t supported. Retry your request with the ID or ARN of an inference profile that contains this model.",
        Seen(PROFILE_ONLY);
    TARGET_PROVISIONED_ONLY: CONVERSE, "ValidationException",
        "The provided model doesn't support on-demand throughput.", Seen(NO_CHAT);
    TARGET_NO_CHAT: CONVERSE, "ValidationException",
        "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
        Seen(NO_CHAT);
    DEPLOYMENT_NOT_READY: CONVERSE, "ModelNotReadyException",
        "The custom model deployment is in {} status and not ready for inference", Invented;
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
    INVALID_FAULTS: "the control API of tests", "ValidationException", "{}", Invented;
}
