//! The validator.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use tunedrop_validation::{Catalogue, Customization, FileCheck, FileReport, Role, Training};

/// Bytes that are read at a time: they fit in a processor's second-level cache, together with the results.
pub(crate) const BUFFER: usize = 256 * 1024;

fn check(set: &str) -> anyhow::Result<FileCheck> {
    let (model, customization) = match set {
        "a" | "bad" | "short" => ("titan-text-express", Customization::FineTuning),
        "b" => ("nova-micro", Customization::FineTuning),
        "c" => ("titan-text-express", Customization::ContinuedPreTraining),
        _ => bail!("the sets are a, b, c, bad and short"),
    };
    let model = Catalogue::embedded().find(model).context("the catalogue has the model")?;
    let training: &Training = model.customization(customization).context("it has the customization")?;
    Ok(FileCheck::new("train.jsonl", training, Role::Train, None))
}

pub(crate) fn validate(set: &str, path: &Path) -> anyhow::Result<String> {
    let mut check = check(set)?;
    let mut file = File::open(path)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            length => check.feed(&buffer[..length]),
        }
    }
    let slow = check.records_on_slow_path();
    Ok(summary(&check.finish(), slow))
}

fn summary(report: &FileReport, slow: u64) -> String {
    let statistics = &report.statistics;
    format!(
        "{} records, {} valid, {} errors, {} warnings, {slow} the long way",
        statistics.records, statistics.valid_records, report.findings.errors, report.findings.warnings
    )
}
