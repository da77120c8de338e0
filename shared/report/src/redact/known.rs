//! Sentences whose whole wording is known, so that nothing in them can be a record's text.
//!
//! Each slot in braces takes the text of one kind only (see `slot.rs`); `{cut}` takes any text, and it is replaced.
//! A sentence that isn't here is not shown outside the ledger and the report. A repository test compares
//! `shared/run/src/guard.rs` with this table.

/// Our own refusals.
const OURS: &[&str] = &[
    "this stack launches {names} only, and the recipe asks for {name}; change the recipe's base_model, or the stack's AllowedBaseModels",
    "{limit} is {n}, and how many tokens this run would bill can't be told beforehand; remove that guard to launch it",
    "up to {n} tokens would be billed ({n} in the data, at the upper end of the estimate, × {n} epochs), and {limit} is {n}; use fewer records or epochs, or raise it",
    "{limit} is {n} USD, and no price is known for {name}; say price_per_1k_tokens in the recipe, or remove that guard",
    "{limit} is {n} USD, and how much this run would bill can't be told beforehand; remove that guard to launch it",
    "up to {n} USD would be billed ({n} tokens at {n} per 1,000), and {limit} is {n}; use fewer records or epochs, or raise it",
    "this stack launches {names} only, and the recipe's teacher is {name}; change the recipe's teacher, or the stack's AllowedBaseModels",
    "this stack takes tags with the keys {names} only, and the recipe has {name}; take it out, or change the stack's AllowedTagKeys",
    "Bedrock doesn't customize imported models, and {name} is one; choose another base_model",
    "{name} isn't a custom model; choose another base_model",
    "{name} belongs to another account or Region; copy the model here, or choose another base_model",
    "{name} was trained from {name}, and the data was checked for {name}; upload it again without `like`",
    "no run of this stack made {name}; choose a model that this stack made, or add the ARN to the stack's CustomBaseModelArns",
    "{limit} is {n}, and how many tokens this run would bill can't be estimated: {clause}; remove that guard to launch it",
    "{limit} is {n} USD, and how much this run would bill can't be estimated: {clause}; remove that guard to launch it",
    "{limit} is {n} USD, and no price is known for {name}; {clause}, or remove that guard",
    "up to {n} tokens would be billed ({n} bytes of training data, at most one token a byte, × {n} epochs), and {limit} is {n}; use fewer records or epochs, or raise it",
    "up to {n} USD would be billed ({n} tokens at most, at {n} per 1,000), and {limit} is {n}; use fewer records or epochs, or raise it",
    "the stack's limit of {n} launches per day is reached; launches resume at 00:00 UTC",
    "the stack's limit of {n} launches per day for one uploader is reached; launches resume at 00:00 UTC",
    "the stack's limit of {n} launches per day for one dataset is reached; launches resume at 00:00 UTC",
    "Bedrock lists {name} as legacy since {day}, shuts it down on {day}, and starts no new customization jobs on legacy models; choose a live one, such as {name}",
    "Bedrock lists {name} as legacy since {day}, and starts no new customization jobs on legacy models; choose a live one, such as {name}",
    "Bedrock lists {name} as legacy, shuts it down on {day}, and starts no new customization jobs on legacy models; choose a live one, such as {name}",
    "Bedrock lists {name} as legacy, and starts no new customization jobs on legacy models; choose a live one, such as {name}",
    // A model of the stack's own catalogue; those of the catalogue that ships pass whole.
    "{cut} can no longer be customized: {cut}; a live model to use instead is {name}",
    "stopped by {who} before it was launched",
    "stopped by {cut} before it was launched",
    "Bedrock no longer knows this job",
    "Bedrock has had the job for hours, and has not begun its next phase",
    "Bedrock gave no reason",
    "the run has neither a training file nor invocation logs",
    "distillation needs a teacher",
    "reinforcement fine-tuning needs a grader",
    "the hyperparameter {name} must be a whole number",
    "the hyperparameter {name} must be a number",
    "the hyperparameter {name} is not one of reinforcement fine-tuning",
];

/// What our own sentences take as `{clause}`.
pub(super) const CLAUSES: &[&str] = &[
    "neither the recipe nor the catalogue says how many epochs it trains",
    "an older version of tunedrop validated it; upload it again with the next `attempt`",
    "reinforcement fine-tuning isn't billed by the token",
    "in distillation Bedrock bills the teacher's answers too, and may add up to 15,000 synthetic records",
    "tunedrop doesn't read invocation logs",
    "it has no training file",
    "its records contain images, videos or documents, and AWS doesn't say how many tokens training bills for those",
    "say price_per_1k_tokens in the recipe",
    "say price_per_1k_tokens in the stack's config/catalogue.toml",
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
    "Invalid training input data configuration. Check the input data S3 Uris (Uri should be a file, not a directory)",
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

/// All of them.
pub(super) fn sentences() -> impl Iterator<Item = &'static str> {
    OURS.iter().chain(BEDROCK).copied()
}
