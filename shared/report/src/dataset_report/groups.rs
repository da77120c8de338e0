//! The findings grouped by code, errors first.

use tunedrop_validation::{Code, Excerpt, Finding, Severity};

use super::DatasetReport;
use super::excerpt::{Highlighted, highlight, plain};
use super::remedy::remedy;
use crate::wording::{Span, folded, grouped, spans, visible};

/// The page shows about this many locations at most. A location takes up to 1 kB, so the page stays below a megabyte.
const LOCATIONS: usize = 600;

/// How many locations of a code are visible before the reader unfolds the others.
const OPEN: usize = 5;

/// The findings of one code.
pub(super) struct Group {
    pub code: &'static str,
    pub title: &'static str,
    pub severity: &'static str,
    pub total: String,
    pub locations: Vec<Location>,
    /// Locations that are shown after the reader unfolds them.
    pub folded: Vec<Location>,
    pub more: Option<String>,
    /// The help, if it is the same for all of them.
    pub help: Option<Vec<Span>>,
    /// An instruction, and the command.
    pub remedy: Option<(&'static str, String)>,
    pub what: Vec<Span>,
    pub why: Vec<Span>,
}

/// The location of one finding, with its message.
pub(super) struct Location {
    /// `FILE:LINE:COLUMN`, or as much of it as applies.
    pub position: String,
    pub pointer: Option<String>,
    pub message: Vec<Span>,
    pub help: Option<Vec<Span>>,
    pub excerpt: Option<Highlighted>,
}

/// Errors first, then in the order in which the codes were found.
pub(super) fn groups(report: &DatasetReport) -> Vec<Group> {
    let mut codes: Vec<Code> = Vec::new();
    for code in report.findings.kept.iter().map(|finding| finding.code).chain(report.findings.counts.keys().copied()) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let most = (LOCATIONS / codes.len().max(1)).max(1);
    let mut groups: Vec<(Severity, Group)> = codes.iter().map(|code| group(report, *code, most)).collect();
    groups.sort_by_key(|(severity, _)| *severity);
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Shows at most `most` locations, and counts the others.
fn group(report: &DatasetReport, code: Code, most: usize) -> (Severity, Group) {
    let kept: Vec<&Finding> = report.findings.kept.iter().filter(|finding| finding.code == code).collect();
    let total = report.findings.counts.get(&code).copied().unwrap_or_default().max(kept.len() as u64);
    let kept = &kept[..kept.len().min(most)];
    let more = total - kept.len() as u64;
    let info = code.info();
    let severity = kept.first().map_or(info.severity, |finding| finding.severity);
    let same_help = kept.len() > 1 && kept.iter().all(|finding| finding.help == kept[0].help);
    let location = |finding: &&Finding| Location {
        position: position(finding),
        pointer: Some(visible(&finding.pointer)).filter(|pointer| !pointer.is_empty()),
        message: spans(&finding.message),
        help: Some(spans(&finding.help)).filter(|help| !same_help && !help.is_empty()),
        excerpt: finding.excerpt.as_ref().filter(|_| report.show_excerpts).map(|excerpt| excerpted(finding, excerpt)),
    };
    let group = Group {
        code: code.as_str(),
        title: info.title,
        severity: match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        total: if total > 1 { format!("{} times", grouped(total)) } else { String::new() },
        locations: kept.iter().take(OPEN).map(location).collect(),
        folded: kept.iter().skip(OPEN).map(location).collect(),
        more: (more > 0)
            .then(|| format!("{} more {} listed.", grouped(more), if more == 1 { "isn't" } else { "aren't" })),
        help: kept.first().map(|finding| spans(&finding.help)).filter(|help| same_help && !help.is_empty()),
        remedy: kept.first().and_then(|first| remedy(report, first)).map(|(what, command)| (what, folded(&command))),
        what: spans(info.what),
        why: spans(info.why),
    };
    (severity, group)
}

/// Without a column, an excerpt may be the beginning of a text, where nothing is the fault.
fn excerpted(finding: &Finding, excerpt: &Excerpt) -> Highlighted {
    if finding.column.is_some() || excerpt.at() > 0 { highlight(excerpt) } else { plain(excerpt) }
}

fn position(finding: &Finding) -> String {
    let file = visible(&finding.file);
    match (finding.line, finding.column) {
        (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        (Some(line), None) => format!("{file}:{line}"),
        _ => file,
    }
}
