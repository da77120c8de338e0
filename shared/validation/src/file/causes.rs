//! Causes of errors that many records of a file have in common: each is reported as one finding, not one per record.

use std::collections::BTreeMap;

use super::cause::Cause;
use super::line_set::LineSet;
use crate::set::{grouped, whole};
use crate::shape::{self, Shape};
use crate::{Code, Finding, Findings, Format};

/// The common causes of a file, or of a piece of it.
#[derive(Debug, Default)]
pub(super) struct Causes {
    /// Records in other formats, by the format's name.
    formats: BTreeMap<&'static str, (&'static Shape, LineSet)>,
    /// Records that have none of the required keys, and aren't in a known format.
    unknown: LineSet,
    /// The separate findings of these records, for a file that has few of them.
    pub(super) unknown_findings: Findings,
    /// Lines of plain text among the records.
    stray: LineSet,
    /// The separate findings of these lines, for a file that has few of them.
    pub(super) stray_findings: Findings,
    encoding: Cause,
    nulls: Cause,
    /// Errors that many records have for the same cause, such as an unsupported key.
    shared: BTreeMap<String, Cause>,
    /// The first finding of the causes beyond [`SHARED`].
    more_shared: Option<Finding>,
    /// The separate findings of the causes beyond [`SHARED`].
    more_each: Findings,
}

/// The maximum number of causes that are distinguished in a file: the first ones.
const SHARED: usize = 64;

/// Records that need the same change.
struct Group<'c> {
    lines: &'c LineSet,
    /// Completes "12 records …".
    are: String,
    /// Completes "this record …".
    is: String,
    help: String,
    is_converted: bool,
}

impl Causes {
    /// Adds a record in another format.
    pub(super) fn note_format(&mut self, shape: &'static Shape, line: u64) {
        self.formats.entry(shape.is).or_insert((shape, LineSet::default())).1.add(line);
    }

    /// Adds a record that has none of the required keys, and its findings.
    pub(super) fn note_unknown(&mut self, findings: Findings, line: u64) {
        self.unknown.add(line);
        self.unknown_findings.extend(findings);
    }

    /// Adds a line of text that isn't a record, and its findings.
    pub(super) fn note_stray(&mut self, findings: Findings, line: u64) {
        self.stray.add(line);
        self.stray_findings.extend(findings);
    }

    /// Adds the findings about a line that isn't UTF-8 and about members that are null, if there are any.
    pub(super) fn note(&mut self, encoding: Option<Finding>, nulls: Option<Finding>, line: u64) {
        self.encoding.note(encoding, line);
        self.nulls.note(nulls, line);
    }

    /// Adds a line's errors that other lines may have for the same cause. `always`: each cause becomes one finding.
    /// Otherwise it does only if enough lines have it.
    pub(super) fn note_shared(&mut self, shared: Vec<(String, Finding)>, always: bool, line: u64) {
        for (cause, finding) in shared {
            self.shared.entry(cause).or_default().note_in(finding, always, line);
        }
    }

    /// Adds the causes of later lines, whose line 1 follows line `before`.
    pub(super) fn extend(&mut self, mut later: Causes, before: u64) {
        for (shape, lines) in later.formats.into_values() {
            self.formats.entry(shape.is).or_insert((shape, LineSet::default())).1.extend(lines, before);
        }
        self.extend_shared(later.shared, before);
        self.unknown.extend(later.unknown, before);
        if !later.unknown_findings.counts.is_empty() {
            for finding in &mut later.unknown_findings.kept {
                finding.line = finding.line.map(|line| before + line);
            }
            self.unknown_findings.extend(later.unknown_findings);
        }
        self.stray.extend(later.stray, before);
        if !later.stray_findings.counts.is_empty() {
            for finding in &mut later.stray_findings.kept {
                finding.line = finding.line.map(|line| before + line);
            }
            self.stray_findings.extend(later.stray_findings);
        }
        self.encoding.extend(later.encoding, before);
        self.nulls.extend(later.nulls, before);
    }

    /// Adds the shared causes of a piece, in the order of their first findings. So which causes are distinguished
    /// doesn't depend on how the file is divided into pieces.
    fn extend_shared(&mut self, later: BTreeMap<String, Cause>, before: u64) {
        let mut later: Vec<(String, Cause)> = later.into_iter().collect();
        later.sort_by_key(|(_, cause)| cause.first.as_ref().map(|first| (first.line, first.column)));
        for (cause, later) in later {
            if self.shared.len() < SHARED || self.shared.contains_key(&cause) {
                self.shared.entry(cause).or_default().extend(later, before);
                continue;
            }
            let mut other = Cause::default();
            other.extend(later, before);
            if !other.each.counts.is_empty() {
                self.more_each.merge(other.each);
            } else if self.more_shared.is_none() {
                self.more_shared = other.first;
            }
        }
    }

