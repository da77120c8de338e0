//! Budgets: reserves what a run can bill before its job is created, and gives it back if there is no job.

use tracing::info;
use tunedrop_run::budget::{Budget, budgets};
use tunedrop_run::decide::budget::{Reservation, Taken, reservation};
use tunedrop_run::decide::launch as decide;
use tunedrop_run::decide::limit::ticket;
use tunedrop_run::{Blocker, Plan, Run, Timestamp};

use super::Launch;
use super::drain::Drain;
use crate::batch::StepError;

impl Launch {
    /// Returns the budgets that the run counts under, and what its claim reserves.
    pub(super) fn budgets(&self, run: &Run, plan: &Plan, doubt: Option<i64>) -> (Vec<Budget>, Reservation) {
        let budgets = budgets(run, plan, &self.guards, Timestamp::now());
        let reservation = reservation(&run.reserved, doubt.is_some(), &budgets, &ticket(&run.run_id, run.revision));
        (budgets, reservation)
    }

    /// Reserves what the claimed run can bill. The result is that of the launch if a budget doesn't allow it: the run is
    /// queued again.
    pub(super) async fn reserve(
        &self,
        claimed: &Run,
        budgets: &[Budget],
        doubt: Option<i64>,
    ) -> Result<Option<Drain>, StepError> {
        for one in &claimed.reserved {
            // An interrupted launch of yesterday reserved something under a budget that has ended.
            let Some(budget) = budgets.iter().find(|budget| budget.item == one.item) else {
                self.ledger.restore(one).await?;
                continue;
            };
            if let Taken::Full(left) = self.ledger.reserve(one, budget.max).await? {
                let reason = budget.reason(left);
                info!(reason, run.blocked_by = Blocker::Budget.as_str(), "run {} stays queued", claimed.run_id);
                if doubt.is_none() {
                    self.release(claimed).await?;
                }
                let write = decide::requeue(claimed.state, Some((reason, Blocker::Budget)), doubt);
                let kept = self.write(claimed, write).await?;
                if doubt.is_none() {
                    self.uncount_launch(claimed).await?;
                }
                return Ok(Some(kept.map_or(Drain::Next, |kept| Drain::Kept(Box::new(kept)))));
            }
        }
        Ok(None)
    }

    /// Gives back what is reserved for a run that has no job. It is called before the write that says so: a repeated release
    /// changes nothing, and an interrupted launch repeats it.
    pub(super) async fn release(&self, run: &Run) -> Result<(), StepError> {
        for one in &run.reserved {
            self.ledger.give_back(one).await?;
        }
        Ok(())
    }
}
