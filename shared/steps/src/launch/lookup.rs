//! What launch asks Bedrock about jobs.

use tracing::warn;
use tunedrop_report::redact;
use tunedrop_run::decide::launch as decide;

use super::Launch;
use crate::batch::StepError;

impl Launch {
    /// Whether jobs are unfinished, so that they may hold all slots. If Bedrock doesn't answer, they may.
    pub(super) async fn slots_are_taken(&self) -> bool {
        self.jobs.any_unfinished().await.unwrap_or_else(|fault| {
            warn!(%fault, bedrock.words = fault.words.as_deref().map(redact), "could not list unfinished jobs; assuming that there are some");
            true
        })
    }

    /// Returns the job with the run's name, and whether it is the run's own.
    pub(super) async fn find(&self, run_id: &str) -> Result<Option<(String, bool)>, StepError> {
        let job = self.jobs.get(run_id).await?;
        Ok(job.map(|job| {
            let ours = decide::is_ours(run_id, &self.account, &job.arn, job.token.as_deref());
            (job.arn, ours)
        }))
    }
}
