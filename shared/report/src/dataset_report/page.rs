//! The report on a dataset as HTML: the values that `templates/dataset_report.html` shows.

use askama::Template;
use tunedrop_validation::Statistics;

use super::data::{Longest, Row, longest, role, rows};
use super::groups::{Group, groups};
use super::quality::{Section, section};
use super::remedy::check_again;
use super::tokens::{Histogram, histogram};
use super::{DatasetReport, ReportFile};
use crate::wording::{STYLE, STYLE_HASH, command, counted, errors_and_warnings, listed, moment, visible};

#[derive(Template)]
#[template(path = "dataset_report.html")]
struct Page<'a> {
    style: &'a str,
    style_hash: &'a str,
    title: String,
    kind: &'a str,
    tone: &'a str,
    dataset: String,
    headline: String,
    note: Option<String>,
    /// The comparison with the last rejection.
    progress: Option<String>,
    command: Option<String>,
    missing_files: Vec<String>,
    must_fix: bool,
    total: String,
    has_lines: bool,
    /// The kinds of findings that are resolved since the last rejection.
    resolved: Option<String>,
    groups: Vec<Group>,
    check_again: Option<String>,
    data_files: Vec<String>,
    rows: Vec<Row>,
    histograms: Vec<Histogram>,
    has_limit: bool,
    longest: Vec<Longest>,
    quality: Option<Section>,
    show_run: bool,
    facts: Vec<(&'a str, String)>,
    settings: Vec<SettingRow>,
    files: Vec<FileRow>,
}

/// A hyperparameter as text.
struct SettingRow {
    name: String,
    value: String,
    range: String,
    origin: &'static str,
}

/// A file of the dataset as text.
struct FileRow {
    name: String,
    role: String,
    blake3: String,
    version: Option<String>,
}

pub(super) fn render(report: &DatasetReport) -> Result<String, askama::Error> {
    let findings = &report.findings;
    let dataset = visible(&report.dataset);
    let (tone, headline) = headline(report);
    let data: Vec<(&ReportFile, &Statistics)> =
        report.files.iter().filter_map(|file| Some((file, file.statistics.as_ref()?))).collect();
    // An approval also launches an update at once for which more files may follow.
    let can_be_approved = report.state == "Held" || (report.state == "Queued" && report.launch_after.is_some());
    let approved = report.run_id.as_ref().filter(|_| can_be_approved);
    let limit = report.record_tokens;
    Page {
        style: STYLE,
        style_hash: STYLE_HASH,
        title: format!("{dataset}: {}", visible(&report.state.to_lowercase())),
        kind: match report.is_local() {
            true => "Check of",
            false if report.is_misnamed() => "Folder",
            false => "Dataset",
        },
        tone,
        dataset,
        headline,
        note: report.note.as_deref().map(visible),
        progress: report.fixed.as_ref().map(|fixed| fixed.sentence()),
        command: approved.map(|run_id| command("approve", run_id, &report.stack)),
        missing_files: report.missing_files.iter().map(|file| visible(file)).collect(),
        must_fix: findings.errors > 0 || report.state == "Rejected" || report.state == "Invalid",
        total: errors_and_warnings(findings.errors, findings.warnings),
        has_lines: findings.kept.iter().any(|finding| finding.line.is_some()),
        resolved: report.fixed.as_ref().and_then(|fixed| fixed.resolved(findings)),
        groups: groups(report),
        check_again: (!findings.kept.is_empty() && !report.is_misnamed() && !report.is_local())
            .then(|| check_again(report)),
        data_files: data.iter().map(|(file, _)| visible(&file.name)).collect(),
        rows: rows(&data),
        histograms: data.iter().filter_map(|(file, statistics)| histogram(&file.name, statistics, limit)).collect(),
        has_limit: limit.is_some(),
        longest: longest(&data, limit),
        quality: section(report),
        show_run: !report.is_misnamed() && !report.is_local(),
        facts: facts(report),
        settings: settings(report),
        files: report.files.iter().map(file).collect(),
    }
    .render()
}

fn file(file: &ReportFile) -> FileRow {
    FileRow {
        name: visible(&file.name),
        role: role(file),
        blake3: visible(&file.blake3),
        version: file.etag.as_ref().map(|etag| {
            let uploaded =
                file.uploaded_at.as_ref().map_or(String::new(), |time| format!(", uploaded {}", moment(time)));
            format!("ETag {}{uploaded}", visible(etag.trim_matches('"')))
        }),
    }
}

fn facts(report: &DatasetReport) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut add = |name, value: Option<&String>| facts.extend(value.map(|value| (name, visible(value))));
    add("Run", report.run_id.as_ref());
    add("Base model", report.base_model.as_ref());
    add("Customization", report.customization.as_ref());
    facts.push(("Uploaded", moment(&report.uploaded_at)));
    facts.extend(report.billing.iter().flat_map(|billing| billing.facts()));
    facts
}

fn settings(report: &DatasetReport) -> Vec<SettingRow> {
    let text = |text: Option<&String>| text.map_or("–".to_owned(), |text| visible(text));
    let row = |(name, setting): (&String, &super::Setting)| SettingRow {
        name: visible(name),
        value: text(setting.value.as_ref()),
        range: text(setting.range.as_ref()),
        origin: setting.origin.words(),
    };
    report.hyperparameters.iter().map(row).collect()
}

/// The style class of the header, and the headline.
pub(super) fn headline(report: &DatasetReport) -> (&'static str, String) {
    let findings = &report.findings;
    let records = report.files.iter().find(|file| file.role == "train").and_then(|file| file.statistics.as_ref());
    let records = records.map_or(String::new(), |statistics| format!(": {}", counted(statistics.records, "record")));
    match report.state.as_str() {
        "Valid" if findings.warnings > 0 => {
            ("good", format!("Valid{records}, {}", counted(findings.warnings, "warning")))
        }
        "Valid" => ("good", format!("Valid{records}")),
        "Invalid" if findings.errors > 0 => ("bad", format!("Invalid: fix {}", counted(findings.errors, "error"))),
        "Invalid" if findings.warnings > 0 => {
            ("bad", format!("Invalid: {}, which are errors in strict mode", counted(findings.warnings, "warning")))
        }
        "Invalid" => ("bad", "Not checked".to_owned()),
        "Rejected" if report.is_misnamed() => ("bad", "A file was ignored because of its name".to_owned()),
        "Rejected" if findings.errors == 0 && findings.warnings > 0 => {
            let warnings = counted(findings.warnings, "warning");
            ("bad", format!("Rejected: {warnings}, and the recipe sets strict: true"))
        }
        "Rejected" => ("bad", format!("Rejected: fix {} to start training", counted(findings.errors, "error"))),
        "Incomplete" if findings.errors > 0 => {
            let errors = counted(findings.errors, "error");
            ("bad", format!("Incomplete: upload {}, and fix {errors}", listed(&report.missing_files)))
        }
        "Incomplete" => ("wait", format!("Incomplete: upload {}", listed(&report.missing_files))),
        "Held" => ("wait", format!("Valid{records}. Training starts when you approve it.")),
        "Superseded" => ("wait", format!("Valid{records}. Newer files of this dataset are launched instead.")),
        "Queued" if report.note.is_some() => ("wait", format!("Valid{records}. The launch may be refused.")),
        "Queued" if let Some(time) = &report.launch_after => {
            let time = moment(time);
            ("wait", format!("Accepted{records}. Training starts after {time}, unless you upload newer files first."))
        }
        "Queued" => ("good", format!("Accepted{records}. Training starts when a job slot is free.")),
        other => ("wait", visible(other)),
    }
}
