//! What Bedrock's words for a failure mean, and what to do about it.
//!
//! The words are those of its troubleshooting page (user guide, "Troubleshoot fine-tuning"), of AWS's own answers
//! (re:Post, "bedrock-fine-tuning-errors"), and of failures that users reported. They may change: what isn't known
//! here is shown as it is.

/// What a failure means, and what to do, each in a sentence or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub means: &'static str,
    pub mend: &'static str,
}

/// All the fragments of one entry stand in the message, in any case.
const KNOWN: [(&[&str], Meaning); 11] = [
    (
        &["validate getobject permissions"],
        Meaning {
            means: "The job's role could not read the data: it lacks the permission, the bucket is in another Region than the job, or the bucket's key refuses the role.",
            mend: "Check that the stack's job role, its bucket and the Region belong together, and that a key of your own allows the role kms:Decrypt; then run it again.",
        },
    ),
    (
        &["putobject"],
        Meaning {
            means: "The job's role could not write its output.",
            mend: "Check the job role's permission on output/ in the stack's bucket, and a key policy of your own; then run it again.",
        },
    ),
    (
        &["conform to jsonl"],
        Meaning {
            means: "Bedrock could not read a line of the data as a record.",
            mend: "Check the file with `tunedrop check`; if that finds nothing, Bedrock has a rule that is not documented: the message is worth a report.",
        },
    ),
    (
        &["must follow", "format"],
        Meaning {
            means: "A record has other keys, or other types of values, than this base model wants.",
            mend: "Convert the file to the model's format with `tunedrop convert`, or choose a base model that takes this one.",
        },
    ),
    (
        &["input size exceeded"],
        Meaning {
            means: "A record is longer than the base model takes.",
            mend: "Shorten or split the longest records (the first report names their lines), and drop the file again.",
        },
    ),
    (
        &["token", "exceeds limit"],
        Meaning {
            means: "A record has more tokens than the base model takes. Tokenizers are not public, so this shows only in the job.",
            mend: "Shorten or split the longest records (the first report names their lines); 2.5 characters a token is safe for most text.",
        },
    ),
    (
        &["max sum of input and output token"],
        Meaning {
            means: "Question and answer of a record together have more tokens than the base model takes.",
            mend: "Shorten or split the longest records (the first report names their lines), and drop the file again.",
        },
    ),
    (
        &["automated tests flagged"],
        Meaning {
            means: "The model's vendor has the data screened, and something in it was flagged. Bedrock doesn't say what.",
            mend: "Look for content that the vendor's terms forbid, take it out, and drop the file again.",
        },
    ),
    (
        &["unexpected error", "try again"],
        Meaning {
            means: "Something failed inside Bedrock; the data is not to blame.",
            mend: "Run the same content once more.",
        },
    ),
    (
        &["model identifier is invalid"],
        Meaning {
            means: "The base model can't be customized in this Region, or not any longer.",
            mend: "Choose another base model (`tunedrop models` lists those that are live), or deploy the stack in a Region that has it.",
        },
    ),
    (
        &["s3 uri"],
        Meaning {
            means: "Bedrock doesn't take an address: it allows few characters in keys, and wants a file, not a folder.",
            mend: "Rename what the message points to with letters, digits, `-`, `_` and `.` only.",
        },
    ),
];

/// What these words mean, where that is known.
pub(crate) fn meaning(words: &str) -> Option<Meaning> {
    let words = words.to_lowercase();
    let holds = |fragments: &[&str]| fragments.iter().all(|fragment| words.contains(fragment));
    KNOWN.iter().find(|(fragments, _)| holds(fragments)).map(|(_, meaning)| *meaning)
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
        ];
        for (message, (_, expected)) in messages.iter().zip(KNOWN) {
            assert_eq!(meaning(message), Some(expected), "{message}");
        }
        assert_eq!(meaning("something new"), None);
    }
}
