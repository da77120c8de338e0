//! What evaluations decide about models whose quality is known: equally good ones, a better one, and one that was trained
//! on wrong answers.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tunedrop_evaluation::{Answer, BASE, Input, Outcome, RecordKey, Sampler, Side, Verdict, evaluate};
use tunedrop_run::evaluation::AnswerLine;
use tunedrop_run::event::{EvaluationCommand, EvaluationSettings};
use tunedrop_run::{Against, EvaluationEntry, EvaluationState, Run, State};
use tunedrop_validation::Format;
use tunedrop_validation::catalogue::MediaFormats;

use crate::evaluations::{chunks, command, ended};
use crate::harness::Harness;

const RECIPE: &str = "base_model: nova-lite\nvalidation: validation.jsonl\n";
const SAMPLE: &str = include_str!("../samples/crates/nova/train.jsonl");
/// Every fourth record is held out. Others are about the same crates.
const HELD_OUT: usize = 4;
const RECORDS: u64 = 200;
const SEEDS: u64 = 100;

/// The sample's training records, and those that are held out.
fn split() -> (Vec<&'static str>, Vec<&'static str>) {
    let (held_out, train): (Vec<_>, Vec<_>) = SAMPLE.lines().enumerate().partition(|(at, _)| at % HELD_OUT == 0);
    let lines = |records: Vec<(usize, &'static str)>| records.into_iter().map(|(_, line)| line).collect();
    (lines(train), lines(held_out))
}

/// The answer at the end of a record.
fn last(record: &mut Value) -> Option<&mut Value> {
    record["messages"].as_array_mut()?.last_mut()?.get_mut("content")
}

/// The records, each with the last answer of another one.
fn shuffled(records: &[&str]) -> Result<Vec<String>> {
    let mut read = records.iter().map(|line| serde_json::from_str(line)).collect::<Result<Vec<Value>, _>>()?;
    let answers: Vec<Value> = read.iter_mut().filter_map(last).map(|answer| answer.clone()).collect();
    for (at, record) in read.iter_mut().enumerate() {
        *last(record).context("a record has no answer")? = answers[(at + 37) % answers.len()].clone();
    }
    Ok(read.iter().map(Value::to_string).collect())
}

async fn train(w: &Harness, dataset: &str, records: &[String]) -> Result<Run> {
    let file = |records: &[&str]| records.join("\n") + "\n";
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    w.upload(&w.main, dataset, "validation.jsonl", &file(&split().1)).await?;
    w.upload(&w.main, dataset, "train.jsonl", &file(&records)).await?;
    w.upload(&w.main, dataset, "job.yaml", RECIPE).await?;
    w.run_in(&w.main, dataset, State::Succeeded).await
}

/// Compares the run's model with another one on the held-out records.
async fn compare(w: &Harness, run: &Run, against: Against) -> Result<EvaluationEntry> {
    let settings =
        EvaluationSettings { max_records: Some(RECORDS), against: vec![against], ..EvaluationSettings::default() };
    command(w, EvaluationCommand::Evaluate { run_id: run.run_id.clone(), settings }).await?;
    ended(w, run, 1).await
}

pub(crate) async fn models_are_as_good_as_their_training_data(w: &Harness) -> Result<()> {
    let right: Vec<String> = split().0.into_iter().map(str::to_owned).collect();
    let wrong = shuffled(&split().0)?;
    let (good, same, bad) = tokio::try_join!(
        train(w, "right-answers", &right),
        train(w, "right-answers-again", &right),
        train(w, "shuffled-answers", &wrong),
    )?;
    let (kept, undecided, dropped) = tokio::try_join!(
        compare(w, &good, Against::Base),
        compare(w, &same, Against::Run(good.run_id.clone())),
        compare(w, &bad, Against::Run(good.run_id.clone())),
    )?;
    let verdict =
        |entry: &EvaluationEntry| -> Option<String> { entry.result.as_ref()?.verdicts.values().next().cloned() };
    for (entry, state, expected) in [
        (&kept, EvaluationState::Kept, "better"),
        (&undecided, EvaluationState::Undecided, "no_difference"),
        (&dropped, EvaluationState::Dropped, "worse"),
    ] {
        ensure!(entry.state == state && verdict(entry).as_deref() == Some(expected), "{expected}: {entry:?}");
        ensure!(entry.result.as_ref().is_some_and(|result| result.records == RECORDS), "{entry:?}");
    }
    // Both asked two models that no deployment served, one after the other.
    for entry in [&undecided, &dropped] {
        let [new, other] = &entry.sides[..] else { bail!("{entry:?}") };
        ensure!(new.temporary && other.temporary && new.answered && new.deployed_at < other.deployed_at, "{entry:?}");
    }
    let answers = [answers(w, &kept, &good.run_id).await?, answers(w, &kept, BASE).await?];
    noisy_model_is_no_better_than_itself(&answers)
}

/// What a model answered, by record.
async fn answers(w: &Harness, entry: &EvaluationEntry, side: &str) -> Result<BTreeMap<RecordKey, Answer>> {
    let mut found = BTreeMap::new();
    for key in chunks(w, entry).await?.iter().filter(|key| key.contains(&format!("/{side}/"))) {
        for line in String::from_utf8(w.read(&w.main, key).await?)?.lines() {
            let line: AnswerLine = serde_json::from_str(line)?;
            found.insert(line.key, line.answer.context("an answer")?);
        }
    }
    ensure!(found.len() as u64 == RECORDS, "{} answers of {side}", found.len());
    Ok(found)
}

/// A number without a visible pattern, from each number: the finalizer of SplitMix64. The seeds must be independent of each
/// other.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The simulator always gives the same answer to a prompt. A model that doesn't is made from its answers: each one is the
/// custom model's with a chance of three quarters, and else the base model's. Asked twice, it is equally good, though
/// three eighths of its answers differ.
fn noisy_model_is_no_better_than_itself([custom, base]: &[BTreeMap<RecordKey, Answer>; 2]) -> Result<()> {
    let mut sampler = Sampler::new(RECORDS as usize);
    let format = Format::Conversation(MediaFormats::default());
    split().1.iter().for_each(|line| sampler.add(&format, line.as_bytes()));
    let references = sampler.finish().references();
    let noisy = |name: &str, seed: u64| {
        let mut random = seed << 32;
        let mut draw = || {
            random += 1;
            !mixed(random).is_multiple_of(4)
        };
        let answers = custom.iter().map(|(key, answer)| (*key, if draw() { answer } else { &base[key] }.clone()));
        Side { name: name.to_owned(), answers: answers.collect(), ..Side::default() }
    };
    let outcome = |new: Side, against: Side| {
        let evaluation =
            evaluate(&Input { references: references.clone(), new, against: vec![against], ..Input::default() });
        (evaluation.metrics[0].differences[0].verdict, evaluation.decision.outcome)
    };
    let same = |seed: &u64| {
        let found = outcome(noisy("new", 2 * seed), noisy(BASE, 2 * seed + 1));
        found == (Verdict::NoDifference, Outcome::Undecided)
    };
    let equal = (0..SEEDS).filter(same).count();
    // 95 are expected. 87 are four standard deviations fewer. The first 400 seeds give 380.
    println!("{equal} of {SEEDS} seeds show no difference");
    ensure!(equal >= 87, "only {equal} of {SEEDS} seeds show no difference");
    let whole = Side { name: "new".to_owned(), answers: custom.clone(), ..Side::default() };
    for seed in 0..20 {
        let found = outcome(whole.clone(), noisy(BASE, seed));
        ensure!(
            found == (Verdict::Better, Outcome::Keep),
            "without noise it is better, with seed {seed}, too: {found:?}"
        );
    }
    Ok(())
}
