//! The media that a file's records refer to: there, and as the model takes them?

use tunedrop_aws::{Failure, Objects};
use tunedrop_validation::{FileReport, Findings, MediumMet, Training, check_buckets, check_left};

/// Looks at them in the stack's bucket; the job's role reads no other one.
pub(super) async fn judge(
    objects: &Objects,
    file: &str,
    report: &FileReport,
    training: &Training,
) -> Result<Findings, Failure> {
    let mut findings = check_buckets(file, &report.media, objects.bucket());
    let is_here = |medium: &&MediumMet| medium.location().is_some_and(|(bucket, _)| bucket == objects.bucket());
    let here: Vec<MediumMet> = report.media.iter().filter(is_here).cloned().collect();
    findings.extend(objects.look_at(file, &here, &training.media).await?);
    check_left(file, report.media_left).into_iter().for_each(|finding| findings.push(finding));
    Ok(findings)
}
