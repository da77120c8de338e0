//! What must be true of every evaluation.

use proptest::prelude::*;
use tunedrop_evaluation::{
    Answer, BASE, Evaluation, Input, Metric, Outcome, Requirement, Resampling, Side, Verdict, evaluate,
};

use super::data::{Chance, input, model, record, sentences, side};

const METRICS: [Metric; 6] = [
    Metric::TokenF1,
    Metric::ExactMatch,
    Metric::RougeL,
    Metric::RougeLUnicode,
    Metric::TokenF1Unicode,
    Metric::ExactMatchUnicode,
];

fn verdict(evaluation: &Evaluation) -> Verdict {
    evaluation.metrics[0].differences[0].verdict
}

#[test]
fn equal_answers_are_no_difference_for_every_seed() {
    let records = sentences(200);
    for seed in 0..20 {
        let mut input = input(&records, &METRICS, model("new", &records, 0.6, 1), model(BASE, &records, 0.6, 1));
        input.resampling.seed = seed;
        let evaluation = evaluate(&input);
        assert!(evaluation.metrics.iter().all(|metric| metric.differences[0].verdict == Verdict::NoDifference));
        assert_eq!(evaluation.decision.outcome, Outcome::Undecided);
    }
}

/// The same skill, with answers that differ: 95% intervals find a difference in about 5% of cases.
#[test]
fn one_model_asked_twice_is_seldom_a_difference() {
    let records = sentences(100);
    let is_different = |seed: u64| {
        let (new, base) = (model("new", &records, 0.6, 2 * seed + 1), model(BASE, &records, 0.6, 2 * seed + 2));
        let resampling = Resampling { resamples: 2_000, seed: 1 };
        let input = Input { resampling, ..input(&records, &[Metric::TokenF1], new, base) };
        verdict(&evaluate(&input)) != Verdict::NoDifference
    };
    let different = (0..400).filter(|seed| is_different(*seed)).count();
    // 20 of 400 are expected; 4 to 36 are within four standard deviations.
    println!("{different} of 400 seeds");
    assert!((4..=36).contains(&different), "{different} of 400");
}

#[test]
fn shuffled_answers_are_worse_and_a_better_model_is_better() {
    let records = sentences(100);
    for seed in 0..20 {
        let shuffled = {
            let good = model("new", &records, 0.8, seed);
            let answers: Vec<Answer> = good.answers.values().cloned().collect();
            let mut at = seed as usize;
            side("new", &records, |_| {
                at += 37;
                answers[at % answers.len()].text.clone()
            })
        };
        let evaluation = evaluate(&input(&records, &METRICS, shuffled, model(BASE, &records, 0.8, seed)));
        assert_eq!(verdict(&evaluation), Verdict::Worse, "{seed}");
        assert_eq!(evaluation.decision.outcome, Outcome::Drop);
        let (new, base) = (model("new", &records, 0.8, seed), model(BASE, &records, 0.5, seed + 100));
        let evaluation = evaluate(&input(&records, &METRICS, new, base));
        assert_eq!((verdict(&evaluation), evaluation.decision.outcome), (Verdict::Better, Outcome::Keep), "{seed}");
    }
}

#[test]
fn shuffled_labels_are_worse() {
    let labels = ["refund", "exchange", "other"];
    let records: Vec<_> = (0..90).map(|n| record(&format!("q{n}"), labels[n % 3])).collect();
    let right = side(BASE, &records, |record| record.reference.clone());
    let mut chance = Chance(3);
    let shuffled = side("new", &records, |_| labels[chance.next() as usize % 3].to_owned());
    let mut input = input(&records, &[], shuffled, right);
    let evaluation = evaluate(&input);
    assert_eq!(
        evaluation.metrics.iter().map(|metric| metric.metric).collect::<Vec<_>>(),
        [Metric::Accuracy, Metric::MacroF1]
    );
    assert!(evaluation.metrics.iter().all(|metric| metric.differences[0].verdict == Verdict::Worse));
    let counts = &evaluation.labels.as_ref().expect("labels").confusion[0].counts;
    assert_eq!(counts.iter().flatten().sum::<u64>(), 90);
    std::mem::swap(&mut input.new, &mut input.against[0]);
    assert!(evaluate(&input).metrics.iter().all(|metric| metric.differences[0].verdict == Verdict::Better));
}

