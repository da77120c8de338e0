//! Hints for failures: what an error message of Bedrock means, and what to do about it.
//!
//! The messages are those of its troubleshooting page (user guide, "Troubleshoot fine-tuning"), of AWS's own answers
//! (re:Post, "bedrock-fine-tuning-errors"), and of failures that users reported. Bedrock may change them. A message that
//! isn't known here is shown without a hint.

/// What a failure means, and what to do about it: one or two sentences each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FailureHint {
    /// Shown in place of a message that may quote a record. [`failure_hint`] finds the same hint for it.
    pub words: &'static str,
    /// The likely cause.
    pub means: &'static str,
    /// Instructions.
    pub fix: &'static str,
}

/// Each entry applies to messages that contain all of its fragments, which are in lower case.
const KNOWN: [(&[&str], FailureHint); 15] = [
    (
        &["validate getobject permissions"],
        FailureHint {
            words: "Could not validate GetObject permissions",
            means: "The job's role couldn't read the data. Either it lacks the permission, the bucket is in another Region than the job, or the policy of the bucket's KMS key doesn't allow the role.",
            fix: "Check that the stack's job role, bucket and Region belong together. If you use your own KMS key, allow the role kms:Decrypt. Then run it again.",
        },
    ),
    (
        &["putobject"],
        FailureHint {
            words: "Could not validate PutObject permissions",
            means: "The job's role couldn't write its output.",
            fix: "Check the job role's permission for output/ in the stack's bucket, and the policy of your own KMS key if you use one. Then run it again.",
        },
    ),
    (
        &["conform to jsonl"],
        FailureHint {
            words: "Data files must conform to JSONL format",
            means: "Bedrock couldn't read a line of the data as a record.",
            fix: "Check the file with `tunedrop check`. If it finds nothing, Bedrock has an undocumented rule: please file an issue with this message.",
        },
    ),
    (
        &["must follow", "format"],
        FailureHint {
            words: "Input data must follow another format",
            means: "A record has keys or types of values that this base model doesn't accept.",
            fix: "Convert the file to the model's format with `tunedrop convert`, or choose a base model that accepts this format.",
        },
    ),
    (
        &["input size exceeded"],
        FailureHint {
            words: "Input size exceeded",
            means: "A record is longer than the base model allows.",
            fix: "Shorten or split the longest records, and upload the file again. The dataset's report lists their lines.",
        },
    ),
    (
        &["token", "exceeds limit"],
        FailureHint {
            words: "Input token count exceeds limit",
            means: "A record has more tokens than the base model allows. Bedrock's tokenizers aren't public, so only the job can find this.",
            fix: "Shorten or split the longest records. The dataset's report lists their lines. For most text, 2.5 characters per token is a safe estimate.",
        },
    ),
    (
        &["max sum of input and output token"],
        FailureHint {
            words: "Max sum of input and output token length is exceeded",
            means: "The prompt and the completion of a record together have more tokens than the base model allows.",
            fix: "Shorten or split the longest records, and upload the file again. The dataset's report lists their lines.",
        },
    ),
    (
        &["automated tests flagged"],
        FailureHint {
            words: "Automated tests flagged this fine-tuning job",
            means: "The model's provider has the data screened, and the screening flagged something. Bedrock doesn't say what.",
            fix: "Look for content that the provider's terms forbid, remove it, and upload the file again.",
        },
    ),
    (
        &["unexpected error", "try again"],
        FailureHint {
            words: "Encountered an unexpected error, please try again",
            means: "Something failed inside Bedrock. The data isn't the cause.",
            fix: "Run the same content again.",
        },
    ),
    (
        &["model identifier is invalid"],
        FailureHint {
            words: "The provided model identifier is invalid",
            means: "The base model can't be customized in this Region, or can no longer be customized. A custom model may have been deleted.",
            fix: "Choose another base model (`tunedrop models` lists the live ones), or deploy the stack in a Region that has this one.",
        },
    ),
    (
        &["s3 uri"],
        FailureHint {
            words: "The provided S3 URI is invalid",
            means: "Bedrock doesn't accept an S3 address. It allows only some characters in keys, and needs a file, not a folder.",
            fix: "Rename the object that the message names. Use only letters, digits, `-`, `_` and `.`.",
        },
    ),
    (
        &["limit", "custom models"],
        FailureHint {
            words: "The limit of custom models is reached",
            means: "The account has as many custom models as its quota allows.",
            fix: "Delete custom models that nobody uses (`aws bedrock list-custom-models` lists them), or request a higher quota.",
        },
    ),
    (
        &["quota", "custom models"],
        FailureHint {
            words: "The quota of custom models is reached",
            means: "The account has as many custom models as its quota allows.",
            fix: "Delete custom models that nobody uses (`aws bedrock list-custom-models` lists them), or request a higher quota.",
        },
    ),
    (
        &["limit", "customization jobs"],
        FailureHint {
            words: "The limit of customization jobs is reached",
            means: "The account has as many unfinished customization jobs as its quota allows.",
            fix: "Wait until a job ends, or request a higher quota.",
        },
    ),
    (
        &["quota", "customization jobs"],
        FailureHint {
            words: "The quota of customization jobs is reached",
            means: "The account has as many unfinished customization jobs as its quota allows.",
            fix: "Wait until a job ends, or request a higher quota.",
        },
    ),
];

/// Returns the hint for a message of Bedrock, or `None` if the message isn't known.
pub(crate) fn failure_hint(message: &str) -> Option<FailureHint> {
    let message = message.to_lowercase();
    let applies = |fragments: &[&str]| fragments.iter().all(|fragment| message.contains(fragment));
    KNOWN.iter().find(|(fragments, _)| applies(fragments)).map(|(_, hint)| *hint)
}

/// The texts that replace messages.
#[cfg(test)]
pub(crate) fn all_words() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(_, hint)| hint.words)
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, failure_hint};

    #[test]
    fn finds_the_hint_for_each_message_of_bedrock() {
        let messages = [
            "Could not validate GetObject permissions to access Amazon S3 bucket: b at key k",
            "Amazon S3 perms missing (PutObject): Could not validate PutObject permissions",
            "Unable to parse Amazon S3 file: f. Data files must conform to JSONL format.",
            "Input data at f must follow '{\"prompt\": \"<input text>\", \"completion\": \"<output text>\"}' format",
            "Input size exceeded in file f for record starting with x",
            "Maximum input token count 4097 exceeds limit of 4096",
            "Max sum of input and output token length 9 is over 8",
            "Automated tests flagged this fine-tuning job as including materials",
            "Encountered an unexpected error when processing the request, please try again",
            "The provided model identifier is invalid",
            "The provided S3 URI is invalid",
            "You have reached the limit of 100 custom models for your account",
            "The quota of custom models is used up",
            "You have reached the limit of 10 scheduled model customization jobs",
            "The quota of customization jobs is used up",
        ];
        for (message, (_, expected)) in messages.iter().zip(KNOWN) {
            assert_eq!(failure_hint(message), Some(expected), "{message}");
        }
        assert_eq!(failure_hint("something new"), None);
    }

    #[test]
    fn finds_the_same_hint_for_the_text_that_replaces_a_message() {
        for (_, expected) in KNOWN {
            assert_eq!(failure_hint(expected.words), Some(expected), "{}", expected.words);
        }
    }
}
