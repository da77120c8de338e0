//! Conversions, fixes and splits of files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;

use super::choice;
use crate::watched::{Watch, watched};
use crate::{convert, fix, split};

/// What to convert, and how. The fields are the options of `tunedrop convert`.
pub struct ConvertRequest {
    /// The data file.
    pub input: PathBuf,
    /// The new file.
    pub output: PathBuf,
    /// The base model's alias or identifier.
    pub model: String,
    /// The customization type, such as `fine-tuning`.
    pub customization: Option<String>,
    /// The format of the data, such as `openai`; `auto` detects it.
    pub from: String,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The dataset's folder in S3, for images in records.
    pub media: Option<String>,
    /// Whether to overwrite the output.
    pub force: bool,
    /// A file whose entries extend the built-in catalogue.
    pub catalogue: Option<PathBuf>,
}

/// The result of a conversion.
pub struct Conversion {
    /// Records in the output. No file is written if this is 0.
    pub written: u64,
    /// Of those, the ones that were in the model's format already.
    pub copied: u64,
    /// Records that can't be converted.
    pub left_out: u64,
    /// Images in the output's folder.
    pub images: u64,
    /// Whether an array has no closing bracket.
    pub is_incomplete: bool,
    /// What the command prints.
    pub notes: Vec<String>,
}

/// What to fix, and how. The fields are the options of `tunedrop fix`.
pub struct FixRequest {
    /// The data file.
    pub input: PathBuf,
    /// The new file.
    pub output: PathBuf,
    /// The base model's alias or identifier.
    pub model: String,
    /// The customization type, such as `fine-tuning`.
    pub customization: Option<String>,
    /// Whether to remove records that are still invalid.
    pub drop_invalid: bool,
    /// Which duplicates to remove: `exact` or `near`.
    pub dedupe: String,
    /// Whether to replace secrets and personal data in texts.
    pub redact: bool,
    /// Whether to overwrite the output.
    pub force: bool,
    /// A file whose entries extend the built-in catalogue.
    pub catalogue: Option<PathBuf>,
}

/// The result of fixing a file.
pub struct FixedFile {
    /// Records in the output.
    pub written: u64,
    /// Records that were removed.
    pub removed: u64,
    /// Records in the output that are still invalid.
    pub invalid: u64,
    /// What was replaced with placeholders: kinds such as `email-address`, and how many.
    pub redacted: BTreeMap<&'static str, u64>,
    /// Whether an array has no closing bracket.
    pub is_incomplete: bool,
    /// What the command prints.
    pub notes: Vec<String>,
}

/// What to split, and how. The fields are the options of `tunedrop split`.
pub struct SplitRequest {
    /// The data file, in JSON Lines.
    pub input: PathBuf,
    /// The size of the validation file: a percentage such as `5%`, or a number of records.
    pub validation: String,
    /// Each number gives another split.
    pub seed: u64,
    /// The most records of the validation file.
    pub at_most: Option<u64>,
    /// Whether near-duplicates stay in the same file.
    pub by_group: bool,
    /// Whether both files get the same share of each label.
    pub stratify: bool,
    /// The new training file.
    pub train: Option<PathBuf>,
    /// The new validation file.
    pub out_validation: Option<PathBuf>,
    /// Whether to overwrite the outputs.
    pub force: bool,
}

/// The result of a split.
pub struct SplitFiles {
    /// The training file.
    pub train: PathBuf,
    /// The validation file.
    pub validation: PathBuf,
    /// Records in the training file.
    pub train_records: u64,
    /// Records in the validation file.
    pub validation_records: u64,
}

/// Converts a file to a model's format.
pub fn convert(request: ConvertRequest, watch: Watch) -> Result<Conversion> {
    let args = convert::ConvertArgs {
        input: request.input,
        from: choice("format", &request.from)?,
        sheet: request.sheet,
        model: request.model,
        customization: request.customization.map(|name| choice("type", &name)).transpose()?,
        output: request.output,
        media: request.media,
        force: request.force,
        catalogue: request.catalogue,
    };
    let mut notes = Vec::new();
    let convert::Conversion { written, copied, left_out, images, is_incomplete } =
        with_notes(watched(watch, || convert::run(&args, &mut notes)), &mut notes)?;
    Ok(Conversion { written, copied, left_out, images, is_incomplete, notes })
}

/// Fixes mechanical problems in a file.
pub fn fix(request: FixRequest, watch: Watch) -> Result<FixedFile> {
    let args = fix::FixArgs {
        input: request.input,
        model: request.model,
        customization: request.customization.map(|name| choice("type", &name)).transpose()?,
        drop_invalid: request.drop_invalid,
        dedupe: choice("dedupe", &request.dedupe)?,
        redact: request.redact,
        output: request.output,
        force: request.force,
        catalogue: request.catalogue,
    };
    let mut notes = Vec::new();
    let fix::FixedFile { written, removed, invalid, redacted, is_incomplete } =
        with_notes(watched(watch, || fix::run(&args, &mut notes)), &mut notes)?;
    let redacted = redacted.into_iter().map(|(kind, count)| (kind.as_str(), count)).collect();
    Ok(FixedFile { written, removed, invalid, redacted, is_incomplete, notes })
}

/// Splits a file into training and validation data.
pub fn split(request: SplitRequest, watch: Watch) -> Result<SplitFiles> {
    let args = split::SplitArgs {
        input: request.input,
        validation: request.validation.parse().map_err(|why| anyhow::anyhow!("validation: {why}"))?,
        seed: request.seed,
        at_most: request.at_most,
        by_group: request.by_group,
        stratify: request.stratify,
        train: request.train,
        out_validation: request.out_validation,
        force: request.force,
    };
    let split::SplitFiles { train, validation, train_records, validation_records, is_partial: _ } =
        watched(watch, || split::run(&args))?;
    Ok(SplitFiles { train, validation, train_records, validation_records })
}

/// An error gets the notes that the command prints before it.
fn with_notes<T>(done: Result<T>, notes: &mut [String]) -> Result<T> {
    notes.iter_mut().for_each(|note| *note = note.trim_start().to_owned());
    done.map_err(|error| match notes.is_empty() {
        true => error,
        false => anyhow::anyhow!("{error:#}\n{}", notes.join("\n")),
    })
}
