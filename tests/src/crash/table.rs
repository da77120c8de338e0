//! The scenarios, and the expected result of each.

use anyhow::Result;

use crate::crash::scenarios;
use crate::crash::worker::Worker;

/// A scenario, and its expected result.
#[derive(Clone, Copy)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) run: RunScenario,
    /// The states of the dataset's runs at the end, sorted.
    pub(super) states: &'static [&'static str],
    /// Jobs created at Bedrock.
    pub(super) jobs: usize,
    /// The messages that people get, by the event's kind.
    pub(super) messages: &'static [(&'static str, usize)],
    /// The functions whose calls get faults. Empty: all.
    pub(super) functions: &'static [&'static str],
}

type RunScenario = for<'l> fn(&'l mut Worker) -> std::pin::Pin<Box<dyn Future<Output = Result<()>> + Send + 'l>>;

macro_rules! scenarios {
    ($($name:ident => $states:expr, $jobs:expr, $messages:expr $(, $functions:expr)?;)+) => {
        &[$(Scenario {
            name: stringify!($name),
            run: |worker| Box::pin(scenarios::$name(worker)),
            states: &$states,
            jobs: $jobs,
            messages: &$messages,
            functions: functions!($($functions)?),
        }),+]
    };
}

macro_rules! functions {
    () => {
        &[]
    };
    ($functions:expr) => {
        $functions
    };
}

/// The functions that do something else in these scenarios than in the others.
const OF_EVALUATION: &[&str] = &["evaluate", "deploy", "sweep"];
const OF_DEPLOYMENT: &[&str] = &["deploy", "sweep"];
const OF_CLEAN_UP: &[&str] = &["clean"];

const LAUNCHED: (&str, usize) = ("Run Launched", 1);
const SUCCEEDED: (&str, usize) = ("Run Succeeded", 1);

/// Every kind of event that a function reads occurs in one of them.
pub(super) const SCENARIOS: &[Scenario] = scenarios! {
    accepted => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    deployed => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED, ("Run Deployed", 1), ("Deployment Deleted", 1)];
    own_base => ["Succeeded", "Succeeded"], 2, [("Run Held", 1), ("Run Launched", 2), ("Run Succeeded", 2), ("Run Deployed", 2), ("Dataset Accepted", 1), ("Deployment Deleted", 1)];
    cleaned_up => ["Succeeded", "Succeeded"], 2, [("Run Launched", 2), ("Run Succeeded", 2), ("Model Expiring", 1), ("Model Deleted", 1)], OF_CLEAN_UP;
    evaluated => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED, ("Run Evaluated", 1)];
    with_judge => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED, ("Run Evaluated", 1)], OF_EVALUATION;
    provisioned => ["Succeeded", "Succeeded"], 2, [("Run Launched", 2), ("Run Succeeded", 2), ("Run Deployed", 3), ("Deployment Deleted", 1)], OF_DEPLOYMENT;
    completed_later => ["Succeeded"], 1, [("Dataset Incomplete", 1), LAUNCHED, SUCCEEDED];
    rejected_twice => ["Rejected"], 0, [("Dataset Rejected", 2)];
    misnamed => [], 0, [("Dataset Rejected", 1)];
    waiting_update => ["Succeeded", "Succeeded"], 2, [("Run Launched", 2), ("Run Succeeded", 2), ("Dataset Accepted", 1)];
    uploaded_again => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED, ("Dataset Accepted", 1)];
    superseded_and_approved => ["Succeeded", "Superseded"], 1, [("Run Held", 2), ("Run Superseded", 1), LAUNCHED, SUCCEEDED];
    superseded_content_is_trained_again => ["Succeeded", "Superseded"], 1, [("Run Held", 3), ("Run Superseded", 2), LAUNCHED, SUCCEEDED];
    stopped_while_held => ["Stopped"], 0, [("Run Held", 1), ("Run Stopped", 1)];
    stopped_while_running => ["Stopped"], 1, [LAUNCHED, ("Run Stopped", 1)];
    failed_and_retried => ["Failed", "Failed"], 2, [("Run Launched", 2), ("Run Failed", 2)];
    refused_by_a_guard => ["Refused"], 0, [("Run Refused", 1)];
    refused_by_bedrock => ["Refused"], 0, [("Run Refused", 1)];
    withdrawn => ["Refused"], 0, [("Run Refused", 1)];
    waits_for_a_slot => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    waits_for_a_quota => ["Succeeded"], 1, [("Run Blocked", 1), LAUNCHED, SUCCEEDED];
    lost_job_event => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    lost_run_event => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    interrupted_launch => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    lost_queue_event => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    job_unknown_to_bedrock => ["Failed"], 1, [LAUNCHED, ("Run Failed", 1)];
};
