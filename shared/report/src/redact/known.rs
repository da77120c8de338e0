//! Sentences whose whole wording is known, so that nothing in them can be text of a record.
//!
//! Each slot in braces accepts one kind of text (see `slot.rs`). `{cut}` accepts any text, which is then removed.
//! A sentence that isn't listed here is never shown outside the ledger and the report. If you reword a refusal, change it
//! here too. `tests/repo/sentences.rs` compares the guards with this table.

/// tunedrop's own sentences.
const OURS: &[&str] = &[
    // Guards: `shared/run/src/guard.rs` and `shared/run/src/guard/limits.rs`.
    "{limit} is {n}, but the run's tokens can't be estimated: {clause}; remove the limit to launch the run",
    "{limit} is {n} USD, but the run's cost can't be estimated: {clause}; remove the limit to launch the run",
    "{limit} is {n} USD, but no price is known for {name}; {clause}, or remove the limit",
    "Bedrock could bill up to {n} tokens ({n} bytes of training data, at most one token per byte, × {n} epochs), but {limit} is {n}; use fewer records or epochs, or raise the limit",
    "training could cost up to {n} USD ({n} tokens at {n} USD per 1,000), but {limit} is {n} USD; use fewer records or epochs, or raise the limit",
    "{limit} is {n} USD, but no price is known for the evaluation's requests to {name}; {clause}, or remove the limit",
    "Bedrock could bill up to {n} tokens (training: {n} bytes, at most one token per byte, × {n} epochs; evaluation: {n}), but {limit} is {n}; use fewer records or epochs, lower evaluate.max_records, or raise the limit",
    "the run could cost up to {n} USD (training: {n} USD for {n} tokens at {n} USD per 1,000; evaluation: {n} USD for {n} tokens of prompts at {n} USD and {n} of answers at {n} USD), but {limit} is {n} USD; use fewer records or epochs, lower evaluate.max_records, or raise the limit",
    "this stack allows only the base models {names}, not {name}; change the recipe's base_model, or the stack's parameter AllowedBaseModels",
    "this stack allows only the models {names}, not the teacher {name}; change the recipe's teacher, or the stack's parameter AllowedBaseModels",
    "this stack allows only tags with the keys {names}, not {name}; remove the tag from the recipe, or change the stack's parameter AllowedTagKeys",
    "{name} is an imported model, which Bedrock can't customize; choose another base_model",
    "{name} isn't a custom model; choose another base_model",
    "{name} belongs to another account or Region; copy the model to this one, or choose another base_model",
    "{name} was trained from {name}, but the data was validated for {name}; remove `like` from the recipe, and upload it again",
    "this stack didn't create {name}; choose a model that it created, or add the ARN to the stack's parameter CustomBaseModelArns",
    // Limits on launches per day: `shared/run/src/decide/limit.rs`.
    "the stack's limit of {n} launches per day is reached; launches resume at 00:00 UTC",
    "the stack's limit of {n} launches per day for one uploader is reached; launches resume at 00:00 UTC",
    "the stack's limit of {n} launches per day for one dataset is reached; launches resume at 00:00 UTC",
    // Legacy models: `shared/run/src/decide/lifecycle.rs`.
    "{name} is a legacy model (legacy since {day}, shut down on {day}), on which Bedrock starts no new jobs; use {name} instead",
    "{name} is a legacy model (legacy since {day}), on which Bedrock starts no new jobs; use {name} instead",
    "{name} is a legacy model (shut down on {day}), on which Bedrock starts no new jobs; use {name} instead",
    "{name} is a legacy model, on which Bedrock starts no new jobs; use {name} instead",
    // For a model of the stack's own catalogue. Notes of the built-in catalogue pass unchanged.
    "{cut} can't be customized any more: {cut}; use {name} instead",
    // Jobs: `shared/steps/src/launch/command.rs`, `shared/run/src/decide` and `shared/aws/src/jobs`.
    "stopped by {who} before it was launched",
    "stopped by {cut} before it was launched",
    "Bedrock can't find this job anymore",
    "the job hasn't started its next phase for hours",
    NO_REASON,
    "it expired",
    "it was deleted outside tunedrop",
    "{who} asked for it",
    "{cut} asked for it",
    // Evaluations: `shared/run/src/decide/evaluate.rs`, `shared/steps/src/evaluate.rs`, and below them.
    "Bedrock could bill up to {n} tokens for the answers, but {limit} is {n}; use fewer records, or raise the limit",
    "Bedrock could bill up to {n} tokens for the answers besides the training's {n}, but {limit} is {n}; use fewer records, or raise the limit",
    "{limit} is {n} USD, but no price is known for the answers; set evaluate.price in the recipe, or remove the limit",
    "the answers could cost up to {n} USD together with the training that they belong to ({n} tokens at {n} USD per 1,000), but {limit} is {n} USD; use fewer records, or raise the limit",
    "deployment {name} changed its model, or was deleted, during the evaluation; evaluate the run again",
    "the name {name} belongs to another deployment",
    "the model of run {name} could not be deployed: {bedrock}",
    "the model of run {name} could not be deployed: {cut}",
    "the model of {name} can't be asked: {bedrock}",
    "the model of {name} can't be asked: {cut}",
    "asking the model of {name} failed {n} times: {bedrock}",
    "asking the model of {name} failed {n} times: {cut}",
    "the model of {name} refuses the records: {bedrock}",
    "the model of {name} refuses the records: {cut}",
    "the model of {name} answered none of the records: {bedrock}",
    "the model of {name} answered none of the records: {cut}",
    "the base model is asked by an inference profile only, and this Region has none",
    "not all models were deployed within a day",
    "not all models were deployed within a day: {bedrock}",
    "not all models were deployed within a day: {cut}",
    "not all answers were there within a day",
    "not all answers were there within a day: {cut}",
    "it wasn't completed within a day",
    "it wasn't completed within a day: {cut}",
    "no record of the held-out file can be used, of {n}",
    "no record of the held-out file can be used, of {n}; {unusable}",
    "no record of the held-out file can be used, of {n}; {cut}",
    "the records of the sample have more than {n} MB; use fewer records",
    "the evaluation's sample doesn't exist any more",
    "the ledger doesn't say how run {name} was trained",
    "the catalogue doesn't have the records' format for {name}",
    "this stack has no run {name}",
    "run {name} isn't in the ledger any more",
    "run {name} is {name}, so it has no model to compare with",
    "{file} isn't in the stack's bucket",
    "{file} doesn't exist any more",
    "{file} changed while it was read",
    "{file} can't be read: {cut}",
    "{who} stopped it",
    "{cut} stopped it",
    "the run has neither a training file nor invocation logs",
    "distillation needs a teacher",
    "reinforcement fine-tuning needs a grader",
    "the hyperparameter {name} must be a whole number",
    "the hyperparameter {name} must be a number",
    "reinforcement fine-tuning has no hyperparameter {name}",
];

