//! clean: proposes and deletes the custom models that a dataset no longer keeps, once a day, and notifies people of the
//! lifecycle of base models.
//!
//! People are notified first, and a model is deleted only after `CleanUpAfterDays`, and only if the stack has `CleanUp=true`.
//! Each step writes the notice before it acts, so an interrupted one is repeated by the next day's.

mod facts;
mod lifecycle;

use std::collections::BTreeMap;
use std::pin::Pin;

use tracing::{info, warn};
use tunedrop_aws::{Bus, Failure, Inventory, Jobs, Ledger};
use tunedrop_report::redact;
use tunedrop_run::decide::clean_up::{self as decide, CleanUpStep, Keep, OwnedModel};
use tunedrop_run::decide::notify::Channel;
use tunedrop_run::event::{Event, senders};
use tunedrop_run::{ModelNotice, NoticeState, Run, Timestamp, is_held};

use crate::batch::StepError;
use crate::publish::{now, rfc3339};
use crate::settings;
use facts::Facts;

/// The step's adapters and settings.
#[derive(Debug)]
pub struct Clean {
    ledger: Ledger,
    bus: Bus,
    bedrock: Inventory,
    jobs: Jobs,
    stack: String,
    /// How many models of a dataset are kept, if its recipe doesn't say; 0: all.
    keep_models: u32,
    after_days: i64,
    deletes: bool,
}

impl Clean {
    /// Once per process.
    pub async fn from_env() -> Result<Clean, lambda_runtime::Error> {
        let config = tunedrop_aws::config().await;
        Ok(Clean {
            ledger: Ledger::new(&config, settings::required("TUNEDROP_TABLE")?),
            bus: Bus::new(&config, settings::required("TUNEDROP_BUS")?, senders::CLEAN),
            bedrock: Inventory::new(&config),
            jobs: Jobs::new(&config),
            stack: settings::required("TUNEDROP_STACK")?,
            keep_models: settings::number("TUNEDROP_KEEP_MODELS")?.unwrap_or_default(),
            after_days: settings::number("TUNEDROP_CLEAN_UP_AFTER_DAYS")?
                .ok_or("the environment variable TUNEDROP_CLEAN_UP_AFTER_DAYS is not set; template.yaml sets it")?,
            // Nothing but the exact word deletes.
            deletes: settings::optional("TUNEDROP_CLEAN_UP").as_deref() == Some("true"),
        })
    }

    /// Looks at every dataset and every base model once.
    pub async fn step(&self) -> Result<(), StepError> {
        // Unboxed, the future exceeds the compiler's depth limit.
        let all: Pin<Box<dyn Future<Output = Result<(), StepError>> + '_>> = Box::pin(self.all());
        all.await
    }

    async fn all(&self) -> Result<(), StepError> {
        let facts = Facts::read(self).await?;
        let mut failure = None;
        for (dataset, runs) in &facts.runs {
            if let Err(fault) = self.dataset(dataset, runs, &facts).await {
                // A dataset that can't be checked must not stop the others.
                warn!(%fault, dataset, bedrock.words = fault.words.as_deref().map(redact), "a dataset could not be cleaned up");
                failure.get_or_insert(fault);
            }
        }
        if let Err(fault) = self.lifecycles(&facts).await {
            warn!(%fault, "the lifecycle of the base models could not be read");
            failure.get_or_insert(fault);
        }
        info!(datasets = facts.runs.len(), "clean done: {} datasets", facts.runs.len());
        failure.map_or(Ok(()), |fault| Err(fault.into()))
    }

    /// Decides about the models of a dataset. `runs`: those with a model, the newest first.
    async fn dataset(&self, dataset: &str, runs: &[Run], facts: &Facts) -> Result<(), Failure> {
        let noticed = runs.iter().any(|run| facts.notices.contains_key(&ModelNotice::key(&run.run_id)));
        let entry = self.ledger.dataset(dataset).await?.unwrap_or_default();
        let limit = decide::limit(entry.keep_models, self.keep_models);
        if limit.is_none() && !noticed {
            return Ok(());
        }
        let existing: Vec<&Run> = runs.iter().filter(|run| facts.exists(run)).collect();
        let keeps = self.kept(&existing, limit, facts).await?;
        for run in runs {
            let at = existing.iter().position(|one| one.run_id == run.run_id);
            let keep = at.map(|at| &keeps[at]);
            let notice = facts.notices.get(&ModelNotice::key(&run.run_id));
            self.model(run, keep, limit, notice).await?;
        }
        Ok(())
    }