#[test]
fn missing_answers_are_missing_and_never_zero() {
    let records = sentences(60);
    let mut input = input(&records, &METRICS, model("new", &records, 1.0, 1), model(BASE, &records, 1.0, 1));
    let keys: Vec<_> = input.references.keys().copied().collect();
    keys[..20].iter().for_each(|key| drop(input.new.answers.remove(key)));
    keys[10..15].iter().for_each(|key| drop(input.against[0].answers.remove(key)));
    keys[50..].iter().for_each(|key| drop(input.against[0].answers.remove(key)));
    for metric in evaluate(&input).metrics {
        let values: Vec<_> =
            metric.scores.iter().map(|score| (score.score.expect("a score").value, score.missing)).collect();
        assert_eq!(values, [(1.0, 20), (1.0, 15)], "{}", metric.metric);
        let difference = &metric.differences[0];
        assert_eq!((difference.difference.expect("a difference").records, difference.missing), (30, 30));
        assert_eq!(difference.verdict, Verdict::NoDifference);
    }
    input.new.answers.clear();
    let evaluation = evaluate(&input);
    assert!(evaluation.metrics.iter().all(|metric| metric.scores[0].score.is_none() && metric.scores[0].missing == 60));
    assert_eq!(evaluation.decision.outcome, Outcome::Undecided);
}

#[test]
fn nonsense_of_a_judge_counts_as_missing() {
    let records = sentences(40);
    let mut input =
        input(&records, &[Metric::Correctness], Side::default(), Side { name: BASE.to_owned(), ..Side::default() });
    for (at, key) in input.references.keys().enumerate() {
        let scores = [0.9, 0.8, f64::NAN, -1.0, 7.0, f64::INFINITY, 0.9, 1.0];
        input.new.judged.entry(*key).or_default().insert(Metric::Correctness, scores[at % 8]);
        input.against[0].judged.entry(*key).or_default().insert(Metric::Correctness, 0.5);
    }
    input.require.insert(Metric::Correctness, Requirement { min: Some(0.8), over_base: Some(0.2), max: None });
    let evaluation = evaluate(&input);
    let score = &evaluation.metrics[0].scores[0];
    assert_eq!((score.score.expect("a score").records, score.missing), (20, 20));
    assert_eq!(evaluation.decision.outcome, Outcome::Keep);
    let read: Evaluation = serde_json::from_str(&evaluation.json()).expect("an evaluation");
    assert_eq!(read, evaluation);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The answers arrive in maps by key, so what could matter is which record got which key: prompts are permuted.
    #[test]
    fn the_order_of_records_doesnt_matter(
        texts in prop::collection::vec(("[ab ]{1,8}", "[ab ]{0,8}", "[ab ]{0,8}"), 1..60),
        turn in 0..60usize,
    ) {
        let evaluated = |order: &[usize]| {
            let records: Vec<_> = order.iter().enumerate()
                .map(|(at, from)| record(&format!("{at}"), &format!("x{}", texts[*from].0))).collect();
            let answers = |name: &str, second: bool| {
                let mut order = order.iter();
                side(name, &records, |_| {
                    let (_, first, other) = &texts[*order.next().expect("an answer for each record")];
                    if second { other.clone() } else { first.clone() }
                })
            };
            let metrics = [Metric::TokenF1, Metric::RougeL, Metric::MacroF1, Metric::Accuracy];
            let input = input(&records, &metrics, answers("new", false), answers(BASE, true));
            let resampling = Resampling { resamples: 200, seed: 1 };
            evaluate(&Input { resampling, ..input })
        };
        let mut order: Vec<usize> = (0..texts.len()).collect();
        let before = evaluated(&order);
        order.rotate_left(turn % texts.len());
        let after = evaluated(&order);
        prop_assert_eq!(before.metrics, after.metrics);
        prop_assert_eq!(before.decision, after.decision);
    }

    #[test]
    fn nothing_panics_and_scores_are_between_zero_and_one(
        reference in any::<String>(), answer in any::<String>(), count in 0..12usize,
    ) {
        let records: Vec<_> = (0..count).map(|n| record(&format!("{n}"), &format!("r{reference}"))).collect();
        let new = side("new", &records, |_| answer.clone());
        let input = input(&records, &Metric::ALL, new, side(BASE, &records, |_| reference.clone()));
        let evaluation = evaluate(&Input { resampling: Resampling { resamples: 20, seed: 1 }, ..input });
        for score in evaluation.metrics.iter().flat_map(|metric| &metric.scores).filter_map(|score| score.score) {
            prop_assert!((0.0..=1.0).contains(&score.value) && score.interval.low <= score.interval.high);
            prop_assert!((0.0..=1.0).contains(&score.interval.low) && (0.0..=1.0).contains(&score.interval.high));
        }
        let read: Evaluation = serde_json::from_str(&evaluation.json()).expect("an evaluation");
        prop_assert_eq!(read, evaluation);
    }
}
