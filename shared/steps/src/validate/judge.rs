//! Judging a set: every file streamed once, hashed and checked, pinned to the version that was listed.

use tunedrop_aws::{Failure, Object, Objects, Peek, Piece};
use tunedrop_report::FileVerdict;
use tunedrop_run::dropped::PREFIX;
use tunedrop_run::{Begun, FilePass, MediaHome, MediaWanted, SetCheck, Timestamp};
use tunedrop_validation::{Findings, MediaFolder, MediumSeen};

use super::set::Set;
use crate::announce::rfc3339;

/// What came out.
pub(super) struct Judged {
    pub files: Vec<FileVerdict>,
    pub findings: Findings,
    /// Role and version of each file that isn't read: they take the place of its content in the run's identity.
    pub unread: Vec<(String, String)>,
}

impl Judged {
    /// The file in this role.
    pub(super) fn file(&self, role: &str) -> Option<&FileVerdict> {
        self.files.iter().find(|file| file.role == role)
    }
}

/// Judges the files that are there; `None` where one changed meanwhile.
pub(super) async fn judge(objects: &Objects, dataset: &str, set: &Set) -> Result<Option<Judged>, Failure> {
    let mut judged = Judged { files: Vec::new(), findings: set.spec.findings.clone(), unread: Vec::new() };
    // Media in others' folders aren't looked at, so that nobody learns what is there.
    let folder = MediaFolder { bucket: Some(objects.bucket().to_owned()), prefix: format!("{PREFIX}{dataset}/") };
    let home = MediaHome { folder: Some(folder), bucket: None };
    let mut check = SetCheck::new(&set.spec, set.missing.is_empty(), &set.catalogue).media_at(home);
    for (role, name, object) in &set.files {
        let mut unread = |why: &str| {
            let version = format!("{why} {}", object.etag);
            judged.unread.push((role.as_str().to_owned(), version));
        };
        let mut pass = match check.file(*role, name, Some(object.size)) {
            Begun::Read(pass) => pass,
            Begun::TooLarge => {
                unread("too large");
                continue;
            }
            Begun::NoRules => continue,
        };
        let hash = match stream(objects, object, &mut pass).await? {
            Streamed::All(hash) => hash,
            Streamed::Unreadable(why) => {
                check.unreadable(name, why);
                unread("unreadable");
                continue;
            }
            Streamed::Changed => return Ok(None),
        };
        let wanted = check.end(pass);
        look(objects, &wanted, &mut check).await?;
        judged.files.push(FileVerdict {
            name: name.clone(),
            role: role.as_str().to_owned(),
            blake3: hash.to_hex().to_string(),
            etag: Some(object.etag.clone()),
            dropped_at: Some(modified_at(object)),
            statistics: None,
        });
    }
    let report = check.finish();
    judged.findings.extend(report.unread);
    for file in report.files {
        judged.findings.extend(file.findings);
        if let Some(verdict) = judged.files.iter_mut().find(|verdict| verdict.role == file.role.as_str()) {
            verdict.statistics = Some(file.statistics);
        }
    }
    judged.findings.extend(report.across);
    if let Some((name, object, content)) = &set.recipe_file {
        let recipe = FileVerdict {
            name: name.clone(),
            role: "recipe".to_owned(),
            blake3: blake3::hash(content).to_hex().to_string(),
            etag: Some(object.etag.clone()),
            dropped_at: Some(modified_at(object)),
            statistics: None,
        };
        judged.files.insert(0, recipe);
    }
    Ok(Some(judged))
}

/// What came of reading a file.
enum Streamed {
    /// Every byte was fed; their hash.
    All(blake3::Hash),
    Unreadable(tunedrop_run::Unreadable),
    Changed,
}

async fn stream(objects: &Objects, object: &Object, pass: &mut FilePass<'_>) -> Result<Streamed, Failure> {
    let mut ranges = objects.ranges(object);
    let mut hasher = blake3::Hasher::new();
    loop {
        match ranges.next().await? {
            Piece::Bytes(bytes) => {
                hasher.update(&bytes);
                pass.feed(&bytes);
            }
            Piece::End => return Ok(Streamed::All(hasher.finalize())),
            Piece::Changed => return Ok(Streamed::Changed),
            // Archived while it was read: the next reading finds it so from the beginning.
            Piece::Unreadable(_) if hasher.count() > 0 => return Ok(Streamed::Changed),
            Piece::Unreadable(why) => return Ok(Streamed::Unreadable(why)),
        }
    }
}

/// Looks at the media of the file that was read last. All are in the dataset's own folder: the pass rejected all others.
async fn look(objects: &Objects, wanted: &MediaWanted, check: &mut SetCheck<'_>) -> Result<(), Failure> {
    let mut peeks = objects.peeks(wanted.looks());
    for medium in &wanted.media {
        let Some(peek) = peeks.next().await? else { break };
        let seen = match &peek {
            Peek::There { bytes, head, tail } => MediumSeen::There { bytes: *bytes, head, tail },
            Peek::Missing => MediumSeen::Missing,
            Peek::Unreadable => MediumSeen::Forbidden,
        };
        check.seen(medium, seen);
    }
    check.looked_at(wanted);
    Ok(())
}

fn modified_at(object: &Object) -> String {
    rfc3339(Timestamp::from_millisecond(object.modified_ms).unwrap_or_default())
}
