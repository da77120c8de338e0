//! Runs convert, fix and split.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

pub(crate) fn tunedrop(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tunedrop")).current_dir(folder).args(args).output().expect("it runs")
}

/// The output and the exit code.
pub(crate) fn printed(output: &Output) -> String {
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
fn converts_other_layouts_to_valid_records() {
    let array = br#"[{"instruction": "Say hi.", "input": "", "output": "Hi."},
        {"instruction": "Say bye.", "output": 3}, {"instruction": "Add.", "input": "1 and 2", "output": "3"}]"#;
    let utf16: Vec<u8> =
        "\u{feff}{\"question\":\"Wo?\",\"answer\":\"Dä.\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let table = b"Question;Answer\n\"Where; when?\";There\nWho?;Me\n";
    let folder = folder(&[("a.json", array), ("u.jsonl", &utf16), ("t.csv", table)]);
    let run = |args: &[&str]| printed(&tunedrop(folder.path(), args));
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
        let output = run(&["check", file, "--model", model, "--format", "json"]);
        // Too few records is the only error.
        for code in ["invalid-json", "missing-key", "unknown-key", "wrong-type", "wrong-layout"] {
            assert!(!output.contains(code), "{file}: {output}");
        }
    }
}

const FAULTY: &[u8] = b"\xef\xbb\xbf{\"prompt\": \"a\", \"completion\": \"b\"}\r\n\n{\"prompt\": \"c\", \"completion\": \"d\",}\n{\"completion\":\"b\",\"prompt\":\"a\"}\n{\"prompt\": \"e\"}\n{\"prompt\": \"kept  as\", \"completion\": \"it is\"}";

#[test]
fn fixes_mechanical_problems_and_lists_them() {
    let folder = folder(&[("in.jsonl", FAULTY)]);
    let run = |args: &[&str]| printed(&tunedrop(folder.path(), args));
    insta::assert_snapshot!("fix", run(&["fix", "in.jsonl", "--model", "titan-text-express", "-o", "out.jsonl"]));
    insta::assert_snapshot!("fixed", read(&folder, "out.jsonl"));
    insta::assert_snapshot!(
        "fix_drop_invalid",
        run(&["fix", "in.jsonl", "--model", "titan-text-express", "--drop-invalid", "--force", "-o", "out.jsonl"])
    );
    insta::assert_snapshot!("fixed_drop_invalid", read(&folder, "out.jsonl"));
    // A second pass changes nothing.
    let again = tunedrop(folder.path(), &["fix", "out.jsonl", "--model", "titan-text-express", "-o", "again.jsonl"]);
    assert!(again.status.success());
    assert_eq!(read(&folder, "again.jsonl"), read(&folder, "out.jsonl"));
}

#[test]
fn accepts_a_blank_line_after_the_byte_order_mark() {
    let pair = "{\"prompt\":\"a\",\"completion\":\"b\"}\n";
    for blank in ["\n", "\r\n", "  \n"] {
        let folder = folder(&[("in.jsonl", format!("\u{feff}{blank}{pair}").as_bytes())]);
        for (command, output) in [("convert", "converted.jsonl"), ("fix", "fixed.jsonl")] {
            let ran = tunedrop(folder.path(), &[command, "in.jsonl", "--model", "titan-text-express", "-o", output]);
            let printed = printed(&ran);
            assert!(ran.status.success(), "{command}: {printed}");
            assert_eq!(read(&folder, output), pair, "{command}: {printed}");
            assert!(command != "fix" || printed.contains("line 1: byte order mark removed"), "{printed}");
        }
    }
}

#[test]
fn never_overwrites_the_input() {
    let folder = folder(&[("in.jsonl", FAULTY), ("there.jsonl", b"precious")]);
    fs::hard_link(folder.path().join("in.jsonl"), folder.path().join("link.jsonl")).expect("a link");
    for out in ["in.jsonl", "./in.jsonl", "link.jsonl"] {
        let output = tunedrop(folder.path(), &["fix", "in.jsonl", "--model", "nova-lite", "--force", "-o", out]);
        assert_eq!(output.status.code(), Some(2), "{out}");
    }
    let output = tunedrop(folder.path(), &["convert", "in.jsonl", "--model", "nova-lite", "-o", "there.jsonl"]);
    insta::assert_snapshot!("there_already", printed(&output));
    assert_eq!(read(&folder, "there.jsonl"), "precious");
    assert_eq!(fs::read(folder.path().join("in.jsonl")).expect("it is there"), FAULTY);
}

