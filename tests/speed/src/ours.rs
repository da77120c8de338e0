//! The validator.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use tunedrop_quality::{FileSketch, Level, QualityPass, assess, grouping};
use tunedrop_run::trace_index::TraceIndexer;
use tunedrop_validation::{Catalogue, Customization, FileCheck, FileReport, Options, Role, Training};

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
    let pass = QualityPass::new("train.jsonl", Role::Train, training(set)?, threads);
    let quality = assess(vec![looked_at(pass, path)?], Level::Standard, threads);
    let file = &quality.files[0];
    let found: Vec<String> = file.findings.counts.iter().map(|(code, count)| format!("{count} {code}")).collect();
    let languages: Vec<String> = file.languages.iter().map(|one| format!("{} {}", one.records, one.code)).collect();
    Ok(format!("{} records, {threads} threads: {}; {}", file.records, found.join(", "), languages.join(", ")))
}

/// Writes the numbers of the records that are near-duplicates of an earlier one, a line for each.
pub(crate) fn near(path: &Path, to: &Path) -> anyhow::Result<String> {
    let threads = std::thread::available_parallelism()?.get();
    let pass = QualityPass::new("train.jsonl", Role::Train, training("near")?, threads).keeping_lines();
    let grouping = grouping(looked_at(pass, path)?, threads);
    let mut met = HashSet::new();
    let mut numbers = String::new();
    for (number, record) in grouping.records.iter().enumerate() {
        if record.group.is_some_and(|group| !met.insert(group)) {
            numbers.push_str(&format!("{number}\n"));
        }
    }
    std::fs::write(to, &numbers)?;
    Ok(format!("{} near-duplicates", numbers.lines().count()))
}

fn looked_at(mut pass: QualityPass, path: &Path) -> anyhow::Result<FileSketch> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(pass.finish()),
            length => pass.feed(&buffer[..length]),
        }
    }
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
