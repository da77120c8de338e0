mod evaluations;
mod refusals;

use proptest::prelude::*;

use super::*;

/// Messages of Bedrock (troubleshooting pages, and threads that quote it), with data where they quote some.
#[test]
fn keeps_the_known_messages_of_bedrock() {
    let messages = [
        "Could not validate GetObject permissions to access Amazon S3 bucket: my-bucket at key runs/a-1/data/train.jsonl",
        "Amazon S3 perms missing (PutObject): Could not validate PutObject permissions to access S3 bucket: my-bucket at key output/.write_access_check_file.tmp",
        "Unable to parse Amazon S3 file: train.jsonl. Data files must conform to JSONL format",
        r#"Input data at line 7 must follow '{"prompt": "<input text>", "completion": "<output text>"}' format"#,
        r#"Input size exceeded in file train.jsonl for record starting with {"prompt": "My name is Ada and my number is 555"#,
        "Input size exceeded in file train.jsonl for record starting with My name is Ada. Retry with less",
        "Maximum input token count 4097 exceeds limit of 4096",
        "Max sum of input and output token length 5000 exceeds total limit of 4096",
        "Automated tests flagged this fine-tuning job as including materials that are potentially inconsistent with Anthropic's third-party license terms",
        "Encountered an unexpected error when processing the request, please try again",
        "Encountered an internal error. Please look at Ada Lovelace",
        "The provided model identifier is invalid",
        "The provided S3 URI is invalid",
        "Invalid training input data configuration. Check the input data S3 Uris (Uri should be a file, not a directory) and retry request",
        "User: arn:aws:iam::1:role/x is not authorized to perform: bedrock:CreateModelCustomizationJob with an explicit deny",
        "User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/z because no identity-based policy allows the iam:PassRole action",
        "1 validation error detected: Value 'a b' at 'jobName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
        "You have reached the limit of 10 scheduled model customization jobs for your account in this Region",
        "Service quota exceeded: Number of customization jobs",
    ];
    insta::assert_snapshot!(messages.map(redact).join("\n"));
}

/// A leak that a security review found: record text in undocumented wordings.
#[test]
fn withholds_record_text_in_unknown_wording() {
    let secret = "Ada Lovelace lives at 12 High Street, card 4111 1111 1111 1111";
    for text in [
        format!("Invalid record at line 3: {secret}"),
        format!("Failed to parse line 17 of train.jsonl: {secret}"),
        format!("Unexpected token near {secret}"),
        format!("Sample 3 ({secret}) is invalid"),
        format!("Bad sample [{secret}]"),
        "Bad values 'Ada Lovelace', 'lives at 12', 'High Street'".to_owned(),
        format!("{secret} is not valid"),
        format!("Your account is suspended. Verify at https://evil.example/{secret}"),
        format!("Unable to parse Amazon S3 file: train.jsonl. Line 3 says {secret}"),
        format!("Unable to parse Amazon S3 file: {secret}. Data files must conform to JSONL format"),
        format!("Input size exceeded: {secret}"),
        format!("Encountered an unexpected error, please try again with {secret}"),
        format!("The number of {secret} records is 3; the model nova-lite needs at least 8"),
        format!("1 validation error detected: Value '{secret}' at '{secret}' failed to satisfy constraint"),
        format!("Maximum input token count 4097 exceeds limit of 4096 in {secret}"),
        format!("User: {secret} is not authorized to perform: {secret}"),
        format!("stopped by {secret} before it was launched"),
        format!("bad \"{secret}\" in line 3"),
        format!("bad {{\"input\": \"x\", \"y\": \"{secret}\"}}"),
        format!("Bedrock's message isn't shown here, because {secret}"),
        format!("{secret} {CUT}"),
    ] {
        let left = redact(&text);
        for word in ["Ada", "Lovelace", "High", "Street", "4111", "evil", "https"] {
            assert!(!left.contains(word), "{text} became {left}");
        }
        assert!(!left.is_empty());
    }
}

#[test]
fn replaces_an_unknown_wording_by_its_known_form() {
    let left = redact("Could not validate GetObject permissions for Ada Lovelace");
    assert_eq!(left, format!("Could not validate GetObject permissions, or something similar. {WITHHELD}"));
    for words in crate::failure_hint::all_words() {
        let once = like(words);
        assert_eq!(redact(&once), once);
        assert_eq!(failure_hint(&once), failure_hint(words));
    }
    assert_eq!(redact("Invalid record: Ada Lovelace"), WITHHELD);
}

#[test]
fn accepts_line_breaks_and_empty_text() {
    assert_eq!(redact("  Rate\n\n exceeded "), "Rate exceeded");
    assert_eq!(redact(""), "");
}

/// Every word of four letters or more that a redacted text may contain.
fn vocabulary() -> std::collections::BTreeSet<String> {
    let hints = crate::failure_hint::all_words();
    let all = known::sentences().chain(hints).chain([WITHHELD]).collect::<Vec<_>>().join(" ");
    words(&all).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4).map(str::to_lowercase)
}

/// Unknown wordings around a record.
fn wordings() -> impl Strategy<Value = (String, String)> {
    let before = prop_oneof![
        "[A-Z][a-z]{2,9}( [a-z]{1,9}){0,6}[:,(\\[\"'`]? ?",
        Just("Invalid record at line 3: ".to_owned()),
        Just("Sample 12 (".to_owned()),
        Just("Unable to parse Amazon S3 file: train.jsonl. Line 7: ".to_owned()),
        Just("Input size exceeded in file train.jsonl for record starting with ".to_owned()),
        Just("Encountered an internal error. ".to_owned()),
        Just("Could not validate GetObject permissions of ".to_owned()),
    ];
    (before, "[\"'`)\\]]?( [a-z]{1,9}){0,4}\\.?")
}

proptest! {
    #[test]
    fn removes_every_word_of_a_record_in_unknown_wording(
        (before, after) in wordings(),
        record in "[A-Za-z][a-z]{0,11}([ ,.:;'\"(){}\\[\\]/@-]{1,2}[A-Za-z0-9]{1,12}){1,20}",
    ) {
        let left = redact(&format!("{before}{record}{after}"));
        let known = vocabulary();
        let left: std::collections::BTreeSet<String> = words(&left).collect();
        let leaked: Vec<String> = words(&record).filter(|word| left.contains(word) && !known.contains(word)).collect();
        prop_assert!(leaked.is_empty(), "{:?} of {}{}{}", leaked, before, record, after);
    }

    #[test]
    fn redacting_twice_changes_nothing(text in r#"([A-Za-z ]{0,20}["'`{}:.\[…\]]?(Rate exceeded|Input size exceeded|stopped by )?){0,20}"#) {
        let once = redact(&text);
        prop_assert_eq!(redact(&once), once);
    }

    #[test]
    fn limits_the_length_of_any_text(text in any::<String>()) {
        prop_assert!(redact(&text).len() <= LENGTH_MAX + CUT.len() + 1);
    }
}
