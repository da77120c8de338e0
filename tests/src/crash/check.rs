//! Checks of a scenario's result, with or without a fault.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::Value;
use tunedrop_local::proxy::Call;

use crate::crash::fault::Fault;
use crate::crash::table::Scenario;
use crate::crash::worker::Worker;

/// A fault, and the calls that its delivery makes without it.
pub(super) struct InjectedFault<'s> {
    pub(super) fault: &'s Fault,
    pub(super) calls: &'s [Call],
}

/// Compares the ledger, the simulator's jobs and the messages with the scenario's expected result.
pub(super) async fn check(worker: &Worker, scenario: &Scenario, struck: Option<&InjectedFault<'_>>) -> Result<()> {
    let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    let items = worker.resources.items.all().await?;
    let runs = || items.iter().filter(|item| text(item, "kind") == "run");
    let mut states: Vec<String> = runs().map(|run| text(run, "state")).collect();
    states.sort();
    ensure!(states == scenario.states, "found runs in {states:?}, expected {:?}", scenario.states);
    let with_state = |item: &Value| format!("{} ({})", text(item, "pk"), text(item, "state"));
    let open: Vec<String> = items.iter().filter(|item| item["open"].is_object()).map(with_state).collect();
    ensure!(open.is_empty(), "still open: {}", open.join(", "));

    let jobs = worker.jobs().await?;
    ensure!(jobs.len() == scenario.jobs, "found {} jobs, expected {}", jobs.len(), scenario.jobs);

    let mut messages: BTreeMap<String, usize> = BTreeMap::new();
    for kind in worker.messages().await? {
        *messages.entry(kind).or_default() += 1;
    }
    for (kind, times) in scenario.messages {
        let sent = messages.remove(*kind).unwrap_or_default();
        let least = times - usize::from(struck.is_some_and(|struck| struck.may_omit(scenario, kind)));
        let most = times + usize::from(struck.is_some_and(|struck| struck.may_repeat(kind)));
        ensure!((least..=most).contains(&sent), "expected {least} to {most} messages {kind}, found {sent}");
    }
    ensure!(messages.is_empty(), "unexpected messages: {messages:?}");
    Ok(())
}

impl InjectedFault<'_> {
    fn position(&self, operation: &str) -> Option<usize> {
        self.calls.iter().position(|call| call.operation == operation)
    }

    /// A message is sent twice only if notify was interrupted between publishing it and recording that it did.
    fn may_repeat(&self, kind: &str) -> bool {
        let Fault { delivery_id, k, action } = self.fault;
        let Some(publish) =
            self.position("Publish").filter(|_| delivery_id.function == "notify" && delivery_id.kind == kind)
        else {
            return false;
        };
        let marked = *k + 1 == self.calls.len() && action.takes_effect();
        (*k == publish && action.takes_effect()) || (*k > publish && !marked)
    }

    /// No message is sent about a state that the run has left. If the job ended before its launch was recorded, the run
    /// was never Running in the ledger. An update that was launched in the meantime no longer waits.
    fn may_omit(&self, scenario: &Scenario, kind: &str) -> bool {
        let Fault { delivery_id, k, .. } = self.fault;
        if scenario.name == "waiting_update" && kind == "Dataset Accepted" {
            return delivery_id.function == "validate"
                || (delivery_id.function == "notify" && delivery_id.kind == kind);
        }
        let created = self.position("CreateModelCustomizationJob");
        kind == "Run Launched" && delivery_id.function == "launch" && created.is_some_and(|created| *k >= created)
    }
}
