//! Names of data files. Bedrock's pattern for the addresses of training and validation files excludes most characters.

use tunedrop_validation::{Model, s3_uri_fault};

/// Returns what Bedrock rejects in a data file's name, as the end of a sentence. `None` if the name is valid.
///
/// `name` may contain folders. API reference, shape `S3Uri` of `TrainingDataConfig` and `Validator`: letters, digits
/// and `-!_*'().`, between single slashes, with 1,024 characters in all.
pub fn data_name_fault(name: &str) -> Option<String> {
    // The message is about the key only, whatever the bucket's name is.
    let fault = s3_uri_fault(&format!("s3://aaa/{name}"))?;
    // The position is counted in the name, because the user didn't write the address.
    Some(fault.split(" at character ").next().unwrap_or_default().replace("its key has", "it has"))
}

/// Returns what only one of AWS's pages accepts in a data file's name for this model, as the end of a sentence.
///
/// Nova guide, "Preparing data for fine-tuning": letters, digits, and `_-/.`. The API's pattern also accepts `!*'()`.
pub fn data_name_doubt(name: &str, model: &Model) -> Option<String> {
    if !model.identifier.starts_with("amazon.nova") || data_name_fault(name).is_some() {
        return None;
    }
    let odd = name.chars().find(|odd| !odd.is_ascii_alphanumeric() && !"_-/.".contains(*odd))?;
    Some(format!("it has `{odd}`, which the API reference allows and the Nova guide doesn't"))
}

/// Returns a valid name that is similar to `name`: other characters become hyphens.
pub fn working_name(name: &str) -> String {
    let parts: Vec<String> = name.split('/').map(working_part).filter(|part| !part.is_empty()).collect();
    match parts.join("/") {
        none if none.is_empty() => "train.jsonl".to_owned(),
        some => some,
    }
}

fn working_part(part: &str) -> String {
    let (stem, ending) = part.rsplit_once('.').map_or((part, ""), |(stem, ending)| (stem, ending));
    let mut name = String::new();
    for odd in stem.chars() {
        if odd.is_ascii_alphanumeric() || "_.".contains(odd) {
            name.push(odd);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches(['-', '.']);
    let ending: String = ending.chars().filter(char::is_ascii_alphanumeric).collect();
    // Of a name in another script, only the ending is left.
    let name = if name.is_empty() && ending == "jsonl" { "train" } else { name };
    if ending.is_empty() { name.to_owned() } else { format!("{name}.{ending}") }
}

#[cfg(test)]
mod tests {
    use tunedrop_validation::Catalogue;

    use super::*;

    #[test]
    fn doubts_names_that_only_the_api_accepts_for_nova() {
        let catalogue = Catalogue::embedded();
        let doubt = |name: &str, model: &str| data_name_doubt(name, catalogue.find(model).expect("a known model"));
        for (name, odd) in
            [("train(1).jsonl", "`(`"), ("it's.jsonl", "`'`"), ("a!.jsonl", "`!`"), ("d*/a.jsonl", "`*`")]
        {
            for model in ["nova-micro", "nova-lite", "nova-2-lite"] {
                assert!(doubt(name, model).is_some_and(|doubt| doubt.contains(odd)), "{name}, {model}");
            }
            assert_eq!(doubt(name, "titan-multimodal-embeddings"), None, "{name}");
            assert_eq!(doubt(&working_name(name), "nova-lite"), None, "{name}");
        }
        assert_eq!(doubt("a/Train_2-v1.jsonl", "nova-lite"), None);
        // A name that Bedrock rejects has an error instead.
        assert_eq!(doubt("my (train).jsonl", "nova-lite"), None);
    }

    #[test]
    fn names_that_bedrock_refuses_get_one_that_works() {
        for (name, says, works) in [
            ("my train.jsonl", "a space", "my-train.jsonl"),
            ("part=1.jsonl", "`=`", "part-1.jsonl"),
            ("date=2026-11-29/train.jsonl", "`=`", "date-2026-11-29/train.jsonl"),
            ("größe.jsonl", "U+00F6", "gr-e.jsonl"),
            ("训练.jsonl", "U+8BAD", "train.jsonl"),
            ("a+b&c,d@e:f.jsonl", "`+`", "a-b-c-d-e-f.jsonl"),
            ("100%.jsonl", "`%`", "100.jsonl"),
            ("train [1].jsonl", "a space", "train-1.jsonl"),
            ("a\tb.jsonl", "U+0009", "a-b.jsonl"),
            ("~train.jsonl", "`~`", "train.jsonl"),
            ("a//b.jsonl", "two slashes", "a/b.jsonl"),
        ] {
            let fault = data_name_fault(name).unwrap_or_default();
            assert!(fault.contains(says) && !fault.contains("character "), "{name}: {fault}");
            assert_eq!(working_name(name), works, "{name}");
            assert_eq!(data_name_fault(works), None, "{works}");
        }
        for name in ["train.jsonl", "Train_2.v1.jsonl", "a/b-c.jsonl", "train(1).jsonl", "it's!*.jsonl"] {
            assert_eq!(data_name_fault(name), None, "{name}");
        }
        assert!(data_name_fault(&format!("{}.jsonl", "x".repeat(1024))).is_some_and(|fault| fault.contains("1,024")));
    }

    proptest::proptest! {
        #[test]
        fn any_name_gets_one_that_works(name in "\\PC{0,60}(\\.jsonl)?") {
            proptest::prop_assert_eq!(data_name_fault(&working_name(&name)), None);
        }
    }
}
