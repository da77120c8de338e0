//! Crash points: the real binaries, struck at every call they make.
//!
//! Each journey is played once as it should go, which shows every delivery of an event to a function and the calls
//! it makes. Then it is played again for each call of each different delivery: with the function killed before the
//! call, killed after the call took effect, throttled, answered with a 500, never answered, cut off in mid-answer.
//! The message comes again as SQS would bring it, the sweep looks, and the end must be the same.
//!
//! `cargo test --test crash` tries a sample of the points, another one every day; `-- --include-ignored` tries them all.

mod bus;
mod check;
mod journeys;
mod lane;
mod place;
mod points;
mod queue;
mod rules;
mod sample;
mod site;
mod strike;
mod table;
mod world;

use std::collections::HashSet;
use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, Result};
use lane::Lane;
use libtest_mimic::{Arguments, Trial};
use points::{Pool, strike_all, targets};
use rules::Rules;
use sample::Sample;
use table::{JOURNEYS, Journey};
use tokio::sync::OnceCell;
use tunedrop_local::{Stack, build};

/// Plays at once. Most of them wait for a call that is never answered.
const LANES: usize = 24;

/// What the journeys share; made by the first that is played.
struct Site {
    stack: Stack,
    pool: Arc<Pool>,
}

type Paths = Mutex<HashSet<(String, String, Vec<String>)>>;

fn main() {
    let arguments = Arguments::from_args();
    let arguments = Arguments { test_threads: arguments.test_threads.or(Some(JOURNEYS.len())), ..arguments };
    let sample = (!arguments.include_ignored && !arguments.ignored).then(Sample::of_today);
    // Every journey is played either way: what is left out are points.
    let arguments = Arguments { ignored: false, ..arguments };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (site, paths): (Arc<OnceCell<Site>>, Arc<Paths>) = Default::default();
    let tried = Arc::new(AtomicUsize::new(0));
    let begin = Instant::now();
    let trial = |journey: &'static Journey| {
        let (runtime, site, paths, tried) = (runtime.handle().clone(), site.clone(), paths.clone(), tried.clone());
        Trial::test(journey.name, move || {
            let run = async {
                let site = site.get_or_try_init(start).await?;
                strike(site, &paths, journey, sample, &tried).await
            };
            runtime.block_on(run).map_err(|error| format!("{error:#}").into())
        })
    };
    let conclusion = libtest_mimic::run(&arguments, JOURNEYS.iter().map(trial).collect());
    println!("{} crash points tried in {} s", tried.load(Ordering::Relaxed), begin.elapsed().as_secs());
    if let Some(sample) = sample {
        println!("{sample}");
    }
    if let Some(site) = Arc::into_inner(site).and_then(OnceCell::into_inner) {
        drop(site.pool);
        runtime.block_on(site.stack.stop()).expect("the stack stops");
    }
    conclusion.exit();
}

async fn start() -> Result<Site> {
    let stack = site::start(LANES).await?;
    let rules = Arc::new(Rules::read()?);
    let folder = build::built()?.folder;
    let log = File::create(folder.join("crash-functions.log")).context("no log for the functions")?;
    let mut lanes = Vec::new();
    for number in 0..LANES {
        lanes.push(Lane::start(&stack, number, rules.clone(), folder.clone(), log.try_clone()?).await?);
    }
    Ok(Site { stack, pool: Arc::new(Pool::new(lanes)) })
}

/// Plays the journey as it should go, then strikes it wherever it goes a way of its own.
async fn strike(
    site: &Site,
    paths: &Paths,
    journey: &'static Journey,
    sample: Option<Sample>,
    tried: &AtomicUsize,
) -> Result<()> {
    let traces = site.pool.play(journey, None).await.context("played with no fault")?;
    let targets = targets(traces, &mut paths.lock().expect("no holder panics"));
    let (points, wrong) = strike_all(&site.pool, journey, targets, sample).await;
    tried.fetch_add(points, Ordering::Relaxed);
    anyhow::ensure!(wrong.is_empty(), "{} of {points} points went wrong:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}
