//! Crash points: each call of each different delivery, with each fault that makes a difference.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::sample::Sample;
use anyhow::{Context, Result, ensure};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;
use tunedrop_local::proxy::Call;

use crate::crash::check::{InjectedFault, check};
use crate::crash::fault::{ACTIONS, DeliveryId, Fault, Trace, differs};
use crate::crash::table::Scenario;
use crate::crash::worker::Worker;

/// The workers. Each runs one scenario at a time.
pub(super) struct Pool {
    workers: Mutex<Vec<Worker>>,
    free: Semaphore,
    runs: AtomicUsize,
}

impl Pool {
    pub(super) fn new(workers: Vec<Worker>) -> Pool {
        Pool { free: Semaphore::new(workers.len()), workers: Mutex::new(workers), runs: AtomicUsize::new(0) }
    }

    /// Runs a scenario on a free worker, with or without a fault, and checks its result. Returns its deliveries.
    pub(super) async fn run(&self, scenario: &Scenario, injected: Option<&InjectedFault<'_>>) -> Result<Vec<Trace>> {
        let _free = self.free.acquire().await.context("the workers are gone")?;
        let mut worker = self.workers.lock().await.pop().context("a worker for each permit")?;
        // All of the same length, so that no name is a prefix of another.
        worker.dataset = format!("p{:05}", self.runs.fetch_add(1, Ordering::Relaxed));
        worker.fault = injected.map(|injected| injected.fault.clone());
        let outcome = run(&mut worker, scenario, injected).await;
        let cleared = worker.clear().await;
        if outcome.is_err() {
            // Their state is unknown.
            worker.functions.clear();
        }
        self.workers.lock().await.push(worker);
        cleared.and(outcome)
    }
}

async fn run(worker: &mut Worker, scenario: &Scenario, injected: Option<&InjectedFault<'_>>) -> Result<Vec<Trace>> {
    (scenario.run)(worker).await?;
    if let Some(injected) = injected {
        let call = worker.fault_plan.take_injected().context("the call with the fault was never made")?;
        let meant = &injected.calls[injected.fault.k];
        ensure!(call.operation == meant.operation, "the fault hit {}, not {}", call.operation, meant.operation);
    }
    check(worker, scenario, injected).await?;
    Ok(worker.traces.clone())
}

/// A delivery whose calls get faults, and the calls it makes.
pub(super) struct Target {
    pub(super) delivery_id: DeliveryId,
    pub(super) calls: Arc<Vec<Call>>,
}

/// Returns the scenario's deliveries with calls that no earlier delivery made in this order.
pub(super) fn targets(
    scenario: &Scenario,
    traces: Vec<Trace>,
    paths: &mut HashSet<(String, String, Vec<String>)>,
) -> Vec<Target> {
    let of = |trace: &Trace| {
        let function = trace.delivery_id.function.as_str();
        scenario.functions.is_empty() || scenario.functions.contains(&function)
    };
    let new = |trace: &Trace| of(trace) && paths.insert(trace.path());
    traces
        .into_iter()
        .filter(new)
        .map(|trace| Target { delivery_id: trace.delivery_id, calls: Arc::new(trace.calls) })
        .collect()
}

/// Tries all points of the targets, or a sample of them, the slow ones first. Returns their number, and what failed.
pub(super) async fn try_points(
    pool: &Arc<Pool>,
    scenario: &'static Scenario,
    targets: Vec<Target>,
    sample: Option<Sample>,
) -> (usize, Vec<String>) {
    let mut points = JoinSet::new();
    for action in ACTIONS {
        for target in &targets {
            for k in 0..target.calls.len() {
                let fault = Fault { delivery_id: target.delivery_id.clone(), k, action };
                if !differs(action, &target.calls, k) {
                    continue;
                }
                if sample.is_some_and(|sample| {
                    !sample.includes((scenario.name, &fault.delivery_id, k, format!("{action:?}")))
                }) {
                    continue;
                }
                points.spawn(try_point(Arc::clone(pool), scenario, fault, Arc::clone(&target.calls)));
            }
        }
    }
    let tried = points.len();
    (tried, points.join_all().await.into_iter().flatten().collect())
}

async fn try_point(
    pool: Arc<Pool>,
    scenario: &'static Scenario,
    fault: Fault,
    calls: Arc<Vec<Call>>,
) -> Option<String> {
    let injected = InjectedFault { fault: &fault, calls: &calls };
    let error = pool.run(scenario, Some(&injected)).await.err()?;
    let call = &calls[fault.k];
    let Fault { delivery_id, k, action } = &fault;
    Some(format!("{delivery_id}, {action:?} at call {} ({} {}): {error:#}", k + 1, call.operation, call.resource))
}
