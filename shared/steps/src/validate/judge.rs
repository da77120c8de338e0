//! Judging a set: every file streamed once, hashed and checked, pinned to the version that was listed.

use tunedrop_aws::{Failure, Object, Objects, Piece};
use tunedrop_report::FileVerdict;
use tunedrop_run::{Recipe, Timestamp};
use tunedrop_validation::{
    Catalogue, Customization, FileCheck, Findings, Model, Quotas, RecordIndex, Role, SetFile, check_set,
};

use super::media;
use super::set::{Set, unreadable};
use crate::announce::rfc3339;

/// What came out.
pub(super) struct Judged {
    pub files: Vec<FileVerdict>,
    pub findings: Findings,
    /// Role and version of each file that can't be read: they take the place of its content in the run's identity.
    pub unreadable: Vec<(String, String)>,
}

impl Judged {
    /// The file in this role.
    pub(super) fn file(&self, role: &str) -> Option<&FileVerdict> {
        self.files.iter().find(|file| file.role == role)
    }
}

/// Judges the files that are there; `None` where one changed meanwhile.
pub(super) async fn judge(objects: &Objects, dataset: &str, set: &Set) -> Result<Option<Judged>, Failure> {
    let catalogue: &Catalogue = &set.catalogue;
    let mut judged = Judged { files: Vec::new(), findings: set.findings.clone(), unreadable: Vec::new() };
    let mut train_index: Option<RecordIndex> = None;
    for (role, name, object) in &set.files {
        let mut ranges = objects.ranges(object);
        let mut piece = ranges.next().await?;
        if let Piece::Unreadable(why) = piece {
            judged.findings.push(unreadable(name, why));
            judged.unreadable.push(((*role).to_owned(), format!("unreadable {}", object.etag)));
            continue;
        }
        let head: &[u8] = if let Piece::Bytes(bytes) = &piece { bytes } else { &[] };
        let Some((model, customization)) = rules(&set.recipe, catalogue, head) else {
            continue;
        };
        let Some(training) = model.customization(customization) else {
            continue;
        };
        let (kind, against) = match *role {
            "train" => (Role::Train, None),
            _ => (Role::Validation, train_index.take()),
        };
        let folder = media::folder(objects, dataset);
        let mut check = FileCheck::new(name, training, kind, against).media_in(Some(folder));
        let mut hasher = blake3::Hasher::new();
        while let Piece::Bytes(bytes) = piece {
            hasher.update(&bytes);
            check.feed(&bytes);
            piece = ranges.next().await?;
        }
        // Archived while it was read: the next reading finds it so from the beginning.
        if !matches!(piece, Piece::End) {
            return Ok(None);
        }
        let mut report = check.finish();
        if set.missing.is_empty() {
            let found = media::judge(objects, name, &report, training).await?;
            report.findings.extend(found);
            report.findings.kept.sort_by_key(|finding| (finding.line, finding.column));
        }
        judged.findings.extend(report.findings);
        train_index = Some(report.index);
        judged.files.push(FileVerdict {
            name: name.clone(),
            role: (*role).to_owned(),
            blake3: hasher.finalize().to_hex().to_string(),
            etag: Some(object.etag.clone()),
            dropped_at: Some(modified_at(object)),
            statistics: Some(report.statistics),
        });
    }
    if let (Some(model), true) = (set.recipe.model(catalogue), set.missing.is_empty()) {
        judged.findings.extend(across(&judged, model, &set.recipe));
    }
    if let Some((name, object, bytes)) = &set.recipe_file {
        let recipe = FileVerdict {
            name: name.clone(),
            role: "recipe".to_owned(),
            blake3: blake3::hash(bytes).to_hex().to_string(),
            etag: Some(object.etag.clone()),
            dropped_at: Some(modified_at(object)),
            statistics: None,
        };
        judged.files.insert(0, recipe);
    }
    Ok(Some(judged))
}

fn modified_at(object: &Object) -> String {
    rfc3339(Timestamp::from_millisecond(object.modified_ms).unwrap_or_default())
}

/// What only shows across the files.
fn across(judged: &Judged, model: &Model, recipe: &Recipe) -> Findings {
    let of = |role: &str| {
        let file = judged.file(role)?;
        Some(SetFile { name: &file.name, statistics: file.statistics.as_ref()? })
    };
    let quotas = Quotas { records: recipe.quota_records };
    check_set(model, recipe.customization, of("train"), of("validation"), &quotas)
}

/// The rules for a file: the recipe's model, or, while there is no recipe, those of the format that the first record has.
fn rules<'c>(recipe: &Recipe, catalogue: &'c Catalogue, head: &[u8]) -> Option<(&'c Model, Customization)> {
    if recipe.base_model.is_some() {
        return Some((recipe.model(catalogue)?, recipe.customization));
    }
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has =
        |key: &str| line.windows(key.len() + 2).take(4096).any(|window| window == format!("\"{key}\"").as_bytes());
    let (alias, customization) = if has("prompt") {
        ("titan-text-express", Customization::FineTuning)
    } else if has("input") {
        ("titan-text-express", Customization::ContinuedPreTraining)
    } else {
        ("nova-lite", Customization::FineTuning)
    };
    Some((catalogue.find(alias)?, customization))
}
