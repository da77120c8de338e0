//! convert, fix and split, as they are run.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

pub(crate) fn tunedrop(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tunedrop")).current_dir(folder).args(args).output().expect("it runs")
}

/// What it said, and its exit code.
pub(crate) fn said(output: &Output) -> String {
    let code = output.status.code().expect("it ended by itself");
    format!("{}{}exit {code}\n", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("it is written");
    }
    folder
}

pub(crate) fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect("it is there")
}

#[test]
fn other_layouts_are_converted_and_then_valid() {
    let array = br#"[{"instruction": "Say hi.", "input": "", "output": "Hi."},
        {"instruction": "Say bye.", "output": 3}, {"instruction": "Add.", "input": "1 and 2", "output": "3"}]"#;
    let utf16: Vec<u8> =
        "\u{feff}{\"question\":\"Wo?\",\"answer\":\"Dä.\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let table = b"Question;Answer\n\"Where; when?\";There\nWho?;Me\n";
    let folder = folder(&[("a.json", array), ("u.jsonl", &utf16), ("t.csv", table)]);
    let run = |args: &[&str]| said(&tunedrop(folder.path(), args));
    insta::assert_snapshot!(
        "convert_array",
        run(&["convert", "--from", "alpaca", "a.json", "--model", "nova-lite", "-o", "a.jsonl"])
    );
    insta::assert_snapshot!("converted_array", read(&folder, "a.jsonl"));
    insta::assert_snapshot!(
        "convert_utf16",
        run(&["convert", "u.jsonl", "--model", "titan-text-express", "-o", "b.jsonl"])
    );
    insta::assert_snapshot!("converted_utf16", read(&folder, "b.jsonl"));
    insta::assert_snapshot!("convert_table", run(&["convert", "t.csv", "--model", "claude-3-haiku", "-o", "c.jsonl"]));
    insta::assert_snapshot!("converted_table", read(&folder, "c.jsonl"));
    for (file, model) in [("a.jsonl", "nova-lite"), ("b.jsonl", "titan-text-express"), ("c.jsonl", "claude-3-haiku")] {
        let told = run(&["check", file, "--model", model, "--format", "json"]);
        // Too few records is all that stands against them.
        for code in ["invalid-json", "missing-key", "unknown-key", "wrong-type", "wrong-layout"] {
            assert!(!told.contains(code), "{file}: {told}");
        }
    }
}

const FAULTY: &[u8] = b"\xef\xbb\xbf{\"prompt\": \"a\", \"completion\": \"b\"}\r\n\n{\"prompt\": \"c\", \"completion\": \"d\",}\n{\"completion\":\"b\",\"prompt\":\"a\"}\n{\"prompt\": \"e\"}\n{\"prompt\": \"kept  as\", \"completion\": \"it is\"}";

#[test]
fn what_is_mechanical_is_mended_and_told() {
    let folder = folder(&[("in.jsonl", FAULTY)]);
    let run = |args: &[&str]| said(&tunedrop(folder.path(), args));
    insta::assert_snapshot!("fix", run(&["fix", "in.jsonl", "--model", "titan-text-express", "-o", "out.jsonl"]));
    insta::assert_snapshot!("fixed", read(&folder, "out.jsonl"));
    insta::assert_snapshot!(
        "fix_drop_invalid",
        run(&["fix", "in.jsonl", "--model", "titan-text-express", "--drop-invalid", "--force", "-o", "out.jsonl"])
    );
    insta::assert_snapshot!("fixed_drop_invalid", read(&folder, "out.jsonl"));
    // Once mended, nothing is left to do.
    let again = tunedrop(folder.path(), &["fix", "out.jsonl", "--model", "titan-text-express", "-o", "again.jsonl"]);
    assert!(again.status.success());
    assert_eq!(read(&folder, "again.jsonl"), read(&folder, "out.jsonl"));
}

#[test]
fn the_input_is_never_written_over() {
    let folder = folder(&[("in.jsonl", FAULTY), ("there.jsonl", b"precious")]);
    fs::hard_link(folder.path().join("in.jsonl"), folder.path().join("link.jsonl")).expect("a link");
    for out in ["in.jsonl", "./in.jsonl", "link.jsonl"] {
        let output = tunedrop(folder.path(), &["fix", "in.jsonl", "--model", "nova-lite", "--force", "-o", out]);
        assert_eq!(output.status.code(), Some(2), "{out}");
    }
    let output = tunedrop(folder.path(), &["convert", "in.jsonl", "--model", "nova-lite", "-o", "there.jsonl"]);
    insta::assert_snapshot!("there_already", said(&output));
    assert_eq!(read(&folder, "there.jsonl"), "precious");
    assert_eq!(fs::read(folder.path().join("in.jsonl")).expect("it is there"), FAULTY);
}

#[test]
fn a_split_is_the_same_again_and_keeps_repeats_together() {
    let mut lines: Vec<String> = (0..200).map(|at| format!("{{\"prompt\":\"p{at}\",\"completion\":\"c\"}}")).collect();
    lines.extend((0..50).map(|at| format!("{{\"completion\":\"c\", \"prompt\":\"p{at}\"}}")));
    let folder = folder(&[("all.jsonl", lines.join("\n").as_bytes())]);
    let run = |args: &[&str]| said(&tunedrop(folder.path(), args));
    insta::assert_snapshot!("split", run(&["split", "all.jsonl", "--validation", "10%", "--seed", "7"]));
    let (train, validation) = (read(&folder, "all.train.jsonl"), read(&folder, "all.validation.jsonl"));
    let mut both: Vec<&str> = train.lines().chain(validation.lines()).collect();
    both.sort_unstable();
    lines.sort_unstable();
    assert_eq!(both, lines);
    let prompt = |line: &str| {
        line.split("\"p")
            .nth(2)
            .or_else(|| line.split("\"p").last())
            .map(|rest| rest.split('"').next().unwrap_or("").to_owned())
    };
    let kept: Vec<_> = validation.lines().map(prompt).collect();
    assert!(train.lines().all(|line| !kept.contains(&prompt(line))), "a repeat stands on both sides");
    lines.reverse();
    fs::write(folder.path().join("all.jsonl"), lines.join("\n")).expect("it is written");
    run(&["split", "all.jsonl", "--validation", "10%", "--seed", "7", "--force"]);
    let mut before: Vec<&str> = validation.lines().collect();
    let again = read(&folder, "all.validation.jsonl");
    let mut now: Vec<&str> = again.lines().collect();
    before.sort_unstable();
    now.sort_unstable();
    assert_eq!(before, now);
}
