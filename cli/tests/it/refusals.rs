//! `fix` and `split` on files that aren't JSON Lines: they name the format, and write nothing.

use std::fs;

use crate::support::{folder, root, tunedrop};

/// A file in each format, and words that name it.
fn others() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let table = |name: &str| fs::read(root().join("cli/tests/tables").join(name)).expect("a file of the folder");
    let stream = |text: &str| text.as_bytes().to_vec();
    vec![
        ("a.csv", stream("prompt,completion\na,b\nc,d\n"), "table"),
        ("tabs.jsonl", stream("question\tanswer\na\tb\nc\td\n"), "table"),
        ("train.jsonl", table("pandas-zstd.parquet"), "a Parquet file"),
        ("b.arrow", table("saved-to-disk.arrow"), "an Arrow file"),
        ("b.feather", table("pandas.feather"), "an Arrow file"),
        ("c.xlsx", table("openpyxl.xlsx"), "an Excel workbook"),
        ("d.jsonl", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x04\0".to_vec(), "gzip"),
        ("e.jsonl", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n".to_vec(), "PDF"),
        ("f.txt", stream("Dear customer,\n\nthank you for your letter.\nIt has arrived.\n"), ""),
        ("g.html", stream("<!doctype html>\n<html><body>\n<p>Hello</p>\n</body></html>\n"), ""),
        ("h.jsonl", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0".to_vec(), ""),
        ("columns.json", table("pandas-columns.json"), ""),
        ("data.json", stream("{\"data\": [{\"prompt\": \"a\", \"completion\": \"b\"}, {\"prompt\": \"c\"}]}"), ""),
    ]
}

#[test]
fn fix_and_split_refuse_what_is_not_json_lines() {
    for (name, bytes, is) in others() {
        let here = folder(&[(name, &bytes)]);
        let fix = ["fix", name, "--model", "titan-text-express", "-o", "out.jsonl"];
        for args in [&fix[..], &["split", name]] {
            let ran = tunedrop(here.path(), args);
            assert_eq!(ran.code, 2, "{args:?}: {}{}", ran.out, ran.err);
            assert!(ran.err.contains("not JSON Lines") && ran.err.contains(is), "{args:?}: {}", ran.err);
            let files = fs::read_dir(here.path()).expect("a folder").count();
            assert_eq!(files, 1, "{args:?} wrote something");
        }
    }
}

#[test]
fn the_command_that_fix_shows_converts_the_file() {
    let bytes = fs::read(root().join("cli/tests/tables/pandas-zstd.parquet")).expect("a file");
    let here = folder(&[("it's mine.jsonl", &bytes)]);
    let ran = tunedrop(here.path(), &["fix", "it's mine.jsonl", "--model", "titan-text-express", "-o", "out.jsonl"]);
    insta::assert_snapshot!(ran.err);
    let command = ran.err.trim_end().split_once("first: ").expect("a command").1;
    let command = command.replacen("tunedrop", env!("CARGO_BIN_EXE_tunedrop"), 1);
    let run = std::process::Command::new("sh").args(["-c", &command]).current_dir(here.path()).output();
    assert!(run.is_ok_and(|run| run.status.success()), "{command}");
    assert!(here.path().join("out.jsonl").is_file());
}

#[test]
fn fix_reads_json_in_any_arrangement() {
    let record = r#"{"prompt":"a","completion":"b"}"#;
    for (text, count) in [
        (format!("[{record}, {{\"prompt\":\"c\",\"completion\":\"d\"}}]"), 2),
        (
            "{\n \"prompt\": \"a\",\n \"completion\": \"b\"\n}\n{\n \"prompt\": \"c\",\n \"completion\": \"b\"}"
                .to_owned(),
            2,
        ),
        (format!("\u{feff}{record}\r\n\n"), 1),
        (record.to_owned(), 1),
    ] {
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes(), &utf16] {
            let here = folder(&[("in.json", bytes)]);
            let ran = tunedrop(here.path(), &["fix", "in.json", "--model", "titan-text-express", "-o", "out.jsonl"]);
            assert_eq!(ran.code, 0, "{text}: {}", ran.err);
            assert_eq!(fs::read_to_string(here.path().join("out.jsonl")).expect("a file").lines().count(), count);
        }
    }
}
