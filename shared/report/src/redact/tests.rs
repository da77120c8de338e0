use proptest::prelude::*;
use tunedrop_validation::Catalogue;

use super::*;

/// What Bedrock is known to say (troubleshooting pages, and threads that quote it), with data put in where it quotes some.
#[test]
fn bedrocks_own_messages_keep_their_sense() {
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
        "The provided model identifier is invalid",
        "The provided S3 URI is invalid",
        "Invalid training input data configuration. Check the input data S3 Uris (Uri should be a file, not a directory)",
        "User: arn:aws:iam::1:role/x is not authorized to perform: bedrock:CreateModelCustomizationJob with an explicit deny",
        "1 validation error detected: Value 'a b' at 'jobName' failed to satisfy constraint",
    ];
    insta::assert_snapshot!(messages.map(redact).join("\n"));
}

#[test]
fn records_do_not_come_through() {
    let secret = "the patient Ada Lovelace, born 1815, has a rare disease";
    for text in [
        format!("bad \"{secret}\" in line 3"),
        format!("bad '{secret}' in line 3"),
        format!("bad `{secret}` in line 3"),
        format!("bad “{secret}” in line 3"),
        format!("bad \"{secret} in line 3"),
        format!("bad \"She said \"yes\" and {secret}\" in line 3"),
        format!("bad \"She said \\\"yes\\\" and {secret}\" in line 3"),
        format!("Invalid RECORD: {secret}"),
        format!("bad record starting with\n{secret}"),
        format!("bad {{\"input\": \"x\", \"y\": \"{secret}\"}}"),
        format!("bad '{{\"a\": \"{secret}\"}}', and '{{\"b\": \"{secret}"),
    ] {
        let left = redact(&text);
        assert!(!left.contains("Ada") && !left.contains("disease"), "{left}");
        assert!(left.to_lowercase().starts_with("bad") || left.starts_with("Invalid"), "{left}");
        assert!(left.contains(CUT));
    }
    assert_eq!(redact("bad {\"input\": \"Bob\"}."), "bad […].");
}

#[test]
fn our_own_refusals_come_through_whole() {
    for note in Catalogue::embedded().models().iter().filter_map(|model| model.withdrawn_note()) {
        assert_eq!(redact(&note), note);
    }
    let guard = "up to 6000000 tokens would be billed (3000000 in the data, at the upper end of the estimate, × 2 epochs), and the recipe's guard.max_tokens is 5000000; use fewer records or epochs, or raise it";
    assert_eq!(redact(guard), guard);
}

#[test]
fn long_texts_end_where_they_are_cut() {
    let left = redact(&"word ".repeat(200));
    assert_eq!(left.chars().count(), LENGTH_MAX);
    assert!(left.ends_with(CUT));
    assert_eq!(redact("  two\n\n words "), "two words");
    assert_eq!(redact(""), "");
}

proptest! {
    #[test]
    fn nothing_gets_longer_than_the_limit(text in r#"([a-z ]{0,20}["'`{}“”«»\\:.]?(record:)?){0,60}"#) {
        let left = redact(&text);
        prop_assert!(left.chars().count() <= LENGTH_MAX);
        prop_assert!(!left.contains('{'), "{}", left);
    }

    #[test]
    fn a_long_quoted_record_never_survives(before in "[A-Za-z ]{0,60}", record in "[0-9][a-zA-Z0-9 ,.?!]{60,400}", after in "[a-z ]{0,20}", quote in "[\"'`]") {
        let text = format!("{before} {quote}{record}{quote} {after}");
        let left = redact(&text);
        prop_assert!(!left.contains(&record[..30]), "{}", left);
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        prop_assert!(redact(&text).chars().count() <= LENGTH_MAX);
    }
}
