//! The screens in docs/cli.md are the binary's output. `UPDATE_DOCS=1` updates them.

use std::fs;

use crate::support::{folder, root, tunedrop};

/// Each screen's name in the page, `<!-- screen: NAME -->` before a fenced block, and the output.
fn screens() -> Vec<(&'static str, String)> {
    let good = fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    let faulty = concat!(
        r#"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "Where is order 17?"}]}, {"role": "user", "content": [{"text": "It ships tomorrow."}]}]}"#,
        "\n",
        r#"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "訂單 18 在哪裡?"}]}, {"role": "assistant", "content": [{"text": " "}]}]}"#,
        "\n",
    );
    let good_lines = String::from_utf8(good.clone()).expect("text");
    let ten: String = good_lines.split_inclusive('\n').take(10).collect();
    let chat = r#"{"messages": [{"role": "user", "content": "Where is order 17?"}, {"role": "assistant", "content": "It ships tomorrow."}]}"#;
    let here = folder(&[
        ("good.jsonl", &good),
        ("faulty.jsonl", format!("{ten}{faulty}").as_bytes()),
        ("chat.jsonl", format!("{chat}\n").repeat(3).as_bytes()),
    ]);
    let shown = |args: &str| {
        let ran = tunedrop(here.path(), &args.split(' ').collect::<Vec<_>>());
        format!("$ tunedrop {args}\n{}{}", ran.err, ran.out)
    };
    vec![
        ("a good file", shown("check good.jsonl --model nova-lite")),
        ("a file with faults", shown("check faulty.jsonl --model nova-lite")),
        ("a file of another layout", shown("check chat.jsonl --model nova-lite")),
        ("an estimate", shown("estimate good.jsonl --model nova-lite --price-per-1k 0.002")),
        ("a code", shown("explain blank-text")),
    ]
}

#[test]
fn screens_match_the_output() {
    let page = root().join("docs/cli.md");
    let mut text = fs::read_to_string(&page).expect("the page");
    for (name, screen) in screens() {
        let head = format!("<!-- screen: {name} -->\n```text\n");
        let start = text.find(&head).unwrap_or_else(|| panic!("the page has no screen of {name}")) + head.len();
        let end = start + text[start..].find("```\n").expect("a fenced block ends");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            text.replace_range(start..end, &screen);
        } else {
            assert_eq!(&text[start..end], screen, "{name}: UPDATE_DOCS=1 updates it");
        }
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&page, text).expect("the page is written");
    }
}
