//! Checks the files of a dataset: streams, hashes and validates each once, pinned to the listed version.

use tunedrop_aws::{Failure, Object, Objects, Piece, Probe};
use tunedrop_report::ReportFile;
use tunedrop_run::object_key::PREFIX;
use tunedrop_run::trace_index::{TraceIndexer, TraceKey};
use tunedrop_run::{
    Begun, DatasetCheck, FilePass, HeldOutSample, MediaHome, MediaWanted, Quality, QualityLimits, Timestamp,
};
use tunedrop_validation::{Findings, MediaFolder, MediumSeen, Options};

use super::dataset_files::DatasetFiles;
use crate::publish::rfc3339;

/// The second look at a dataset's files. A gigabyte of memory is enough for the largest sketches of files of this size, and
/// a function's quarter of an hour for reading them: docs/quality.md, "In a stack".
const QUALITY: QualityLimits = QualityLimits { threads: 1, bytes: Some(512 << 20) };

/// The result of a check.
pub(super) struct CheckedFiles {
    pub files: Vec<ReportFile>,
    pub findings: Findings,
    /// Role and version of each file that isn't read. They replace its content in the run's identity.
    pub unread: Vec<(String, String)>,
    /// What the evaluation will ask, if there is one.
    pub held_out: Option<HeldOutSample>,
    /// The index of the records of all files; absent if there are too many.
    pub index: Option<Vec<u8>>,
    /// The result of the second look at the data, if the recipe asks for one.
    pub quality: Option<Quality>,
    /// The key of the stack's hashes.
    pub trace_key: Option<TraceKey>,
}

impl CheckedFiles {
    /// Returns the file in this role.
    pub(super) fn file(&self, role: &str) -> Option<&ReportFile> {
        self.files.iter().find(|file| file.role == role)
    }
}

/// Checks the files that exist. `None` if one changed in the meantime. `requires_sensitive`: secrets and personal data are
/// looked for, whatever the recipe says.
pub(super) async fn check_files(
    objects: &Objects,
    dataset: &str,
    set: &DatasetFiles,
    key: Option<TraceKey>,
    requires_sensitive: bool,
) -> Result<Option<CheckedFiles>, Failure> {
    let mut indexer = key.map(TraceIndexer::new);
    let mut checked = CheckedFiles {
        files: Vec::new(),
        findings: set.spec.findings.clone(),
        unread: Vec::new(),
        held_out: None,
        index: None,
        quality: None,
        trace_key: key,
    };
    // Media in other folders aren't read, so that the report doesn't show what is there.
    let folder = MediaFolder { bucket: Some(objects.bucket().to_owned()), prefix: format!("{PREFIX}{dataset}/") };
    let home = MediaHome { folder: Some(folder), bucket: None };
    let check = DatasetCheck::new(&set.spec, set.missing.is_empty(), &set.catalogue).media_at(home);
    let options = Options { sensitive: requires_sensitive || set.spec.recipe.sensitive, ..Options::default() };
    let check = check.with(options);
    let mut check = check.with_quality(set.spec.recipe.quality, set.expectations.clone(), QUALITY);
    // Another schema may accept what this one rejects.
    let schema = |(name, version): &(String, String)| ("schema".to_owned(), format!("{name} {version}"));
    checked.unread.extend(set.schemas.iter().map(schema));
    for (role, name, object) in &set.files {
        let mut unread = |why: &str| {
            let version = format!("{why} {}", object.etag);
            checked.unread.push((role.as_str().to_owned(), version));
        };
        let mut pass = match check.file(*role, name, Some(object.size)) {
            Begun::Read(pass) => pass,
            Begun::TooLarge => {
                unread("too large");
                continue;
            }
            Begun::NoRules => continue,
        };
        let hash = match stream(objects, object, &mut pass, indexer.as_mut()).await? {
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
        checked.files.push(ReportFile {
            name: name.clone(),
            role: role.as_str().to_owned(),
            blake3: hash.to_hex().to_string(),
            etag: Some(object.etag.clone()),
            uploaded_at: Some(modified_at(object)),
            statistics: None,
        });
    }
    checked.index = indexer.and_then(TraceIndexer::index);
    let report = check.finish();
    checked.held_out = report.held_out;
    checked.quality = report.quality;
    checked.findings.extend(report.unread);
    for file in report.files {
        checked.findings.extend(file.findings);
        if let Some(report) = checked.files.iter_mut().find(|report| report.role == file.role.as_str()) {
            report.statistics = Some(file.statistics);
        }
    }
    checked.findings.extend(report.across);
    if let Some((name, object, content)) = &set.recipe_file {
        let recipe = ReportFile {
            name: name.clone(),
            role: "recipe".to_owned(),
            blake3: blake3::hash(content).to_hex().to_string(),
            etag: Some(object.etag.clone()),
            uploaded_at: Some(modified_at(object)),
            statistics: None,
        };
        checked.files.insert(0, recipe);
    }
    Ok(Some(checked))
}

/// The result of reading a file.
enum Streamed {
    /// Every byte was read. Contains their hash.
    All(blake3::Hash),
    Unreadable(tunedrop_run::Unreadable),
    Changed,
}

async fn stream(
    objects: &Objects,
    object: &Object,
    pass: &mut FilePass<'_>,
    mut indexer: Option<&mut TraceIndexer>,
) -> Result<Streamed, Failure> {
    let mut ranges = objects.ranges(object);
    let mut hasher = blake3::Hasher::new();
    loop {
        match ranges.next().await? {
            Piece::Bytes(bytes) => {
                hasher.update(&bytes);
                pass.feed(&bytes);
                if let Some(indexer) = &mut indexer {
                    indexer.feed(&bytes);
                }
            }
            Piece::End => {
                if let Some(indexer) = indexer {
                    indexer.end_file();
                }
                return Ok(Streamed::All(hasher.finalize()));
            }
            Piece::Changed => return Ok(Streamed::Changed),
            // The file was archived while it was read. The next attempt finds that at the start.
            Piece::Unreadable(_) if hasher.count() > 0 => return Ok(Streamed::Changed),
            Piece::Unreadable(why) => return Ok(Streamed::Unreadable(why)),
        }
    }
}

/// Probes the media of the file that was read last. All are in the dataset's own folder, because the pass rejected all
/// others.
async fn look(objects: &Objects, wanted: &MediaWanted, check: &mut DatasetCheck<'_>) -> Result<(), Failure> {
    let mut probes = objects.probes(wanted.looks());
    for medium in &wanted.media {
        let Some(probe) = probes.next().await? else { break };
        let seen = match &probe {
            Probe::There { bytes, head, tail } => MediumSeen::There { bytes: *bytes, head, tail },
            Probe::Missing => MediumSeen::Missing,
            Probe::Unreadable => MediumSeen::Forbidden,
        };
        check.seen(medium, seen);
    }
    check.looked_at(wanted);
    Ok(())
}

fn modified_at(object: &Object) -> String {
    rfc3339(Timestamp::from_millisecond(object.modified_ms).unwrap_or_default())
}
