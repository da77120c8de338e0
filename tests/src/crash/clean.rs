//! Clean-up: the schedule's function, and what it must do in which order.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tunedrop_run::{ModelNotice, NoticeState, Run, Timestamp};

use crate::crash::deliveries::{Delivery, event};
use crate::crash::queue::{LONG_S, ROUNDS};
use crate::crash::scenarios::{HOUR_S, NOVA, upload_dataset};
use crate::crash::worker::Worker;

/// Models that are kept for each dataset, and days after which others are deleted.
pub(super) const SETTINGS: [(&str, &str); 3] =
    [("TUNEDROP_KEEP_MODELS", "1"), ("TUNEDROP_CLEAN_UP", "true"), ("TUNEDROP_CLEAN_UP_AFTER_DAYS", "14")];
/// Longer than the days between the notice and the deletion.
const LATER_S: i64 = 15 * 86_400;

/// An older model is proposed for deletion, people are notified, and it is deleted two weeks later. Each day's clean finds what
/// an interrupted one did.
pub(super) async fn cleaned_up(l: &mut Worker) -> Result<()> {
    upload_dataset(l, NOVA, "older").await?;
    l.settle().await?;
    let older = l.newest().await?;
    l.resources.age(HOUR_S).await?;
    upload_dataset(l, NOVA, "newer").await?;
    l.settle().await?;
    let newer = l.newest().await?;
    l.clean().await?;
    l.check_model(&older, Some(NoticeState::Proposed)).await?;
    // Before it is due, nothing is deleted.
    l.clean().await?;
    l.check_model(&older, Some(NoticeState::Proposed)).await?;
    l.notice_is_due().await?;
    l.clean().await?;
    // Perhaps the day before was interrupted between the deletion and its note.
    l.clean().await?;
    l.check_model(&older, Some(NoticeState::Deleted)).await?;
    l.check_model(&newer, None).await
}

impl Worker {
    /// Runs clean once a day, until a day without failure.
    pub(super) async fn clean(&mut self) -> Result<()> {
        for _ in 0..ROUNDS {
            let tick = event("aws.events", "Scheduled Event", &json!({}));
            let failed = self.hand(Delivery::new("clean", tick)).await?;
            self.pump().await?;
            self.age_unsent().await?;
            self.settle().await?;
            if !failed {
                return Ok(());
            }
        }
        bail!("clean fails every day")
    }

    /// Moves back the times of notices that people weren't notified of, so that the sweep publishes their lost events again.
    async fn age_unsent(&self) -> Result<()> {
        let ledger = &self.resources.ledger;
        for was in ledger.model_notices().await?.0.into_iter().filter(|notice| notice.open.is_some()) {
            let at: Timestamp = was.outcome_at.parse()?;
            let then = Timestamp::from_second(at.as_second() - LONG_S)?;
            let next = ModelNotice { outcome_at: format!("{then:.3}"), revision: was.revision + 1, ..was.clone() };
            ensure!(ledger.write_model_notice(Some(&was), &next).await?, "{} was written meanwhile", was.pk);
        }
        Ok(())
    }

    /// Lets the days between the notice and the deletion pass.
    pub(super) async fn notice_is_due(&self) -> Result<()> {
        self.resources.items.age(LATER_S, &["delete_after"]).await
    }

    /// Checks what the ledger says about a run's model, and whether Bedrock has it.
    pub(super) async fn check_model(&self, run: &Run, state: Option<NoticeState>) -> Result<()> {
        let run = self.resources.ledger.run(&run.run_id).await?.context("the run")?;
        let (notices, _) = self.resources.ledger.model_notices().await?;
        let key = ModelNotice::key(&run.run_id);
        let found = notices.iter().find(|notice| notice.pk == key).map(|notice| notice.state);
        ensure!(found == state, "the notice of {} is {found:?}, not {state:?}", run.run_id);
        let list = format!("{}/custom-models?maxResults=1000&nameContains={}", self.resources.bedrock, self.dataset);
        let all: Value = self.resources.http.get(list).send().await?.json().await?;
        let models = all["modelSummaries"].as_array().context("a list of models")?;
        let exists = models.iter().any(|model| model["modelArn"].as_str() == run.model_arn.as_deref());
        ensure!(exists == (state != Some(NoticeState::Deleted)), "{}: exists: {exists}", run.run_id);
        Ok(())
    }
}
