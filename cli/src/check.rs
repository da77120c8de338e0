//! `tunedrop check`: the same pass over a file that the validate function makes.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use tunedrop_validation::catalogue::Training;
use tunedrop_validation::{
    Catalogue, Customization, FileCheck, FileReport, Finding, Findings, Model, Quotas, RecordIndex, Role, SetFile,
    Severity, check_set,
};

/// Read this much at a time.
const CHUNK: usize = 256 * 1024;

const CUSTOMIZATIONS: [Customization; 4] = [
    Customization::FineTuning,
    Customization::ContinuedPreTraining,
    Customization::Distillation,
    Customization::ReinforcementFineTuning,
];

/// Checks a training file, and a validation file where there is one; prints what was found.
pub(crate) fn check(files: &[PathBuf], model: &str, customization: &str, strict: bool) -> anyhow::Result<ExitCode> {
    let Some(customization) = CUSTOMIZATIONS.into_iter().find(|kind| kind.as_str() == customization) else {
        bail!("the type is one of {}", CUSTOMIZATIONS.map(Customization::as_str).join(", "));
    };
    let (model, training) = rules(model, customization)?;
    let mut reports: Vec<FileReport> = Vec::new();
    for (path, role) in files.iter().zip([Role::Train, Role::Validation]) {
        let against = reports.last_mut().map(|report| std::mem::take(&mut report.index));
        reports.push(read(path, training, role, against)?);
    }
    let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    let of = |i: usize| Some(SetFile { name: names.get(i)?, statistics: &reports.get(i)?.statistics });
    let set = check_set(model, customization, of(0), of(1), &Quotas::default());
    let mut findings = Findings::default();
    for report in &reports {
        findings.extend(report.findings.clone());
    }
    findings.extend(set);
    for finding in &findings.kept {
        print(finding);
    }
    for (name, report) in names.iter().zip(&reports) {
        let statistics = &report.statistics;
        println!(
            "{name}: {} records, {} of them valid, {}–{} tokens",
            statistics.records, statistics.valid_records, statistics.tokens.low, statistics.tokens.high
        );
    }
    println!("{} errors, {} warnings for {}", findings.errors, findings.warnings, model.name);
    Ok(ExitCode::from(u8::from(findings.block(strict))))
}

fn rules(name: &str, customization: Customization) -> anyhow::Result<(&'static Model, &'static Training)> {
    let catalogue = Catalogue::embedded();
    let Some(model) = catalogue.find(name) else {
        match catalogue.nearest(name) {
            Some(near) => bail!("the catalogue has no base model {name:?}; did you mean {near}?"),
            None => bail!("the catalogue has no base model {name:?}"),
        }
    };
    let training = model
        .customization(customization)
        .with_context(|| format!("{} can't be customized by {}", model.name, customization.as_str()))?;
    Ok((model, training))
}

fn read(
    path: &Path,
    training: &'static Training,
    role: Role,
    against: Option<RecordIndex>,
) -> anyhow::Result<FileReport> {
    let mut file = File::open(path).with_context(|| format!("{} can't be opened", path.display()))?;
    let mut check = FileCheck::new(&path.display().to_string(), training, role, against);
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk).with_context(|| format!("{} can't be read", path.display()))? {
            0 => return Ok(check.finish()),
            n => check.feed(&chunk[..n]),
        }
    }
}

fn print(finding: &Finding) {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut place = finding.file.clone();
    for number in [finding.line, finding.column].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    println!("{place}: {severity}[{}]: {}", finding.code.as_str(), finding.message);
    println!("  help: {}", finding.help);
}
