//! Collects what is to be erased, and what prevents it.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tunedrop_aws::{Remains, Version};
use tunedrop_run::erasure::{Attempt, Hindrance, Left, OUT_OF_REACH, Subject, hindrances};
use tunedrop_run::{Deployment, EvaluationEntry, Run, RunId, dataset_fault, is_held};

use super::at_bedrock::{self, Existing};
use super::found::{Ledgered, Scope};
use super::progress::Progress;
use super::{What, records};
use crate::format::visible;
use crate::stack::{Stack, explain};
use crate::trace::search::trace_key;
use crate::watch::bar;

/// The recipes, whose legal hold tag holds the whole dataset.
const RECIPES: [&str; 2] = ["job.yaml", "job.json"];

/// What there is of a dataset, or of records.
pub(super) struct Plan {
    pub(super) subject: Subject,
    pub(super) scope: Scope,
    /// Of the runs, and of those of which only the evaluation is erased.
    pub(super) evaluations: Vec<EvaluationEntry>,
    /// Those that aren't deleted.
    pub(super) deployments: Vec<Deployment>,
    pub(super) existing: Existing,
    /// What must end first.
    pub(super) hindrances: Vec<Hindrance>,
    pub(super) progress: Progress,
}

impl Plan {
    /// Collects it. An unknown dataset is an error.
    pub(super) async fn of(stack: &Stack, what: &What, models_gone: bool) -> Result<Plan> {
        if let What::Dataset(dataset) = what
            && let Some(fault) = dataset_fault(dataset)
        {
            bail!("not a dataset: {fault}");
        }
        let bar = bar();
        bar.set_message("Reading the ledger");
        let ledgered = Ledgered::read(stack).await?;
        bar.finish_and_clear();
        let (subject, scope, progress) = match what {
            What::Dataset(dataset) => {
                let subject = Subject::Dataset(dataset.clone());
                let progress = Progress::read(stack, &subject).await?;
                (subject, Scope::of_dataset(stack, dataset, &ledgered).await?, progress)
            }
            What::Records(asked) => {
                let key = trace_key(stack).await?;
                let wanted = asked.wanted(key);
                let subject = Subject::Records(wanted.fingerprint(key));
                let progress = Progress::read(stack, &subject).await?;
                let scope = records::scope(stack, key, &wanted, &ledgered, &progress.attempts).await?;
                (subject, scope, progress)
            }
        };
        let evaluations = evaluations(stack, &scope).await?;
        let is_ours = |one: &Deployment| {
            matches!(&subject, Subject::Dataset(dataset) if one.dataset == *dataset)
                || scope.runs.iter().any(|run| one.knows(&run.run_id))
        };
        let deployments: Vec<Deployment> = ledgered.deployments.into_iter().filter(is_ours).collect();
        let mut existing = at_bedrock::ask(stack, &scope.runs, &deployments, models_gone).await?;
        let mut all = hindrances(&scope.runs, &evaluations, &ledgered.unfinished, &ledgered.evaluating);
        all.append(&mut existing.hindrances);
        all.extend(held(stack, &scope.datasets).await?);
        let plan = Plan { subject, scope, evaluations, deployments, existing, hindrances: all, progress };
        if plan.is_empty() && plan.scope.runs.is_empty() && plan.progress.open.is_none() && plan.progress.last.is_none()
        {
            match &plan.subject {
                Subject::Dataset(dataset) => {
                    bail!("stack {} has nothing of a dataset {}", stack.name, visible(dataset))
                }
                Subject::Records(_) => bail!("stack {} has none of these records{}", stack.name, plan.doubts()),
            }
        }
        Ok(plan)
    }

    /// Whether nothing is left to delete.
    fn is_empty(&self) -> bool {
        self.unerased().next().is_none()
            && self.scope.versions.is_empty()
            && self.deployments.is_empty()
            && self.existing.models.is_empty()
    }

