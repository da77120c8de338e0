//! Refused launches: the reason is stored with the run, and shown in its outcome report.

use tunedrop_aws::{Change, Lifecycle};
use tunedrop_report::Outcome;
use tunedrop_run::decide::launch as decide;
use tunedrop_run::decide::lifecycle::{legacy, warning};
use tunedrop_run::{Plan, Run, StackGuards, State, Timestamp, refusal, wants_proof};
use tunedrop_validation::Catalogue;

use super::Launch;
use crate::batch::StepError;
use crate::count::count_move;
use crate::outcome::{lineage, outcome_of, write_outcome};
use crate::publish::{now, publish_state};
use crate::settings;

/// The stack's guards, from its parameters.
pub(crate) fn guards() -> Result<StackGuards, lambda_runtime::Error> {
    Ok(StackGuards {
        allowed_base_models: settings::list("TUNEDROP_ALLOWED_BASE_MODELS"),
        custom_base_models: settings::list("TUNEDROP_CUSTOM_BASE_MODEL_ARNS"),
        allowed_tag_keys: settings::list("TUNEDROP_ALLOWED_TAG_KEYS"),
        max_model_units: Some(settings::number("TUNEDROP_MAX_MODEL_UNITS")?.unwrap_or(0)),
        max_tokens: settings::number("TUNEDROP_MAX_TOKENS_PER_RUN")?,
        max_cost_usd: settings::number("TUNEDROP_MAX_COST_PER_RUN_USD")?,
        max_cost_per_month_usd: settings::number("TUNEDROP_MAX_COST_PER_MONTH_USD")?,
        max_tokens_per_day: settings::number("TUNEDROP_MAX_TOKENS_PER_DAY")?,
        region: settings::optional("AWS_REGION"),
        account: settings::optional("TUNEDROP_ACCOUNT"),
    })
}

impl Launch {
    /// Refuses the run. Writes the outcome report first, so that it exists when people are notified. `looked_for`: Bedrock
    /// refused it, so the sweep looks up the run's job for a while, in case Bedrock shows one later.
    pub(super) async fn refuse(&self, run: &Run, reason: String, looked_for: bool) -> Result<(), StepError> {
        let outcome = Outcome {
            failure_message: Some(reason.clone()),
            lineage: lineage(&self.ledger, run).await?,
            ..outcome_of(&self.stack, run, State::Refused, &self.objects)
        };
        let report = write_outcome(&self.objects, &outcome).await?;
        let Ok(write) = decide::refuse(run.state) else {
            return Ok(());
        };
        self.release(run).await?;
        let state = write.state;
        let change = Change::of(write).set("reason", Some(reason)).set("report", Some(report));
        let change = change.set("job_lookup_since", looked_for.then(now));
        if let Some(refused) = self.ledger.advance(run, state, &now(), change).await? {
            count_move(&self.stack, run, &refused);
            publish_state(&self.bus, &self.stack, &refused).await?;
        }
        Ok(())
    }

    /// The plan with the prices of now. The ledger has them: launch never asks the Price List.
    pub(super) async fn priced(&self, plan: Plan) -> Result<Plan, StepError> {
        let own = plan.guard.max_cost_usd.is_some() || plan.budget.is_some();
        let is_limited = own || self.guards.max_cost_usd.is_some() || self.guards.max_cost_per_month_usd.is_some();
        if !is_limited || !plan.wants_list() {
            return Ok(plan);
        }
        let list = self.ledger.prices(self.guards.region.as_deref()).await?;
        let model = Catalogue::embedded().find(&plan.catalogue_model);
        Ok(plan.with_list(model, list.as_ref()))
    }

    /// Checks the guards first, then whether the model can still be customized: Bedrock's answer overrides the catalogue's.
    /// Returns a warning about the model's lifecycle, if there is one, or the reason for a refusal.
    pub(super) async fn check(&self, plan: &Plan) -> Result<Result<Option<String>, String>, StepError> {
        let made_here =
            wants_proof(plan, &self.guards) && self.ledger.maker_of_model(&plan.base_model).await?.is_some();
        if let Some(reason) = refusal(plan, &self.guards, Catalogue::embedded(), made_here) {
            return Ok(Err(reason));
        }
        let note = plan.withdrawn.clone();
        let model = plan.catalogue_model.as_str();
        let (lifecycle, dates) = self.jobs.lifecycle(model).await?;
        Ok(match lifecycle {
            Lifecycle::Active => Ok(warning(model, &dates, Timestamp::now())),
            Lifecycle::Unknown => note.map_or(Ok(None), Err),
            Lifecycle::Legacy => Err(legacy(model, &dates, note.as_deref())),
        })
    }
}
