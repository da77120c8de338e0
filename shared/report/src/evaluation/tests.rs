use std::collections::BTreeMap;

use proptest::prelude::*;
use tunedrop_evaluation::{Evaluation, Metric, Overlap, Requirement};

use super::samples::{RUN, dropped, kept, key, report, undecided};
use super::{EvaluationReport, evaluation_text};
use crate::samples::{HOSTILE, assert_harmless, seen};

fn page(report: &EvaluationReport) -> String {
    let html = report.html();
    assert_harmless(&html);
    html
}

/// The text of a section of the page.
fn section(report: &EvaluationReport, title: &str) -> String {
    let html = page(report);
    let (_, rest) = html.split_once(&format!("<h2>{title}</h2>")).unwrap_or_else(|| panic!("no section {title}"));
    seen(rest.split_once("</section>").expect("its end").0)
}

#[test]
fn shows_decision_scores_and_records_of_a_kept_model() {
    let html = page(&kept());
    assert!(html.contains("<header class=\"good\">"));
    insta::assert_snapshot!(seen(&html));
}

#[test]
fn shows_several_sides_of_an_undecided_evaluation() {
    let html = page(&undecided());
    assert!(html.contains("<header class=\"wait\">"));
    insta::assert_snapshot!(seen(&html));
}

#[test]
fn shows_confusion_matrices_of_a_dropped_model() {
    let html = page(&dropped());
    assert!(html.contains("<header class=\"bad\">"));
    insta::assert_snapshot!(section(&dropped(), "Labels"));
    assert!(section(&dropped(), "What to do next").contains(&format!("tunedrop rm {RUN}")));
    assert!(!kept().html().contains("Labels"));
}

#[test]
fn describes_the_intervals_in_words() {
    let html = page(&dropped());
    let label = "aria-label=\"Intervals of the differences around zero. accuracy against base: worse, difference -0.";
    assert_eq!(html.matches(label).count(), 2, "one for each size");
    assert!(html.contains("<polygon points=") && !html.contains("<circle"));
    assert!(page(&undecided()).contains("<circle"));
}

#[test]
fn writes_all_fields_as_json() {
    let json = dropped().json();
    insta::assert_snapshot!(json);
    let read: EvaluationReport = serde_json::from_str(&json).expect("the report reads its own JSON");
    assert_eq!(read, EvaluationReport { texts: BTreeMap::new(), ..dropped() });
    assert_eq!(read.json(), json);
}

#[test]
fn shows_no_text_of_records_unless_allowed() {
    let words = ["exchange", "refund", "Where is order", "I don"];
    let hidden = EvaluationReport { show_excerpts: false, ..dropped() };
    for text in [page(&hidden), hidden.json(), hidden.text()] {
        assert!(words.iter().all(|word| !text.contains(word)), "{text}");
    }
    assert!(words.iter().all(|word| page(&dropped()).contains(word)));
    let records = section(&hidden, "Records that changed most");
    assert!(records.contains(&key(0).to_string()) && records.contains("line 1"), "{records}");
    assert!(section(&hidden, "Labels").contains("label 3"));
    // The JSON has no text but labels in any case.
    assert!(!dropped().json().contains("Where is order") && dropped().json().contains("\"refund\""));
}

#[test]
fn one_record_decides_nothing() {
    let one = report(
        1,
        &|_| "It left our warehouse on Monday, and arrives soon.",
        &[(RUN, &|_| "It left."), ("base", &|_| "No.")],
        BTreeMap::new(),
    );
    let html = page(&one);
    assert!(html.contains("1 record has a score for rouge_l, and a decision needs 6. One record can decide little."));
    let differences = section(&one, "Differences");
    assert!(differences.contains("too few records") && !differences.contains(" to "), "{differences}");
    assert!(section(&one, "Requirements").contains("fewer than 6 records"));
}

#[test]
fn shows_an_evaluation_without_another_side() {
    let alone =
        report(30, &|_| "yes it does, as the manual of the lamp says", &[(RUN, &|_| "yes it does")], BTreeMap::new());
    let html = page(&alone);
    assert!(html.contains("There is nothing to compare the new model with.") && !html.contains("<svg"));
    assert!(section(&alone, "What to do next").contains(&format!("tunedrop evaluate {RUN} --against base")));
    assert!(!html.contains("Records that changed most") && html.contains("No model was asked twice"));
    let none = report(0, &|_| "", &[(RUN, &|_| ""), ("base", &|_| "")], BTreeMap::new());
    assert!(page(&none).contains("No difference was measured."));
}

#[test]
fn warns_of_an_overlap_and_says_that_none_was_compared() {
    let mut report = kept();
    assert!(section(&report, "Evaluation").contains("0 of 40 different records"));
    report.evaluation.overlap = None;
    assert!(section(&report, "Evaluation").contains("In the training file, too | not compared"));
    report.evaluation.overlap = Some(Overlap { held_out: 40, in_training: 30 });
    report.evaluation.notes = vec!["30 of 40 held-out records (75%) are in the training file, too.".to_owned()];
    assert!(section(&report, "Before you trust it").contains("(75%)"));
    report.evaluation.notes.clear();
    assert!(!page(&report).contains("Before you trust it"));
}

#[test]
fn calls_what_isnt_known_unknown() {
    let mut report = EvaluationReport { cost_usd: None, max_tokens: None, started_at: None, ..kept() };
    report.models.remove("base");
    for side in &mut report.evaluation.sides {
        side.usage = tunedrop_evaluation::Usage::default();
    }
    let costs = section(&report, "Latency, tokens and cost");
    assert_eq!(costs.matches("unknown").count(), 14, "two for each of six figures, and one for each price: {costs}");
    let facts = section(&report, "Evaluation");
    assert!(facts.contains("Cost | unknown") && facts.contains("the models' own maximum"), "{facts}");
    assert!(facts.contains("Nothing else is known about this model."));
    assert!(report.text().contains("unknown"));
}