#[test]
fn splits_reproducibly_and_keeps_duplicates_together() {
    let mut lines: Vec<String> = (0..200).map(|at| format!("{{\"prompt\":\"p{at}\",\"completion\":\"c\"}}")).collect();
    lines.extend((0..50).map(|at| format!("{{\"completion\":\"c\", \"prompt\":\"p{at}\"}}")));
    let folder = folder(&[("all.jsonl", lines.join("\n").as_bytes())]);
    let run = |args: &[&str]| printed(&tunedrop(folder.path(), args));
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
    assert!(train.lines().all(|line| !kept.contains(&prompt(line))), "a duplicate is in both files");
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

#[test]
fn refuses_files_without_records() {
    for (text, part) in [
        ("This is a letter about bolts.\n", "in.jsonl is plain text, not JSON Lines"),
        ("prompt,completion\n", ""),
        ("[\"q\",\"a\"]\n", "in.jsonl is one JSON list, not JSON Lines"),
        ("\"text\"\n", "in.jsonl is one JSON string, not JSON Lines"),
        ("42\n", "in.jsonl is one JSON value that isn't an object"),
        ("{\"prompt\": \"a\", \"completion\": \"b\"\n", "line 1: column"),
        ("{'prompt': 'a', 'completion': 'b'}\n", "line 1: column 2"),
    ] {
        let folder = folder(&[("in.jsonl", text.as_bytes())]);
        let fixed = tunedrop(folder.path(), &["fix", "in.jsonl", "--model", "titan-text-express", "-o", "out.jsonl"]);
        assert_eq!(fixed.status.code(), Some(2), "{text}: {}", printed(&fixed));
        assert!(printed(&fixed).contains(part), "{text}: {}", printed(&fixed));
        assert!(!folder.path().join("out.jsonl").exists(), "{text}");
    }
}

#[test]
fn fixes_commas_after_lines_and_arrays_without_commas() {
    let pairs = [r#"{"prompt": "a", "completion": "b"}"#, r#"{"prompt": "c", "completion": "d"}"#];
    let expected = pairs.join("\n") + "\n";
    for text in [
        format!("{},\n{},\n", pairs[0], pairs[1]),
        format!("{},\n{}", pairs[0], pairs[1]),
        format!("[{}\n{}]", pairs[0], pairs[1]),
        format!("[\n{}\n{}\n]\n", pairs[0], pairs[1]),
        format!("[{},{},]", pairs[0], pairs[1]),
        format!("{} {}", pairs[0], pairs[1]).replace("} {", "}\n\n{"),
    ] {
        let folder = folder(&[("in.jsonl", text.as_bytes())]);
        let fixed = tunedrop(folder.path(), &["fix", "in.jsonl", "--model", "titan-text-express", "-o", "out.jsonl"]);
        assert_eq!(fixed.status.code(), Some(0), "{text}: {}", printed(&fixed));
        assert_eq!(read(&folder, "out.jsonl"), expected, "{text}");
    }
}

#[test]
fn split_refuses_lines_that_are_no_records() {
    let good = "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n";
    for (line, part) in [
        ("{\"prompt\":\"c\"},", "line 3 of in.jsonl isn't a record: column 15: trailing"),
        ("{\"prompt\":\"c\"", "line 3 of in.jsonl isn't a record: column"),
        ("see above", "line 3 of in.jsonl isn't a record"),
        ("42", "it is a number, not a JSON object"),
        ("[1]", "it is a list, not a JSON object"),
    ] {
        let folder = folder(&[("in.jsonl", format!("{good}{line}\n").as_bytes())]);
        let split = tunedrop(folder.path(), &["split", "in.jsonl", "--validation", "1"]);
        assert_eq!(split.status.code(), Some(2), "{line}: {}", printed(&split));
        assert!(printed(&split).contains(part), "{line}: {}", printed(&split));
        assert_eq!(
            printed(&split).contains("tunedrop fix in.jsonl"),
            line.ends_with(','),
            "{line}: {}",
            printed(&split)
        );
        assert!(!folder.path().join("in.train.jsonl").exists() && !folder.path().join("in.validation.jsonl").exists());
    }
}

#[test]
fn split_refuses_two_spellings_of_one_output() {
    let folder = folder(&[("in.jsonl", b"{\"a\":1}\n{\"a\":2}\n"), ("a.jsonl", b"precious")]);
    let here = folder.path().join("b.jsonl");
    let absolute = here.to_str().expect("a path in UTF-8");
    for (train, validation) in [("a.jsonl", "./a.jsonl"), ("b.jsonl", "./b.jsonl"), ("b.jsonl", absolute)] {
        let args = ["split", "in.jsonl", "--force", "--train", train, "--out-validation", validation];
        let split = tunedrop(folder.path(), &args);
        let part = "--train and --out-validation name the same file; name two";
        assert_eq!(split.status.code(), Some(2), "{validation}: {}", printed(&split));
        assert!(printed(&split).contains(part), "{validation}: {}", printed(&split));
    }
    assert_eq!(read(&folder, "a.jsonl"), "precious");
    assert!(!here.exists());
}

#[test]
fn split_says_which_option_to_change() {
    let in_fives: String = (0..10).map(|at| format!("{{\"a\":{}}}\n", at / 5)).collect();
    let (same, ten) = ("{\"a\":1}\n".repeat(3), (0..10).map(|at| format!("{{\"a\":{at}}}\n")).collect::<String>());
    for (text, args, part) in [
        (
            &in_fives,
            &[][..],
            "the smallest group has 5 records: more than the validation file may have. Set --validation to 5, or",
        ),
        (&in_fives, &["--at-most", "2"], "Set --validation to 5 and --at-most to 5, or"),
        (&same, &[], "all records of in.jsonl are duplicates of one another"),
        (&ten, &["--validation", "50"], "--validation is 50, but in.jsonl has 10 records; set it to 9 or less"),
        (&ten, &["--validation", "10"], "--validation is 10, but in.jsonl has 10 records; set it to 9 or less"),
        (&ten, &["--train", "./in.jsonl"], "./in.jsonl is the input; name another file with --train"),
        (&ten, &["--out-validation", "in.jsonl"], "in.jsonl is the input; name another file with --out-validation"),
    ] {
        let folder = folder(&[("in.jsonl", text.as_bytes())]);
        let split = tunedrop(folder.path(), &[&["split", "in.jsonl"], args].concat());
        assert_eq!(split.status.code(), Some(2), "{args:?}: {}", printed(&split));
        assert!(printed(&split).contains(part), "{args:?}: {}", printed(&split));
        assert!(!folder.path().join("in.train.jsonl").exists() && !folder.path().join("in.validation.jsonl").exists());
    }
    let folder = folder(&[("in.jsonl", in_fives.as_bytes())]);
    let split = tunedrop(folder.path(), &["split", "in.jsonl", "--validation", "5"]);
    assert_eq!(split.status.code(), Some(0), "{}", printed(&split));
    assert_eq!(read(&folder, "in.validation.jsonl").lines().count(), 5);
}

#[test]
fn split_says_that_a_folder_is_one() {
    let folder = folder(&[("in.jsonl", b"{\"a\":1}\n")]);
    let split = printed(&tunedrop(folder.path(), &["split", "."]));
    assert!(split.contains(". is a folder; pass a file"), "{split}");
}

#[test]
fn fix_names_the_customization_in_the_commands_that_it_prints() {
    let folder = folder(&[("t.csv", b"prompt,completion\na,b\n"), ("t.jsonl", b"{\"prompt\":\"a\"}\n")]);
    let fix = |args: &[&str]| printed(&tunedrop(folder.path(), &[&["fix", "-o", "o.jsonl", "--force"], args].concat()));
    let reinforcement = fix(&["t.csv", "--model", "nova-2-lite", "--type", "reinforcement-fine-tuning"]);
    let command = "convert --from csv t.csv --model nova-2-lite --type reinforcement-fine-tuning -o o.jsonl";
    assert!(reinforcement.contains(command), "{reinforcement}");
    let distillation = fix(&["t.jsonl", "--model", "nova-lite", "--type", "distillation"]);
    let command = "run tunedrop check o.jsonl --model nova-lite --type distillation, or";
    assert!(distillation.contains(command), "{distillation}");
}

#[test]
fn fix_says_what_check_reports_of_the_file() {
    let chat = "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n";
    let folder = folder(&[("in.jsonl", chat.repeat(40).as_bytes()), ("bad.jsonl", b"{\"prompt\":\"a\"}\n")]);
    let fix = |args: &[&str]| {
        tunedrop(folder.path(), &[&["fix", "--model", "claude-3-haiku", "-o", "out.jsonl"], args].concat())
    };
    let fixed = fix(&["in.jsonl"]);
    let part = "as training data, out.jsonl is rejected: 1 record in the training file, and Claude 3 Haiku requires";
    assert_eq!(fixed.status.code(), Some(0), "{}", printed(&fixed));
    assert!(printed(&fixed).contains(part), "{}", printed(&fixed));
    let dropped = fix(&["bad.jsonl", "--drop-invalid", "--force"]);
    let part = "--drop-invalid removes all of bad.jsonl, 1 invalid record, so nothing was written";
    assert_eq!(dropped.status.code(), Some(2), "{}", printed(&dropped));
    assert!(printed(&dropped).contains(part), "{}", printed(&dropped));
}
