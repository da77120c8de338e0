//! The bucket's rule and the function's event filter accept every key that validate handles, and no media.

use serde_json::{Value, json};
use tunedrop_run::data_file::{BEFORE_TXT, FOREIGN, JSON, PACKED, TABLES, TEXTS};
use tunedrop_run::object_key::{ObjectKind, RECIPES, classify};
use tunedrop_tests::pattern::matches;

use super::{properties, template, text};

/// Whether the function is invoked for an object of this key.
fn invokes(template: &Value, key: &str) -> bool {
    let event = json!({
        "account": "111122223333", "source": "aws.s3", "detail-type": "Object Created",
        "detail": {"bucket": {"name": "bucket"}, "object": {"key": key}},
    });
    let source = &properties(template, "ValidateFunction")["Events"]["Queue"]["Properties"];
    let filters = source["FilterCriteria"]["Filters"].as_array().expect("filters");
    let passes = |filter: &Value| {
        let pattern = serde_json::from_str(filter["Pattern"].as_str().expect("a text")).expect("JSON");
        matches(&pattern, &json!({"body": event}), &[])
    };
    let names = [("AWS::AccountId", "111122223333"), ("Bucket", "bucket")];
    matches(&properties(template, "ValidateRule")["EventPattern"], &event, &names) && filters.iter().any(passes)
}

/// The texts that `meant_name` of `shared/run/src/object_key.rs` compares names with: its own, and those in the lists
/// that it uses.
fn known() -> Vec<String> {
    let source = text("shared/run/src/object_key.rs");
    let (_, body) = source.split_once("fn meant_name").expect("it is there");
    let (body, _) = body.split_once("\n}\n").expect("it ends");
    let mut known: Vec<String> = body.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    let lists = [RECIPES.as_slice(), &JSON, &TABLES, &PACKED, &BEFORE_TXT, &TEXTS].concat();
    known.extend(lists.into_iter().chain(FOREIGN.map(|(ending, ..)| ending)).map(str::to_owned));
    known.extend(["train", "validation", ".txt"].map(str::to_owned));
    known.retain(|text| !text.contains(['{', ' ']));
    known.sort_unstable();
    known.dedup();
    assert!(known.len() > 35, "object_key.rs is read wrongly: {known:?}");
    known
}

/// Names made of those texts, with up to three endings, in three spellings.
fn names() -> Vec<String> {
    let known = known();
    let stems = ["", "data.v2", "größe"].map(str::to_owned);
    let (ends, words): (Vec<String>, Vec<String>) = known.into_iter().partition(|text| text.starts_with('.'));
    let mut names = words.clone();
    for stem in stems.iter().chain(&words) {
        for first in &ends {
            names.push(format!("{stem}{first}"));
            for second in &ends {
                names.push(format!("{stem}{first}{second}"));
            }
            names.push(format!("{stem}{first}.txt.gz"));
        }
    }
    let odd = |name: &String| -> String {
        name.char_indices().map(|(at, c)| if at % 2 == 0 { c.to_ascii_uppercase() } else { c }).collect()
    };
    let others: Vec<String> = names.iter().flat_map(|name| [name.to_ascii_uppercase(), odd(name)]).collect();
    names.extend(others);
    names
}

/// Keys with those names, in folders of every kind.
fn keys() -> Vec<String> {
    let folders = ["", "support-bot/", "support-bot/parts/", "my_set/"];
    names().iter().flat_map(|name| folders.map(|folder| format!("datasets/{folder}{name}"))).collect()
}

/// Those keys that validate handles.
fn ours() -> Vec<String> {
    let mut keys = keys();
    let all = keys.len();
    keys.retain(|key| !matches!(classify(key), ObjectKind::Ignored(_)));
    assert!(keys.len() > 5_000, "of {all} keys only {} are ours, so little was compared", keys.len());
    keys
}

/// The first of the keys that doesn't invoke validate.
fn missed(template: &Value, keys: &[String]) -> Option<String> {
    keys.iter().find(|key| !invokes(template, key)).cloned()
}

#[test]
fn validate_is_invoked_for_every_name_that_it_handles() {
    assert_eq!(missed(&template(), &ours()), None);
}

#[test]
fn each_suffix_of_the_rule_is_needed() {
    let keys = ours();
    let whole = template();
    let ends = "/Resources/ValidateRule/Properties/EventPattern/detail/object/key";
    let count = whole.pointer(ends).and_then(Value::as_array).expect("alternatives").len();
    for at in 0..count {
        let mut template = whole.clone();
        let without = template.pointer_mut(ends).and_then(Value::as_array_mut).expect("alternatives").remove(at);
        assert!(missed(&template, &keys).is_some(), "nothing needs {without}");
    }
}

#[test]
fn media_and_unrelated_files_invoke_nothing() {
    let template = template();
    let files = [
        "0001.png",
        "0001.PNG",
        "a.jpg",
        "b.jpeg",
        "c.webp",
        "d.gif",
        "e.bmp",
        "f.tiff",
        "g.heic",
        "h.svg",
        "i.mp4",
        "j.mov",
        "k.mkv",
        "l.webm",
        "m.avi",
        "n.pdf",
        "o.docx",
        "p.html",
        "README.md",
        "caption-0001.txt",
        "q.npy",
        "r.safetensors",
        "s.wav",
        "t.mp3",
        "notes.yaml",
        "config.toml",
        ".DS_Store",
        "Thumbs.db",
        "",
        "u.tmp",
    ];
    for file in files {
        for folder in ["support-bot/", "support-bot/images/", ""] {
            let key = format!("datasets/{folder}{file}");
            assert!(matches!(classify(&key), ObjectKind::Ignored(_)), "{key}: {:?}", classify(&key));
            assert!(!invokes(&template, &key), "{key} invokes validate");
        }
    }
}

/// What the functions and Bedrock write has the same endings.
#[test]
fn files_of_the_stack_itself_invoke_nothing() {
    let template = template();
    for key in [
        "runs/bot-0123456789ab/data/train.jsonl",
        "runs/bot-0123456789ab/outcome.json",
        "reports/bot/latest.json",
        "output/bot-0123456789ab/train.jsonl",
        "evaluations/bot-0123456789ab/data/0123456789abcdef.jsonl",
        "evaluations/bot-0123456789ab/1/answers/base/0.jsonl",
        "config/catalogue.toml",
        "old-datasets/bot/train.jsonl",
    ] {
        assert!(!invokes(&template, key), "{key} invokes validate");
    }
}

/// EventBridge accepts 2,048 characters (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>).
#[test]
fn the_rules_pattern_is_not_too_long() {
    let template = template();
    let pattern = &properties(&template, "ValidateRule")["EventPattern"];
    let longest = pattern.to_string().replace("\"Bucket\"", &format!("\"{}\"", "b".repeat(63)));
    assert!(longest.len() + 20 < 2_048, "{} characters", longest.len());
}
