use super::*;
use crate::key::PartKind;
use crate::outcome::{ChangedRecord, Outcome};
use crate::sample::RecordKeys;

fn key(n: usize) -> RecordKey {
    RecordKey::of([(PartKind::User, n.to_string().as_str())].into_iter())
}

fn side(name: &str, answers: &[&str]) -> Side {
    let answer = |(at, text): (usize, &&str)| {
        let answer =
            Answer { text: (*text).to_owned(), latency_ms: Some(10), tokens_in: Some(100), tokens_out: Some(2) };
        (key(at), answer)
    };
    let price = Some(Price { input_per_1k: 0.001, output_per_1k: 0.01 });
    Side { name: name.to_owned(), answers: answers.iter().enumerate().map(answer).collect(), price, ..Side::default() }
}

fn input(references: &[&str], new: &[&str], base: &[&str]) -> Input {
    let references = references.iter().enumerate().map(|(at, text)| (key(at), (*text).to_owned())).collect();
    Input { references, new: side("new", new), against: vec![side("base", base)], ..Input::default() }
}

#[test]
fn an_evaluation_reads_back_and_counts_answers() {
    let mut input = input(
        &["Lima", "Quito", "I can't help with that.", "Bogota"],
        &["Lima", "I can't help with that.", "I can't help with that.", " "],
        &["Lima.", "Quito Quito", "No"],
    );
    input.repeated = Some(side("base", &["Lima!", "Quito", "No"]));
    let evaluation = evaluate(&input);
    let read: Evaluation = serde_json::from_str(&evaluation.json()).expect("an evaluation");
    assert_eq!(read, evaluation);
    let [new, base] = &evaluation.sides[..] else { panic!("two sides") };
    assert_eq!((new.answers, new.missing, new.empty, new.refusals), (4, 0, 1, 1));
    assert_eq!((base.answers, base.missing, base.empty, base.refusals), (3, 1, 0, 0));
    assert_eq!((new.usage.tokens_in, base.usage.tokens_in), (Some(400), Some(300)));
    assert!((new.usage.usd_per_1k_requests.expect("a price") - 0.12).abs() < 1e-12);
    let noise = evaluation.noise.expect("two sets of answers");
    assert_eq!((noise.side.as_str(), noise.records, noise.same), ("base", 3, 1));
    assert!((noise.change[&Metric::TokenF1] - (1.0 - 2.0 / 3.0) / 3.0).abs() < 1e-12);
    assert_eq!(evaluation.decision.outcome, Outcome::Undecided);
}

#[test]
fn the_records_that_changed_most_are_named_in_both_directions() {
    let references = ["a1 b c d"; 8];
    let new = ["a1 b c d", "a1", "x", "x", "a1 b", "y", "a1 b c d", "a1 b c d"];
    let base = ["x", "x", "a1 b c d", "a1", "a1 b", "x", "a1 b c d", "a1 b c"];
    let mut input = input(&references, &new, &base);
    input.metrics = vec![Metric::RougeL];
    let changed = evaluate(&input).changed.expect("two sides");
    let records = |records: &[ChangedRecord]| records.iter().map(|record| record.record).collect::<Vec<_>>();
    assert_eq!(records(&changed.better), [key(0), key(1), key(7)]);
    assert_eq!(records(&changed.worse), [key(2), key(3)]);
    assert_eq!((changed.better[0].new, changed.better[0].other), (1.0, 0.0));
    input.metrics = vec![Metric::EmptyRate];
    input.new.answers.insert(key(3), Answer::default());
    let changed = evaluate(&input).changed.expect("two sides");
    assert_eq!((changed.better.len(), records(&changed.worse)), (0, vec![key(3)]));
}

#[test]
fn required_metrics_are_measured_and_named_once() {
    let mut input = input(&["Lima"; 8], &["Lima"; 8], &["Lima"; 8]);
    let requirement = Requirement { over_base: Some(0.1), ..Requirement::default() };
    input.require = [(Metric::TokenF1, requirement), (Metric::EmptyRate, requirement)].into_iter().collect();
    input.metrics = vec![Metric::TokenF1, Metric::TokenF1];
    let evaluation = evaluate(&input);
    let metrics: Vec<Metric> = evaluation.metrics.iter().map(|metric| metric.metric).collect();
    assert_eq!(metrics, [Metric::TokenF1, Metric::EmptyRate]);
    assert_eq!(evaluation.decision.outcome, Outcome::Drop);
}

#[test]
fn notes_say_what_weakens_the_result() {
    let mut input = input(&["我喜欢猫和狗。"; 8], &["我"; 8], &["狗"; 8]);
    input.metrics = vec![Metric::RougeL, Metric::TokenF1];
    input.sample.unusable.insert(crate::record::Unusable::Media, 3);
    let mut keys = RecordKeys::default();
    keys.add(key(1));
    input.overlap = Some(Overlap::of(&keys, &keys));
    let notes = evaluate(&input).notes;
    assert_eq!(notes.len(), 5, "{notes:?}");
    for (note, part) in notes.iter().zip([
        "8 records can decide little",
        "1 of 1 held-out records (100%)",
        "rouge_l says nothing here",
        "use token_f1_unicode",
        "Held-out records that have media weren't used: 3.",
    ]) {
        assert!(note.contains(part), "{note}");
    }
}

#[test]
fn nothing_to_compare_is_undecided() {
    let evaluation = evaluate(&Input::default());
    assert_eq!((evaluation.decision.outcome, evaluation.records), (Outcome::Undecided, 0));
    assert!(evaluation.changed.is_none() && evaluation.noise.is_none() && evaluation.labels.is_none());
    let read: Evaluation = serde_json::from_str(&evaluation.json()).expect("an evaluation");
    assert_eq!(read, evaluation);
}
