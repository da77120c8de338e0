//! The verdict as a page.

use askama::Template;
use tunedrop_validation::Statistics;

use super::data::{Longest, Row, longest, rows};
use super::groups::{Group, groups};
use super::remedy::check_again;
use super::tokens::{Histogram, histogram};
use super::{FileVerdict, Verdict};
use crate::wording::{STYLE, STYLE_HASH, command, counted, errors_and_warnings, listed, moment, visible};

#[derive(Template)]
#[template(path = "verdict.html")]
struct Page<'a> {
    style: &'a str,
    style_hash: &'a str,
    title: String,
    kind: &'a str,
    tone: &'a str,
    dataset: String,
    headline: String,
    note: Option<String>,
    mended: Option<String>,
    command: Option<String>,
    waits_for: Vec<String>,
    total: String,
    has_lines: bool,
    done: Option<String>,
    groups: Vec<Group>,
    check_again: Option<String>,
    data_files: Vec<String>,
    rows: Vec<Row>,
    histograms: Vec<Histogram>,
    has_limit: bool,
    longest: Vec<Longest>,
    show_run: bool,
    facts: Vec<(&'a str, String)>,
    settings: Vec<Shown>,
    files: Vec<File>,
}

/// A hyperparameter as it is shown.
struct Shown {
    name: String,
    value: String,
    range: String,
    origin: &'static str,
}

struct File {
    name: String,
    role: String,
    blake3: String,
    version: Option<String>,
}

pub(super) fn render(verdict: &Verdict) -> Result<String, askama::Error> {
    let findings = &verdict.findings;
    let dataset = visible(&verdict.dataset);
    let (tone, headline) = headline(verdict);
    let data: Vec<(&FileVerdict, &Statistics)> =
        verdict.files.iter().filter_map(|file| Some((file, file.statistics.as_ref()?))).collect();
    // An approval launches it at once, also where it waits for further files.
    let waits = verdict.state == "Held" || (verdict.state == "Queued" && verdict.launch_after.is_some());
    let approved = verdict.run_id.as_ref().filter(|_| waits);
    let limit = verdict.record_tokens;
    Page {
        style: STYLE,
        style_hash: STYLE_HASH,
        title: format!("{dataset}: {}", visible(&verdict.state.to_lowercase())),
        kind: "Dataset",
        tone,
        dataset,
        headline,
        note: verdict.note.as_deref().map(visible),
        mended: verdict.mended.as_ref().map(|mended| mended.sentence()),
        command: approved.map(|run_id| command("approve", run_id, &verdict.stack)),
        waits_for: verdict.waits_for.iter().map(|file| visible(file)).collect(),
        total: errors_and_warnings(findings.errors, findings.warnings),
        has_lines: findings.kept.iter().any(|finding| finding.line.is_some()),
        done: verdict.mended.as_ref().and_then(|mended| mended.done(findings)),
        groups: groups(verdict),
        check_again: (!findings.kept.is_empty() && !verdict.is_misnamed()).then(|| check_again(verdict)),
        data_files: data.iter().map(|(file, _)| visible(&file.name)).collect(),
        rows: rows(&data),
        histograms: data.iter().filter_map(|(file, statistics)| histogram(&file.name, statistics, limit)).collect(),
        has_limit: limit.is_some(),
        longest: longest(&data, limit),
        show_run: !verdict.is_misnamed(),
        facts: facts(verdict),
        settings: shown(verdict),
        files: verdict.files.iter().map(file).collect(),
    }
    .render()
}

fn file(file: &FileVerdict) -> File {
    File {
        name: visible(&file.name),
        role: visible(&file.role),
        blake3: visible(&file.blake3),
        version: file.etag.as_ref().map(|etag| {
            let dropped = file.dropped_at.as_ref().map_or(String::new(), |time| format!(", dropped {}", moment(time)));
            format!("ETag {}{dropped}", visible(etag.trim_matches('"')))
        }),
    }
}

fn facts(verdict: &Verdict) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut add = |name, value: Option<&String>| facts.extend(value.map(|value| (name, visible(value))));
    add("Run", verdict.run_id.as_ref());
    add("Base model", verdict.base_model.as_ref());
    add("Customization", verdict.customization.as_ref());
    facts.push(("Dropped", moment(&verdict.dropped_at)));
    facts.extend(verdict.billing.iter().flat_map(|billing| billing.facts()));
    facts
}

fn shown(verdict: &Verdict) -> Vec<Shown> {
    let text = |text: Option<&String>| text.map_or("–".to_owned(), |text| visible(text));
    let shown = |(name, setting): (&String, &super::Setting)| Shown {
        name: visible(name),
        value: text(setting.value.as_ref()),
        range: text(setting.range.as_ref()),
        origin: setting.origin.words(),
    };
    verdict.hyperparameters.iter().map(shown).collect()
}

/// The colour, and one sentence.
pub(super) fn headline(verdict: &Verdict) -> (&'static str, String) {
    let findings = &verdict.findings;
    let records = verdict.files.iter().find(|file| file.role == "train").and_then(|file| file.statistics.as_ref());
    let records = records.map_or(String::new(), |statistics| format!(", {}", counted(statistics.records, "record")));
    match verdict.state.as_str() {
        "Rejected" if verdict.is_misnamed() => ("bad", "A dropped file was not read, because of its name".to_owned()),
        "Rejected" if findings.errors == 0 && findings.warnings > 0 => {
            let warnings = counted(findings.warnings, "warning");
            ("bad", format!("Rejected: {warnings}, and the recipe says strict: true"))
        }
        "Rejected" => {
            ("bad", format!("Rejected: {} to mend before anything is launched", counted(findings.errors, "error")))
        }
        "Incomplete" if findings.errors > 0 => {
            let errors = counted(findings.errors, "error");
            ("bad", format!("Incomplete: waits for {}, and has {errors} to mend", listed(&verdict.waits_for)))
        }
        "Incomplete" => ("wait", format!("Incomplete: waits for {}", listed(&verdict.waits_for))),
        "Held" => ("wait", format!("Valid{records}: waits for approval before it is launched")),
        "Superseded" => ("wait", format!("Valid{records}, but a newer set of this dataset is launched instead")),
        "Queued" if verdict.note.is_some() => ("wait", format!("Valid{records}, but its launch may be refused")),
        "Queued" if let Some(time) = &verdict.launch_after => {
            let time = moment(time);
            ("wait", format!("Accepted{records}: training starts after {time}, unless newer files come before"))
        }
        "Queued" => ("good", format!("Accepted{records}: it is launched as soon as a job slot is free")),
        other => ("wait", visible(other)),
    }
}
