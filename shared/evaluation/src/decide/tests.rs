use super::*;
use crate::outcome::{Difference, Score};

fn estimate(value: f64, low: f64, high: f64) -> Estimate {
    Estimate { value, interval: Interval { low, high }, records: 200 }
}

fn few(estimate: Estimate) -> Estimate {
    Estimate { records: 5, ..estimate }
}

/// A metric's result with one other side.
fn result(metric: Metric, score: Estimate, against: &str, difference: Estimate) -> MetricResult {
    let better = metric.better();
    let verdict = verdict(Some(&difference), better);
    let difference = Difference { against: against.to_owned(), difference: Some(difference), missing: 0, verdict };
    let score = Score { side: "new".to_owned(), score: Some(score), missing: 0 };
    MetricResult { metric, better, scores: vec![score], differences: vec![difference] }
}

fn decided(metrics: &[MetricResult], require: &[(Metric, Requirement)]) -> Decision {
    decide(metrics, &require.iter().copied().collect(), 200)
}

const MIN_35: Requirement = Requirement { min: Some(0.35), max: None, over_base: None };
const OVER_2: Requirement = Requirement { min: None, max: None, over_base: Some(0.02) };

#[test]
fn the_interval_decides_over_each_rule() {
    let any = estimate(0.0, -1.0, 1.0);
    for (low, high, outcome) in [
        (0.35, 0.4, Outcome::Keep),
        (0.349, 0.4, Outcome::Undecided),
        (0.3, 0.35, Outcome::Undecided),
        (0.3, 0.349, Outcome::Drop),
    ] {
        let metrics = [result(Metric::RougeL, estimate(0.35, low, high), BASE, any)];
        assert_eq!(decided(&metrics, &[(Metric::RougeL, MIN_35)]).outcome, outcome, "{low} {high}");
    }
    for (low, high, outcome) in [
        (0.02, 0.1, Outcome::Keep),
        (0.019, 0.1, Outcome::Undecided),
        (-0.1, 0.02, Outcome::Undecided),
        (-0.1, 0.019, Outcome::Drop),
    ] {
        let metrics = [result(Metric::RougeL, any, BASE, estimate(0.03, low, high))];
        assert_eq!(decided(&metrics, &[(Metric::RougeL, OVER_2)]).outcome, outcome, "{low} {high}");
    }
}

#[test]
fn less_is_better_for_refusals() {
    let at_most = |max| [(Metric::RefusalRate, Requirement { max: Some(max), ..Requirement::default() })];
    let metrics = [result(Metric::RefusalRate, estimate(0.05, 0.03, 0.08), BASE, estimate(-0.1, -0.15, -0.05))];
    assert_eq!(metrics[0].differences[0].verdict, Verdict::Better);
    assert_eq!(decided(&metrics, &at_most(0.08)).outcome, Outcome::Keep);
    assert_eq!(decided(&metrics, &at_most(0.06)).outcome, Outcome::Undecided);
    assert_eq!(decided(&metrics, &at_most(0.02)).outcome, Outcome::Drop);
    let better = decided(&metrics, &[(Metric::RefusalRate, OVER_2)]);
    assert_eq!(better.outcome, Outcome::Keep);
    assert_eq!(better.checks[0].measured, Some(estimate(0.1, 0.05, 0.15)));
    assert_eq!(
        better.sentence,
        "Keep the new model: refusal_rate is 0.100 lower than that of base, an advantage of at least 0.020 is required (95% interval 0.050 to 0.150, 200 records)."
    );
}

#[test]
fn one_failed_requirement_drops_the_model() {
    let better = estimate(0.1, 0.05, 0.15);
    let metrics = [
        result(Metric::RougeL, estimate(0.5, 0.45, 0.55), BASE, better),
        result(Metric::EmptyRate, estimate(0.3, 0.2, 0.4), BASE, estimate(0.0, -0.1, 0.1)),
    ];
    let empty = |max| (Metric::EmptyRate, Requirement { max: Some(max), ..Requirement::default() });
    let outcome = |requirements: &[_]| decided(&metrics, requirements).outcome;
    assert_eq!(outcome(&[(Metric::RougeL, MIN_35), empty(0.5)]), Outcome::Keep);
    assert_eq!(outcome(&[(Metric::RougeL, MIN_35), empty(0.3)]), Outcome::Undecided);
    assert_eq!(outcome(&[(Metric::RougeL, MIN_35), empty(0.1)]), Outcome::Drop);
    let both = decided(&metrics, &[(Metric::RougeL, Requirement { over_base: Some(0.0), ..MIN_35 })]);
    assert_eq!((both.outcome, both.checks.len()), (Outcome::Keep, 2));
    assert!(both.sentence.ends_with("The other requirement holds, too."), "{}", both.sentence);
}