    /// Why each of these models is kept. Tags and evaluations are read only where they can matter.
    async fn kept(&self, runs: &[&Run], limit: Option<u32>, facts: &Facts) -> Result<Vec<Option<Keep>>, Failure> {
        let mut models: Vec<OwnedModel> = runs
            .iter()
            .map(|run| OwnedModel {
                run_id: run.run_id.clone(),
                evaluated: None,
                needed_by: facts.needed_by(run),
                held: None,
            })
            .collect();
        if limit.is_some_and(|limit| models.len() > limit as usize) {
            for model in &mut models {
                model.evaluated = self.ledger.evaluation(&model.run_id).await?.map(|evaluation| evaluation.state);
            }
        }
        let unread = decide::kept(&models, limit);
        let ask: Vec<usize> = (0..models.len()).filter(|at| unread[*at] == Some(Keep::Unread)).collect();
        let arns: Vec<String> = ask.iter().filter_map(|at| runs[*at].model_arn.clone()).collect();
        let tags = self.bedrock.tags(&arns, |_| ()).await?;
        for (at, tags) in ask.iter().zip(tags) {
            // Bedrock doesn't know a model that was deleted in the meantime: its tags stay unread.
            let held = |tags: BTreeMap<String, String>| {
                is_held(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))
            };
            models[*at].held = tags.map(held);
        }
        Ok(decide::kept(&models, limit))
    }

    /// Does what is due for a model. `keep`: why it is kept; absent if Bedrock doesn't have it.
    async fn model(
        &self,
        run: &Run,
        keep: Option<&Option<Keep>>,
        limit: Option<u32>,
        notice: Option<&ModelNotice>,
    ) -> Result<(), Failure> {
        let told = |notice: &ModelNotice| {
            notice.outcome_key().is_some_and(|key| key.is_notified(&notice.notified, Channel::Topic))
        };
        let is_told = notice.is_some_and(told);
        let (exists, why) = (keep.is_some(), keep.and_then(Option::as_ref));
        let outdated = exists && why.is_none() && notice.is_some_and(|one| decide::is_outdated(one, self.deletes));
        let step = decide::decide(notice, why, exists, is_told, self.deletes, Timestamp::now());
        match step {
            _ if outdated => self.propose(run, limit, notice).await,
            CleanUpStep::None => Ok(()),
            CleanUpStep::Propose => self.propose(run, limit, notice).await,
            CleanUpStep::Withdraw(reason) => {
                info!(run_id = run.run_id.as_str(), "the model of run {} is kept: {reason}", run.run_id);
                let next = |was: &ModelNotice| ModelNotice {
                    state: NoticeState::Kept,
                    reason: Some(reason),
                    open: None,
                    ..next_revision(was)
                };
                self.write(notice, notice.map(next)).await.map(drop)
            }
            CleanUpStep::Note => self.note_deleted(notice, Some("somebody deleted it")).await,
            CleanUpStep::Delete => self.delete(run, notice).await,
        }
    }

    /// Proposes a model for deletion, and notifies its owner.
    async fn propose(&self, run: &Run, limit: Option<u32>, was: Option<&ModelNotice>) -> Result<(), Failure> {
        let after = decide::delete_after(Timestamp::now(), self.after_days).map(rfc3339);
        let Some((keep, after)) = limit.zip(after) else { return Ok(()) };
        let Some(proposal) = ModelNotice::proposal(run, keep, &after, self.deletes, &now()) else { return Ok(()) };
        let next = match was {
            Some(was) => ModelNotice { revision: was.revision + 1, uploaded_at: was.uploaded_at.clone(), ..proposal },
            None => proposal,
        };
        if self.write(was, Some(next.clone())).await? {
            info!(run_id = run.run_id.as_str(), "proposed the model of run {} for deletion", run.run_id);
            self.publish(&next).await?;
        }
        Ok(())
    }

    /// Deletes a model, whose proposal is read again before.
    async fn delete(&self, run: &Run, notice: Option<&ModelNotice>) -> Result<(), Failure> {
        let Some((was, arn)) = notice.zip(run.model_arn.as_ref()) else { return Ok(()) };
        let Some(was) = self.ledger.model_notice(&was.pk).await?.filter(|one| one.revision == was.revision) else {
            return Ok(());
        };
        let deleting = ModelNotice { state: NoticeState::Deleting, open: None, ..next_revision(&was) };
        if !self.write(Some(&was), Some(deleting.clone())).await? {
            return Ok(());
        }
        self.jobs.delete_model(arn).await?;
        info!(run_id = run.run_id.as_str(), "deleted the model of run {}", run.run_id);
        self.note_deleted(Some(&deleting), None).await
    }

    /// Notes that a model doesn't exist any more, and notifies its owner. `by`: why, if nobody was about to delete it.
    async fn note_deleted(&self, was: Option<&ModelNotice>, by: Option<&str>) -> Result<(), Failure> {
        let Some(was) = was else { return Ok(()) };
        let reason = by.filter(|_| was.state != NoticeState::Deleting).map(str::to_owned);
        let next = ModelNotice {
            state: NoticeState::Deleted,
            reason,
            outcome_at: now(),
            open: Some("open".to_owned()),
            ..next_revision(was)
        };
        if self.write(Some(was), Some(next.clone())).await? {
            self.publish(&next).await?;
        }
        Ok(())
    }

    /// Writes a notice; false if somebody wrote it in the meantime, which the next day's step sees.
    async fn write(&self, was: Option<&ModelNotice>, next: Option<ModelNotice>) -> Result<bool, Failure> {
        match next {
            Some(next) => self.ledger.write_model_notice(was, &next).await,
            None => Ok(false),
        }
    }

    /// Puts the event about a notice on the bus. The sweep publishes a lost one again.
    async fn publish(&self, notice: &ModelNotice) -> Result<(), Failure> {
        match Event::model(notice) {
            Some(event) => self.bus.put(&self.stack, &event).await,
            None => Ok(()),
        }
    }
}

fn next_revision(was: &ModelNotice) -> ModelNotice {
    ModelNotice { revision: was.revision + 1, ..was.clone() }
}
