//! Checks the media that records refer to: in S3, or in the dataset's folder on this machine.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use tunedrop_run::object_key::PREFIX;
use tunedrop_run::{DatasetCheck, MediaWanted, MediumLook};
use tunedrop_validation::{MediumMet, MediumSeen};

use crate::location::{Location, Unreadable};
use crate::remote;

/// Checks the media of the last file, which is at `location`. Returns a note if some can't be checked.
pub(crate) fn look(
    location: &Location,
    wanted: &MediaWanted,
    check: &mut DatasetCheck,
) -> Result<Option<String>, Unreadable> {
    let all = wanted.media.len();
    let looked_at = match location {
        _ if all == 0 => return Ok(None),
        Location::Remote { bucket, .. } => {
            remote::look(bucket, wanted, check).map_err(|why| location.because(why))?;
            all
        }
        Location::Local(path) => look_beside(path, wanted, check),
        Location::Stdin | Location::Given(_) => 0,
    };
    if looked_at > 0 {
        check.looked_at(wanted);
    }
    let left = (all - looked_at) as u64 + if looked_at == 0 { wanted.left } else { 0 };
    let note = || {
        let name = location.name();
        let (files, were) = if left == 1 { ("media file", "was") } else { ("media files", "were") };
        format!("{left} {files} of {name} {were} not checked: check the dataset in S3, or keep its media in its folder")
    };
    Ok((left > 0).then(note))
}

/// Checks the local files that an upload of the folder puts at these addresses. Returns how many there are.
///
/// If none exists here, they are assumed to be in S3 already.
fn look_beside(data: &Path, wanted: &MediaWanted, check: &mut DatasetCheck) -> usize {
    let files: Vec<(&MediumMet, PathBuf)> = match data.canonicalize() {
        Ok(data) => wanted.media.iter().filter_map(|medium| Some((medium, beside(&data, medium)?))).collect(),
        Err(_) => Vec::new(),
    };
    if !files.iter().any(|(_, path)| path.exists()) {
        return 0;
    }
    for (medium, path) in &files {
        let (mut head, mut tail) = (Vec::new(), Vec::new());
        let seen = match peek(path, &wanted.look(medium), &mut head, &mut tail) {
            Ok(bytes) => MediumSeen::There { bytes, head: &head, tail: &tail },
            Err(error) if error.kind() == ErrorKind::NotFound => MediumSeen::Missing,
            Err(_) => MediumSeen::Forbidden,
        };
        check.seen(medium, seen);
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

/// Reads the first bytes, and those at the end that have a video's duration. Returns the file's size.
fn peek(path: &Path, look: &MediumLook, head: &mut Vec<u8>, tail: &mut Vec<u8>) -> std::io::Result<u64> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    (&mut file).take(look.head_bytes() as u64).read_to_end(head)?;
    if let Some(behind) = look.behind(bytes, head) {
        file.seek(SeekFrom::Start(behind.start))?;
        file.take(behind.end - behind.start).read_to_end(tail)?;
    }
    Ok(bytes)
}
