//! check and init on folders whose files have nearly the right names: each command that they print works.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{folder, records, root, tunedrop};

fn table(name: &str) -> Vec<u8> {
    fs::read(root().join("cli/tests/tables").join(name)).expect("a file of the folder")
}

/// Runs a command as it is printed.
fn run(here: &Path, command: &str) {
    let program = format!("\"{}\"", env!("CARGO_BIN_EXE_tunedrop"));
    let command = command.strip_prefix("tunedrop").map_or(command.to_owned(), |rest| format!("{program}{rest}"));
    let ran = Command::new("sh").args(["-c", &command]).current_dir(here).output().expect("a shell");
    assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// What the file is called, its bytes, and a beginning of the command that makes it train.jsonl.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let lines = records(8).into_bytes();
    let array = format!("[{}]", records(8).trim_end().replace('\n', ",")).into_bytes();
    vec![
        ("train.jsonl.txt", lines.clone(), "mv 'my bot/train.jsonl.txt' 'my bot/train.jsonl'"),
        ("Train.JSONL", lines.clone(), "mv 'my bot/Train.JSONL' 'my bot/train.jsonl'"),
        ("train.ndjson", lines.clone(), "mv 'my bot/train.ndjson' 'my bot/train.jsonl'"),
        ("train.json", lines, "mv 'my bot/train.json' 'my bot/train.jsonl'"),
        ("train.json", array, "tunedrop convert 'my bot/train.json' --model titan-text-express"),
        ("train.csv", b"prompt,completion\na,b\n".to_vec(), "tunedrop convert 'my bot/train.csv' --model"),
        ("train.parquet", table("pandas-gzip.parquet"), "tunedrop convert 'my bot/train.parquet' --model"),
        ("train.xlsx", table("openpyxl.xlsx"), "tunedrop convert 'my bot/train.xlsx' --model"),
        ("train.feather", table("pandas.feather"), "tunedrop convert 'my bot/train.feather' --model"),
    ]
}

#[test]
fn check_shows_the_command_for_each_near_miss() {
    for (name, bytes, expected) in cases() {
        let recipe = b"base_model: titan-text-express\n";
        for with_recipe in [true, false] {
            let here = folder(&[(&format!("my bot/{name}"), &bytes)]);
            let mut args = vec!["check", "my bot", "--format", "json"];
            if with_recipe {
                fs::write(here.path().join("my bot/job.yaml"), recipe).expect("a recipe");
            } else {
                args.extend(["--model", "titan-text-express"]);
            }
            let ran = tunedrop(here.path(), &args);
            let page = ran.json();
            let found = &page["findings"][0];
            assert_eq!((ran.code, &found["code"]), (1, &"near-miss-name".into()), "{name}: {page:#}");
            let command = found["help"]
                .as_str()
                .and_then(|help| help.strip_prefix("run `")?.strip_suffix("`"))
                .expect("a command");
            assert!(command.starts_with(expected), "{name}: {command}");
            run(here.path(), command);
            let page = tunedrop(here.path(), &args).json();
            assert_eq!(page["files"][0]["path"], "my bot/train.jsonl", "{name}: {page:#}");
        }
    }
}

#[test]
fn init_shows_the_command_for_each_near_miss_and_writes_no_recipe() {
    for (name, bytes, expected) in cases() {
        let here = folder(&[(&format!("my bot/{name}"), &bytes)]);
        let args = ["init", "my bot", "--model", "titan-text-express"];
        let ran = tunedrop(here.path(), &args);
        assert_eq!(ran.code, 1, "{name}: {}{}", ran.out, ran.err);
        assert!(!here.path().join("my bot/job.yaml").exists(), "{name}");
        let command = ran.out.lines().last().expect("a command").trim();
        assert!(command.starts_with(expected), "{name}: {command}");
        run(here.path(), command);
        let ran = tunedrop(here.path(), &args);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn a_compressed_file_is_unpacked_first() {
    let here = folder(&[("d/train.jsonl", records(8).as_bytes())]);
    run(here.path(), "gzip d/train.jsonl");
    let args = ["check", "d", "--model", "titan-text-express", "--format", "json"];
    let page = tunedrop(here.path(), &args).json();
    assert_eq!(page["findings"][0]["help"], "run `gunzip -c d/train.jsonl.gz > d/train.jsonl`", "{page:#}");
    run(here.path(), "gunzip -c d/train.jsonl.gz > d/train.jsonl");
    assert_eq!(tunedrop(here.path(), &args).json()["files"][0]["path"], "d/train.jsonl");
    // A compressed table is a table once it is unpacked.
    let here = folder(&[("d/train.csv", b"prompt,completion\na,b\n")]);
    run(here.path(), "gzip d/train.csv");
    let page = tunedrop(here.path(), &args).json();
    assert_eq!(page["findings"][0]["help"], "run `gunzip -c d/train.csv.gz > d/train.csv`", "{page:#}");
}

#[test]
fn what_a_person_sees_of_near_misses() {
    let here = folder(&[
        ("bot/questions.xlsx", &table("openpyxl.xlsx")),
        ("bot/Validation.CSV", b"question,answer\na,b\n"),
        ("recipe/Job.yml", b"base_model: nova-lite\n"),
        ("recipe/train.csv", b"question,answer\na,b\n"),
    ]);
    insta::assert_snapshot!("init_near_misses", tunedrop(here.path(), &["init", "bot"]).out);
    insta::assert_snapshot!("check_near_recipe", tunedrop(here.path(), &["check", "recipe"]).err);
    fs::rename(here.path().join("recipe/Job.yml"), here.path().join("recipe/job.yaml")).expect("it is renamed");
    insta::assert_snapshot!("check_near_misses", tunedrop(here.path(), &["check", "recipe"]).out);
    let ran = tunedrop(here.path(), &["check", "bot"]);
    assert!(ran.code == 2 && ran.err.contains("no job.yaml and no train.jsonl"), "{}", ran.err);
}

#[test]
fn what_lies_beside_the_right_file_is_a_note_or_nothing() {
    let here = folder(&[
        ("d/train.jsonl", records(8).as_bytes()),
        ("d/train.csv", b"prompt,completion\na,b\n"),
        ("d/validation.csv", b"prompt,completion\na,b\n"),
        ("d/notes.csv", b"a,b\n"),
    ]);
    let ran = tunedrop(here.path(), &["check", "d", "--model", "titan-text-express", "--format", "json"]);
    let page = ran.json();
    let notes = page["notes"].as_array().expect("a list");
    let of_files: Vec<_> =
        notes.iter().filter(|note| note.as_str().is_some_and(|note| note.contains(".csv"))).collect();
    assert_eq!((ran.code, of_files.len()), (0, 1), "{page:#}");
    assert!(of_files[0].as_str().is_some_and(|note| note.starts_with("validation.csv isn't read")), "{page:#}");
    assert_eq!(tunedrop(here.path(), &["init", "d", "--model", "titan-text-express"]).code, 0);
}