const NO_REASON: &str = "Bedrock gave no reason";

/// What `{clause}` accepts in our own sentences.
pub(super) const CLAUSES: &[&str] = &[
    "neither the recipe nor the catalogue sets the number of epochs",
    "an older version of tunedrop validated the dataset (upload the recipe again with the next `attempt`)",
    "reinforcement fine-tuning isn't billed by the token",
    "in distillation, Bedrock also bills the teacher's answers, and may add up to 15,000 synthetic records",
    "tunedrop doesn't read invocation logs",
    "the dataset has no training file",
    "its records contain images, videos or documents, and AWS doesn't publish how many tokens training bills for them",
    "set price_per_1k_tokens in the recipe",
    "set price_per_1k_tokens in the stack's config/catalogue.toml",
    "set evaluate.price in the recipe",
    "set inference_price in the stack's config/catalogue.toml",
];

/// Bedrock's and IAM's: user guide, "Troubleshoot fine-tuning"; re:Post, "bedrock-fine-tuning-errors"; IAM user guide,
/// "Troubleshoot access denied error messages"; API reference, "Common errors".
const BEDROCK: &[&str] = &[
    "Could not validate GetObject permissions to access Amazon S3 bucket: {name} at key {file}",
    "Could not validate GetObject permissions to access Amazon S3 bucket: {cut} at key {cut}",
    "Amazon S3 perms missing (PutObject): Could not validate PutObject permissions to access S3 bucket: {name} at key {file}",
    "Amazon S3 perms missing (PutObject): Could not validate PutObject permissions to access S3 bucket: {cut} at key {cut}",
    "Could not validate PutObject permissions to access S3 bucket: {name} at key {file}",
    "Unable to parse Amazon S3 file: {file}. Data files must conform to JSONL format",
    "Data files must conform to JSONL format",
    "Input data at {file} must follow '{cut}' format",
    "Input data at line {n} must follow '{cut}' format",
    "Input data at {cut} must follow '{cut}' format",
    "Input size exceeded in file {file} for record starting with {cut}",
    "Input size exceeded in file {cut} for record starting with {cut}",
    "Maximum input token count {n} exceeds limit of {n}",
    "Maximum input token count {n} exceeds limit of {n} for train data",
    "Maximum input token count {n} exceeds limit of {n} for validation data",
    "Maximum output token count {n} exceeds limit of {n}",
    "Maximum output token count {n} exceeds limit of {n} for train data",
    "Maximum output token count {n} exceeds limit of {n} for validation data",
    "Max sum of input and output token length {n} exceeds total limit of {n}",
    "Automated tests flagged this fine-tuning job as including materials that are potentially inconsistent with Anthropic's third-party license terms",
    "Automated tests flagged this fine-tuning job",
    "Encountered an unexpected error when processing the request, please try again",
    "Encountered an internal error",
    "The provided model identifier is invalid",
    "The provided S3 URI is invalid",
    "Invalid training input data configuration. Check the input data S3 Uris (Uri should be a file, not a directory) and retry request",
    "User: {arn} is not authorized to perform: {action}",
    "User: {arn} is not authorized to perform: {action} with an explicit deny",
    "User: {arn} is not authorized to perform: {action} with an explicit deny in {policy}",
    "User: {arn} is not authorized to perform: {action} because no {policy} allows the {action} action",
    "User: {arn} is not authorized to perform: {action} on resource: {arn}",
    "User: {arn} is not authorized to perform: {action} on resource: {arn} with an explicit deny",
    "User: {arn} is not authorized to perform: {action} on resource: {arn} with an explicit deny in {policy}",
    "User: {arn} is not authorized to perform: {action} on resource: {arn} because no {policy} allows the {action} action",
    "You don't have access to the model with the specified model ID",
    "Your account is not authorized to perform this action. Please create a support case with AWS Support",
    "Rate exceeded",
    "Too many requests, please wait before trying again",
    "{n} validation error detected: Value '{cut}' at '{field}' failed to satisfy constraint",
    "{n} validation error detected: Value '{cut}' at '{field}' failed to satisfy constraint: {cut}",
    "{n} validation errors detected: Value '{cut}' at '{field}' failed to satisfy constraint: {cut}",
    // Not documented: wordings of the local stack, and short forms of the above.
    "Input data must follow another format",
    "Invalid training input data configuration. Check the input data S3 Uris (Uri should be a file, not a directory)",
    "Input size exceeded",
    "Input token count exceeds limit",
    "Max sum of input and output token length {n} is over {n}",
    "Max sum of input and output token length is exceeded",
    "Encountered an unexpected error, please try again",
    "This model version has reached the end of its life",
    "The number of {what} records is {n}; the model {name} needs at least {n}",
    "The number of {what} records is {n}; the model {name} needs at most {n}",
    "Too many custom models in this account",
    "You have reached the limit of {n} scheduled model customization jobs for your account in this Region",
    "You have reached the limit of {n} custom models for your account",
];

/// What `{bedrock}` accepts: the sentences of Bedrock that quote nothing.
pub(super) fn of_bedrock() -> impl Iterator<Item = &'static str> {
    BEDROCK.iter().copied().chain([NO_REASON]).filter(|sentence| !sentence.contains("{cut}"))
}

/// All of them.
pub(super) fn sentences() -> impl Iterator<Item = &'static str> {
    OURS.iter().chain(BEDROCK).copied()
}
