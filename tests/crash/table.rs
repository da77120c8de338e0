//! The journeys, and what each must come to.

use anyhow::Result;

use crate::journeys;
use crate::lane::Lane;

/// A play, and what it must come to.
#[derive(Clone, Copy)]
pub(crate) struct Journey {
    pub(crate) name: &'static str,
    pub(crate) play: Play,
    /// The states of the dataset's runs at the end, sorted.
    pub(crate) states: &'static [&'static str],
    /// Jobs created at Bedrock.
    pub(crate) jobs: usize,
    /// What people are told, by the event's kind.
    pub(crate) told: &'static [(&'static str, usize)],
}

type Play = for<'l> fn(&'l mut Lane) -> std::pin::Pin<Box<dyn Future<Output = Result<()>> + Send + 'l>>;

macro_rules! journeys {
    ($($name:ident => $states:expr, $jobs:expr, $told:expr;)+) => {
        &[$(Journey {
            name: stringify!($name),
            play: |lane| Box::pin(journeys::$name(lane)),
            states: &$states,
            jobs: $jobs,
            told: &$told,
        }),+]
    };
}

const LAUNCHED: (&str, usize) = ("Run Launched", 1);
const SUCCEEDED: (&str, usize) = ("Run Succeeded", 1);

/// Every kind of event that a function takes occurs in one of them.
pub(crate) const JOURNEYS: &[Journey] = journeys! {
    accepted => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    completed_later => ["Succeeded"], 1, [("Dataset Incomplete", 1), LAUNCHED, SUCCEEDED];
    rejected_twice => ["Rejected"], 0, [("Dataset Rejected", 2)];
    misnamed => [], 0, [("Dataset Rejected", 1)];
    update_that_waits => ["Succeeded", "Succeeded"], 2, [("Run Launched", 2), ("Run Succeeded", 2), ("Dataset Accepted", 1)];
    dropped_again => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED, ("Dataset Accepted", 1)];
    superseded_and_approved => ["Succeeded", "Superseded"], 1, [("Run Held", 2), ("Run Superseded", 1), LAUNCHED, SUCCEEDED];
    superseded_starts_again => ["Succeeded", "Superseded"], 1, [("Run Held", 3), ("Run Superseded", 2), LAUNCHED, SUCCEEDED];
    stopped_while_held => ["Stopped"], 0, [("Run Held", 1), ("Run Stopped", 1)];
    stopped_while_running => ["Stopped"], 1, [LAUNCHED, ("Run Stopped", 1)];
    failed_and_retried => ["Failed", "Failed"], 2, [("Run Launched", 2), ("Run Failed", 2)];
    refused_by_a_guard => ["Refused"], 0, [("Run Refused", 1)];
    refused_by_bedrock => ["Refused"], 0, [("Run Refused", 1)];
    withdrawn => ["Refused"], 0, [("Run Refused", 1)];
    waits_for_a_slot => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    waits_for_a_quota => ["Succeeded"], 1, [("Run Waiting", 1), LAUNCHED, SUCCEEDED];
    end_unheard => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    end_untold => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    launch_cut_off => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    queue_unheard => ["Succeeded"], 1, [LAUNCHED, SUCCEEDED];
    forgotten_by_bedrock => ["Failed"], 1, [LAUNCHED, ("Run Failed", 1)];
};
