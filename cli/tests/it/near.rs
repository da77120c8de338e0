//! `fix --dedupe near`, `split --by-group` and `split --stratify`.

use std::collections::BTreeMap;
use std::fs;

use crate::support::{folder, tunedrop};

/// A record of 30 words; of the same `number`, variants differ in a word.
fn record(number: usize, variant: usize, answer: &str) -> String {
    let words: Vec<String> = (0..30).map(|at| format!("w{}", (number * 97 + at * 13) % 7919)).collect();
    let more = if variant > 0 { format!(" v{variant}") } else { String::new() };
    format!("{{\"prompt\": \"{}{more}\", \"completion\": \"{answer}\"}}\n", words.join(" "))
}

const MODEL: [&str; 2] = ["--model", "titan-text-express"];

#[test]
fn fix_removes_near_duplicates_and_names_the_line_that_stays() {
    let long = "It is on the second shelf of the third room.";
    let data = [
        record(1, 0, long),
        record(2, 0, long),
        "\n".to_owned(),
        record(1, 1, long),
        record(2, 0, "It is on shelf 10 today, and on shelf 11 tomorrow."),
        record(2, 0, "It is on shelf 12 today, and on shelf 13 tomorrow."),
        record(3, 0, long),
        record(1, 2, long),
    ];
    let here = folder(&[("a.jsonl", data.concat().as_bytes())]);
    let args = [&["fix", "a.jsonl", "-o", "o.jsonl", "--dedupe", "near"], &MODEL[..]].concat();
    let ran = tunedrop(here.path(), &args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for line in
        ["line 3: blank line removed", "line 4: near-duplicate of 1: removed", "line 8: near-duplicate of 1: removed"]
    {
        assert!(ran.err.contains(line), "{}", ran.err);
    }
    assert!(ran.err.contains("1 record kept although they repeat a prompt: the answers conflict"), "{}", ran.err);
    let written = fs::read_to_string(here.path().join("o.jsonl")).expect("the output");
    assert_eq!(written, [&data[0], &data[1], &data[4], &data[5], &data[6]].map(String::as_str).concat());
    assert!(ran.err.contains("5 records written to o.jsonl; 3 removed"), "{}", ran.err);
    // Without the option, near-duplicates stay.
    let plain = tunedrop(here.path(), &[&["fix", "a.jsonl", "-o", "p.jsonl"], &MODEL[..]].concat());
    assert!(plain.err.contains("7 records written to p.jsonl; 1 removed"), "{}", plain.err);
}

#[test]
fn split_keeps_near_duplicates_on_one_side() {
    let of = |numbers: &mut dyn Iterator<Item = usize>| -> String {
        numbers
            .flat_map(|number| (0..3).map(move |variant| record(number, variant, "It is on the second shelf.")))
            .collect()
    };
    let sides = |data: &str, args: &[&str]| {
        let here = folder(&[("a.jsonl", data.as_bytes())]);
        let ran = tunedrop(here.path(), &[&["split", "a.jsonl", "--validation", "20%"], args].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let mut sides: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for side in ["train", "validation"] {
            let text = fs::read_to_string(here.path().join(format!("a.{side}.jsonl"))).expect("a file");
            for line in text.lines() {
                let first: String = line.chars().take(40).collect();
                sides.entry(first).or_default().push(side);
            }
        }
        sides
    };
    let data = of(&mut (0..100));
    let together = |sides: &BTreeMap<String, Vec<&str>>| sides.values().all(|of| of.iter().all(|side| *side == of[0]));
    let grouped = sides(&data, &["--by-group"]);
    assert_eq!(grouped.len(), 100);
    assert!(together(&grouped));
    assert_eq!(grouped.values().filter(|of| of[0] == "validation").count(), 20);
    assert!(!together(&sides(&data, &[])), "the option makes the difference");
    // The order of the records makes none.
    assert_eq!(sides(&of(&mut (0..100).rev()), &["--by-group"]), grouped);
}

#[test]
fn split_gives_both_files_the_same_share_of_each_label() {
    let label = |number: usize| match number % 100 {
        0 => "other",
        1..=10 => "exchange",
        _ => "refund",
    };
    let data: String = (0..400).map(|number| record(number, 0, label(number))).collect();
    let here = folder(&[("a.jsonl", data.as_bytes())]);
    let ran = tunedrop(here.path(), &["split", "a.jsonl", "--validation", "10%", "--stratify", "--by-group"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = fs::read_to_string(here.path().join("a.validation.jsonl")).expect("a file");
    let count = |label: &str| text.matches(&format!("\"completion\": \"{label}\"")).count();
    assert_eq!((count("refund"), count("exchange"), count("other")), (36, 4, 1));
    let answers: String =
        (0..40).map(|number| record(number, 0, &format!("It is on shelf number {number} today."))).collect();
    let here = folder(&[("a.jsonl", answers.as_bytes()), ("b.jsonl", b"{\"x\": 1}\n{\"x\": 2}\n")]);
    let ran = tunedrop(here.path(), &["split", "a.jsonl", "--stratify"]);
    assert!(ran.code == 2 && ran.err.contains("the answers of a.jsonl aren't a few labels"), "{}", ran.err);
    let ran = tunedrop(here.path(), &["split", "b.jsonl", "--by-group"]);
    assert!(ran.code == 2 && ran.err.contains("no model has the format of b.jsonl"), "{}", ran.err);
}
