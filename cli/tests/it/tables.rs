//! convert on tables: files as other libraries write them (cli/tests/tables/README.md), and CSV's varieties.

use std::fs;

use crate::support::{Ran, fed, folder, root, tunedrop};

/// Converts one of the files for a model of prompts and completions, and returns what it said and what it wrote.
fn convert(name: &str, more: &[&str]) -> (Ran, String) {
    let bytes = fs::read(root().join("cli/tests/tables").join(name)).expect("a file of the folder");
    converted(name, &bytes, more)
}

fn converted(name: &str, bytes: &[u8], more: &[&str]) -> (Ran, String) {
    let here = folder(&[(name, bytes)]);
    let mut args = vec!["convert", name, "-o", "out.jsonl"];
    args.extend(more);
    if !more.contains(&"--model") {
        args.extend(["--model", "titan-text-express"]);
    }
    let ran = tunedrop(here.path(), &args);
    (ran, fs::read_to_string(here.path().join("out.jsonl")).unwrap_or_default())
}

/// The eight records that most of the files hold.
fn pairs() -> String {
    (1..9).map(|n| format!("{{\"prompt\":\"What is {n} + 1?\",\"completion\":\"It is {}.\"}}\n", n + 1)).collect()
}

#[test]
fn every_writers_files_are_read() {
    for name in [
        "pandas-gzip.parquet",
        "pandas-zstd.parquet",
        "pandas-lz4.parquet",
        "pandas-plain.parquet",
        "pandas.feather",
        "zstd.feather",
        "polars.arrow",
        "pandas-columns.json",
        "pandas-split.json",
        "pandas-index.json",
        "pandas-table.json",
        "pandas-records.json",
    ] {
        let (ran, out) = convert(name, &[]);
        assert_eq!((ran.code, out.as_str()), (0, pairs().as_str()), "{name}: {}", ran.err);
    }
}

#[test]
fn nested_messages_become_conversations() {
    for name in ["hugging-face.parquet", "saved-to-disk.arrow"] {
        let (ran, out) = convert(name, &["--model", "nova-lite"]);
        assert_eq!((ran.code, out.lines().count()), (0, 8), "{name}: {}", ran.err);
        insta::allow_duplicates!(insta::assert_snapshot!(out.lines().next().unwrap_or_default()));
    }
    let (ran, out) = convert("polars.parquet", &["--model", "nova-lite"]);
    assert_eq!((ran.code, out.lines().count()), (0, 8), "{}", ran.err);
    assert!(out.contains("Where is order 8?") && !out.contains("Be brief."), "{out}");
}

