//! A launch that is refused for good: the reason is kept with the run, and shown where an outcome would stand.

use tracing::warn;
use tunedrop_aws::{Change, Lifecycle};
use tunedrop_report::Outcome;
use tunedrop_run::decide::launch as decide;
use tunedrop_run::decide::lifecycle::{legacy, warning};
use tunedrop_run::{Plan, Run, StackGuards, State, Timestamp, refusal, wants_proof};
use tunedrop_validation::Catalogue;

use super::Launch;
use crate::announce::{announce, now};
use crate::batch::StepError;
use crate::count::count_move;
use crate::outcome::{outcome_of, write_outcome};
use crate::settings;

/// The stack's guards, from its parameters.
pub(super) fn guards() -> Result<StackGuards, lambda_runtime::Error> {
    Ok(StackGuards {
        allowed_base_models: settings::list("TUNEDROP_ALLOWED_BASE_MODELS"),
        custom_base_models: settings::list("TUNEDROP_CUSTOM_BASE_MODEL_ARNS"),
        allowed_tag_keys: settings::list("TUNEDROP_ALLOWED_TAG_KEYS"),
        max_tokens: settings::number("TUNEDROP_MAX_TOKENS")?,
        max_cost_usd: settings::number("TUNEDROP_MAX_COST_USD")?,
        region: settings::optional("AWS_REGION"),
        account: settings::optional("TUNEDROP_ACCOUNT"),
    })
}

impl Launch {
    /// Writes the outcome first, so that whoever hears of the refusal finds it. `looked_for` where Bedrock refused it: the
    /// sweep looks for the run's job for a while, which Bedrock may mean and not show yet.
    pub(super) async fn refuse(&self, run: &Run, reason: String, looked_for: bool) -> Result<(), StepError> {
        let outcome = Outcome {
            failure_message: Some(reason.clone()),
            ..outcome_of(&self.stack, run, State::Refused, &self.objects)
        };
        let report = write_outcome(&self.objects, &outcome).await?;
        let Ok(write) = decide::refuse(run.state) else {
            return Ok(());
        };
        let state = write.state;
        let change = Change::of(write).set("reason", Some(reason)).set("report", Some(report));
        let change = change.set("forgotten_at", looked_for.then(now));
        if let Some(refused) = self.ledger.advance(run, state, &now(), change).await? {
            count_move(&self.stack, run, &refused);
            announce(&self.bus, &self.stack, &refused).await?;
        }
        Ok(())
    }

    /// Guards first; then whether the model can still be customized, where Bedrock's own word wins over the catalogue's.
    pub(super) async fn refusal(&self, plan: &Plan) -> Result<Option<String>, StepError> {
        let made_here = wants_proof(plan, &self.guards) && self.ledger.made_model(&plan.base_model).await?;
        if let Some(reason) = refusal(plan, &self.guards, Catalogue::embedded(), made_here) {
            return Ok(Some(reason));
        }
        let note = plan.withdrawn.clone();
        let model = plan.catalogue_model.as_str();
        let (lifecycle, dates) = self.jobs.lifecycle(model).await?;
        Ok(match lifecycle {
            Lifecycle::Active => {
                if let Some(warning) = warning(model, &dates, Timestamp::now()) {
                    warn!(warning, "the base model has a day that is near");
                }
                None
            }
            Lifecycle::Unknown => note,
            Lifecycle::Legacy => Some(legacy(model, &dates, note.as_deref())),
        })
    }
}
