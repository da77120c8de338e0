//! What the slots of a known sentence accept.

use tunedrop_evaluation::Unusable;

use super::fill;
use super::known::{CLAUSES, of_bedrock};

/// In bytes. Names and ARNs are shorter than this. IAM allows ARNs of up to 2,048 characters, but the stack's resources have
/// much shorter ones.
const NAME_MAX: usize = 400;
/// In bytes. A key has at most 1,024 (S3 user guide, "Naming Amazon S3 objects"), and the bucket's name comes before it.
const FILE_MAX: usize = 1100;

/// Parameters of CreateModelCustomizationJob (API reference), as a validation error names them.
const FIELDS: [&str; 16] = [
    "jobName",
    "customModelName",
    "roleArn",
    "clientRequestToken",
    "baseModelIdentifier",
    "customizationType",
    "customModelKmsKeyId",
    "jobTags",
    "customModelTags",
    "trainingDataConfig",
    "trainingDataConfig.s3Uri",
    "validationDataConfig",
    "outputDataConfig.s3Uri",
    "customizationConfig",
    "hyperParameters",
    "vpcConfig",
];

const LIMITS: [&str; 7] = [
    "the recipe's guard.max_tokens",
    "the recipe's guard.max_cost_usd",
    "the stack's MaxTokensPerRun",
    "the stack's MaxCostPerRunUsd",
    "the recipe's budget.per_month_usd",
    "the stack's MaxCostPerMonthUsd",
    "the stack's MaxTokensPerDay",
];

/// IAM user guide, "Troubleshoot access denied error messages".
const POLICIES: [&str; 11] = [
    "identity-based policy",
    "an identity-based policy",
    "resource-based policy",
    "a resource-based policy",
    "permissions boundary",
    "a permissions boundary",
    "session policy",
    "a session policy",
    "service control policy",
    "a service control policy",
    "a VPC endpoint policy",
];

/// Whether the slot accepts `text`. An unknown slot accepts nothing.
pub(super) fn takes(slot: &str, text: &str) -> bool {
    match slot {
        "cut" => true,
        "n" => is_number(text),
        "day" => text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-'),
        "name" => is_name(text),
        "arn" => text.starts_with("arn:aws") && is_name(text),
        "action" => is_action(text),
        "names" => text.split(", ").all(is_name),
        "file" => is_file(text),
        "who" => (1..=64).contains(&text.len()) && made_of(text, "._@+-"),
        "field" => FIELDS.contains(&text),
        "clause" => CLAUSES.contains(&text),
        "limit" => LIMITS.contains(&text),
        "policy" => POLICIES.contains(&text),
        "bedrock" => {
            of_bedrock().any(|sentence| fill(sentence, text.strip_suffix('.').unwrap_or(text), true).is_some())
        }
        "unusable" => text.split("; ").all(is_unusable),
        "what" => ["training", "validation", "training and validation"].contains(&text),
        _ => false,
    }
}

fn made_of(text: &str, others: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

fn is_number(text: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    text.len() <= 20
        && ends(text.chars().next())
        && ends(text.chars().next_back())
        && text.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '.')
}

/// An ARN, an identifier, a bucket or an action: one word that isn't a web address.
fn is_name(text: &str) -> bool {
    (1..=NAME_MAX).contains(&text.len()) && made_of(text, "._:/@+=-") && !text.contains("//")
}

/// `records that have media: 7`.
fn is_unusable(text: &str) -> bool {
    let all = [Unusable::NotARecord, Unusable::NoReference, Unusable::Media, Unusable::Tools, Unusable::Reinforcement];
    let clause = text.strip_prefix("records that ").and_then(|rest| rest.rsplit_once(": "));
    clause.is_some_and(|(clause, count)| is_number(count) && all.iter().any(|why| why.as_clause() == clause))
}

/// `service:Operation`.
fn is_action(text: &str) -> bool {
    let is = |part: &str| (1..=64).contains(&part.len()) && made_of(part, "-");
    text.split_once(':').is_some_and(|(service, operation)| {
        is(service) && is(operation) && operation.starts_with(|c: char| c.is_ascii_uppercase())
    })
}

/// A file that a job reads or writes.
fn is_file(text: &str) -> bool {
    let path = text.strip_prefix("s3://").unwrap_or(text);
    let endings = [".jsonl", ".csv", ".tmp"];
    text.len() <= FILE_MAX
        && made_of(path, "._/-")
        && !path.contains("//")
        && endings.iter().any(|ending| path.ends_with(ending))
}