#[test]
fn escapes_hostile_text() {
    let hostile = || HOSTILE.to_owned();
    let texts = report(
        44,
        &|n| if n.is_multiple_of(2) { HOSTILE } else { "other" },
        &[(HOSTILE, &|_| HOSTILE), ("<base>", &|_| "other")],
        BTreeMap::new(),
    );
    let mut report = EvaluationReport {
        stack: hostile(),
        run_id: hostile(),
        dataset: hostile(),
        held_out: hostile(),
        judge: Some(hostile()),
        started_at: Some(hostile()),
        decided_at: Some(hostile()),
        deploys_as: Some(hostile()),
        ..texts
    };
    for model in report.models.values_mut() {
        model.base_model = hostile();
        model.run_id = Some(hostile());
        (model.model_arn, model.deployment_arn) = (Some(hostile()), Some(hostile()));
    }
    for other in &mut report.related {
        (other.title, other.address) = (hostile(), hostile());
    }
    report.evaluation.notes.push(hostile());
    for show_excerpts in [true, false] {
        for sentence in [
            report.evaluation.decision.sentence.clone(),
            hostile(),
            format!("{HOSTILE} (95% interval {HOSTILE}). {HOSTILE}"),
        ] {
            let mut report = EvaluationReport { show_excerpts, ..report.clone() };
            report.evaluation.decision.sentence = sentence;
            page(&report);
            let text = report.text();
            assert!(!text.contains(['\u{202e}', '\0', '\r']), "{text}");
        }
    }
}

#[test]
fn cuts_long_texts_and_says_so() {
    let long = "word ".repeat(1_000);
    let mut report = kept();
    for texts in report.texts.values_mut() {
        texts.reference = long.clone();
        texts.answers.insert("base".to_owned(), "  \n ".to_owned());
        texts.answers.remove(RUN);
    }
    let records = section(&report, "Records that changed most");
    assert!(records.contains("… 4,299 more characters"), "{records}");
    assert!(records.contains("(an empty answer)") && records.contains("(no answer)"));
    assert!(page(&report).len() < 60_000);
}

#[test]
fn says_what_deploys_a_kept_model() {
    let next = |report: &EvaluationReport| section(report, "What to do next");
    assert!(next(&kept()).contains(&format!("tunedrop deploy {RUN}")));
    let deployed = EvaluationReport { deploys_as: Some("bot".to_owned()), stack: "prod".to_owned(), ..kept() };
    assert!(next(&deployed).contains("tunedrop deployments --stack prod"));
    assert!(next(&undecided()).contains("tunedrop compare deployed support-bot-0123456789ab --gate"));
}

#[test]
fn says_how_to_decide_what_is_undecided() {
    let mut report = undecided();
    report.evaluation.sample.records = 500;
    report.evaluation.sample.sampled = 40;
    let next = section(&report, "What to do next");
    assert!(next.contains("Only 40 of 497 usable records were asked: raise | max_records"), "{next}");
}

#[test]
fn prints_a_summary_of_80_columns() {
    let texts = [kept(), undecided(), dropped()].map(|report| report.text());
    for text in &texts {
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.lines().count() <= 18, "{text}");
    }
    insta::assert_snapshot!(texts.join("\n---\n"));
}

#[test]
fn a_summary_has_five_comparisons_at_most() {
    let mut evaluation: Evaluation = undecided().evaluation;
    let more = evaluation.metrics.clone();
    evaluation.metrics.extend(more);
    let text = evaluation_text(&evaluation, None);
    assert!(text.contains("and 3 more in evaluation.html"), "{text}");
    assert!(text.contains("Cost of the evaluation: unknown"));
}

#[test]
fn a_limit_of_the_recipe_is_marked() {
    let base = |n: usize| if n.is_multiple_of(2) { "no" } else { "the lamp and the desk are in the warehouse" };
    let reference = |_: usize| "the lamp and the desk are in the warehouse";
    let of = |over_base| {
        let require = Requirement { min: None, max: None, over_base: Some(over_base) };
        report(30, &reference, &[(RUN, &reference), ("base", &base)], BTreeMap::from([(Metric::RougeL, require)]))
    };
    assert_eq!(page(&of(0.1)).matches("class=\"limit\"").count(), 2, "one for each size");
    assert!(!page(&of(0.0)).contains("class=\"limit\""));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn draws_any_interval(values in prop::collection::vec(prop_oneof![-1.0..1.0f64, any::<f64>(), Just(0.0)], 9)) {
        let mut report = undecided();
        let metrics = report.evaluation.metrics.iter_mut().flat_map(|metric| &mut metric.differences);
        for (difference, values) in metrics.zip(values.chunks_exact(3)) {
            let found = difference.difference.as_mut().expect("a difference");
            (found.value, found.interval.low, found.interval.high) = (values[0], values[1], values[2]);
        }
        page(&report);
        report.text();
    }
}

#[test]
fn cost_is_named_as_one_without_the_judge() {
    let mut judged = undecided();
    assert!(!page(&judged).contains("without the judge") && !judged.text().contains("without the judge"));
    judged.judge = Some("amazon.nova-pro-v1:0".to_owned());
    judged.evaluation.metrics[0].metric = Metric::Correctness;
    assert!(page(&judged).contains("0.02 USD, without the judge"));
    let text = judged.text();
    assert!(text.contains("Cost of the evaluation: 0.02 USD, without the judge\n"), "{text}");
}
