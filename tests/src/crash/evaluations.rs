//! Evaluations: what starts one, how often models are asked, and what must be left of one.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tunedrop_local::proxy::{Call, FaultAction};
use tunedrop_run::deployment::bedrock_name;
use tunedrop_run::evaluation::{CHUNK_RECORDS, temporary_deployment};
use tunedrop_run::event::{EvaluationCommand, EvaluationSettings, Event, SOURCE};
use tunedrop_run::{DeploymentState, EvaluationEntry, EvaluationState};

use crate::crash::deliveries::{Delivery, event};
use crate::crash::queue::{LONG_S, ROUNDS};
use crate::crash::worker::Worker;

/// A temporary deployment is gone after this many sweeps.
const SWEEPS: usize = 2;

/// The questions that models answered, by model and text.
#[derive(Debug, Default)]
pub(super) struct Questions(BTreeMap<(String, Vec<u8>), usize>);

impl Questions {
    /// Counts the call if it asked a model.
    pub(super) fn see(&mut self, call: &Call, body: &[u8]) {
        if call.operation == "Converse" {
            *self.0.entry((call.resource.clone(), body.to_vec())).or_default() += 1;
        }
    }

    fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// The models, each with the most often asked question's number of times.
    fn models(&self) -> BTreeMap<&str, usize> {
        let mut models: BTreeMap<&str, usize> = BTreeMap::new();
        for ((model, _), times) in &self.0 {
            let most = models.entry(model.as_str()).or_default();
            *most = (*most).max(*times);
        }
        models
    }
}

/// Calls of models and their tokens, as the simulator counts them.
pub(super) type Counts = (u64, u64);

impl Worker {
    /// Sends the command to evaluate the dataset's newest run.
    pub(super) async fn evaluate(&mut self) -> Result<()> {
        let run_id = self.newest().await?.run_id;
        let command = EvaluationCommand::Evaluate { run_id, settings: EvaluationSettings::default() };
        let kind = command.kind();
        let command = Event::EvaluationCommand { command, by: Some("ada".to_owned()) };
        let detail = serde_json::to_value(command.detail(&self.resources.stack))?;
        self.queue.push_back(Delivery::new("evaluate", event(SOURCE, kind.as_str(), &detail)));
        Ok(())
    }

    /// Delivers messages and runs sweeps until the evaluation has ended.
    pub(super) async fn evaluation_ends(&mut self) -> Result<EvaluationEntry> {
        let run_id = self.newest().await?.run_id;
        for _ in 0..ROUNDS {
            self.pump().await?;
            match self.resources.ledger.evaluation(&run_id).await? {
                Some(found) if found.state.is_end() => return Ok(found),
                _ => self.sweep().await?,
            }
        }
        bail!("the evaluation of run {run_id} doesn't end")
    }

    /// Runs the sweeps after which no temporary deployment is left. One that fails proves nothing.
    pub(super) async fn last_sweeps(&mut self) -> Result<()> {
        for _ in 0..SWEEPS {
            self.sweep().await?;
            self.pump().await?;
        }
        Ok(())
    }

    /// Lets time pass, and runs the sweep until it succeeds.
    pub(super) async fn sweep(&mut self) -> Result<()> {
        self.resources.pass(LONG_S).await?;
        while self.tick().await? {
            self.resources.pass(LONG_S).await?;
        }
        self.listen();
        Ok(())
    }

    /// What the simulator has counted of all models.
    pub(super) async fn counts(&self) -> Result<Counts> {
        let show = self.resources.http.get(format!("{}/_simulator/inference", self.resources.bedrock));
        let shown: Value = show.send().await?.json().await?;
        let models = shown["models"].as_object().context("the simulator shows no models")?;
        let sum = |name: &str| models.values().filter_map(|usage| usage[name].as_u64()).sum::<u64>();
        Ok((sum("calls"), sum("inputTokens") + sum("outputTokens")))
    }

    /// Checks what is left of the evaluation of a sample with so many records, against the base model. `before`: the
    /// simulator's counts before it.
    pub(super) async fn check_evaluation(&self, ended: &EvaluationEntry, records: usize, before: Counts) -> Result<()> {
        let now = self.resources.ledger.evaluation(&ended.run_id).await?.context("an evaluation")?;
        ensure!(now.state == EvaluationState::Kept, "the evaluation is {:?}: {:?}", now.state, now.reason);
        ensure!((now.number, &now.result, &now.outcome_at) == (1, &ended.result, &ended.outcome_at), "{now:?}");
        let result = now.result.as_ref().context("a result")?;
        ensure!(result.verdicts.get("base").is_some_and(|verdict| verdict == "better"), "{result:?}");
        ensure!(result.records == records as u64, "{result:?}");

        // The base model is asked every question again, to measure its noise. One interruption repeats one chunk.
        let (calls, tokens) = self.counts().await?;
        let (calls, tokens) = ((calls - before.0) as usize, tokens - before.1);
        let least = 3 * records;
        ensure!((least..=least + CHUNK_RECORDS).contains(&calls), "{calls} questions, expected {least} and one chunk");
        // An answer that doesn't come in time is missing, and isn't asked for again.
        let hangs = self.fault.as_ref().is_some_and(|fault| matches!(fault.action, FaultAction::Hang { .. }));
        let is_missing = hangs && self.fault_plan.has_hit("Converse");
        ensure!(
            !is_missing || calls == least,
            "{calls} questions, expected {least}: an answer in doubt was asked for again"
        );
        let used = result.tokens_in + result.tokens_out;
        let has_all = calls == least && !is_missing;
        ensure!(if has_all { used == tokens } else { used < tokens }, "{used} tokens of {tokens}");
        // The proxy doesn't see the answers to a function that was killed.
        let seen = self.questions.total();
        ensure!((least..=calls).contains(&seen), "the proxy saw {seen} answers, and the simulator {calls}");
        let models = self.questions.models();
        let is_deployment = |model: &&&str| model.contains("custom-model-deployment");
        ensure!(models.len() == 2 && models.keys().filter(is_deployment).count() == 1, "asked {models:?}");
        for (model, most) in &models {
            let planned = if is_deployment(&model) { 1 } else { 2 };
            ensure!(*most <= planned + 1, "{model} was asked the same question {most} times");
        }

        let name = temporary_deployment(&now.run_id, &now.run_id);
        let item = self.resources.ledger.deployment(&name).await?.context("a temporary deployment")?;
        ensure!((item.state, item.request) == (DeploymentState::Deleted, 1), "{item:?}");
        let at_bedrock = bedrock_name(&self.resources.stack, tunedrop_local::ACCOUNT, &name);
        let left = self.deployments().await?;
        ensure!(!left.contains(&at_bedrock), "deployment {at_bedrock} is left");
        Ok(())
    }

    /// The names of the deployments at Bedrock.
    async fn deployments(&self) -> Result<BTreeSet<String>> {
        let list = format!("{}/model-customization/custom-model-deployments?maxResults=1000", self.resources.bedrock);
        let all: Value = self.resources.http.get(list).send().await?.json().await?;
        let all = all["modelDeploymentSummaries"].as_array().context("a list of deployments")?;
        let name = |one: &Value| one["customModelDeploymentName"].as_str().map(str::to_owned);
        all.iter().map(|one| name(one).context("a deployment without a name")).collect()
    }
}
