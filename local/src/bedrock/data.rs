//! Reads an uploaded file: lines, counts and sizes. `records` checks each record.

use serde_json::Value;

use super::models::{Form, Model};
use super::records::{self, Medium};

/// The content of a file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) records: usize,
    pub(super) media: Vec<Medium>,
}

/// Reads a file of a job and validates it, with Bedrock's messages where they are known.
pub(super) fn read(bytes: &[u8], uri: &str, model: &Model, kind: &str) -> Result<File, String> {
    let name = uri.rsplit('/').next().unwrap_or(uri);
    let form = model.form(kind);
    let unreadable = || format!("Unable to parse Amazon S3 file: {name}. Data files must conform to JSONL format");
    if !name.ends_with(".jsonl") {
        return Err(unreadable());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable())?;
    let mut file = File { records: 0, media: Vec::new() };
    for (line, number) in text.strip_suffix('\n').unwrap_or(text).split('\n').zip(1..) {
        let record: Value = serde_json::from_str(line).map_err(|_| unreadable())?;
        let found = records::judge(form, model, &record).and_then(|media| {
            let long = line.len() > LONGEST_PROMPT && form == Form::Prompts;
            if long { Err(format!("Line {number} of file {name} is longer than 16 KB")) } else { Ok(media) }
        });
        match found {
            Ok(media) => file.media.extend(media),
            // Distillation skips an invalid prompt.
            Err(_) if form == Form::Prompts => continue,
            Err(words) => return Err(words.replace("{line}", &number.to_string())),
        }
        if records::letters(&record) / LETTERS_A_TOKEN > model.tokens {
            let start: String = line.chars().take(80).collect();
            return Err(format!("Input size exceeded in file {name} for record starting with {start}"));
        }
        file.records += 1;
    }
    Ok(file)
}

/// The characters per token in AWS's planning advice. A record that exceeds the limit with this factor exceeds it with
/// any smaller one.
const LETTERS_A_TOKEN: usize = 6;
/// The maximum length of a distillation prompt's line in bytes.
const LONGEST_PROMPT: usize = 16 * 1024;

/// Checks that the number of the job's records is within the limits.
pub(super) fn count(training: usize, validation: Option<usize>, model: &Model, kind: &str) -> Result<(), String> {
    let limits = model.records(kind);
    let together = training + validation.unwrap_or(0);
    let broken = if training < limits.least {
        Some((training, "training", "at least", limits.least))
    } else if training > limits.most_training {
        Some((training, "training", "at most", limits.most_training))
    } else if validation.is_some_and(|records| records > limits.most_validation) {
        Some((together - training, "validation", "at most", limits.most_validation))
    } else if together > limits.most_together {
        Some((together, "training and validation", "at most", limits.most_together))
    } else {
        None
    };
    match broken {
        Some((found, what, bound, limit)) => {
            Err(format!("The number of {what} records is {found}; the model {} needs {bound} {limit}", model.id))
        }
        None => Ok(()),
    }
}

/// Checks that a job can be trained with the media of a file: they are in the file's bucket, and either images or
/// videos.
pub(super) fn media(media: &[Medium], uri: &str) -> Result<(), String> {
    let bucket = super::storage::split(uri).0;
    if media.iter().any(|medium| medium.uri.as_str() != uri && super::storage::split(&medium.uri).0 != bucket) {
        return Err(format!("Media files must be in the bucket of the training data: {bucket}"));
    }
    if media.iter().any(|medium| medium.video) && media.iter().any(|medium| !medium.video) {
        return Err("A dataset must not mix records with images and records with videos".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nova() -> &'static Model {
        Model::named("amazon.nova-micro-v1:0:128k").unwrap()
    }

    const GOOD: &str = concat!(
        r#"{"schemaVersion":"bedrock-conversation-2024","messages":["#,
        r#"{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"text":"b"}]}]}"#
    );

    #[test]
    fn a_file_is_lines_of_json_and_nothing_else() {
        let file = |text: &str| read(text.as_bytes(), "s3://b/train.jsonl", nova(), "FINE_TUNING");
        assert_eq!(file(&format!("{GOOD}\n{GOOD}\n")).unwrap().records, 2);
        for bad in ["", "\n", "{", &format!("{GOOD}\n\n{GOOD}"), &format!("\u{feff}{GOOD}")] {
            let words = file(bad).unwrap_err();
            assert_eq!(words, "Unable to parse Amazon S3 file: train.jsonl. Data files must conform to JSONL format");
        }
    }

    #[test]
    fn a_record_may_be_too_long() {
        let long = GOOD.replace("\"a\"", &format!("\"{}\"", "x".repeat(200_000)));
        let words = read(long.as_bytes(), "s3://b/train.jsonl", nova(), "FINE_TUNING").unwrap_err();
        assert!(words.starts_with("Input size exceeded in file train.jsonl for record starting with {"), "{words}");
    }

    #[test]
    fn records_are_counted_together() {
        assert!(count(8, None, nova(), "FINE_TUNING").is_ok());
        assert!(count(7, None, nova(), "FINE_TUNING").unwrap_err().contains("at least 8"));
        assert!(count(15_000, Some(5_001), nova(), "FINE_TUNING").unwrap_err().contains("at most 20000"));
    }
}
