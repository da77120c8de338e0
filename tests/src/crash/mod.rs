//! Crash points: a fault at every call that the real binaries make.
//!
//! Each scenario runs once without a fault. That run lists every delivery of an event to a function, and the calls that
//! the function makes. Then the scenario runs again for each call of each different delivery, with one fault: the
//! function is killed, or the call is throttled, answered with a 500, never answered, or interrupted in the middle of its
//! answer. The message is delivered again as SQS would, the sweep runs, and the result must be the same.
//!
//! A sample of the points is tried, another one every day; with `-- --include-ignored` all, but of the longest scenarios one
//! in eight.

mod actions;
mod check;
mod clean;
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
use libtest_mimic::Trial;
use points::{Pool, targets, try_points};
use rules::Rules;
use table::{SCENARIOS, Scenario};
use tokio::runtime::Handle;
use tokio::sync::OnceCell;
use tunedrop_local::{Stack, build};
use worker::Worker;

use crate::sample::Sample;
use crate::suite::{Suite, until};

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

/// What the trials share.
struct Crash {
    shared: OnceCell<Shared>,
    /// The calls of the deliveries that were tried.
    paths: Mutex<HashSet<(String, String, Vec<String>)>>,
    /// Number of points that were tried.
    tried: AtomicUsize,
}

/// What the first scenario starts.
struct Shared {
    stacks: Vec<Stack>,
    pool: Arc<Pool>,
    begin: Instant,
}

/// Returns a trial for each scenario: with `whole` of all its points, once `may_start` returns true.
pub fn suite(whole: bool, runtime: &Handle, may_start: impl Fn() -> bool + Send + Sync + 'static) -> Suite {
    // Every scenario runs in both cases: a sample leaves out points.
    let sample = (!whole).then(|| Sample::of_today(ONE_IN));
    let workers = if whole { WORKERS } else { SAMPLE_WORKERS };
    let suite = Arc::new(Crash { shared: OnceCell::new(), paths: Mutex::default(), tried: AtomicUsize::new(0) });
    let (runtime, may_start) = (runtime.clone(), Arc::new(may_start));
    let trial = |scenario: &'static Scenario| {
        let (runtime, suite, may_start) = (runtime.clone(), Arc::clone(&suite), Arc::clone(&may_start));
        Trial::test(format!("crash::{}", scenario.name), move || {
            let tried = async {
                until(&*may_start).await;
                suite.try_scenario(workers, scenario, sample).await
            };
            runtime.block_on(tried).map_err(|error| format!("{error:#}").into())
        })
    };
    let trials = SCENARIOS.iter().map(trial).collect();
    let end = Box::new(move || {
        let Some(Crash { shared, tried, .. }) = Arc::into_inner(suite) else { return Ok(()) };
        // Without a started emulator, the arguments left out every scenario.
        let Some(Shared { stacks, pool, begin }) = shared.into_inner() else { return Ok(()) };
        println!("{} crash points tried in {} s", tried.into_inner(), begin.elapsed().as_secs());
        if let Some(sample) = sample {
            println!("{sample}");
        }
        drop(pool);
        stacks.into_iter().try_for_each(|stack| runtime.block_on(stack.stop()))
    });
    Suite { trials, end }
}

async fn start(count: usize) -> Result<Shared> {
    let begin = Instant::now();
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
    Ok(Shared { stacks, pool: Arc::new(Pool::new(workers)), begin })
}

impl Crash {
    /// Runs the scenario without a fault, then with each fault at each call of its new deliveries.
    async fn try_scenario(&self, workers: usize, scenario: &'static Scenario, sample: Option<Sample>) -> Result<()> {
        let Shared { pool, .. } = self.shared.get_or_try_init(|| start(workers)).await?;
        let traces = pool.run(scenario, None).await.context("without a fault")?;
        let targets = targets(scenario, traces, &mut self.paths.lock().expect("no holder panics"));
        let is_long = LONG.0.contains(&scenario.name) && std::env::var_os("TUNEDROP_EVERY_POINT").is_none();
        let sample = sample.or_else(|| is_long.then(|| Sample::of_today(LONG.1)));
        let (points, wrong) = try_points(pool, scenario, targets, sample).await;
        self.tried.fetch_add(points, Ordering::Relaxed);
        anyhow::ensure!(wrong.is_empty(), "{} of {points} points failed:\n{}", wrong.len(), wrong.join("\n"));
        Ok(())
    }
}
