//! The media that a file's records refer to: there, and as the model takes them?

use tunedrop_aws::{Failure, Objects};
use tunedrop_run::dropped::PREFIX;
use tunedrop_validation::{FileReport, Findings, MediaFolder, Training, check_left};

/// The folder that the media of a dataset must be in. Others' aren't looked at, so that nobody learns what is there.
pub(super) fn folder(objects: &Objects, dataset: &str) -> MediaFolder {
    MediaFolder { bucket: Some(objects.bucket().to_owned()), prefix: format!("{PREFIX}{dataset}/") }
}

/// Looks at those in the dataset's own folder; the pass over the file has rejected all others.
pub(super) async fn judge(
    objects: &Objects,
    file: &str,
    report: &FileReport,
    training: &Training,
) -> Result<Findings, Failure> {
    let mut findings = objects.look_at(file, &report.media, &training.media).await?;
    check_left(file, report.media_left).into_iter().for_each(|finding| findings.push(finding));
    Ok(findings)
}
