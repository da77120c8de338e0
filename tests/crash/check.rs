//! What must hold after a play, whatever was struck in it.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::Value;
use tunedrop_local::proxy::Call;

use crate::lane::Lane;
use crate::strike::Strike;
use crate::table::Journey;

/// A strike, and the calls that its delivery makes when nothing is struck.
pub(crate) struct Struck<'s> {
    pub(crate) strike: &'s Strike,
    pub(crate) calls: &'s [Call],
}

/// Holds the ledger, the stand-in and the outbox against what the journey must come to.
pub(crate) async fn check(lane: &Lane, journey: &Journey, struck: Option<&Struck<'_>>) -> Result<()> {
    let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    let items = lane.place.items.all().await?;
    let runs = || items.iter().filter(|item| text(item, "kind") == "run");
    let mut states: Vec<String> = runs().map(|run| text(run, "state")).collect();
    states.sort();
    ensure!(states == journey.states, "the runs are {states:?}, and must be {:?}", journey.states);
    let open: Vec<String> = items.iter().filter(|item| item["open"].is_object()).map(|item| text(item, "pk")).collect();
    ensure!(open.is_empty(), "still open: {}", open.join(", "));

    let jobs = lane.jobs().await?;
    ensure!(jobs.len() == journey.jobs, "{} jobs were created, and must be {}", jobs.len(), journey.jobs);

    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for kind in lane.told().await? {
        *told.entry(kind).or_default() += 1;
    }
    for (kind, times) in journey.told {
        let heard = told.remove(*kind).unwrap_or_default();
        let least = times - usize::from(struck.is_some_and(|struck| struck.may_skip(journey, kind)));
        let most = times + usize::from(struck.is_some_and(|struck| struck.may_repeat(kind)));
        ensure!((least..=most).contains(&heard), "{kind} was told {heard} times, and must be {least} to {most} times");
    }
    ensure!(told.is_empty(), "told without need: {told:?}");
    Ok(())
}

impl Struck<'_> {
    fn position(&self, operation: &str) -> Option<usize> {
        self.calls.iter().position(|call| call.operation == operation)
    }

    /// People are told twice only where notify was cut off between publishing and marking.
    fn may_repeat(&self, kind: &str) -> bool {
        let Strike { stop, k, deed } = self.strike;
        let Some(publish) = self.position("Publish").filter(|_| stop.function == "notify" && stop.kind == kind) else {
            return false;
        };
        let marked = *k + 1 == self.calls.len() && deed.takes_effect();
        (*k == publish && deed.takes_effect()) || (*k > publish && !marked)
    }

    /// Nobody is notified of a state that the run has left: a run whose job ended before its launch could be written down never
    /// was Running in the ledger, and an update that was launched meanwhile no longer waits.
    fn may_skip(&self, journey: &Journey, kind: &str) -> bool {
        let Strike { stop, k, .. } = self.strike;
        if journey.name == "update_that_waits" && kind == "Dataset Accepted" {
            return stop.function == "validate" || (stop.function == "notify" && stop.kind == kind);
        }
        let created = self.position("CreateModelCustomizationJob");
        kind == "Run Launched" && stop.function == "launch" && created.is_some_and(|created| *k >= created)
    }
}
