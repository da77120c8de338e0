//! Collects what a stack has of a dataset.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tunedrop_aws::{Inventory, Open, Remains, Version};
use tunedrop_run::erasure::{Hindrance, OUT_OF_REACH, hindrances, prefixes, run_of_key};
use tunedrop_run::{Deployment, EvaluationEntry, Run, RunId, dataset_fault, is_held};

use crate::format::visible;
use crate::stack::{Stack, explain};
use crate::watch::bar;

/// The recipes, whose legal hold tag holds the whole dataset.
const RECIPES: [&str; 2] = ["job.yaml", "job.json"];
/// The folders whose keys begin with a run's id.
const RUN_FOLDERS: [&str; 3] = ["runs", "output", "evaluations"];

/// What there is of a dataset.
pub(super) struct Plan {
    pub(super) dataset: String,
    /// In the ledger, the newest first.
    pub(super) runs: Vec<Run>,
    pub(super) evaluations: Vec<EvaluationEntry>,
    /// Those that aren't deleted.
    pub(super) deployments: Vec<Deployment>,
    /// ARNs of the custom models that Bedrock has.
    pub(super) models: Vec<String>,
    /// Versions by prefix, in the order of their deletion.
    pub(super) versions: Vec<(String, Vec<Version>)>,
    /// What must end first.
    pub(super) hindrances: Vec<Hindrance>,
}

impl Plan {
    /// Collects it. An unknown dataset is an error.
    pub(super) async fn of(stack: &Stack, dataset: &str) -> Result<Plan> {
        if let Some(fault) = dataset_fault(dataset) {
            bail!("not a dataset: {fault}");
        }
        let bar = bar();
        bar.set_message("Reading the ledger");
        let ledger = stack.ledger()?;
        let (mut all, mut runs) = (ledger.recent(), Vec::new());
        // All of them: an old run that is left out would keep its data.
        while let Some(run) = all.next().await.map_err(explain)? {
            if run.dataset == dataset {
                // The index lags.
                runs.push(ledger.run(&run.run_id).await.map_err(explain)?.unwrap_or(run));
            }
        }
        if let Some(key) = all.unreadable().first() {
            bail!("the ledger's item {} can't be read, and may be of this dataset", visible(key));
        }
        let mut evaluations = Vec::new();
        for run in &runs {
            evaluations.extend(ledger.evaluation(&run.run_id).await.map_err(explain)?);
        }
        let (deployments, unreadable) = ledger.deployments().await.map_err(explain)?;
        if let Some(key) = unreadable.first() {
            bail!("the ledger's item {} can't be read, and may be of this dataset", visible(key));
        }
        let ours: BTreeSet<RunId> = runs.iter().map(|run| run.run_id.clone()).collect();
        let is_ours = |one: &Deployment| one.dataset == dataset || ours.iter().any(|run_id| one.knows(run_id));
        let deployments: Vec<Deployment> =
            deployments.into_iter().filter(|one| !one.state.is_end() && is_ours(one)).collect();
        let (mut open, mut unfinished) = (ledger.open(), Vec::new());
        while let Some(one) = open.next().await.map_err(explain)? {
            if let Open::Run(run) = one {
                unfinished.push(*run);
            }
        }
        let mut plan = Plan {
            hindrances: hindrances(&runs, &evaluations, &unfinished),
            dataset: dataset.to_owned(),
            models: Vec::new(),
            versions: Vec::new(),
            runs,
            evaluations,
            deployments,
        };
        bar.set_message("Listing models");
        plan.find_models(stack).await?;
        bar.set_message("Listing objects");
        plan.find_objects(stack).await?;
        bar.finish_and_clear();
        if plan.is_empty() {
            bail!("stack {} has nothing of a dataset {}", stack.name, visible(dataset));
        }
        Ok(plan)
    }

    /// The models that exist, and the holds on them.
    async fn find_models(&mut self, stack: &Stack) -> Result<()> {
        let ours: BTreeSet<&String> = self.runs.iter().filter_map(|run| run.model_arn.as_ref()).collect();
        if ours.is_empty() {
            return Ok(());
        }
        let bedrock = Inventory::new(&stack.configs.bedrock);
        let listed = bedrock.models(|_| ()).await.map_err(explain)?;
        self.models = listed.into_iter().map(|one| one.arn).filter(|arn| ours.contains(arn)).collect();
        let tags = bedrock.tags(&self.models, |_| ()).await.map_err(explain)?;
        for (arn, tags) in self.models.iter().zip(tags) {
            let tags: BTreeMap<String, String> = tags.unwrap_or_default();
            if is_held(tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))) {
                self.hindrances.push(Hindrance::Held { what: arn.clone() });
            }
        }
        Ok(())
    }

    /// Every version of every object, and the holds on the recipes.
    async fn find_objects(&mut self, stack: &Stack) -> Result<()> {
        let (remains, bucket) = (Remains::new(&stack.configs.all), stack.output("BucketName")?);
        let mut runs: BTreeSet<RunId> = self.runs.iter().map(|run| run.run_id.clone()).collect();
        // Objects of runs that the ledger doesn't have any more.
        for folder in RUN_FOLDERS {
            let prefix = format!("{folder}/{}-", self.dataset);
            let found = remains.versions(bucket, &prefix).await.map_err(explain)?;
            runs.extend(found.iter().filter_map(|one| run_of_key(&one.key, &self.dataset)));
        }
        for prefix in prefixes(&self.dataset, &runs) {
            let versions = remains.versions(bucket, &prefix).await.map_err(explain)?;
            if !versions.is_empty() {
                self.versions.push((prefix, versions));
            }
        }
        for recipe in RECIPES {
            let key = format!("datasets/{}/{recipe}", self.dataset);
            let tags = remains.object_tags(bucket, &key).await.map_err(explain)?;
            if is_held(tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))) {
                self.hindrances.push(Hindrance::Held { what: key });
            }
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.versions.is_empty() && self.deployments.is_empty() && self.models.is_empty()
    }

    /// Runs whose text is still in the ledger.
    pub(super) fn unerased(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(|run| run.erased_at.is_none())
    }

    /// Number and bytes of all versions.
    pub(super) fn size(&self) -> (usize, u64) {
        let all = self.versions.iter().flat_map(|(_, versions)| versions);
        all.fold((0, 0), |(count, bytes), one| (count + 1, bytes + one.size))
    }

    pub(super) fn json(&self) -> Value {
        let run = |run: &Run| json!({ "run_id": run.run_id, "state": run.state, "erased_at": run.erased_at });
        let version = |one: &Version| json!({ "key": one.key, "version_id": one.id, "bytes": one.size });
        let versions = self.versions.iter().flat_map(|(_, versions)| versions).map(version);
        json!({
            "dataset": self.dataset,
            "hindrances": self.hindrances,
            "runs": self.runs.iter().map(run).collect::<Vec<_>>(),
            "evaluations": self.evaluations.iter().map(|one| &one.run_id).collect::<Vec<_>>(),
            "deployments": self.deployments.iter().map(|one| &one.name).collect::<Vec<_>>(),
            "models": self.models,
            "versions": versions.collect::<Vec<_>>(),
            "out_of_reach": OUT_OF_REACH,
        })
    }
}
