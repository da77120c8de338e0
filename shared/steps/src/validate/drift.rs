//! Compares the training file with the dataset's last accepted version.

use tracing::info;
use tunedrop_aws::Small;
use tunedrop_run::decide::accept::is_older;
use tunedrop_run::second_look::{Earlier, SKETCH_READ_MAX, compare_with, sketch_key};
use tunedrop_run::{DatasetEntry, RunId, run_identity};
use tunedrop_validation::Role;

use super::Validate;
use super::build::hashes;
use super::check_files::CheckedFiles;
use super::dataset_files::DatasetFiles;
use crate::batch::StepError;

impl Validate {
    /// Compares, if there was a second look at the data, and adds a warning for each difference. Content that has a run
    /// already is compared with the version before that run, so that each upload of it gets the same answer.
    pub(super) async fn compare(
        &self,
        set: &DatasetFiles,
        checked: &mut CheckedFiles,
        entry: &DatasetEntry,
        base_model: &str,
    ) -> Result<(), StepError> {
        let (Some(quality), Some(key)) = (&checked.quality, &checked.trace_key) else { return Ok(()) };
        let of_content = hashes(set, checked, false);
        let run_id =
            run_identity(self.objects.bucket(), &set.dataset, base_model, &set.spec.recipe, &of_content).run_id;
        let earlier = match self.ledger.run(&run_id).await? {
            Some(run) => run.previous,
            None => {
                let (latest, at) = (entry.latest_run.as_deref(), entry.latest_uploaded_at.as_deref());
                let is_older = is_older(run_id.as_str(), set.uploaded_at.as_str(), latest, at);
                entry.latest_run.clone().filter(|latest| *latest != run_id && !is_older)
            }
        };
        let Some(earlier) = earlier else { return Ok(()) };
        let sketch = self.sketch(&earlier).await?;
        let Some(compared) = compare_with(quality, &earlier, sketch.as_earlier(), key) else { return Ok(()) };
        let train = quality.files.iter().find(|file| file.role == Role::Train);
        let findings = train.map(|train| compared.findings(&train.name)).unwrap_or_default();
        match &compared.not_compared {
            Some(why) => info!(run.earlier = earlier.as_str(), why, "not compared with run {earlier}: {why}"),
            None => {
                info!(run.earlier = earlier.as_str(), differences = findings.warnings, "compared with run {earlier}")
            }
        }
        checked.findings.extend(findings);
        if let Some(quality) = &mut checked.quality {
            quality.compared = Some(compared);
        }
        Ok(())
    }

    /// Reads the sketch of a run. A sketch that can't be read is none: what it is for may not stop a training.
    async fn sketch(&self, run_id: &RunId) -> Result<Read, StepError> {
        if self.ledger.readable_run(run_id).await?.is_some_and(|run| run.erased_at.is_some()) {
            return Ok(Read::Erased);
        }
        let Some(object) = self.objects.find(&sketch_key(run_id)).await? else { return Ok(Read::Missing) };
        Ok(match self.objects.small(&object, SKETCH_READ_MAX).await? {
            Small::Bytes(bytes) => Read::Bytes(bytes),
            Small::Changed | Small::Unreadable(_) => Read::Missing,
        })
    }
}

enum Read {
    Bytes(Vec<u8>),
    Missing,
    Erased,
}

impl Read {
    fn as_earlier(&self) -> Earlier<'_> {
        match self {
            Read::Bytes(bytes) => Earlier::Sketch(bytes),
            Read::Missing => Earlier::Missing,
            Read::Erased => Earlier::Erased,
        }
    }
}
