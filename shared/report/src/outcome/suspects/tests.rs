use tunedrop_run::second_look::{SuspectRecord, Suspects};

use super::{LossJump, SuspectList};
use crate::Outcome;
use crate::samples::{HOSTILE, assert_harmless, failed, seen, succeeded};

fn known(file: &str, suspects: &[(u32, &[&str])]) -> Option<SuspectList> {
    let record = |(line, reasons): &(u32, &[&str])| SuspectRecord {
        line: *line,
        reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
    };
    let suspects = suspects.iter().map(record).collect();
    Some(SuspectList::Known(Suspects { version: 1, file: file.to_owned(), records: 1_200, suspects }))
}

const JUMP: LossJump = LossJump { step: 1_203, before: 0.61, loss: f64::INFINITY, jumps: 2 };

/// The section as a reader sees it.
fn part(outcome: &Outcome) -> String {
    let html = outcome.html();
    assert_harmless(&html);
    let seen = seen(&html);
    let start = seen.find("Records to look at").expect("the section");
    let end = seen[start..].find("Lineage").map_or(seen.len(), |end| start + end);
    seen[start..end].to_owned()
}

#[test]
fn lists_lines_and_reasons_after_a_jump_or_a_failure() {
    let suspects = known("train.jsonl", &[(12, &["unusual-length", "rare-characters"]), (1_140, &["near-duplicate"])]);
    let jumped = Outcome { loss_jump: Some(JUMP), suspects: suspects.clone(), ..succeeded() };
    insta::assert_snapshot!(part(&jumped));
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&(jumped.loss_jump, &jumped.suspects)).unwrap());
    let failed = part(&Outcome { suspects, ..failed() });
    assert!(failed.contains("The run failed.") && failed.contains("sed -n '12p;1140p' train.jsonl"), "{failed}");
}

#[test]
fn says_why_no_line_is_listed() {
    let none = Outcome { suspects: known("train.jsonl", &[]), ..failed() };
    assert!(part(&none).contains("Nothing stands out in 1,200 records."), "{}", part(&none));
    let why = "the data wasn't looked at, because the recipe had no `quality`";
    let unknown = Outcome { suspects: Some(SuspectList::Unknown(why.to_owned())), ..failed() };
    assert!(part(&unknown).contains(&format!("No records are listed: {why}.")), "{}", part(&unknown));
    assert!(!succeeded().html().contains("Records to look at"));
}

#[test]
fn hostile_names_and_reasons_are_text() {
    let hostile = Outcome { suspects: known(HOSTILE, &[(7, &[HOSTILE])]), ..failed() };
    assert!(part(&hostile).contains("Print these lines"));
}