    /// Whether an earlier erasure is complete, and nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.is_empty() && self.hindrances.is_empty() && self.progress.open.is_none() && self.progress.last.is_some()
    }

    /// What couldn't be searched, for an error.
    fn doubts(&self) -> String {
        let doubts = self.scope.records.as_ref().map_or(0, |records| records.not_searched.len());
        match doubts {
            0 => String::new(),
            _ => format!(", but {doubts} runs have neither index nor files, so their models may have learned them"),
        }
    }

    /// What is erased, for a question.
    pub(super) fn name(&self) -> String {
        match &self.subject {
            Subject::Dataset(dataset) => format!("dataset {}", visible(dataset)),
            Subject::Records(_) => "these records".to_owned(),
        }
    }

    /// What is going to be deleted.
    pub(super) fn attempt(&self, by: Option<String>, now: String) -> Attempt {
        Attempt {
            version: 1,
            begun_at: now,
            by,
            runs: self.scope.runs.iter().map(|run| run.run_id.clone()).collect(),
            models: self.existing.models.clone(),
            unconfirmed_models: self.existing.unconfirmed.clone(),
            deployments: self.deployments.iter().map(|one| one.name.clone()).collect(),
            versions: self.versions().map(Version::name).collect(),
            records: self.scope.records.clone(),
        }
    }

    /// What this plan, made after a deletion, still finds.
    pub(super) fn left(&self) -> Left {
        Left {
            models: self.existing.models.clone(),
            deployments: self.deployments.iter().map(|one| one.name.clone()).collect(),
            versions: self.versions().map(Version::name).collect(),
            more: self.unerased().next().is_some(),
        }
    }

    /// Runs whose text is still in the ledger.
    pub(super) fn unerased(&self) -> impl Iterator<Item = &Run> {
        self.scope.runs.iter().filter(|run| run.erased_at.is_none())
    }

    pub(super) fn versions(&self) -> impl Iterator<Item = &Version> {
        self.scope.versions.iter().flat_map(|(_, versions)| versions)
    }

    /// Number and bytes of all versions.
    pub(super) fn size(&self) -> (usize, u64) {
        self.versions().fold((0, 0), |(count, bytes), one| (count + 1, bytes + one.size))
    }

    pub(super) fn json(&self) -> Value {
        let run = |run: &Run| json!({ "run_id": run.run_id, "state": run.state, "erased_at": run.erased_at });
        let version = |one: &Version| json!({ "key": one.key, "version_id": one.id, "bytes": one.size });
        json!({
            "subject": self.subject,
            "hindrances": self.hindrances,
            "runs": self.scope.runs.iter().map(run).collect::<Vec<_>>(),
            "evaluations": self.evaluations.iter().map(|one| &one.run_id).collect::<Vec<_>>(),
            "deployments": self.deployments.iter().map(|one| &one.name).collect::<Vec<_>>(),
            "models": self.existing.models,
            "unconfirmed_models": self.existing.unconfirmed,
            "derived_runs": self.scope.derived,
            "versions": self.versions().map(version).collect::<Vec<_>>(),
            "records": self.scope.records,
            "resumes": self.progress.open,
            "out_of_reach": OUT_OF_REACH,
        })
    }
}

async fn evaluations(stack: &Stack, scope: &Scope) -> Result<Vec<EvaluationEntry>> {
    let ledger = stack.ledger()?;
    let ids: BTreeSet<&RunId> = scope.runs.iter().map(|run| &run.run_id).chain(&scope.evaluated).collect();
    let mut evaluations = Vec::new();
    for run_id in ids {
        evaluations.extend(ledger.evaluation(run_id).await.map_err(explain)?);
    }
    Ok(evaluations)
}

/// The holds on the recipes of these datasets.
async fn held(stack: &Stack, datasets: &BTreeSet<String>) -> Result<Vec<Hindrance>> {
    let (remains, bucket) = (Remains::new(&stack.configs.all), stack.output("BucketName")?);
    let mut held = Vec::new();
    for key in datasets.iter().flat_map(|dataset| RECIPES.map(|recipe| format!("datasets/{dataset}/{recipe}"))) {
        let tags = remains.object_tags(bucket, &key).await.map_err(explain)?;
        if is_held(tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))) {
            held.push(Hindrance::Held { what: key });
        }
    }
    Ok(held)
}
