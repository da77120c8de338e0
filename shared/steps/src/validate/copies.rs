//! Copies the validated files of an accepted dataset, and stores the index of their records, the sketch and the suspects.

use tunedrop_run::RunId;
use tunedrop_run::second_look::{Suspects, sketch_key, sketch_of, suspects_key};
use tunedrop_run::trace_index::index_key;

use super::Validate;
use super::build::copy_key;
use super::check_files::CheckedFiles;
use super::dataset_files::DatasetFiles;
use crate::batch::StepError;

impl Validate {
    /// Copies the versions that were validated. If a file was replaced, nothing is decided and the dataset is validated again.
    pub(super) async fn copy_files(
        &self,
        set: &DatasetFiles,
        checked: &CheckedFiles,
        run_id: &RunId,
    ) -> Result<bool, StepError> {
        for (role, _, object) in &set.files {
            let Some(key) = copy_key(run_id, *role, checked) else { continue };
            if !self.objects.copy(object, &key).await? {
                return Ok(false);
            }
        }
        if let Some(index) = &checked.index {
            self.objects.write(&index_key(run_id), index.clone(), "application/octet-stream").await?;
        }
        if let (Some(quality), Some(key)) = (&checked.quality, &checked.trace_key) {
            if let Some(sketch) = sketch_of(quality, key) {
                self.objects.write(&sketch_key(run_id), sketch, "application/octet-stream").await?;
            }
            if let Some(suspects) = Suspects::of(quality) {
                self.objects.write(&suspects_key(run_id), suspects.encode(), "application/json").await?;
            }
        }
        Ok(true)
    }
}