#[test]
fn row_groups_and_repeated_texts_are_read() {
    let (ran, out) = convert("pages-v2.parquet", &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let expected: String =
        (0..300).map(|n| format!("{{\"prompt\":\"What is {}?\",\"completion\":\"A number.\"}}\n", n % 5)).collect();
    assert_eq!(out, expected);
}

#[test]
fn what_convert_cannot_take_is_named() {
    let (ran, out) = convert("images.parquet", &[]);
    assert_eq!((ran.code, out.as_str()), (1, "{\"prompt\":\"1 + 1?\",\"completion\":\"2\"}\n"), "{}", ran.err);
    insta::assert_snapshot!("images", ran.err);
    insta::assert_snapshot!("brotli", convert("pandas-brotli.parquet", &[]).0.err);
    insta::assert_snapshot!("wrong_from", convert("polars.arrow", &["--from", "csv"]).0.err);
    insta::assert_snapshot!("wrong_sheet", convert("openpyxl.xlsx", &["--sheet", "Answers"]).0.err);
    let cut_off = &fs::read(root().join("cli/tests/tables/pandas-plain.parquet")).expect("a file")[..1500];
    let (ran, out) = converted("cut-off.parquet", cut_off, &[]);
    assert_eq!((ran.code, out.as_str()), (2, ""));
    insta::assert_snapshot!("cut_off", ran.err);
}

#[test]
fn the_first_bytes_decide_not_the_name() {
    let parquet = fs::read(root().join("cli/tests/tables/pandas-zstd.parquet")).expect("a file");
    let (ran, out) = converted("data.jsonl", &parquet, &[]);
    assert_eq!((ran.code, out), (0, pairs()), "{}", ran.err);
    let table = b"prompt,completion\nWhat is 1 + 1?,It is 2.\n";
    let (ran, out) = converted("data.txt", table, &[]);
    assert_eq!((ran.code, out.lines().count()), (0, 1), "{}", ran.err);
}

#[test]
fn workbooks_are_read_by_sheet() {
    let (ran, out) = convert("openpyxl.xlsx", &[]);
    assert_eq!((ran.code, out.lines().count()), (0, 8), "{}", ran.err);
    assert_eq!(out.lines().next(), Some(r#"{"prompt":"What is 1 + 1?\nSay it, please.","completion":"2"}"#));
    insta::assert_snapshot!("workbook", ran.err);
    insta::assert_snapshot!("workbook_values", convert("openpyxl.xlsx", &["--sheet", "Other"]).1);
    let (ran, out) = convert("xlsxwriter.xlsx", &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(out, pairs() + "{\"prompt\":\"What is #N/A?\",\"completion\":\"#N/A\"}\n");
}

#[test]
fn standard_input_is_read_to_its_end_first() {
    let here = folder(&[]);
    for name in ["pandas-gzip.parquet", "polars.arrow", "xlsxwriter.xlsx"] {
        let bytes = fs::read(root().join("cli/tests/tables").join(name)).expect("a file");
        let args = ["convert", "-", "--model", "titan-text-express", "--force", "-o", "out.jsonl"];
        let ran = fed(here.path(), &args, &bytes);
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
        let out = fs::read_to_string(here.path().join("out.jsonl")).expect("it is written");
        assert!(out.starts_with(&pairs()), "{name}: {out}");
    }
}

#[test]
fn csv_comes_in_many_kinds() {
    let one = "{\"prompt\":\"Who?\\nWhere?\",\"completion\":\"Zoë, here\"}\n";
    let text = "sep=;\r\nPrompt;Completion\r\n\"Who?\nWhere?\";Zoë, here\r\n";
    let utf16 = |units: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        format!("{mark}{text}").encode_utf16().flat_map(units).collect()
    };
    for (kind, bytes) in [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with a byte order mark", format!("\u{feff}{text}").into_bytes()),
        ("UTF-16LE", utf16(u16::to_le_bytes, "")),
        ("UTF-16LE with a byte order mark", utf16(u16::to_le_bytes, "\u{feff}")),
        ("UTF-16BE", utf16(u16::to_be_bytes, "")),
        ("UTF-16BE with a byte order mark", utf16(u16::to_be_bytes, "\u{feff}")),
    ] {
        let (ran, out) = converted("t.csv", &bytes, &[]);
        assert_eq!((ran.code, out.as_str()), (0, one), "{kind}: {}", ran.err);
    }
    let windows = b"prompt,completion\nWho?,Me\nWho?,Zo\xeb\nWho?,You\n";
    let (ran, out) = converted("a b.csv", windows, &[]);
    assert_eq!((ran.code, out.lines().count()), (1, 2));
    insta::assert_snapshot!("encoding", ran.err);
    let utf32: Vec<u8> = "\u{feff}a,b\n".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    insta::assert_snapshot!("utf32", converted("t.csv", &utf32, &[]).0.err);
}

#[test]
fn utf16_without_a_byte_order_mark_is_decoded() {
    let json = "{\"prompt\": \"Wo?\", \"completion\": \"Dä.\"}\n";
    for units in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes: Vec<u8> = json.encode_utf16().flat_map(units).collect();
        let (ran, out) = converted("u.jsonl", &bytes, &[]);
        assert_eq!((ran.code, out.as_str()), (0, json), "{}", ran.err);
    }
}

#[test]
fn lists_below_a_name_are_read() {
    let data = br#"{"version": "1", "data": [{"question": "a", "answer": "b"}, {"question": "c", "answer": "d"}]}"#;
    let (ran, out) = converted("squad.json", data, &[]);
    assert_eq!((ran.code, out.lines().count()), (0, 2), "{}", ran.err);
    let splits = br#"{"train": [{"prompt": "a", "completion": "b"}], "test": [{"prompt": "c", "completion": "d"}]}"#;
    let (ran, _) = converted("splits.json", splits, &[]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!("two_lists", ran.err);
}
