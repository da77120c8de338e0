//! A launch that is refused for good: the reason is kept with the run, and shown where an outcome would stand.

use tunedrop_aws::Change;
use tunedrop_report::Outcome;
use tunedrop_run::decide::launch as decide;
use tunedrop_run::{Run, State};

use super::Launch;
use crate::announce::{announce, now};
use crate::batch::StepError;
use crate::count::count_move;
use crate::outcome::{outcome_of, write_outcome};

impl Launch {
    /// Writes the outcome first, so that whoever hears of the refusal finds it.
    pub(super) async fn refuse(&self, run: &Run, reason: String) -> Result<(), StepError> {
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
        if let Some(refused) = self.ledger.advance(run, state, &now(), change).await? {
            count_move(&self.stack, run, &refused);
            announce(&self.bus, &self.stack, &refused).await?;
        }
        Ok(())
    }
}
