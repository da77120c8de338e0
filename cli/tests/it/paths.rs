//! Paths: files, two files, standard input, and missing files.

use crate::support::{fed, findings, folder, records, tunedrop};

const TITAN: [&str; 2] = ["--model", "titan-text-express"];

#[test]
fn accepts_a_valid_file_for_a_withdrawn_model() {
    let here = folder(&[("a.jsonl", records(3).as_bytes())]);
    let ran = tunedrop(here.path(), &["check", "a.jsonl", TITAN[0], TITAN[1], "--strict"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("note: Titan Text Express can't be customized any more"), "{}", ran.out);
    assert_eq!(ran.verdict(), "valid: no errors, no warnings");
}

#[test]
fn reads_two_files_as_training_and_validation() {
    let (train, validation) = (records(3), records(1));
    let here = folder(&[("a.jsonl", train.as_bytes()), ("b.jsonl", validation.as_bytes())]);
    let args = ["check", "a.jsonl", "b.jsonl", TITAN[0], TITAN[1], "--format", "json"];
    let page = tunedrop(here.path(), &args).json();
    assert_eq!((&page["files"][0]["role"], &page["files"][1]["role"]), (&"train".into(), &"validation".into()));
    assert_eq!(page["files"][1]["findings"][0]["code"], "train-validation-leakage");
    assert_eq!((page["valid"].as_bool(), page["warnings"].as_u64()), (Some(true), Some(1)));

    // With a role, each is a file by itself; so are three files.
    let args = ["check", "a.jsonl", "b.jsonl", "--role", "train", TITAN[0], TITAN[1], "--format", "json"];
    assert_eq!(tunedrop(here.path(), &args).json()["warnings"], 0);
    let args = ["check", "a.jsonl", "b.jsonl", "a.jsonl", TITAN[0], TITAN[1], "--format", "json"];
    let page = tunedrop(here.path(), &args).json();
    assert_eq!((page["warnings"].as_u64(), &page["files"][2]["role"]), (Some(0), &"train".into()));
}

#[test]
fn applies_validation_limits_with_role() {
    let many = records(1001);
    let here = folder(&[("v.jsonl", many.as_bytes())]);
    let args = ["check", "v.jsonl", "--role", "validation", TITAN[0], TITAN[1], "--format", "json"];
    let ran = tunedrop(here.path(), &args);
    assert_eq!((ran.code, &findings(&ran.json())[0]["code"]), (1, &"too-many-records".into()));
}

#[test]
fn reads_standard_input() {
    let here = folder(&[]);
    let ran = fed(here.path(), &["check", "-", TITAN[0], TITAN[1], "--format", "json"], records(2).as_bytes());
    let page = ran.json();
    assert_eq!((ran.code, &page["files"][0]["path"], &page["files"][0]["records"]), (0, &"-".into(), &2.into()));
    let ran = fed(here.path(), &["check", "-", TITAN[0], TITAN[1]], b"[1]\n[2]\n");
    assert!(ran.code == 1 && ran.out.contains("--> <stdin>:1:1\n"), "{}", ran.out);
    let ran = tunedrop(here.path(), &["check", "-", "-", TITAN[0], TITAN[1]]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
}

#[test]
fn reports_a_missing_path_and_checks_the_others() {
    let here = folder(&[("a.jsonl", records(3).as_bytes())]);
    let args = ["check", "a.jsonl", "gone.jsonl", "a.jsonl", TITAN[0], TITAN[1]];
    let ran = tunedrop(here.path(), &args);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.err, "error: gone.jsonl can't be read: no such file or folder; check the name\n");
    assert_eq!(ran.out.matches("a.jsonl (training data").count(), 2);
    assert_eq!(ran.verdict(), "incomplete: no errors, no warnings; 1 path can't be read");
    let page = tunedrop(here.path(), &[&args[..], &["--format", "json"]].concat()).json();
    assert_eq!((page["valid"].as_bool(), &page["unreadable"][0]["path"]), (Some(false), &"gone.jsonl".into()));
}

#[test]
fn explains_usage_errors() {
    let here = folder(&[("a.jsonl", records(3).as_bytes())]);
    let printed = |args: &[&str]| {
        let ran = tunedrop(here.path(), &[&["check", "a.jsonl"], args].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        ran.err.lines().next().unwrap_or_default().to_owned()
    };
    let near = "error: unknown base model \"titan-text-expres\": did you mean titan-text-express? It can no longer be customized: use nova-lite instead";
    assert_eq!(printed(&["--model", "titan-text-expres"]), near);
    let none = "error: unknown base model \"nothing\": `tunedrop models` lists the known ones";
    assert_eq!(printed(&["--model", "nothing"]), none);
    let other = "error: unknown base model \"gpt-4\": this model can't be used: it is OpenAI's own, and Bedrock doesn't customize it; use nova-2-lite instead";
    assert_eq!(printed(&["--model", "gpt-4"]), other);
    let none_chosen = "error: choose the base model, such as `--model nova-lite`; `tunedrop models` lists them";
    assert_eq!(printed(&[]), none_chosen);
    let kind = "error: Nova Pro doesn't support distillation; it supports fine-tuning";
    assert_eq!(printed(&["--model", "nova-pro", "--type", "distillation"]), kind);
    assert!(printed(&["--model", "nova-pro", "--type", "x"]).starts_with("error: invalid value 'x' for '--type"));
    let missing = printed(&["--model", "nova-pro", "--catalogue", "mine.toml"]);
    assert!(missing.starts_with("error: the catalogue mine.toml can't be read: "), "{missing}");
}

#[test]
fn strict_blocks_warnings_and_quiet_prints_nothing() {
    let twice = records(1).repeat(2);
    let here = folder(&[("a.jsonl", twice.as_bytes())]);
    let args = ["check", "a.jsonl", TITAN[0], TITAN[1]];
    let ran = tunedrop(here.path(), &args);
    assert_eq!((ran.code, ran.verdict()), (0, "valid: no errors, 1 warning"));
    let ran = tunedrop(here.path(), &[&args[..], &["--strict"]].concat());
    assert_eq!(
        (ran.code, ran.verdict()),
        (1, "not valid: no errors, 1 warning; warnings block with --strict or strict: true")
    );
    let ran = tunedrop(here.path(), &[&args[..], &["--strict", "--quiet"]].concat());
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (1, "", ""));
}

/// It is still valid: the name matters only in S3.
#[test]
fn notes_a_file_name_that_bedrock_rejects() {
    let data = records(3);
    for (name, works) in [
        ("my train.jsonl", "my-train.jsonl"),
        ("part=1.jsonl", "part-1.jsonl"),
        ("tráin.jsonl", "tr-in.jsonl"),
        ("a$b.jsonl", "a-b.jsonl"),
    ] {
        let here = folder(&[(name, data.as_bytes()), ("sub dir/a.jsonl", data.as_bytes())]);
        let args = ["check", name, TITAN[0], TITAN[1], "--strict", "--format", "json"];
        let ran = tunedrop(here.path(), &args);
        let page = ran.json();
        let note = page["notes"][0].as_str().unwrap_or_default();
        assert_eq!((ran.code, page["valid"].as_bool(), page["warnings"].as_u64()), (0, Some(true), Some(0)));
        assert!(note.starts_with(&format!("Bedrock rejects a data file named {name}: ")), "{note}");
        assert!(note.ends_with(&format!("; upload it as {works}")), "{note}");
        // The folders of this machine aren't uploaded.
        let args = ["check", "sub dir/a.jsonl", TITAN[0], TITAN[1], "--format", "json"];
        let page = tunedrop(here.path(), &args).json();
        assert_eq!(page["notes"].as_array().map(Vec::len), Some(1), "{page:#}");
    }
}

#[test]
fn accepts_the_arn_of_a_custom_model_as_model() {
    let here = folder(&[("a.jsonl", records(3).as_bytes())]);
    let arn = |base: &str| format!("arn:aws:bedrock:us-east-1:123456789012:custom-model/{base}/abcdefghijkl");
    let model = |base: &str| {
        let page = tunedrop(here.path(), &["check", "a.jsonl", "--model", &arn(base), "--format", "json"]);
        page.json()["files"][0]["model"].clone()
    };
    assert_eq!(model("amazon.nova-lite-v1:0:300k"), "nova-lite");
    assert_eq!(model("amazon.titan-text-express-v1:0:8k"), "titan-text-express");
    let ran = tunedrop(here.path(), &["check", "a.jsonl", "--model", &arn("amazon.unknown-v1:0")]);
    assert!(ran.code == 2 && ran.err.contains("unknown base model"), "{}", ran.err);
}
