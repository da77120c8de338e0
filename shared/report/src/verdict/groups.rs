//! The findings, grouped by code, those that block first.

use tunedrop_validation::{Code, Finding, Severity};

use super::Verdict;
use super::excerpt::{Marked, marked};
use super::remedy::remedy;
use crate::wording::{folded, grouped, visible};

/// The page shows at most about so many places, so that it stays below a megabyte whatever they hold; a place takes up to 1 kB.
const PLACES: usize = 600;

/// So many places of a code are seen at once: whoever mends these has understood the rest.
const OPEN: usize = 5;

/// The findings of one code.
pub(super) struct Group {
    pub code: &'static str,
    pub title: &'static str,
    pub severity: &'static str,
    pub total: String,
    pub places: Vec<Place>,
    /// Places that are folded away until they are wanted.
    pub folded: Vec<Place>,
    pub more: Option<String>,
    /// Where all of them are mended in the same way.
    pub help: Option<String>,
    /// A few words, and the command.
    pub remedy: Option<(&'static str, String)>,
    pub what: &'static str,
    pub why: &'static str,
}

/// Where one finding is, and what stands there.
pub(super) struct Place {
    pub place: String,
    pub pointer: Option<String>,
    pub message: String,
    pub help: Option<String>,
    pub excerpt: Option<Marked>,
}

/// Errors first, then in the order in which the codes were met.
pub(super) fn groups(verdict: &Verdict) -> Vec<Group> {
    let mut codes: Vec<Code> = Vec::new();
    for code in verdict.findings.kept.iter().map(|finding| finding.code).chain(verdict.findings.counts.keys().copied())
    {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let most = (PLACES / codes.len().max(1)).max(1);
    let mut groups: Vec<(Severity, Group)> = codes.iter().map(|code| group(verdict, *code, most)).collect();
    groups.sort_by_key(|(severity, _)| *severity);
    groups.into_iter().map(|(_, group)| group).collect()
}

/// At most `most` places are shown; the rest is counted.
fn group(verdict: &Verdict, code: Code, most: usize) -> (Severity, Group) {
    let kept: Vec<&Finding> = verdict.findings.kept.iter().filter(|finding| finding.code == code).collect();
    let total = verdict.findings.counts.get(&code).copied().unwrap_or_default().max(kept.len() as u64);
    let kept = &kept[..kept.len().min(most)];
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
        total: if total > 1 { format!("{} times", grouped(total)) } else { String::new() },
        places: kept.iter().take(OPEN).map(place).collect(),
        folded: kept.iter().skip(OPEN).map(place).collect(),
        more: (more > 0).then(|| format!("and {} more, which are only counted", grouped(more))),
        help: kept.first().map(|finding| visible(&finding.help)).filter(|help| same_help && !help.is_empty()),
        remedy: kept.first().and_then(|first| remedy(verdict, first)).map(|(what, command)| (what, folded(&command))),
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
