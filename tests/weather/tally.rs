//! What the proxy saw: counts, and which messages were struck in the midst of being sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;
use tunedrop_local::proxy::{Call, Deed, Seen};
use tunedrop_run::RunId;

/// Shared by the proxy's two ends.
#[derive(Debug)]
pub(crate) struct Tally(Mutex<Counts>);

#[derive(Debug)]
struct Counts {
    /// By service and operation.
    calls: BTreeMap<(String, String), u64>,
    retries: u64,
    /// By what they were: throttled, failed, broken off, killed.
    strikes: BTreeMap<&'static str, u64>,
    killed: u64,
    created: u64,
    /// Runs whose job's end the sweep found.
    found: BTreeSet<String>,
    /// Datasets of which a message may come twice: its sending, or its marking, was struck.
    twice: BTreeSet<String>,
    /// Messages that went out, with their time.
    published: Vec<(Instant, String)>,
    last: Instant,
}

/// The figures that are printed.
pub(crate) struct Figures {
    pub(crate) calls: BTreeMap<(String, String), u64>,
    pub(crate) retries: u64,
    pub(crate) strikes: BTreeMap<&'static str, u64>,
    pub(crate) killed: u64,
    pub(crate) created: u64,
    pub(crate) found: usize,
}

impl Tally {
    pub(crate) fn new() -> Tally {
        Tally(Mutex::new(Counts {
            calls: BTreeMap::new(),
            retries: 0,
            strikes: BTreeMap::new(),
            killed: 0,
            created: 0,
            found: BTreeSet::new(),
            twice: BTreeSet::new(),
            published: Vec::new(),
            last: Instant::now(),
        }))
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.0.lock().expect("no holder panics")
    }

    /// A call came, and this becomes of it.
    pub(crate) fn met(&self, call: &Call, deed: Deed) {
        let mut counts = self.counts();
        *counts.calls.entry((call.service.clone(), call.operation.clone())).or_default() += 1;
        counts.last = Instant::now();
        counts.retries += u64::from(call.attempt > 1);
        let what = match deed {
            Deed::Pass => return,
            Deed::Throttle => "throttled",
            Deed::Fail { .. } => "failed",
            Deed::Reset { .. } | Deed::Hang { .. } => "broken off",
            Deed::Kill { .. } => "killed",
        };
        *counts.strikes.entry(what).or_default() += 1;
        if let Some(dataset) = told_about(call) {
            counts.twice.insert(dataset);
        }
    }

    /// A service carried a call out.
    pub(crate) fn done(&self, seen: &Seen) {
        let Seen::Done { call, body } = seen else {
            return;
        };
        let mut counts = self.counts();
        match call.operation.as_str() {
            "CreateModelCustomizationJob" => counts.created += 1,
            "Publish" => counts.published.extend(told_about(call).map(|dataset| (Instant::now(), dataset))),
            "PutEvents" => counts.found.extend(ends_found(body)),
            _ => {}
        }
    }

    /// A function was killed.
    pub(crate) fn killed(&self) {
        self.counts().killed += 1;
    }

    /// Everything is cut off: what was sent just now may not have been marked.
    pub(crate) fn cut_off(&self) {
        let mut counts = self.counts();
        let late = counts.published.iter().filter(|(at, _)| at.elapsed() < Duration::from_secs(5));
        let late: Vec<String> = late.map(|(_, dataset)| dataset.clone()).collect();
        counts.twice.extend(late);
    }

    /// How long no call has come.
    pub(crate) fn silence(&self) -> Duration {
        self.counts().last.elapsed()
    }

    /// Whether a message on this dataset may come twice.
    pub(crate) fn may_come_twice(&self, dataset: &str) -> bool {
        self.counts().twice.contains(dataset)
    }

    pub(crate) fn figures(&self) -> Figures {
        let counts = self.counts();
        Figures {
            calls: counts.calls.clone(),
            retries: counts.retries,
            strikes: counts.strikes.clone(),
            killed: counts.killed,
            created: counts.created,
            found: counts.found.len(),
        }
    }

    /// One line, for an error.
    pub(crate) fn summary(&self) -> String {
        let figures = self.figures();
        format!(
            "{} calls, {} retries, struck {:?}",
            figures.calls.values().sum::<u64>(),
            figures.retries,
            figures.strikes
        )
    }
}

/// The dataset of a call that tells people, or marks that they were told.
fn told_about(call: &Call) -> Option<String> {
    match call.operation.as_str() {
        // Its resource is the subject, which begins with the dataset.
        "Publish" => Some(call.resource.split("%3A").next()?.split(':').next()?.to_owned()),
        "UpdateItem" => {
            let (kind, name) = call.resource.split_once('#')?;
            Some(if kind == "run" { dataset_of(name) } else { name.to_owned() })
        }
        _ => None,
    }
}

/// The dataset of a run; the text itself where it isn't a run's id.
pub(crate) fn dataset_of(run_id: &str) -> String {
    run_id.parse::<RunId>().map_or_else(|_| run_id.to_owned(), |id| id.dataset().to_owned())
}

fn ends_found(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let entries = body["Entries"].as_array().into_iter().flatten();
    let observed = entries.filter(|entry| entry["DetailType"] == "Job State Observed");
    let detail = |entry: &Value| serde_json::from_str::<Value>(entry["Detail"].as_str()?).ok();
    observed.filter_map(|entry| Some(detail(entry)?["run_id"].as_str()?.to_owned())).collect()
}
