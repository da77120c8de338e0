//! The media that records refer to, where they can be looked at: in S3, or in the dataset's folder on this machine.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use tunedrop_run::dropped::PREFIX;
use tunedrop_run::{MediaWanted, MediumLook, SetCheck};
use tunedrop_validation::{MediumMet, MediumSeen};

use crate::place::{Place, Unreadable};
use crate::remote;

/// Looks at the media of the file at `place`, which was read last; a sentence if some can't be looked at from here.
pub(crate) fn look(place: &Place, wanted: &MediaWanted, check: &mut SetCheck) -> Result<Option<String>, Unreadable> {
    let all = wanted.media.len();
    let looked_at = match place {
        _ if all == 0 => return Ok(None),
        Place::Remote { bucket, .. } => {
            remote::look(bucket, wanted, check).map_err(|why| place.because(why))?;
            all
        }
        Place::Local(path) => look_beside(path, wanted, check),
        Place::Stdin => 0,
    };
    if looked_at > 0 {
        check.looked_at(wanted);
    }
    let left = (all - looked_at) as u64 + if looked_at == 0 { wanted.left } else { 0 };
    let note = || {
        let name = place.name();
        format!(
            "{left} of the media that {name} refers to were not looked at: check the set in S3, or keep them in its folder"
        )
    };
    Ok((left > 0).then(note))
}

/// Looks at the files that will be at these addresses once the data's folder is uploaded; how many there are.
///
/// If none of them is here, they are taken to be in S3 already.
fn look_beside(data: &Path, wanted: &MediaWanted, check: &mut SetCheck) -> usize {
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

/// The first bytes, and those behind that tell how long a video is; how many there are in all.
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
