//! Measures what the README states: how long an evaluation takes, and how often two equally good models count as different.
//!
//! `cargo run --release -p tunedrop-evaluation --example figures`

use std::collections::BTreeMap;
use std::time::Instant;

use tunedrop_evaluation::{Answer, BASE, Input, Metric, Resampling, Side, evaluate, mean, read_record};
use tunedrop_validation::Format;

/// Evenly distributed numbers from 0 to 1.
fn numbers(mut state: u64) -> impl FnMut() -> f64 {
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    }
}

/// `count` records with references of `words` words, and two models that keep 7 and 6 of 10 words.
fn input(count: usize, words: usize) -> Input {
    let mut number = numbers(1);
    let mut word = || format!("word{}", (number() * 500.0) as u32);
    let (mut references, mut new, mut base) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut keep = numbers(2);
    for n in 0..count {
        let reference: Vec<String> = (0..words).map(|_| word()).collect();
        let line = serde_json::json!({"prompt": n.to_string(), "completion": reference.join(" ")}).to_string();
        let key = read_record(&Format::PromptCompletion, line.as_bytes()).expect("a record").key;
        let mut answer = |skill: f64| {
            let kept = reference.iter().map(|word| if keep() < skill { word.as_str() } else { "other" });
            Answer { text: kept.collect::<Vec<_>>().join(" "), ..Answer::default() }
        };
        new.insert(key, answer(0.7));
        base.insert(key, answer(0.6));
        references.insert(key, reference.join(" "));
    }
    let side = |name: &str, answers| Side { name: name.to_owned(), answers, ..Side::default() };
    let metrics = vec![
        Metric::RougeL,
        Metric::TokenF1,
        Metric::ExactMatch,
        Metric::RougeLUnicode,
        Metric::TokenF1Unicode,
        Metric::JsonValid,
    ];
    Input { references, metrics, new: side("new", new), against: vec![side(BASE, base)], ..Input::default() }
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// The share of trials in which two models of the same skill count as different. Scores are right or wrong, or F1-like.
fn false_alarms(records: usize, right_or_wrong: bool) -> f64 {
    let mut number = numbers(3);
    let mut score = || {
        let drawn = number();
        if right_or_wrong { f64::from(u8::from(drawn < 0.6)) } else { drawn }
    };
    let trials = 2_000;
    let how = Resampling { resamples: 2_000, seed: 1 };
    let is_different = |differences: Vec<f64>| {
        let interval = mean(differences, &how).expect("differences").interval;
        interval.low > 0.0 || interval.high < 0.0
    };
    let different = (0..trials).filter(|_| is_different((0..records).map(|_| score() - score()).collect())).count();
    different as f64 / f64::from(trials)
}

fn main() {
    for (count, words) in [(200, 50), (1_000, 50), (1_000, 2_000)] {
        let input = input(count, words);
        let mut fewer = input.clone();
        fewer.resampling.resamples = 1;
        let scores = seconds(|| drop(evaluate(&fewer)));
        let all = seconds(|| drop(evaluate(&input)));
        println!(
            "{count} records of {words} words, 6 metrics, 2 sides: {all:.2} s, of which {:.2} s for 10,000 resamples",
            all - scores
        );
    }
    for records in [10, 30, 100, 200, 1_000] {
        let (yes_no, f1) = (false_alarms(records, true), false_alarms(records, false));
        println!(
            "{records} records, no difference: found one in {:.1}% (right or wrong), {:.1}% (F1)",
            100.0 * yes_no,
            100.0 * f1
        );
    }
}
