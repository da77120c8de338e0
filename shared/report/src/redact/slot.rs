//! What may stand in a known sentence's slots.

use super::known::CLAUSES;

/// Names and ARNs are shorter than this (IAM: 2,048 for an ARN at most, and no resource of ours comes near).
const NAME_MAX: usize = 400;
/// S3 user guide, "Naming Amazon S3 objects": a key has at most 1,024 bytes; the bucket stands before it.
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

const LIMITS: [&str; 4] = [
    "the recipe's guard.max_tokens",
    "the recipe's guard.max_cost_usd",
    "the stack's MaxTokensPerRun",
    "the stack's MaxCostPerRunUsd",
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

/// Whether `text` is what the slot takes. A slot that isn't known takes nothing.
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

/// An ARN, an identifier, a bucket, an action: one word, and no web address.
fn is_name(text: &str) -> bool {
    (1..=NAME_MAX).contains(&text.len()) && made_of(text, "._:/@+=-") && !text.contains("//")
}

/// `service:Operation`.
fn is_action(text: &str) -> bool {
    let is = |part: &str| (1..=64).contains(&part.len()) && made_of(part, "-");
    text.split_once(':').is_some_and(|(service, operation)| {
        is(service) && is(operation) && operation.starts_with(|c: char| c.is_ascii_uppercase())
    })
}

/// One of the files that a job reads or writes.
fn is_file(text: &str) -> bool {
    let path = text.strip_prefix("s3://").unwrap_or(text);
    let endings = [".jsonl", ".csv", ".tmp"];
    text.len() <= FILE_MAX
        && made_of(path, "._/-")
        && !path.contains("//")
        && endings.iter().any(|ending| path.ends_with(ending))
}
