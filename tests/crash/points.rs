//! From the plays to the points: each call of each different delivery, with everything that can befall it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;
use tunedrop_local::proxy::Call;

use crate::check::{Struck, check};
use crate::lane::Lane;
use crate::sample::Sample;
use crate::strike::{DEEDS, Stop, Strike, Trace};
use crate::table::Journey;

/// The lanes, lent out one play at a time.
pub(crate) struct Pool {
    lanes: Mutex<Vec<Lane>>,
    free: Semaphore,
    plays: AtomicUsize,
}

impl Pool {
    pub(crate) fn new(lanes: Vec<Lane>) -> Pool {
        Pool { free: Semaphore::new(lanes.len()), lanes: Mutex::new(lanes), plays: AtomicUsize::new(0) }
    }

    /// Plays a journey on a lane of its own, with a fault or without, and checks its end; how its deliveries went.
    pub(crate) async fn play(&self, journey: &Journey, struck: Option<&Struck<'_>>) -> Result<Vec<Trace>> {
        let _free = self.free.acquire().await.context("the lanes are gone")?;
        let mut lane = self.lanes.lock().await.pop().context("a lane for each permit")?;
        // Of constant length, so that no name begins another.
        lane.dataset = format!("p{:05}", self.plays.fetch_add(1, Ordering::Relaxed));
        lane.strike = struck.map(|struck| struck.strike.clone());
        let played = play(&mut lane, journey, struck).await;
        let cleared = lane.clear().await;
        if played.is_err() {
            // Nobody knows what they are in the midst of.
            lane.functions.clear();
        }
        self.lanes.lock().await.push(lane);
        cleared.and(played)
    }
}

async fn play(lane: &mut Lane, journey: &Journey, struck: Option<&Struck<'_>>) -> Result<Vec<Trace>> {
    (journey.play)(lane).await?;
    if let Some(struck) = struck {
        let call = lane.plan.take_struck().context("the call that was to be struck never came")?;
        let meant = &struck.calls[struck.strike.k];
        ensure!(call.operation == meant.operation, "struck was {}, not {}", call.operation, meant.operation);
    }
    check(lane, journey, struck).await?;
    Ok(lane.traces.clone())
}

/// A delivery to strike, with the calls it makes.
pub(crate) struct Target {
    pub(crate) stop: Stop,
    pub(crate) calls: Arc<Vec<Call>>,
}

/// The deliveries that took a path which none before took.
pub(crate) fn targets(traces: Vec<Trace>, paths: &mut HashSet<(String, String, Vec<String>)>) -> Vec<Target> {
    let new = |trace: &Trace| paths.insert(trace.path());
    traces.into_iter().filter(new).map(|trace| Target { stop: trace.stop, calls: Arc::new(trace.calls) }).collect()
}

/// All points of the targets, or a sample of them, the slow ones first; how many, and what went wrong at which.
pub(crate) async fn strike_all(
    pool: &Arc<Pool>,
    journey: &'static Journey,
    targets: Vec<Target>,
    sample: Option<Sample>,
) -> (usize, Vec<String>) {
    let mut points = JoinSet::new();
    for deed in DEEDS {
        for target in &targets {
            for k in 0..target.calls.len() {
                let strike = Strike { stop: target.stop.clone(), k, deed };
                if sample.is_some_and(|sample| !sample.has(journey.name, &strike)) {
                    continue;
                }
                points.spawn(strike_one(Arc::clone(pool), journey, strike, Arc::clone(&target.calls)));
            }
        }
    }
    let tried = points.len();
    (tried, points.join_all().await.into_iter().flatten().collect())
}

async fn strike_one(
    pool: Arc<Pool>,
    journey: &'static Journey,
    strike: Strike,
    calls: Arc<Vec<Call>>,
) -> Option<String> {
    let struck = Struck { strike: &strike, calls: &calls };
    let error = pool.play(journey, Some(&struck)).await.err()?;
    let call = &calls[strike.k];
    let Strike { stop, k, deed } = &strike;
    Some(format!("{stop}, {deed:?} at call {} ({} {}): {error:#}", k + 1, call.operation, call.resource))
}
