//! The models, commands and names that `init` and the other commands propose.

use std::fs;

use crate::support::{folder, root, tunedrop};

const REASONING: &str = r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"Where is parcel N?"}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"The scan is from the depot."}}},{"text":"At depot N."}]}]}"#;

const IMAGE: &str = r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"What is on N?"},{"image":{"format":"png","source":{"s3Location":{"uri":"s3://bucket/datasets/d/N.png","bucketOwner":"111122223333"}}}}]},{"role":"assistant","content":[{"text":"Parcel N."}]}]}"#;

const TOOL: &str = r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"Where is parcel N?"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"N","name":"track","input":{"id":"N"}}}]}]}"#;

/// `count` different records.
fn many(record: &str, count: usize) -> String {
    (0..count).map(|n| record.replace('N', &n.to_string()) + "\n").collect()
}

/// Nova Lite rejects reasoning in all of them, and Nova 2 Lite takes no validation file.
#[test]
fn init_proposes_a_model_that_accepts_reasoning() {
    let here = folder(&[("d/train.jsonl", many(REASONING, 200).as_bytes())]);
    let ran = tunedrop(here.path(), &["init", "d"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("Nova 2 Lite") && !ran.out.contains("tunedrop split"), "{}", ran.out);
    let recipe = fs::read_to_string(here.path().join("d/job.yaml")).unwrap();
    assert!(recipe.contains("\nbase_model: nova-2-lite\n"), "{recipe}");
    let checked = tunedrop(here.path(), &["check", "d"]);
    assert_eq!(checked.code, 0, "{}", checked.out);
}

#[test]
fn init_writes_no_recipe_for_a_model_that_rejects_every_record() {
    let (reasoning, image, tool) = (many(REASONING, 30), many(IMAGE, 30), many(TOOL, 30));
    let here = folder(&[
        ("reasoning/train.jsonl", reasoning.as_bytes()),
        ("image/train.jsonl", image.as_bytes()),
        ("tool/train.jsonl", tool.as_bytes()),
    ]);
    for (args, printed) in [
        (["reasoning", "--model", "nova-lite"].as_slice(), "tunedrop init reasoning --model nova-2-lite"),
        (&["image", "--model", "nova-micro"], "tunedrop init image --model nova-lite"),
        (&["tool"], "tunedrop check tool/train.jsonl --model nova-lite"),
    ] {
        let ran = tunedrop(here.path(), &[&["init"], args].concat());
        assert_eq!(ran.code, 1, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("Each of the first 20 records of train.jsonl is invalid"), "{}", ran.out);
        assert!(ran.out.contains("line 1: error[") && ran.out.contains(printed), "{}", ran.out);
        assert!(!here.path().join(args[0]).join("job.yaml").exists());
    }
}

/// Another model accepts more of the records, but a person chose this one.
#[test]
fn init_warns_of_records_that_the_chosen_model_rejects() {
    let mixed = many(REASONING, 5) + &fs::read_to_string(root().join("tests/samples/crates/nova/train.jsonl")).unwrap();
    let here = folder(&[("d/train.jsonl", mixed.as_bytes())]);
    let ran = tunedrop(here.path(), &["init", "d", "--model", "nova-lite"]);
    assert!(ran.code == 0 && ran.out.contains("warning: 5 of the first 20 records of train.jsonl"), "{}", ran.out);
    assert!(ran.out.contains("tunedrop init d --model nova-2-lite"), "{}", ran.out);
}

/// Two recipes in a folder are an error of `check`.
#[test]
fn init_writes_no_recipe_beside_job_json() {
    let here = folder(&[("d/train.jsonl", many(REASONING, 3).as_bytes()), ("d/job.json", b"{}")]);
    for args in [["init", "d"].as_slice(), &["init", "d", "--force"]] {
        let ran = tunedrop(here.path(), args);
        assert!(ran.code == 2 && ran.err.contains("d/job.json"), "{}{}", ran.out, ran.err);
        assert!(!here.path().join("d/job.yaml").exists());
    }
}

/// `gunzip -c` and `unzip -p`, as printed, leave the packed file in the folder.
#[test]
fn prefers_the_unpacked_file_to_the_packed_one() {
    let table = b"prompt,completion\nWhere is 17?,In transit.\nWhere is 18?,Delivered.\n";
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03";
    for packed in ["train.csv.gz", "train.CSV.GZ", "train.zip"] {
        let here = folder(&[("d/train.csv", table), (&format!("d/{packed}"), gzip)]);
        for (command, code) in [("check", 2), ("init", 1)] {
            let ran = tunedrop(here.path(), &[command, "d"]);
            assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
            let both = ran.out.clone() + &ran.err;
            assert!(both.contains("tunedrop convert d/train.csv ") && !both.contains("become"), "{packed}: {both}");
        }
    }
    // Two tables are still a question for a person.
    let here = folder(&[("d/train.csv", table), ("d/train.json.gz", gzip)]);
    let ran = tunedrop(here.path(), &["init", "d"]);
    assert!(ran.out.contains("would both become train.jsonl"), "{}", ran.out);
}

#[test]
fn split_names_a_live_model_for_a_table() {
    let here = folder(&[("all.csv", b"prompt,completion\nWhere is 17?,In transit.\nWhere is 18?,Delivered.\n")]);
    let ran = tunedrop(here.path(), &["split", "all.csv"]);
    assert!(ran.code == 2 && ran.err.contains("--model nova-lite"), "{}", ran.err);
}

#[test]
fn prints_the_conversion_of_squad() {
    let squad = br#"{"version": "v2.0", "data": [{"title": "Parcels", "paragraphs": [{"context": "Parcel 17 is in transit.", "qas": [{"id": "1", "question": "Where is parcel 17?", "answers": [{"text": "In transit", "answer_start": 13}], "is_impossible": false}]}]}]}"#;
    let here = folder(&[("d/train.json", squad)]);
    let ran = tunedrop(here.path(), &["init", "d"]);
    let command = ran.out.lines().last().unwrap_or_default().trim();
    assert!(ran.code == 1 && command.starts_with("tunedrop convert d/train.json "), "{}", ran.out);
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    assert_eq!(tunedrop(here.path(), &words).code, 0, "{command}");
}

/// How many tokens Bedrock bills for media isn't documented.
#[test]
fn estimate_prints_no_cost_for_media() {
    let texts = fs::read_to_string(root().join("tests/samples/crates/nova/train.jsonl")).unwrap();
    let here =
        folder(&[("media.jsonl", many(IMAGE, 8).as_bytes()), ("mixed.jsonl", (many(IMAGE, 1) + &texts).as_bytes())]);
    let run = |file, more: &[&str]| {
        let args = ["estimate", file, "--model", "nova-lite", "--price-per-1k", "0.002"];
        tunedrop(here.path(), &[&args, more].concat())
    };
    let ran = run("media.jsonl", &[]);
    assert!(ran.out.contains("not counted: 8 records have images") && !ran.out.contains("to 0.0"), "{}", ran.out);
    assert!(ran.out.contains("not estimated: AWS doesn't document"), "{}", ran.out);
    assert!(run("media.jsonl", &["--json"]).json()["files"][0]["cost_usd"].is_null());
    let ran = run("mixed.jsonl", &[]);
    assert!(ran.out.contains("1 record has images") && ran.out.contains("USD, for the texts alone"), "{}", ran.out);
}

#[test]
fn names_a_folder_in_the_place_of_a_file() {
    let here = folder(&[("d/train.jsonl/part.txt", b"a"), ("all.csv", b"prompt,completion\na,b\n")]);
    fs::write(here.path().join("d/job.yaml"), "base_model: nova-lite\n").unwrap();
    let ran = tunedrop(here.path(), &["check", "d"]);
    assert!(ran.err.contains("train.jsonl can't be read: it is a folder"), "{}{}", ran.out, ran.err);
    let ran = tunedrop(here.path(), &["convert", "all.csv", "--model", "nova-lite", "-o", "-"]);
    assert!(ran.code == 2 && !here.path().join("-").exists(), "{}{}", ran.out, ran.err);
    for code in ["error[invalid-json]", "error[invalid-json]:", "warning[few-records]", "[invalid-json]"] {
        assert_eq!(tunedrop(here.path(), &["explain", code]).code, 0, "{code}");
    }
}

/// The API's pattern accepts these characters, and the Nova guide doesn't.
#[test]
fn doubts_names_that_only_the_api_accepts_for_nova() {
    let good = fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    for (name, works) in [("train(1).jsonl", "train-1.jsonl"), ("it's.jsonl", "it-s.jsonl"), ("a!*.jsonl", "a.jsonl")] {
        let recipe = format!("base_model: nova-lite\ntrain: \"{name}\"\n");
        let here = folder(&[("d/job.yaml", recipe.as_bytes()), (&format!("d/{name}"), &good)]);
        let ran = tunedrop(here.path(), &["check", "d"]);
        assert!(ran.code == 0 && ran.out.contains("warning[sources-disagree]"), "{}", ran.out);
        assert!(ran.out.contains(&format!("rename it to {works}, here and in the bucket")), "{}", ran.out);
        let ran = tunedrop(here.path(), &["check", &format!("d/{name}"), "--model", "nova-lite"]);
        assert!(ran.code == 0 && ran.out.contains(&format!("upload it as {works} to be safe")), "{}", ran.out);
        fs::remove_file(here.path().join("d/job.yaml")).expect("it is there");
        let ran = tunedrop(here.path(), &["init", "d"]);
        assert!(ran.code == 1 && ran.out.contains("Bedrock may reject"), "{}", ran.out);
        fs::rename(here.path().join("d").join(name), here.path().join("d").join(works)).expect("it is there");
        assert_eq!(tunedrop(here.path(), &["init", "d"]).code, 0);
    }
}
