//! The validator.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use tunedrop_quality::{Level, QualityPass, assess};
use tunedrop_run::trace_index::TraceIndexer;
use tunedrop_validation::{Catalogue, Code, Customization, FileCheck, FileReport, Options, Role, Training};

/// Bytes that are read at a time: they fit in a processor's second-level cache, together with the results.
pub(crate) const BUFFER: usize = 256 * 1024;

fn training(set: &str) -> anyhow::Result<&'static Training> {
    let (model, customization) = match set {
        "a" | "bad" | "short" | "near" => ("titan-text-express", Customization::FineTuning),
        "b" => ("nova-micro", Customization::FineTuning),
        "c" => ("titan-text-express", Customization::ContinuedPreTraining),
        _ => bail!("the sets are a, b, c, bad, short and near"),
    };
    let model = Catalogue::embedded().find(model).context("the catalogue has the model")?;
    model.customization(customization).context("it has the customization")
}

/// The second look at data, with the threads that the machine has.
pub(crate) fn quality(set: &str, path: &Path) -> anyhow::Result<String> {
    let threads = std::thread::available_parallelism()?.get();
    let mut pass = QualityPass::new("train.jsonl", Role::Train, training(set)?, threads);
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            length => pass.feed(&buffer[..length]),
        }
    }
    let quality = assess(vec![pass.finish()], Level::Standard, threads);
    let counts = &quality.files[0].findings.counts;
    let near = counts.get(&Code::NearDuplicate).copied().unwrap_or(0);
    Ok(format!("{} records, {near} near-duplicates, {threads} threads", quality.files[0].records))
}

pub(crate) fn validate(set: &str, path: &Path, options: Options) -> anyhow::Result<String> {
    let mut check = FileCheck::new("train.jsonl", training(set)?, Role::Train, None).with(options);
    each_piece(path, |bytes| check.feed(bytes))?;
    let slow = check.records_on_slow_path();
    Ok(summary(&check.finish(), slow))
}

/// Validates and makes the index for `tunedrop trace` in the same pass, as the function validate does.
pub(crate) fn indexed(set: &str, path: &Path) -> anyhow::Result<String> {
    let mut check = FileCheck::new("train.jsonl", training(set)?, Role::Train, None);
    let mut indexer = TraceIndexer::new([7; 32]);
    each_piece(path, |bytes| {
        check.feed(bytes);
        indexer.feed(bytes);
    })?;
    let slow = check.records_on_slow_path();
    let index = indexer.index().context("too many records for an index")?;
    Ok(format!("{}, an index of {} bytes", summary(&check.finish(), slow), index.len()))
}

fn each_piece(path: &Path, mut take: impl FnMut(&[u8])) -> anyhow::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            length => take(&buffer[..length]),
        }
    }
}

fn summary(report: &FileReport, slow: u64) -> String {
    let statistics = &report.statistics;
    format!(
        "{} records, {} valid, {} errors, {} warnings, {slow} the long way",
        statistics.records, statistics.valid_records, report.findings.errors, report.findings.warnings
    )
}
