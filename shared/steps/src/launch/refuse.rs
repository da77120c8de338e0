//! A launch that is refused for good: the reason is kept with the run, and shown where an outcome would stand.

use tunedrop_aws::Change;
use tunedrop_report::Outcome;
use tunedrop_run::state::Input;
use tunedrop_run::{Run, State};

use super::Launch;
use crate::batch::StepError;
use crate::outcome::{outcome_of, write_outcome};

impl Launch {
    /// Writes the outcome first, so that whoever hears of the refusal finds it.
    pub(super) async fn refuse(&self, run: &Run, reason: String) -> Result<(), StepError> {
        let outcome = Outcome {
            failure_message: Some(reason.clone()),
            ..outcome_of(&self.stack, run, State::Refused, &self.objects)
        };
        let report = write_outcome(&self.objects, &outcome).await?;
        let change = Change::default()
            .set("reason", Some(reason))
            .set("report", Some(report))
            .set("waiting", None::<String>)
            .number("lease_until", None::<i64>);
        self.advance(run, Input::Refused, change).await?;
        Ok(())
    }
}