#[test]
fn without_requirements_the_first_metric_decides_against_each_side() {
    let decide_with = |first: (f64, f64), second: (f64, f64)| {
        let mut metric = result(Metric::TokenF1, estimate(0.5, 0.4, 0.6), BASE, estimate(0.1, first.0, first.1));
        let deployed = result(Metric::TokenF1, estimate(0.5, 0.4, 0.6), DEPLOYED, estimate(0.1, second.0, second.1));
        metric.differences.extend(deployed.differences);
        let worse = result(Metric::ExactMatch, estimate(0.1, 0.0, 0.2), BASE, estimate(-0.5, -0.6, -0.4));
        decided(&[metric, worse], &[])
    };
    assert_eq!(decide_with((0.01, 0.2), (0.01, 0.2)).outcome, Outcome::Keep);
    assert_eq!(decide_with((0.01, 0.2), (0.0, 0.2)).outcome, Outcome::Undecided);
    assert_eq!(decide_with((0.01, 0.2), (-0.2, -0.01)).outcome, Outcome::Drop);
    assert_eq!(decide_with((0.0, 0.0), (0.0, 0.0)).outcome, Outcome::Undecided);
}

#[test]
fn fewer_than_six_records_decide_nothing() {
    let clear = few(estimate(0.9, 0.9, 0.9));
    let metrics = [result(Metric::RougeL, clear, BASE, clear)];
    assert_eq!(metrics[0].differences[0].verdict, Verdict::NoDifference);
    for requirements in [&[][..], &[(Metric::RougeL, MIN_35)], &[(Metric::RougeL, OVER_2)]] {
        let decision = decided(&metrics, requirements);
        assert_eq!((decision.outcome, decision.checks[0].result), (Outcome::Undecided, CheckResult::TooFew));
        assert_eq!(
            decision.sentence,
            "Undecided: 5 records have a score for rouge_l, and a decision needs 6. 5 records can decide little: use 30 or more."
        );
    }
}

#[test]
fn what_was_not_measured_is_undecided() {
    let metrics = [result(Metric::RougeL, estimate(0.5, 0.4, 0.6), DEPLOYED, estimate(0.1, 0.05, 0.15))];
    for (metric, requirement) in [(Metric::RougeL, OVER_2), (Metric::Correctness, MIN_35)] {
        let decision = decided(&metrics, &[(metric, requirement)]);
        assert_eq!((decision.outcome, decision.checks[0].measured), (Outcome::Undecided, None));
    }
    assert_eq!(decided(&[], &[]).sentence, "Undecided: there is nothing to compare.");
}

#[test]
fn sentences_name_metric_limit_interval_and_records() {
    let sentence = |difference: Estimate, requirements: &[_]| {
        decided(&[result(Metric::RougeL, estimate(0.412, 0.38, 0.44), BASE, difference)], requirements).sentence
    };
    let better = estimate(0.087, 0.061, 0.113);
    assert_eq!(
        sentence(better, &[]),
        "Keep the new model: rouge_l is 0.087 higher than that of base (95% interval 0.061 to 0.113, 200 records)."
    );
    assert_eq!(
        sentence(better, &[(Metric::RougeL, Requirement { min: Some(0.5), ..Requirement::default() })]),
        "Drop the new model: rouge_l is 0.412, at least 0.500 is required (95% interval 0.380 to 0.440, 200 records)."
    );
    assert_eq!(
        sentence(estimate(-0.004, -0.02, 0.012), &[]),
        "Undecided: rouge_l is 0.004 lower than that of base, which may be chance (95% interval -0.020 to 0.012, 200 records)."
    );
    assert_eq!(
        sentence(estimate(0.0, 0.0, 0.0), &[]),
        "Undecided: rouge_l is the same as that of base (95% interval 0.000 to 0.000, 200 records)."
    );
}

#[test]
fn requirements_that_make_no_sense_are_named() {
    let only = |min, max, over_base| Requirement { min, max, over_base };
    for (metric, requirement, part) in [
        (Metric::RougeL, only(None, None, None), "add `min`"),
        (Metric::EmptyRate, only(None, None, None), "add `max`"),
        (Metric::RougeL, only(None, Some(0.5), None), "use `min`"),
        (Metric::Harmfulness, only(Some(0.5), None, None), "use `max`"),
        (Metric::RougeL, only(Some(35.0), None, None), "from 0 to 1"),
        (Metric::RougeL, only(Some(f64::NAN), None, None), "from 0 to 1"),
        (Metric::RougeL, only(None, None, Some(2.0)), "from -1 to 1"),
    ] {
        let fault = requirement.fault(metric).unwrap_or_default();
        assert!(fault.contains(part), "{metric} {requirement:?}: {fault}");
    }
    assert_eq!(MIN_35.fault(Metric::RougeL), None);
    assert_eq!(only(Some(0.0), None, Some(-0.1)).fault(Metric::RougeL), None);
    assert_eq!(only(None, Some(1.0), None).fault(Metric::RefusalRate), None);
}
