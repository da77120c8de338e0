//! The verdict as a page.

use askama::Template;
use tunedrop_validation::{Code, Finding, Severity, Statistics, TokenBracket};

use super::excerpt::{Marked, marked};
use super::{FileVerdict, Verdict};
use crate::wording::{
    STYLE, STYLE_HASH, bytes, command, counted, errors_and_warnings, listed, moment, thousands, visible,
};

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
    command: Option<String>,
    waits_for: Vec<String>,
    total: String,
    has_lines: bool,
    groups: Vec<Group>,
    data_files: Vec<String>,
    rows: Vec<Row>,
    show_run: bool,
    facts: Vec<(&'a str, String)>,
    hyperparameters: Vec<(String, String)>,
    files: Vec<File>,
}

/// The findings of one code.
struct Group {
    code: &'static str,
    title: &'static str,
    severity: &'static str,
    total: String,
    places: Vec<Place>,
    more: Option<String>,
    /// Where all of them are mended in the same way.
    help: Option<String>,
    what: &'static str,
    why: &'static str,
}

struct Place {
    place: String,
    pointer: Option<String>,
    message: String,
    help: Option<String>,
    excerpt: Option<Marked>,
}

struct Row {
    name: &'static str,
    values: Vec<String>,
}

struct File {
    name: String,
    role: String,
    blake3: String,
}

pub(super) fn render(verdict: &Verdict) -> Result<String, askama::Error> {
    let findings = &verdict.findings;
    let dataset = visible(&verdict.dataset);
    let (tone, headline) = headline(verdict);
    let data: Vec<(&FileVerdict, &Statistics)> =
        verdict.files.iter().filter_map(|file| Some((file, file.statistics.as_ref()?))).collect();
    let mut facts = Vec::new();
    let mut add = |name, value: Option<&String>| facts.extend(value.map(|value| (name, visible(value))));
    add("Run", verdict.run_id.as_ref());
    add("Base model", verdict.base_model.as_ref());
    add("Customization", verdict.customization.as_ref());
    facts.push(("Dropped", moment(&verdict.dropped_at)));
    let held = verdict.run_id.as_ref().filter(|_| verdict.state == "Held");
    Page {
        style: STYLE,
        style_hash: STYLE_HASH,
        title: format!("{dataset}: {}", visible(&verdict.state.to_lowercase())),
        kind: "Dataset",
        tone,
        dataset,
        headline,
        note: verdict.note.as_deref().map(visible),
        command: held.map(|run_id| command("approve", run_id, &verdict.stack)),
        waits_for: verdict.waits_for.iter().map(|file| visible(file)).collect(),
        total: errors_and_warnings(findings.errors, findings.warnings),
        has_lines: findings.kept.iter().any(|finding| finding.line.is_some()),
        groups: groups(verdict),
        data_files: data.iter().map(|(file, _)| visible(&file.name)).collect(),
        rows: if data.is_empty() { Vec::new() } else { rows(&data) },
        show_run: !verdict.is_misnamed(),
        facts,
        hyperparameters: verdict.hyperparameters.iter().map(|(name, value)| (visible(name), visible(value))).collect(),
        files: verdict.files.iter().map(file).collect(),
    }
    .render()
}

fn file(file: &FileVerdict) -> File {
    File { name: visible(&file.name), role: visible(&file.role), blake3: visible(&file.blake3) }
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
        "Queued" => ("good", format!("Accepted{records}: it is launched as soon as a job slot is free")),
        other => ("wait", visible(other)),
    }
}

/// Errors first, then in the order in which the codes were met.
fn groups(verdict: &Verdict) -> Vec<Group> {
    let mut codes: Vec<Code> = Vec::new();
    for code in verdict.findings.kept.iter().map(|finding| finding.code).chain(verdict.findings.counts.keys().copied())
    {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let mut groups: Vec<(Severity, Group)> = codes.into_iter().map(|code| group(verdict, code)).collect();
    groups.sort_by_key(|(severity, _)| *severity);
    groups.into_iter().map(|(_, group)| group).collect()
}

fn group(verdict: &Verdict, code: Code) -> (Severity, Group) {
    let kept: Vec<&Finding> = verdict.findings.kept.iter().filter(|finding| finding.code == code).collect();
    let total = verdict.findings.counts.get(&code).copied().unwrap_or_default().max(kept.len() as u64);
    let more = total - kept.len() as u64;
    let info = code.info();
    let severity = kept.first().map_or(info.severity, |finding| finding.severity);
    let same_help = kept.len() > 1 && kept.iter().all(|finding| finding.help == kept[0].help);
    let place = |finding: &&Finding| Place {
        place: place(finding),
        pointer: Some(visible(&finding.pointer)).filter(|pointer| !pointer.is_empty()),
        message: visible(&finding.message),
        help: Some(visible(&finding.help)).filter(|help| !same_help && !help.is_empty()),
        excerpt: finding.excerpt.as_ref().filter(|_| verdict.show_excerpts).map(marked),
    };
    let group = Group {
        code: code.as_str(),
        title: info.title,
        severity: match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        total: if total > 1 { format!("{} times", thousands(total)) } else { String::new() },
        places: kept.iter().map(place).collect(),
        more: (more > 0).then(|| format!("and {} more", thousands(more))),
        help: kept.first().map(|finding| visible(&finding.help)).filter(|help| same_help && !help.is_empty()),
        what: info.what,
        why: info.why,
    };
    (severity, group)
}

fn place(finding: &Finding) -> String {
    let file = visible(&finding.file);
    match (finding.line, finding.column) {
        (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        (Some(line), None) => format!("{file}:{line}"),
        _ => file,
    }
}

/// A row a figure, a column a file: that fits a phone.
fn rows(data: &[(&FileVerdict, &Statistics)]) -> Vec<Row> {
    let row =
        |name, of: &dyn Fn(&Statistics) -> String| Row { name, values: data.iter().map(|(_, s)| of(s)).collect() };
    vec![
        Row { name: "Role", values: data.iter().map(|(file, _)| visible(&file.role)).collect() },
        row("Size", &|s| bytes(s.bytes)),
        row("Records", &|s| thousands(s.records)),
        row("Valid records", &|s| thousands(s.valid_records)),
        row("Turns", &|s| thousands(s.turns)),
        row("Characters", &|s| thousands(s.characters)),
        row("Tokens", &|s| bracket(s.tokens)),
        row("Longest record, tokens", &|s| bracket(s.longest_tokens)),
        row("Longest record, line", &|s| s.longest_line.map_or("–".to_owned(), thousands)),
        row("Duplicates", &|s| thousands(s.duplicates)),
    ]
}

fn bracket(tokens: TokenBracket) -> String {
    if tokens.low == tokens.high {
        thousands(tokens.low)
    } else {
        format!("{} – {}", thousands(tokens.low), thousands(tokens.high))
    }
}
