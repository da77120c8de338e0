//! The console's copy of the ledger: runs, deployments and evaluations. Pages are rendered from it, so that neither a page
//! nor a tab calls AWS for a list.

use std::collections::BTreeMap;
use std::sync::Arc;

use tunedrop_aws::{Failure, Ledger, Open};
use tunedrop_run::{Deployment, EvaluationEntry, Run, RunId};

use crate::stack::LOOKED_THROUGH;

/// The newest runs that every poll reads: a page of the index, one call.
const NEWEST: usize = 100;

/// What the ledger had at the last poll.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mirror {
    pub(crate) runs: BTreeMap<RunId, Arc<Run>>,
    pub(crate) deployments: BTreeMap<String, Arc<Deployment>>,
    pub(crate) evaluations: BTreeMap<RunId, Arc<EvaluationEntry>>,
    /// Whether older runs exist that weren't read.
    pub(crate) is_partial: bool,
    /// Whether older runs are still being read.
    pub(crate) is_reading: bool,
    /// Keys of items that this version can't read.
    pub(crate) unreadable: Vec<String>,
}

impl Mirror {
    /// Reads everything: a call for each 100 runs, and at least one each for deployments and evaluations. `begun` gets the
    /// copy with the newest runs, as soon as those are read: each further call takes as long again.
    pub(super) async fn read(ledger: &Ledger, begun: impl Fn(Mirror)) -> Result<Mirror, Failure> {
        let mut mirror = Mirror::default();
        let (deployments, unreadable) = ledger.deployments().await?;
        mirror.unreadable.extend(unreadable);
        mirror.deployments.extend(deployments.into_iter().map(|one| (one.name.clone(), Arc::new(one))));
        let mut all = ledger.recent();
        while let Some(run) = all.next().await? {
            if mirror.runs.len() == NEWEST {
                let mut newest = mirror.clone();
                newest.add_evaluations(ledger).await?;
                newest.is_reading = true;
                begun(newest);
            }
            if mirror.runs.len() == LOOKED_THROUGH {
                mirror.is_partial = true;
                break;
            }
            mirror.runs.insert(run.run_id.clone(), Arc::new(run));
        }
        mirror.unreadable.extend_from_slice(all.unreadable());
        mirror.add_evaluations(ledger).await?;
        Ok(mirror)
    }

    /// Reads the evaluations that were requested since the oldest known run was uploaded.
    async fn add_evaluations(&mut self, ledger: &Ledger) -> Result<(), Failure> {
        let oldest = self.runs.values().map(|run| run.uploaded_at.as_str()).min().unwrap_or("0").to_owned();
        let (evaluations, unreadable) = ledger.evaluations(&oldest).await?;
        self.unreadable.extend(unreadable);
        self.evaluations.extend(evaluations.into_iter().map(|one| (one.run_id.clone(), Arc::new(one))));
        Ok(())
    }

    /// Reads what may have changed: the open items, the newest runs, and the items that were in progress and are no longer
    /// listed as open. With at most 50 open items, that is two calls, and one more for each item that ended.
    pub(super) async fn read_again(&self, ledger: &Ledger) -> Result<Mirror, Failure> {
        let mut next = self.clone();
        let (mut runs, mut deployments, mut evaluations) = (Vec::new(), Vec::new(), Vec::new());
        let mut open = ledger.open();
        while let Some(one) = open.next().await? {
            match one {
                Open::Run(run) => runs.push(*run),
                Open::Deployment(one) => deployments.push(*one),
                Open::Evaluation(one) => evaluations.push(*one),
                Open::Dataset(_) | Open::Misnamed(_) | Open::Model(_) | Open::Unreadable(_) => {}
            }
        }
        let mut newest = ledger.recent();
        for _ in 0..NEWEST {
            let Some(run) = newest.next().await? else { break };
            runs.push(run);
        }
        for run in self.runs.values().filter(|run| !run.state.is_end()) {
            if !runs.iter().any(|seen| seen.run_id == run.run_id) {
                next.runs.remove(&run.run_id);
                runs.extend(ledger.readable_run(&run.run_id).await?);
            }
        }
        for one in self.deployments.values().filter(|one| !one.state.is_end()) {
            if !deployments.iter().any(|seen| seen.name == one.name) {
                next.deployments.remove(&one.name);
                deployments.extend(ledger.deployment(&one.name).await?);
            }
        }
        for one in self.evaluations.values().filter(|one| !one.state.is_end()) {
            if !evaluations.iter().any(|seen| seen.run_id == one.run_id) {
                next.evaluations.remove(&one.run_id);
                evaluations.extend(ledger.evaluation(&one.run_id).await?);
            }
        }
        next.add(runs, deployments, evaluations);
        Ok(next)
    }

