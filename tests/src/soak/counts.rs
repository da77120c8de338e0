//! Counts of what the proxy observed, and the messages whose sending was hit by a fault.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;
use tunedrop_local::proxy::{Call, FaultAction, ProxyEvent};
use tunedrop_run::RunId;

/// Shared between the proxy's callback and the reader of its events.
#[derive(Debug)]
pub(super) struct Counters(Mutex<Counts>);

#[derive(Debug)]
struct Counts {
    /// By service and operation.
    calls: BTreeMap<(String, String), u64>,
    retries: u64,
    /// By kind: throttled, failed, interrupted, killed.
    faults: BTreeMap<&'static str, u64>,
    killed: u64,
    created: u64,
    /// Runs for which the sweep found the end of the job.
    found: BTreeSet<String>,
    /// Datasets that may get a duplicate message, because a fault hit its sending or recording.
    duplicates: BTreeSet<String>,
    /// Datasets of the sent messages, with the times.
    published: Vec<(Instant, String)>,
    last: Instant,
}

/// The counts to print.
pub(super) struct Figures {
    pub(super) calls: BTreeMap<(String, String), u64>,
    pub(super) retries: u64,
    pub(super) faults: BTreeMap<&'static str, u64>,
    pub(super) killed: u64,
    pub(super) created: u64,
    pub(super) found: usize,
}

impl Counters {
    pub(super) fn new() -> Counters {
        Counters(Mutex::new(Counts {
            calls: BTreeMap::new(),
            retries: 0,
            faults: BTreeMap::new(),
            killed: 0,
            created: 0,
            found: BTreeSet::new(),
            duplicates: BTreeSet::new(),
            published: Vec::new(),
            last: Instant::now(),
        }))
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.0.lock().expect("no holder panics")
    }

    /// Records a call, and what happens to it.
    pub(super) fn record(&self, call: &Call, action: FaultAction) {
        let mut counts = self.counts();
        *counts.calls.entry((call.service.clone(), call.operation.clone())).or_default() += 1;
        counts.last = Instant::now();
        counts.retries += u64::from(call.attempt > 1);
        let what = match action {
            FaultAction::Pass => return,
            FaultAction::Throttle => "throttled",
            FaultAction::Fail { .. } => "failed",
            FaultAction::Reset { .. } | FaultAction::Hang { .. } => "broken off",
            FaultAction::Kill { .. } => "killed",
        };
        *counts.faults.entry(what).or_default() += 1;
        if let Some(dataset) = message_about(call) {
            counts.duplicates.insert(dataset);
        }
    }

    /// Records a call that a service carried out.
    pub(super) fn done(&self, seen: &ProxyEvent) {
        let ProxyEvent::Completed { call, body } = seen else {
            return;
        };
        let mut counts = self.counts();
        match call.operation.as_str() {
            "CreateModelCustomizationJob" => counts.created += 1,
            "Publish" => counts.published.extend(message_about(call).map(|dataset| (Instant::now(), dataset))),
            "PutEvents" => counts.found.extend(ends_found(body)),
            _ => {}
        }
    }

    /// Records that a function was killed.
    pub(super) fn killed(&self) {
        self.counts().killed += 1;
    }

    /// Records that the stack was stopped: the last messages may be sent, but not recorded as sent.
    pub(super) fn stopped(&self) {
        let mut counts = self.counts();
        let late = counts.published.iter().filter(|(at, _)| at.elapsed() < Duration::from_secs(5));
        let late: Vec<String> = late.map(|(_, dataset)| dataset.clone()).collect();
        counts.duplicates.extend(late);
    }

    /// The time since the last call.
    pub(super) fn silence(&self) -> Duration {
        self.counts().last.elapsed()
    }

    /// Whether a message about this dataset may be sent twice.
    pub(super) fn may_be_duplicated(&self, dataset: &str) -> bool {
        self.counts().duplicates.contains(dataset)
    }

    pub(super) fn figures(&self) -> Figures {
        let counts = self.counts();
        Figures {
            calls: counts.calls.clone(),
            retries: counts.retries,
            faults: counts.faults.clone(),
            killed: counts.killed,
            created: counts.created,
            found: counts.found.len(),
        }
    }

    /// One line, for an error.
    pub(super) fn summary(&self) -> String {
        let figures = self.figures();
        format!(
            "{} calls, {} retries, faults {:?}",
            figures.calls.values().sum::<u64>(),
            figures.retries,
            figures.faults
        )
    }
}

/// The dataset of a call that sends a message, or records that it was sent.
fn message_about(call: &Call) -> Option<String> {
    match call.operation.as_str() {
        // Its resource is the subject, which ends with the dataset.
        "Publish" => Some(call.resource.replace("%3A", ":").rsplit(':').next()?.trim().to_owned()),
        "UpdateItem" => {
            let (kind, name) = call.resource.split_once('#')?;
            Some(if matches!(kind, "run" | "evaluation") { dataset_of(name) } else { name.to_owned() })
        }
        _ => None,
    }
}

/// The dataset of a run. The text itself if it isn't a run's id.
pub(super) fn dataset_of(run_id: &str) -> String {
    run_id.parse::<RunId>().map_or_else(|_| run_id.to_owned(), |id| id.dataset().to_owned())
}

fn ends_found(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let entries = body["Entries"].as_array().into_iter().flatten();
    let observed = entries.filter(|entry| entry["DetailType"] == "Job State Observed");
    let detail = |entry: &Value| serde_json::from_str::<Value>(entry["Detail"].as_str()?).ok();
    observed.filter_map(|entry| Some(detail(entry)?["run_id"].as_str()?.to_owned())).collect()
}
