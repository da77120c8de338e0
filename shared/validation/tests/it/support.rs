//! Ways to run the checks, and to show what came out.

use tunedrop_validation::{
    Catalogue, Customization, FileCheck, FileReport, Finding, Findings, Options, Role, Training,
};

/// The rules of a model.
#[track_caller]
pub(crate) fn rules(model: &str, customization: Customization) -> &'static Training {
    let model = Catalogue::embedded().find(model).expect("the model is in the catalogue");
    model.customization(customization).expect("the model has this customization")
}

/// Validates a file that is fed in these chunks.
pub(crate) fn validate<'c>(training: &Training, chunks: impl IntoIterator<Item = &'c [u8]>) -> FileReport {
    validate_with(Options::default(), training, chunks)
}

/// The same, with these options.
pub(crate) fn validate_with<'c>(
    options: Options,
    training: &Training,
    chunks: impl IntoIterator<Item = &'c [u8]>,
) -> FileReport {
    let mut check = FileCheck::new("train.jsonl", training, Role::Train, None).with(options);
    for chunk in chunks {
        check.feed(chunk);
    }
    check.finish()
}

/// Findings as text: a line each, and its help.
pub(crate) fn shown(findings: &Findings) -> String {
    let mut text: String = findings.kept.iter().map(line).collect();
    let more: u64 = findings.counts.values().sum::<u64>() - findings.kept.len() as u64;
    if more > 0 {
        text.push_str(&format!("and {more} more\n"));
    }
    text
}

fn line(finding: &Finding) -> String {
    let Finding { code, severity, line, column, pointer, message, help, .. } = finding;
    let place = match (line, column) {
        (Some(line), Some(column)) => format!("{line}:{column}"),
        _ => "file".to_owned(),
    };
    let pointer = if pointer.is_empty() { String::new() } else { format!(" {pointer}") };
    format!("{place}{pointer} {}[{code}]: {message}\n    {help}\n", format!("{severity:?}").to_lowercase())
}
