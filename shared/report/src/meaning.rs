//! What Bedrock's words for a failure mean, and what to do about it.
//!
//! The words are those of its troubleshooting page (user guide, "Troubleshoot fine-tuning"), of AWS's own answers
//! (re:Post, "bedrock-fine-tuning-errors"), and of failures that users reported. They may change: what isn't known
//! here is shown as it is.

/// What a failure means, and what to do, each in a sentence or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// What stands in place of a message that says more than this; [`meaning`] finds the same meaning in it.
    pub words: &'static str,
    pub means: &'static str,
    pub mend: &'static str,
}

/// All the fragments of one entry stand in the message, in any case.
const KNOWN: [(&[&str], Meaning); 15] = [
    (
        &["validate getobject permissions"],
        Meaning {
            words: "Could not validate GetObject permissions",
            means: "The job's role could not read the data: it lacks the permission, the bucket is in another Region than the job, or the bucket's key refuses the role.",
            mend: "Check that the stack's job role, its bucket and the Region belong together, and that a key of your own allows the role kms:Decrypt; then run it again.",
        },
    ),
    (
        &["putobject"],
        Meaning {
            words: "Could not validate PutObject permissions",
            means: "The job's role could not write its output.",
            mend: "Check the job role's permission on output/ in the stack's bucket, and a key policy of your own; then run it again.",
        },
    ),
    (
        &["conform to jsonl"],
        Meaning {
            words: "Data files must conform to JSONL format",
            means: "Bedrock could not read a line of the data as a record.",
            mend: "Check the file with `tunedrop check`; if that finds nothing, Bedrock has a rule that is not documented: the message is worth a report.",
        },
    ),
    (
        &["must follow", "format"],
        Meaning {
            words: "Input data must follow another format",
            means: "A record has other keys, or other types of values, than this base model wants.",
            mend: "Convert the file to the model's format with `tunedrop convert`, or choose a base model that takes this one.",
        },
    ),
    (
        &["input size exceeded"],
        Meaning {
            words: "Input size exceeded",
            means: "A record is longer than the base model takes.",
            mend: "Shorten or split the longest records (the first report names their lines), and drop the file again.",
        },
    ),
    (
        &["token", "exceeds limit"],
        Meaning {
            words: "Input token count exceeds limit",
            means: "A record has more tokens than the base model takes. Tokenizers are not public, so this shows only in the job.",
            mend: "Shorten or split the longest records (the first report names their lines); 2.5 characters a token is safe for most text.",
        },
    ),
    (
        &["max sum of input and output token"],
        Meaning {
            words: "Max sum of input and output token length is exceeded",
            means: "Question and answer of a record together have more tokens than the base model takes.",
            mend: "Shorten or split the longest records (the first report names their lines), and drop the file again.",
        },
    ),
    (
        &["automated tests flagged"],
        Meaning {
            words: "Automated tests flagged this fine-tuning job",
            means: "The model's vendor has the data screened, and something in it was flagged. Bedrock doesn't say what.",
            mend: "Look for content that the vendor's terms forbid, take it out, and drop the file again.",
        },
    ),
    (
        &["unexpected error", "try again"],
        Meaning {
            words: "Encountered an unexpected error, please try again",
            means: "Something failed inside Bedrock; the data is not to blame.",
            mend: "Run the same content once more.",
        },
    ),
    (
        &["model identifier is invalid"],
        Meaning {
            words: "The provided model identifier is invalid",
            means: "The base model can't be customized in this Region, or not any longer.",
            mend: "Choose another base model (`tunedrop models` lists those that are live), or deploy the stack in a Region that has it.",
        },
    ),
    (
        &["s3 uri"],
        Meaning {
            words: "The provided S3 URI is invalid",
            means: "Bedrock doesn't take an address: it allows few characters in keys, and wants a file, not a folder.",
            mend: "Rename what the message points to with letters, digits, `-`, `_` and `.` only.",
        },
    ),
    (
        &["limit", "custom models"],
        Meaning {
            words: "The limit of custom models is reached",
            means: "This account has as many custom models as its quota allows.",
            mend: "Delete custom models that nobody uses (aws bedrock list-custom-models lists them), or ask AWS to raise the quota.",
        },
    ),
    (
        &["quota", "custom models"],
        Meaning {
            words: "The quota of custom models is reached",
            means: "This account has as many custom models as its quota allows.",
            mend: "Delete custom models that nobody uses (aws bedrock list-custom-models lists them), or ask AWS to raise the quota.",
        },
    ),
    (
        &["limit", "customization jobs"],
        Meaning {
            words: "The limit of customization jobs is reached",
            means: "This account has as many unfinished customization jobs as its quota allows.",
            mend: "Wait until a job ends, or ask AWS to raise the quota.",
        },
    ),
    (
        &["quota", "customization jobs"],
        Meaning {
            words: "The quota of customization jobs is reached",
            means: "This account has as many unfinished customization jobs as its quota allows.",
            mend: "Wait until a job ends, or ask AWS to raise the quota.",
        },
    ),
];

/// What these words mean, where that is known.
pub(crate) fn meaning(words: &str) -> Option<Meaning> {
    let words = words.to_lowercase();
    let holds = |fragments: &[&str]| fragments.iter().all(|fragment| words.contains(fragment));
    KNOWN.iter().find(|(fragments, _)| holds(fragments)).map(|(_, meaning)| *meaning)
}

/// The words that may stand in place of a message.
#[cfg(test)]
pub(crate) fn all_words() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(_, meaning)| meaning.words)
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, meaning};

    #[test]
    fn bedrocks_own_messages_are_understood() {
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
            assert_eq!(meaning(message), Some(expected), "{message}");
        }
        assert_eq!(meaning("something new"), None);
    }

    #[test]
    fn finds_the_same_meaning_in_the_words_that_stand_for_a_message() {
        for (_, expected) in KNOWN {
            assert_eq!(meaning(expected.words), Some(expected), "{}", expected.words);
        }
    }
}
