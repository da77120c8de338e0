//! The output for invalid characters.

use crate::support::{folder, tunedrop};

const GOOD: &str = "{\"prompt\": \"What is 1 + 1?\", \"completion\": \"2\"}\n";

/// The output of `check` for a valid record and this line, without the summary.
fn check(line: &str) -> String {
    let here = folder(&[("a.jsonl", format!("{GOOD}{line}\n").as_bytes())]);
    let ran = tunedrop(here.path(), &["check", "a.jsonl", "--model", "titan-text-express"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let page = ran.out.split("\n\n").filter(|part| part.contains("--> a.jsonl:"));
    page.map(|part| format!("{part}\n")).collect()
}

#[test]
fn names_curly_quotes() {
    insta::assert_snapshot!(check("{“prompt”: “a”, “completion”: “b”}"));
}

#[test]
fn shows_a_no_break_space_in_a_key() {
    insta::assert_snapshot!(check("{\"prompt\u{a0}\": \"a\", \"completion\": \"b\"}"));
}

#[test]
fn shows_a_no_break_space_between_tokens() {
    insta::assert_snapshot!(check("{\"prompt\":\u{a0}\"a\", \"completion\": \"b\"}"));
}

#[test]
fn points_at_an_unescaped_quote() {
    insta::assert_snapshot!(check(r#"{"prompt": "he said "hi" to me", "completion": "b"}"#));
}

#[test]
fn names_a_fullwidth_comma() {
    insta::assert_snapshot!(check("{\"prompt\": \"a\"，\"completion\": \"b\"}"));
}

#[test]
fn names_python_values() {
    insta::assert_snapshot!(check("{\"prompt\": \"a\", \"completion\": None}"));
}

#[test]
fn names_a_bracket_that_is_missing() {
    insta::assert_snapshot!(check("{\"prompt\": [\"a\", \"b\"}"));
}

#[test]
fn names_line_ends_of_old_macs_once() {
    let here = folder(&[("a.jsonl", GOOD.replace('\n', "\r").repeat(300).as_bytes())]);
    let ran = tunedrop(here.path(), &["check", "a.jsonl", "--model", "titan-text-express"]);
    assert_eq!((ran.code, ran.out.matches("error[invalid-json]").count()), (1, 1));
    insta::assert_snapshot!(ran.out.split("\n\n").find(|part| part.contains("invalid-json")).unwrap_or_default());
}