    /// Adds the findings. `records`: the number of records in the file. `format`: the format that the model requires.
    /// `has_letters`: there are valid records with characters beyond ASCII.
    pub(super) fn report(
        mut self,
        file: &str,
        (records, has_letters): (u64, bool),
        format: &Format,
        findings: &mut Findings,
    ) {
        let is_undecoded = self.encoding.lines.count() * 2 > records;
        let some = |lines: &LineSet| match lines.count() {
            count if count == records => format!("all {} lines", grouped(records)),
            count => format!("{} of {} lines ({lines})", grouped(count), grouped(records)),
        };
        // Converting the file would corrupt the records that are UTF-8 already.
        if let Some(finding) = self.encoding.first.as_mut().filter(|_| !is_undecoded && has_letters) {
            finding.help = "convert or restore only these lines: other lines have valid UTF-8 beyond ASCII, so converting the whole file would garble them".to_owned();
        }
        self.encoding.report(|lines| format!("invalid UTF-8 in {}", some(lines)), findings);
        // In the wrong encoding, keys may be misread too. The other errors are reported after the file was converted.
        if is_undecoded {
            self.shared.into_values().for_each(|cause| findings.merge(cause.each));
            findings.merge(self.more_each);
            return;
        }
        self.nulls.report(|lines| format!("keys are null in {}", some(lines)), findings);
        findings.merge(self.more_each);
        for cause in self.shared.into_values() {
            if !cause.is_one(records) {
                findings.merge(cause.each);
                continue;
            }
            let message = cause.first.as_ref().map(|first| first.message.clone()).unwrap_or_default();
            cause.report(|lines| format!("{message}, in {}", some(lines)), findings);
        }
        if let Some(mut other) = self.more_shared {
            other.message += "; other records have more such faults";
            findings.push(other);
        }
        let stray = self.stray.count();
        match self.stray_findings.kept.first() {
            Some(first) if (stray >= 10 && stray * 10 >= records) || (stray > 1 && stray * 2 >= records) => findings.push(Finding {
                message: format!("{} aren't JSON objects", some(&self.stray)),
                help: "write each record as a JSON object on its own line, or remove these lines; if they are a table, convert it in a file of its own".to_owned(),
                ..first.clone()
            }),
            _ => findings.merge(self.stray_findings),
        }
        let unknown = self.unknown.count();
        // Half of the lines is enough: in some exports, each record follows a line with metadata.
        let is_half = unknown > 1 && unknown * 2 >= records;
        let is_shared = is_half || unknown * 2 > records || (unknown >= 10 && unknown * 10 >= records);
        if !is_shared {
            findings.merge(self.unknown_findings);
        }
        let mut groups: Vec<Group> =
            self.formats.values().map(|(shape, lines)| of_format(shape, lines, format)).collect();
        groups.extend(is_shared.then(|| of_unknown(&self.unknown, format)));
        groups.sort_by_key(|group| group.lines.first());
        let Some((line, message, help)) = summary(&groups, records, format) else { return };
        let mut finding = whole(Code::WrongLayout, file, message, shape::with_type(&help, format));
        (finding.line, finding.column) = (Some(line), Some(1));
        findings.push(finding);
    }
}

fn of_format<'c>(shape: &Shape, lines: &'c LineSet, format: &Format) -> Group<'c> {
    Group {
        lines,
        are: format!("are in {}", shape.is),
        is: format!("is in {}", shape.is),
        help: shape.help(format),
        is_converted: shape.is_converted(format),
    }
}

fn of_unknown<'c>(lines: &'c LineSet, format: &Format) -> Group<'c> {
    let keys: Vec<String> = shape::required(format).iter().map(|key| format!("`{key}`")).collect();
    let (keys, which) = match keys.as_slice() {
        [key] => (format!("lack {key}"), "the key that the format requires"),
        keys => (format!("lack {}", keys.join(" and ")), "the keys that the format requires"),
    };
    let is = keys.replacen("lack", "lacks", 1);
    let help = format!("write {} on each line", shape::wanted(format));
    Group { lines, are: format!("{keys}, {which}"), is: format!("{is}, {which}"), help, is_converted: false }
}

/// Returns the line, message and help of the finding about records in other formats.
fn summary(groups: &[Group], records: u64, format: &Format) -> Option<(u64, String, String)> {
    let number = |lines: &LineSet| format!("{} of {} records", grouped(lines.count()), grouped(records));
    match groups {
        [] => None,
        [group] => {
            let (count, are) = (group.lines.count(), &group.are);
            let message = match count {
                1 => format!("this record {}", group.is),
                _ if count == records => format!("all {} records {are}", grouped(records)),
                _ if count * 10 >= records * 9 => {
                    format!("{}, starting with this one, {are}", number(group.lines))
                }
                _ if count * 10 < records => format!("{} ({}) {are}", number(group.lines), group.lines),
                _ => {
                    format!("the file mixes two formats: {} ({}) {are}", number(group.lines), group.lines)
                }
            };
            Some((group.lines.first(), message, group.help.clone()))
        }
        [first, second, ..] => {
            const NAMED: usize = 4;
            let rest = records - groups.iter().map(|group| group.lines.count()).sum::<u64>();
            let formats = groups.len() + usize::from(rest > 0);
            let mut parts: Vec<String> = groups
                .iter()
                .take(NAMED)
                .enumerate()
                .map(|(at, Group { lines, are, .. })| match at {
                    0 => format!("{} ({lines}) {are}", number(lines)),
                    _ => format!("{} ({lines}) {are}", grouped(lines.count())),
                })
                .collect();
            let more: u64 = groups.iter().skip(NAMED).map(|group| group.lines.count()).sum();
            parts.extend((more > 0).then(|| format!("{} are in other formats", grouped(more))));
            let message = format!("the file mixes {formats} formats: {}", parts.join("; "));
            let help = if groups.iter().all(|group| group.is_converted) {
                format!("convert it with `tunedrop convert IN --model MODEL -o OUT` to {}", shape::wanted(format))
            } else {
                format!("put the records of each format into their own file; for the first format: {}", first.help)
            };
            // The finding is at the first record of the second format.
            Some((second.lines.first(), message, help))
        }
    }
}
