//! Runs convert on tables: files of other libraries (cli/tests/tables/README.md), and variants of CSV.

use std::fs;

use crate::support::{Ran, fed, folder, root, tunedrop};

/// Converts one of the files for a model of prompts and completions. Returns the output and the written file.
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

/// The eight records of most of the files.
fn pairs() -> String {
    (1..9).map(|n| format!("{{\"prompt\":\"What is {n} + 1?\",\"completion\":\"It is {}.\"}}\n", n + 1)).collect()
}

#[test]
fn reads_files_of_every_writer() {
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
fn converts_nested_messages() {
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
fn reads_row_groups_and_dictionaries() {
    let (ran, out) = convert("pages-v2.parquet", &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let expected: String =
        (0..300).map(|n| format!("{{\"prompt\":\"What is {}?\",\"completion\":\"A number.\"}}\n", n % 5)).collect();
    assert_eq!(out, expected);
}

#[test]
fn names_files_and_records_that_convert_rejects() {
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
fn detects_the_format_by_the_first_bytes() {
    let parquet = fs::read(root().join("cli/tests/tables/pandas-zstd.parquet")).expect("a file");
    let (ran, out) = converted("data.jsonl", &parquet, &[]);
    assert_eq!((ran.code, out), (0, pairs()), "{}", ran.err);
    let table = b"prompt,completion\nWhat is 1 + 1?,It is 2.\n";
    let (ran, out) = converted("data.txt", table, &[]);
    assert_eq!((ran.code, out.lines().count()), (0, 1), "{}", ran.err);
}

#[test]
fn reads_workbooks_by_sheet() {
    let (ran, out) = convert("openpyxl.xlsx", &[]);
    assert_eq!((ran.code, out.lines().count()), (0, 8), "{}", ran.err);
    assert_eq!(out.lines().next(), Some(r#"{"prompt":"What is 1 + 1?\nSay it, please.","completion":"2"}"#));
    insta::assert_snapshot!("workbook", ran.err);
    insta::assert_snapshot!("workbook_values", convert("openpyxl.xlsx", &["--sheet", "Other"]).1);
    let (ran, out) = convert("xlsxwriter.xlsx", &[]);
    assert_eq!((ran.code, out), (1, pairs()), "{}", ran.err);
    assert!(ran.err.contains("the cell in column"), "{}", ran.err);
}

#[test]
fn reads_tables_from_standard_input() {
    let here = folder(&[]);
    for name in ["pandas-gzip.parquet", "polars.arrow", "xlsxwriter.xlsx"] {
        let bytes = fs::read(root().join("cli/tests/tables").join(name)).expect("a file");
        let args = ["convert", "-", "--model", "titan-text-express", "--force", "-o", "out.jsonl"];
        let ran = fed(here.path(), &args, &bytes);
        let has_error_cell = name == "xlsxwriter.xlsx";
        assert_eq!(ran.code, i32::from(has_error_cell), "{name}: {}", ran.err);
        let out = fs::read_to_string(here.path().join("out.jsonl")).expect("it is written");
        assert!(out.starts_with(&pairs()), "{name}: {out}");
    }
}

#[test]
fn reads_csv_of_many_kinds() {
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
fn decodes_utf16_without_a_byte_order_mark() {
    let json = "{\"prompt\": \"Wo?\", \"completion\": \"Dä.\"}\n";
    for units in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes: Vec<u8> = json.encode_utf16().flat_map(units).collect();
        let (ran, out) = converted("u.jsonl", &bytes, &[]);
        assert_eq!((ran.code, out.as_str()), (0, json), "{}", ran.err);
    }
}

#[test]
fn names_utf16_without_a_byte_order_mark_in_other_scripts() {
    let table = "質問,prompt,completion\r\nどこ？,a,b\r\n";
    for (units, encoding) in [(u16::to_le_bytes as fn(u16) -> [u8; 2], "UTF-16LE"), (u16::to_be_bytes, "UTF-16BE")] {
        let bytes: Vec<u8> = table.encode_utf16().flat_map(units).collect();
        let (ran, _) = converted("t.csv", &bytes, &[]);
        let part =
            format!("may be UTF-16 without a byte order mark; save it as UTF-8: iconv -f {encoding} -t UTF-8 t.csv");
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(&part), "{}", ran.err);
    }
}

#[test]
fn check_says_which_key_beside_a_list_leaves_out_all_records() {
    let data = br#"{"tools": [{"name": "f"}], "data": [{"question": "a", "answer": "b"}]}"#;
    let here = folder(&[("tools.json", data)]);
    let ran = tunedrop(here.path(), &["check", "tools.json", "--model", "nova-lite"]);
    assert!(ran.out.contains("its records can't be converted: `tools` is beside the list of records"), "{}", ran.out);
}

#[test]
fn says_that_a_cell_is_empty() {
    for (name, bytes) in [
        ("t.csv", &b"prompt,completion\na,\n,b\nc,d\n"[..]),
        ("t.json", br#"{"prompt": ["a", null, "c"], "completion": [null, "b", "d"]}"#),
    ] {
        let (ran, out) = converted(name, bytes, &[]);
        assert_eq!((ran.code, out.lines().count()), (1, 1), "{}", ran.err);
        for why in [
            "record 1: its answer is missing: `completion` is empty",
            "record 2: its question is missing: `prompt` is empty",
        ] {
            assert!(ran.err.contains(why), "{}", ran.err);
        }
    }
}

#[test]
fn reads_lists_under_a_key() {
    let data = br#"{"version": "1", "data": [{"question": "a", "answer": "b"}, {"question": "c", "answer": "d"}]}"#;
    let (ran, out) = converted("squad.json", data, &[]);
    assert_eq!((ran.code, out.lines().count()), (0, 2), "{}", ran.err);
    assert!(ran.err.contains("dropped the key `version` beside the list of records"), "{}", ran.err);
    let tools = br#"{"tools": [{"name": "f"}], "data": [{"question": "a", "answer": "b"}]}"#;
    let (ran, _) = converted("tools.json", tools, &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("`tools` is beside the list of records (`data`)"), "{}", ran.err);
    let splits = br#"{"train": [{"prompt": "a", "completion": "b"}], "test": [{"prompt": "c", "completion": "d"}]}"#;
    let (ran, _) = converted("splits.json", splits, &[]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!("two_lists", ran.err);
}

#[test]
fn names_rows_with_misplaced_quotation_marks() {
    let rows = [
        r#""say ""hi""",1"#,
        r#""say \"hi\"",2"#,
        r#"say "hi" now,3"#,
        r#"5" pipe,4"#,
        r#""he said "hi" there",5"#,
        "6",
        "7,\"never closed",
        "8,8",
    ];
    let text = format!("prompt,completion\n{}\n", rows.join("\n"));
    let (ran, out) = converted("t.csv", text.as_bytes(), &[]);
    let expected = "{\"prompt\":\"say \\\"hi\\\"\",\"completion\":\"1\"}\n{\"prompt\":\"say \\\"hi\\\" now\",\"completion\":\"3\"}\n";
    assert_eq!((ran.code, out.as_str()), (1, expected), "{}", ran.err);
    insta::assert_snapshot!("quotation_marks", ran.err);
}

#[test]
fn reads_the_questions_of_squad() {
    let qas = r#"[{"question":"Where?","id":"1","answers":[{"text":"Here.","answer_start":0}]},{"question":"Who?","id":"2","is_impossible":true,"answers":[]}]"#;
    let data =
        format!(r#"{{"version":"v2.0","data":[{{"title":"t","paragraphs":[{{"context":"Here.","qas":{qas}}}]}}]}}"#);
    let (ran, out) = converted("squad.json", data.as_bytes(), &[]);
    let expected = "{\"prompt\":\"Where?\\n\\nHere.\",\"completion\":\"Here.\"}\n";
    assert_eq!((ran.code, out.as_str()), (1, expected), "{}", ran.err);
    assert!(ran.err.contains("`answers` is empty"), "{}", ran.err);
}

#[test]
fn numbers_rows_as_the_file_does_with_blank_ones() {
    let (ran, out) = converted("t.csv", b"\nprompt,completion\na,b\n\n,\nc\n", &[]);
    assert_eq!((ran.code, out.lines().count()), (1, 1), "{}", ran.err);
    assert!(ran.err.contains("left out: record 4: the row has 1 cell"), "{}", ran.err);
}
