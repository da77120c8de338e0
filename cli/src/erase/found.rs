//! What belongs to a dataset, or to records: runs in the ledger, and objects in the bucket.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use tunedrop_aws::{Open, Remains, Version};
use tunedrop_run::erasure::{CertifiedRecords, prefixes, run_of_key};
use tunedrop_run::{Deployment, EvaluationEntry, Run, RunId};

use crate::format::visible;
use crate::stack::{Stack, explain};

/// The folders whose keys begin with a run's id.
pub(super) const RUN_FOLDERS: [&str; 3] = ["runs", "output", "evaluations"];

/// What the ledger has of the whole stack.
pub(super) struct Ledgered {
    /// The newest first.
    pub(super) runs: Vec<Run>,
    /// Those that aren't deleted.
    pub(super) deployments: Vec<Deployment>,
    pub(super) unfinished: Vec<Run>,
    pub(super) evaluating: Vec<EvaluationEntry>,
}

/// What is to be deleted, and what must be asked about it.
#[derive(Default)]
pub(super) struct Scope {
    pub(super) runs: Vec<Run>,
    /// Runs of which only the evaluation is erased.
    pub(super) evaluated: BTreeSet<RunId>,
    /// Versions by prefix or key, in the order of their deletion.
    pub(super) versions: Vec<(String, Vec<Version>)>,
    /// Keys that are hidden first, because older versions stay.
    pub(super) hide: Vec<String>,
    /// Datasets whose recipe may have a legal hold tag.
    pub(super) datasets: BTreeSet<String>,
    /// Runs of other datasets that continue from a model, and are not erased.
    pub(super) derived: BTreeSet<RunId>,
    pub(super) records: Option<CertifiedRecords>,
}

impl Ledgered {
    /// Reads all of it: an old run that is left out would keep its data.
    pub(super) async fn read(stack: &Stack) -> Result<Ledgered> {
        let ledger = stack.ledger()?;
        let (mut all, mut runs) = (ledger.recent(), Vec::new());
        while let Some(run) = all.next().await.map_err(explain)? {
            runs.push(run);
        }
        if let Some(key) = all.unreadable().first() {
            bail!("the ledger's item {} can't be read, and may belong to it", visible(key));
        }
        let (deployments, unreadable) = ledger.deployments().await.map_err(explain)?;
        if let Some(key) = unreadable.first() {
            bail!("the ledger's item {} can't be read, and may belong to it", visible(key));
        }
        let deployments = deployments.into_iter().filter(|one| !one.state.is_end()).collect();
        let (mut open, mut unfinished, mut evaluating) = (ledger.open(), Vec::new(), Vec::new());
        while let Some(one) = open.next().await.map_err(explain)? {
            match one {
                Open::Run(run) => unfinished.push(*run),
                Open::Evaluation(evaluation) => evaluating.push(*evaluation),
                _ => {}
            }
        }
        Ok(Ledgered { runs, deployments, unfinished, evaluating })
    }

    /// The newest state of these runs: the index lags.
    pub(super) async fn fresh(stack: &Stack, runs: Vec<Run>) -> Result<Vec<Run>> {
        let ledger = stack.ledger()?;
        let mut fresh = Vec::with_capacity(runs.len());
        for run in runs {
            fresh.push(ledger.run(&run.run_id).await.map_err(explain)?.unwrap_or(run));
        }
        Ok(fresh)
    }
}

impl Scope {
    /// Everything of a dataset.
    pub(super) async fn of_dataset(stack: &Stack, dataset: &str, ledgered: &Ledgered) -> Result<Scope> {
        let runs: Vec<Run> = ledgered.runs.iter().filter(|run| run.dataset == dataset).cloned().collect();
        let others = tunedrop_run::erasure::with_descendants(runs.clone(), &ledgered.runs).into_iter();
        let derived = others.filter(|run| run.dataset != dataset && run.erased_at.is_none()).map(|run| run.run_id);
        let mut scope = Scope {
            derived: derived.collect(),
            runs: Ledgered::fresh(stack, runs).await?,
            datasets: BTreeSet::from([dataset.to_owned()]),
            ..Scope::default()
        };
        let (remains, bucket) = (Remains::new(&stack.configs.all), stack.output("BucketName")?);
        let mut ids: BTreeSet<RunId> = scope.runs.iter().map(|run| run.run_id.clone()).collect();
        // Objects of runs that the ledger doesn't have any more.
        for folder in RUN_FOLDERS {
            let found = remains.versions(bucket, &format!("{folder}/{dataset}-")).await.map_err(explain)?;
            ids.extend(found.iter().filter_map(|one| run_of_key(&one.key, dataset)));
        }
        for prefix in prefixes(dataset, &ids) {
            let versions = remains.versions(bucket, &prefix).await.map_err(explain)?;
            scope.add(prefix, versions);
        }
        Ok(scope)
    }

    pub(super) fn add(&mut self, prefix: String, versions: Vec<Version>) {
        if !versions.is_empty() {
            self.versions.push((prefix, versions));
        }
    }
}
