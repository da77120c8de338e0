//! The media that records refer to, where they can be looked at: in S3, or in the dataset's folder on this machine.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use tunedrop_run::dropped::PREFIX;
use tunedrop_validation::catalogue::MediaLimits;
use tunedrop_validation::{
    FileReport, Findings, MediumMet, MediumSeen, check_buckets, check_left, check_medium, wanted_behind,
};

use crate::place::{Place, Unreadable};
use crate::remote;

/// What is wrong with them; and a sentence where some were not looked at.
pub(crate) fn look(
    place: &Place,
    report: &FileReport,
    limits: &MediaLimits,
) -> Result<(Findings, Option<String>), Unreadable> {
    let (name, media) = (place.name(), &report.media);
    let Some((first, _)) = media.first().and_then(MediumMet::location) else {
        return Ok((Findings::default(), None));
    };
    // On this machine nobody knows which bucket the records will lie in, only that the media must all lie there.
    let bucket = if let Place::Remote { bucket, .. } = place { bucket } else { first };
    let mut findings = Findings::default();
    if limits.same_bucket {
        findings.extend(check_buckets(&name, media, bucket));
    }
    let is_here = |medium: &&MediumMet| medium.location().is_some_and(|(its, _)| its == bucket);
    let here: Vec<MediumMet> = media.iter().filter(|medium| !limits.same_bucket || is_here(medium)).cloned().collect();
    let looked_at = match place {
        Place::Remote { .. } => {
            findings.extend(remote::look_at(bucket, &name, &here, limits).map_err(|why| place.because(why))?);
            check_left(&name, report.media_left).into_iter().for_each(|finding| findings.push(finding));
            here.len()
        }
        Place::Local(path) => look_beside(path, &name, &here, limits, &mut findings),
        Place::Stdin => 0,
    };
    let left = (here.len() - looked_at) as u64 + if looked_at == 0 { report.media_left } else { 0 };
    let note = format!(
        "{left} of the media that {name} refers to were not looked at: check the set in S3, or keep them in its folder"
    );
    Ok((findings, (left > 0).then_some(note)))
}

/// Looks at the files that will lie at these addresses once the data's folder is uploaded; how many there are.
///
/// If none of them is here, they are taken to be in S3 already.
fn look_beside(data: &Path, name: &str, media: &[MediumMet], limits: &MediaLimits, findings: &mut Findings) -> usize {
    let files: Vec<(&MediumMet, PathBuf)> = match data.canonicalize() {
        Ok(data) => media.iter().filter_map(|medium| Some((medium, beside(&data, medium)?))).collect(),
        Err(_) => Vec::new(),
    };
    if !files.iter().any(|(_, path)| path.exists()) {
        return 0;
    }
    for (medium, path) in &files {
        let (mut head, mut tail) = (Vec::new(), Vec::new());
        let seen = match peek(path, medium, limits, &mut head, &mut tail) {
            Ok(bytes) => MediumSeen::There { bytes, head: &head, tail: &tail },
            Err(error) if error.kind() == ErrorKind::NotFound => MediumSeen::Missing,
            Err(_) => MediumSeen::Forbidden,
        };
        check_medium(name, medium, limits, seen).into_iter().for_each(|finding| findings.push(finding));
    }
    files.len()
}

/// `<folder>/img/1.png` for `s3://…/datasets/<folder>/img/1.png`.
fn beside(data: &Path, medium: &MediumMet) -> Option<PathBuf> {
    let folder = data.parent()?;
    let dataset = folder.file_name()?.to_str()?;
    let (_, key) = medium.location()?;
    let inside = key.strip_prefix(PREFIX)?.strip_prefix(dataset)?.strip_prefix('/')?;
    let leads_out = inside.split('/').any(|part| part == "..");
    (!leads_out).then(|| folder.join(inside))
}

/// The first bytes, and those behind that tell how long a video is; how many there are in all.
fn peek(
    path: &Path,
    medium: &MediumMet,
    limits: &MediaLimits,
    head: &mut Vec<u8>,
    tail: &mut Vec<u8>,
) -> std::io::Result<u64> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    (&mut file).take(limits.head_bytes(medium.kind) as u64).read_to_end(head)?;
    if let Some(behind) = wanted_behind(medium, limits, bytes, head) {
        file.seek(SeekFrom::Start(behind.start))?;
        file.take(behind.end - behind.start).read_to_end(tail)?;
    }
    Ok(bytes)
}
