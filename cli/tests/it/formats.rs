//! The same findings in every output format.

use crate::support::{findings, folder, records, tunedrop};

const TITAN: [&str; 4] = ["check", "a.jsonl", "--model", "titan-text-express"];

/// 30 records with an empty answer, and a duplicate.
fn faulty() -> String {
    let bad: String = (0..30).map(|i| format!("{{\"prompt\": \"Question {i}\", \"completion\": \"\"}}\n")).collect();
    format!("{}{bad}{}", records(1), records(1))
}

fn run(data: &str, args: &[&str]) -> crate::support::Ran {
    let here = folder(&[("a.jsonl", data.as_bytes())]);
    tunedrop(here.path(), &[&TITAN[..], args].concat())
}

#[test]
fn folds_many_findings_of_one_code() {
    insta::assert_snapshot!(run(&faulty(), &[]).out);
}

#[test]
fn json_has_the_findings_of_the_human_output() {
    let (human, json) = (run(&faulty(), &[]), run(&faulty(), &["--format", "json"]));
    let page = json.json();
    assert_eq!((human.code, json.code), (1, 1));
    assert_eq!(human.verdict(), "not valid: 30 errors, 1 warning");
    assert_eq!((page["errors"].as_u64(), page["warnings"].as_u64()), (Some(30), Some(1)));
    let file = &page["files"][0];
    assert_eq!((file["errors"].as_u64(), file["counts"]["empty-text"].as_u64()), (Some(30), Some(30)));
    assert_eq!(findings(&page).len(), 21);
    assert_eq!((file["records"].as_u64(), file["statistics"]["valid_records"].as_u64()), (Some(32), Some(2)));
    assert!(human.out.contains("records     32, 2 of them valid"), "{}", human.out);
}

#[test]
fn max_findings_keeps_errors_first() {
    let shown = |most: &str| {
        let page = run(&faulty(), &["--format", "json", "--max-findings", most]).json();
        assert_eq!((page["errors"].as_u64(), page["warnings"].as_u64()), (Some(30), Some(1)), "the counts stay");
        findings(&page).iter().map(|finding| finding["code"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(shown("2"), ["\"empty-text\""; 2]);
    assert_eq!(shown("0").len(), 21);
    assert_eq!(shown("1000").len(), 21);
    let human = run(&faulty(), &["--max-findings", "1"]).out;
    assert_eq!(human.matches("error[").count(), 1);
    assert!(human.contains("= more: and 29 more of these\n"), "{human}");
    assert!(human.contains("… and 1 more not shown"), "{human}");
    assert_eq!(run(&faulty(), &["--max-findings", "0"]).out.matches("error[").count(), 20);
}

#[test]
fn github_annotates_lines() {
    let data = format!("{}{{\"prompt\": \"ü 100%\", \"completion\": 3}}\n", records(1));
    let ran = run(&data, &["--format", "github"]);
    insta::assert_snapshot!(ran.out);
    let here = folder(&[("a,b:c.jsonl", data.as_bytes())]);
    let out =
        tunedrop(here.path(), &["check", "a,b:c.jsonl", "--model", "titan-text-express", "--format", "github"]).out;
    assert!(out.starts_with("::error file=a%2Cb%3Ac.jsonl,line=2,col="), "{out}");
}

#[test]
fn uses_color_only_on_terminals() {
    assert!(!run(&faulty(), &[]).out.contains('\u{1b}'));
    assert!(run(&faulty(), &["--color", "always"]).out.contains("\u{1b}[1m\u{1b}[31merror"));
    let here = folder(&[("a.jsonl", faulty().as_bytes())]);
    for args in [&["--color", "never"][..], &[]] {
        let mut command = crate::support::command(here.path(), &[&TITAN[..], args].concat());
        let ran: crate::support::Ran = command.env("NO_COLOR", "1").output().expect("it runs").into();
        assert!(!ran.out.contains('\u{1b}'));
    }
}

#[test]
fn succeeds_if_the_reader_closes_the_pipe() {
    use std::process::Stdio;
    let here = folder(&[("a.jsonl", faulty().as_bytes())]);
    let mut command = crate::support::command(here.path(), &TITAN);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    let ran: crate::support::Ran = child.wait_with_output().expect("it ends").into();
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
}
