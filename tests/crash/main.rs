//! Crash points: a fault at every call that the real binaries make.
//!
//! Each scenario runs once without a fault. That run lists every delivery of an event to a function, and the calls that
//! the function makes. Then the scenario runs again for each call of each different delivery, with one fault: the
//! function is killed, or the call is throttled, answered with a 500, never answered, or interrupted in the middle of its
//! answer. The message is delivered again as SQS would, the sweep runs, and the result must be the same.
//!
//! `cargo test --test crash` tries a sample of the points, another one every day; `-- --include-ignored` tries all, but of the
//! longest scenarios one in eight.

mod actions;
mod check;
mod deliveries;
mod emulator;
mod evaluations;
mod fault;
mod judge;
mod points;
mod queue;
mod resources;
mod rules;
mod scenarios;
mod table;
mod throughput;
mod worker;

use std::collections::HashSet;
use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, Result};
use libtest_mimic::{Arguments, Trial};
use points::{Pool, targets, try_points};
use rules::Rules;
use table::{SCENARIOS, Scenario};
use tokio::sync::OnceCell;
use tunedrop_local::{Stack, build};
use tunedrop_tests::sample::Sample;
use worker::Worker;

/// Runs of scenarios at once, for all points. Most of them wait for a call that is never answered.
const WORKERS: usize = 24;

/// Runs of scenarios at once, for a sample. Each worker starts its own functions, which takes longer than a sample waits.
const SAMPLE_WORKERS: usize = 6;

/// Emulators, which the workers share when all points are tried. One keeps a core busy with half of the workers.
const EMULATORS: usize = 2;

/// The sample has one point of this many.
const ONE_IN: u64 = 160;

/// The scenarios with the most points, of which a run of all points tries one in this number, another sample every day.
/// `TUNEDROP_EVERY_POINT=1` tries them all.
const LONG: ([&str; 4], u64) = (["evaluated", "own_base", "with_judge", "provisioned"], 8);

/// What the scenarios share. The first scenario starts it.
struct Shared {
    stacks: Vec<Stack>,
    pool: Arc<Pool>,
}

type Paths = Mutex<HashSet<(String, String, Vec<String>)>>;

fn main() {
    let arguments = Arguments::from_args();
    let arguments = Arguments { test_threads: arguments.test_threads.or(Some(SCENARIOS.len())), ..arguments };
    let sample = (!arguments.include_ignored && !arguments.ignored).then(|| Sample::of_today(ONE_IN));
    let workers = if sample.is_some() { SAMPLE_WORKERS } else { WORKERS };
    // Every scenario runs in both cases: a sample leaves out points.
    let arguments = Arguments { ignored: false, ..arguments };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (shared, paths): (Arc<OnceCell<Shared>>, Arc<Paths>) = Default::default();
    let tried = Arc::new(AtomicUsize::new(0));
    let begin = Instant::now();
    let trial = |scenario: &'static Scenario| {
        let (runtime, shared, paths, count) = (runtime.handle().clone(), shared.clone(), paths.clone(), tried.clone());
        Trial::test(scenario.name, move || {
            let tried = async {
                let shared = shared.get_or_try_init(|| start(workers)).await?;
                run(shared, &paths, scenario, sample, &count).await
            };
            runtime.block_on(tried).map_err(|error| format!("{error:#}").into())
        })
    };
    let conclusion = libtest_mimic::run(&arguments, SCENARIOS.iter().map(trial).collect());
    println!("{} crash points tried in {} s", tried.load(Ordering::Relaxed), begin.elapsed().as_secs());
    if let Some(sample) = sample {
        println!("{sample}");
    }
    if let Some(shared) = Arc::into_inner(shared).and_then(OnceCell::into_inner) {
        drop(shared.pool);
        for stack in shared.stacks {
            runtime.block_on(stack.stop()).expect("the stack stops");
        }
    }
    conclusion.exit();
}

async fn start(count: usize) -> Result<Shared> {
    let emulators = if count == WORKERS { EMULATORS } else { 1 };
    let mut stacks = Vec::new();
    for number in 0..emulators {
        stacks.push(emulator::start(number, count / emulators).await?);
    }
    let rules = Arc::new(Rules::read()?);
    let folder = build::built()?.folder;
    let log = File::create(folder.join("crash-functions.log")).context("no log for the functions")?;
    let mut workers = Vec::new();
    for number in 0..count {
        let (stack, number) = (&stacks[number % emulators], number / emulators);
        workers.push(Worker::start(stack, number, rules.clone(), folder.clone(), log.try_clone()?).await?);
    }
    Ok(Shared { stacks, pool: Arc::new(Pool::new(workers)) })
}

/// Runs the scenario without a fault, then with each fault at each call of its new deliveries.
async fn run(
    shared: &Shared,
    paths: &Paths,
    scenario: &'static Scenario,
    sample: Option<Sample>,
    tried: &AtomicUsize,
) -> Result<()> {
    let traces = shared.pool.run(scenario, None).await.context("without a fault")?;
    let targets = targets(scenario, traces, &mut paths.lock().expect("no holder panics"));
    let is_long = LONG.0.contains(&scenario.name) && std::env::var_os("TUNEDROP_EVERY_POINT").is_none();
    let sample = sample.or_else(|| is_long.then(|| Sample::of_today(LONG.1)));
    let (points, wrong) = try_points(&shared.pool, scenario, targets, sample).await;
    tried.fetch_add(points, Ordering::Relaxed);
    anyhow::ensure!(wrong.is_empty(), "{} of {points} points failed:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}
