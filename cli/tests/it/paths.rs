//! What may be named: files, two files, standard input, and what isn't there.

use crate::support::{fed, findings, folder, records, tunedrop};

const TITAN: [&str; 2] = ["--model", "titan-text-express"];

#[test]
fn a_good_file_is_valid_though_the_model_is_withdrawn() {
    let here = folder(&[("a.jsonl", records(3).as_bytes())]);
    let ran = tunedrop(here.path(), &["check", "a.jsonl", TITAN[0], TITAN[1], "--strict"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("note: Titan Text Express can no longer be customized"), "{}", ran.out);
    assert_eq!(ran.verdict(), "valid: no errors, no warnings");
}

#[test]
fn two_files_are_training_and_validation() {
    let (train, validation) = (records(3), records(1));
    let here = folder(&[("a.jsonl", train.as_bytes()), ("b.jsonl", validation.as_bytes())]);
    let args = ["check", "a.jsonl", "b.jsonl", TITAN[0], TITAN[1], "--format", "json"];
    let page = tunedrop(here.path(), &args).json();
    assert_eq!((&page["files"][0]["role"], &page["files"][1]["role"]), (&"train".into(), &"validation".into()));
    assert_eq!(page["files"][1]["findings"][0]["code"], "train-validation-leakage");
    assert_eq!((page["valid"].as_bool(), page["warnings"].as_u64()), (Some(true), Some(1)));

    // With a role, each is a file by itself; so it is where there are three.
    let args = ["check", "a.jsonl", "b.jsonl", "--role", "train", TITAN[0], TITAN[1], "--format", "json"];
    assert_eq!(tunedrop(here.path(), &args).json()["warnings"], 0);
    let args = ["check", "a.jsonl", "b.jsonl", "a.jsonl", TITAN[0], TITAN[1], "--format", "json"];
    let page = tunedrop(here.path(), &args).json();
    assert_eq!((page["warnings"].as_u64(), &page["files"][2]["role"]), (Some(0), &"train".into()));
}

#[test]
fn a_validation_file_alone_is_held_to_its_own_limits() {
    let many = records(1001);
    let here = folder(&[("v.jsonl", many.as_bytes())]);
    let args = ["check", "v.jsonl", "--role", "validation", TITAN[0], TITAN[1], "--format", "json"];
    let ran = tunedrop(here.path(), &args);
    assert_eq!((ran.code, &findings(&ran.json())[0]["code"]), (1, &"too-many-records".into()));
}

#[test]
fn standard_input_is_read() {
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
fn what_is_not_there_is_said_and_the_rest_is_judged() {
    let here = folder(&[("a.jsonl", records(3).as_bytes())]);
    let args = ["check", "a.jsonl", "gone.jsonl", "a.jsonl", TITAN[0], TITAN[1]];
    let ran = tunedrop(here.path(), &args);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.err, "error: gone.jsonl can't be read: there is no such file or folder; check the name\n");
    assert_eq!(ran.out.matches("a.jsonl (training data").count(), 2);
    assert_eq!(ran.verdict(), "unfinished: no errors, no warnings; 1 path could not be read");
    let page = tunedrop(here.path(), &[&args[..], &["--format", "json"]].concat()).json();
    assert_eq!((page["valid"].as_bool(), &page["unreadable"][0]["path"]), (Some(false), &"gone.jsonl".into()));
}

#[test]
fn a_wrong_use_is_told_in_a_sentence() {
    let here = folder(&[("a.jsonl", records(3).as_bytes())]);
    let said = |args: &[&str]| {
        let ran = tunedrop(here.path(), &[&["check", "a.jsonl"], args].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        ran.err.lines().next().unwrap_or_default().to_owned()
    };
    let near = "error: the catalogue has no base model \"titan-text-expres\"; did you mean titan-text-express?";
    assert_eq!(said(&["--model", "titan-text-expres"]), near);
    let none = "error: the catalogue has no base model \"nothing\"; `tunedrop models` lists those it has";
    assert_eq!(said(&["--model", "nothing"]), none);
    let other = "error: the catalogue has no base model \"gpt-4\": this model can't be used: it is OpenAI's own, and Bedrock doesn't customize it; use nova-2-lite instead";
    assert_eq!(said(&["--model", "gpt-4"]), other);
    let unsaid = "error: say for which base model, such as `--model nova-lite`; `tunedrop models` lists them";
    assert_eq!(said(&[]), unsaid);
    let kind = "error: Nova Pro can't be customized by distillation; it takes fine-tuning";
    assert_eq!(said(&["--model", "nova-pro", "--type", "distillation"]), kind);
    assert!(said(&["--model", "nova-pro", "--type", "x"]).starts_with("error: invalid value 'x' for '--type"));
    let missing = said(&["--model", "nova-pro", "--catalogue", "mine.toml"]);
    assert!(missing.starts_with("error: the catalogue mine.toml can't be read: "), "{missing}");
}

#[test]
fn strict_and_quiet() {
    let twice = records(1).repeat(2);
    let here = folder(&[("a.jsonl", twice.as_bytes())]);
    let args = ["check", "a.jsonl", TITAN[0], TITAN[1]];
    let ran = tunedrop(here.path(), &args);
    assert_eq!((ran.code, ran.verdict()), (0, "valid: no errors, 1 warning"));
    let ran = tunedrop(here.path(), &[&args[..], &["--strict"]].concat());
    assert_eq!((ran.code, ran.verdict()), (1, "not valid: no errors, 1 warning; warnings block, as asked"));
    let ran = tunedrop(here.path(), &[&args[..], &["--strict", "--quiet"]].concat());
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (1, "", ""));
}