    /// Adds items. The indexes lag, so an older revision than the known one is left out.
    fn add(&mut self, runs: Vec<Run>, deployments: Vec<Deployment>, evaluations: Vec<EvaluationEntry>) {
        for run in runs {
            if self.runs.get(&run.run_id).is_none_or(|known| known.revision < run.revision) {
                self.runs.insert(run.run_id.clone(), Arc::new(run));
            }
        }
        for one in deployments {
            if self.deployments.get(&one.name).is_none_or(|known| known.revision < one.revision) {
                self.deployments.insert(one.name.clone(), Arc::new(one));
            }
        }
        for one in evaluations {
            if self.evaluations.get(&one.run_id).is_none_or(|known| known.revision < one.revision) {
                self.evaluations.insert(one.run_id.clone(), Arc::new(one));
            }
        }
    }

    /// Whether two copies show the same.
    pub(super) fn is_same(&self, other: &Mirror) -> bool {
        let runs = |mirror: &Mirror| mirror.runs.values().map(|run| run.revision).collect::<Vec<_>>();
        let deployments = |mirror: &Mirror| mirror.deployments.values().map(|one| one.revision).collect::<Vec<_>>();
        let evaluations = |mirror: &Mirror| mirror.evaluations.values().map(|one| one.revision).collect::<Vec<_>>();
        self.is_reading == other.is_reading
            && self.runs.keys().eq(other.runs.keys())
            && runs(self) == runs(other)
            && deployments(self) == deployments(other)
            && evaluations(self) == evaluations(other)
    }

    /// The deployments that serve a run to callers.
    pub(crate) fn serving<'m>(&'m self, run_id: &'m RunId) -> impl Iterator<Item = &'m Deployment> {
        let all = self.deployments.values().map(Arc::as_ref);
        all.filter(move |one| one.evaluation.is_none() && one.state.answers() && one.serving.as_ref() == Some(run_id))
    }

    /// The deployments that need a run's model.
    pub(crate) fn needing<'m>(&'m self, run_id: &'m RunId) -> impl Iterator<Item = &'m Deployment> {
        let all = self.deployments.values().map(Arc::as_ref);
        all.filter(move |one| !one.state.is_end() && one.knows(run_id))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(revision: u64, state: &str) -> Run {
        serde_json::from_value(json!({
            "schema": 1, "run_id": "bot-000000000001", "revision": revision, "dataset": "bot", "state": state,
            "identity": "0", "attempt": 1, "uploaded_at": "2026-11-30T07:00:00.000Z",
            "changed_at": "2026-11-30T07:59:00.000Z",
        }))
        .expect("a run")
    }

    #[test]
    fn an_older_revision_from_an_index_that_lags_changes_nothing() {
        let mut mirror = Mirror::default();
        mirror.add(vec![run(3, "Succeeded")], Vec::new(), Vec::new());
        let before = mirror.clone();
        mirror.add(vec![run(2, "Running")], Vec::new(), Vec::new());
        assert!(mirror.is_same(&before));
        mirror.add(vec![run(4, "Succeeded")], Vec::new(), Vec::new());
        assert!(!mirror.is_same(&before));
    }
}
