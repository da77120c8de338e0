//! What the ledger and Bedrock say about the stack's custom models.

use std::collections::{BTreeMap, HashMap, HashSet};

use tunedrop_aws::{Failure, Open};
use tunedrop_run::decide::clean_up::{asks, continues_from, deploys};
use tunedrop_run::inventory::FoundDeployment;
use tunedrop_run::{Deployment, EvaluationEntry, ModelNotice, Run, State};

use super::Clean;

/// The most runs that are looked at, newest first.
const RUNS_MAX: usize = 5_000;

/// What is known at the beginning of a step.
pub(super) struct Facts {
    /// The runs with a model, the newest first, by dataset.
    pub(super) runs: BTreeMap<String, Vec<Run>>,
    /// By key.
    pub(super) notices: HashMap<String, ModelNotice>,
    /// The ARNs of the models that Bedrock has.
    models: HashSet<String>,
    /// What Bedrock serves models with, from any creator.
    serving: Vec<FoundDeployment>,
    deployments: Vec<Deployment>,
    evaluations: Vec<EvaluationEntry>,
    unfinished: Vec<Run>,
}

impl Facts {
    pub(super) async fn read(step: &Clean) -> Result<Facts, Failure> {
        let mut runs: BTreeMap<String, Vec<Run>> = BTreeMap::new();
        let mut all = step.ledger.recent();
        for _ in 0..RUNS_MAX {
            let Some(run) = all.next().await? else { break };
            if run.state == State::Succeeded && run.model_arn.is_some() {
                runs.entry(run.dataset.clone()).or_default().push(run);
            }
        }
        let (notices, _) = step.ledger.model_notices().await?;
        let (deployments, unreadable) = step.ledger.deployments().await?;
        if let Some(key) = unreadable.first() {
            // It may serve a model.
            return Err(Failure { call: format!("reading {key}"), cause: "it can't be read".to_owned(), words: None });
        }
        let (mut evaluations, mut unfinished) = (Vec::new(), Vec::new());
        let mut open = step.ledger.open();
        while let Some(item) = open.next().await? {
            match item {
                Open::Evaluation(one) => evaluations.push(*one),
                Open::Run(run) => unfinished.push(*run),
                Open::Unreadable(key) => {
                    let cause = "it can't be read".to_owned();
                    return Err(Failure { call: format!("reading {key}"), cause, words: None });
                }
                Open::Dataset(_) | Open::Misnamed(_) | Open::Deployment(_) | Open::Model(_) => {}
            }
        }
        let models = step.bedrock.models(|_| ()).await?.into_iter().map(|one| one.arn).collect();
        let mut serving = step.bedrock.deployments().await?;
        serving.extend(step.bedrock.throughputs().await?);
        let notices = notices.into_iter().map(|notice| (notice.pk.clone(), notice)).collect();
        Ok(Facts { runs, notices, models, serving, deployments, evaluations, unfinished })
    }

    /// Whether Bedrock has the run's model.
    pub(super) fn exists(&self, run: &Run) -> bool {
        run.model_arn.as_ref().is_some_and(|arn| self.models.contains(arn))
    }

    /// What needs the run's model, as a clause.
    pub(super) fn needed_by(&self, run: &Run) -> Option<String> {
        let arn = run.model_arn.as_deref().unwrap_or_default();
        if let Some(one) = self.deployments.iter().find(|one| deploys(one, &run.run_id)) {
            return Some(format!("deployment {} serves it, is going to, or can return to it", one.name));
        }
        if let Some(one) = self.serving.iter().find(|one| one.model_arn == arn) {
            return Some(format!("the deployment {} at Bedrock serves it", one.name));
        }
        let evaluates =
            |one: &&EvaluationEntry| asks(one, &run.run_id) || (one.run_id == run.run_id && !one.state.is_end());
        if let Some(one) = self.evaluations.iter().find(evaluates) {
            return Some(format!("the evaluation of run {} asks it", one.run_id));
        }
        let next = self.unfinished.iter().find(|one| continues_from(one, arn))?;
        Some(format!("run {} continues from it", next.run_id))
    }
}
