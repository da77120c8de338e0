//! Text with control characters, and binary files.

use crate::support::{findings, folder, tunedrop};

fn check(data: &[u8], args: &[&str]) -> crate::support::Ran {
    let here = folder(&[("a.jsonl", data)]);
    tunedrop(here.path(), &[&["check", "a.jsonl", "--model", "titan-text-express"], args].concat())
}

/// Whether the text has no control and no bidirectional characters.
fn is_harmless(text: &str) -> bool {
    let harmful = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    !text.contains(harmful)
}

#[test]
fn escapes_control_and_bidirectional_characters() {
    let data = "{\"prompt\": \"\u{1b}[2J\u{1b}]0;title\u{7}\u{202e}txet\u{202c}\u{9b}31m\", \"completion\": 3}\n";
    let ran = check(data.as_bytes(), &[]);
    assert!(is_harmless(&ran.out), "{:?}", ran.out);
    insta::assert_snapshot!(ran.out);
    for format in ["json", "sarif", "github"] {
        assert!(is_harmless(&check(data.as_bytes(), &["--format", format]).out), "{format}");
    }
    let coloured = check(data.as_bytes(), &["--color", "always"]).out;
    assert!(!coloured.contains("\u{1b}[2J") && !coloured.contains("\u{1b}]0"), "{coloured:?}");
}

#[test]
fn escapes_file_names() {
    let here = folder(&[("\u{1b}[31mx\u{202e}.jsonl", b"[1]\n[2]\n".as_slice())]);
    let gone = tunedrop(here.path(), &["check", "\u{1b}[2Jgone", "--model", "nova-lite\u{1b}[2J"]);
    assert!(is_harmless(&gone.err), "{:?}", gone.err);
    let gone = tunedrop(here.path(), &["check", "\u{1b}[2Jgone", "--model", "nova-lite"]);
    assert!(is_harmless(&gone.err) && gone.err.contains("\\u{1b}[2Jgone can't be read"), "{:?}", gone.err);
    let args = ["check", "\u{1b}[31mx\u{202e}.jsonl", "--model", "titan-text-express"];
    for format in ["human", "github"] {
        let ran = tunedrop(here.path(), &[&args[..], &["--format", format]].concat());
        assert!(ran.code == 1 && is_harmless(&ran.out), "{:?}", ran.out);
    }
}

#[test]
fn aligns_the_caret_below_wide_characters() {
    let data = "{\"prompt\": \"漢字かな交じり\", \"completion\": 3}\n{\"prompt\": \"👩‍👩‍👧 🎉 é\", \"completion\": []}\n";
    insta::assert_snapshot!(check(data.as_bytes(), &[]).out);
}

#[test]
fn shortens_a_very_long_line() {
    let long = "lorem ipsum ".repeat(100_000);
    let data = format!("{{\"prompt\": \"{long}\", \"completion\": 3, \"z\": \"{long}\"}}\n");
    let ran = check(data.as_bytes(), &[]);
    let longest = ran
        .out
        .lines()
        .filter(|line| line.contains("ipsum"))
        .map(|line| line.chars().count())
        .max()
        .unwrap_or_default();
    assert!(ran.code == 1 && (100..=120).contains(&longest), "{longest}");
    assert!(ran.out.contains("a.jsonl:1:1200030 in /completion\n"), "{}", ran.out);
}

#[test]
fn reports_a_file_that_isnt_json_lines_once() {
    let cases: [(&[u8], &str); 4] = [
        (b"", "empty-file"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "wrong-layout"),
        (b"\xff\xfe{\x00\"\x00", "wrong-layout"),
        (b"prompt,completion\na,b\n", "wrong-layout"),
    ];
    for (data, code) in cases {
        let ran = check(data, &["--format", "json"]);
        let page = ran.json();
        let codes: Vec<_> = findings(&page).iter().map(|finding| &finding["code"]).collect();
        assert_eq!(ran.code, 1);
        assert_eq!(codes, [code]);
        assert_eq!((page["files"][0]["records"].as_u64(), findings(&page)[0]["line"].as_u64()), (Some(0), None));
    }
}
