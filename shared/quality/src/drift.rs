//! How a training file differs from the one of an earlier version: only differences that are too large for chance, and
//! large enough to matter.

mod proportion;
mod size;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;
use tunedrop_validation::{Code, Excerpt, Finding, Findings};

use crate::assess::FileQuality;
use crate::sketch::{LabelHash, Sketch, label_words};
use proportion::{Share, differs};
use size::size;
use words::share_text;

/// Fewer records are too few to compare.
pub(crate) const RECORDS_MIN: u64 = 100;
/// The chance that anything at all is reported of two random samples of the same independent records is at most this.
pub(crate) const FALSE_ALARMS: f64 = 0.001;
/// How many differences are listed, the largest first.
const CHANGES_MAX: usize = 10;

/// A difference between two versions.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// What differs: `answer-length`, `prompt-length`, `turns`, `language`, `label`, `duplicates` or `near-duplicates`.
    pub what: &'static str,
    /// The code of the language, of ISO 639-3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The number of the label, as the report numbers them. Absent for a label that isn't used any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<usize>,
    /// Before: the median of characters or turns, or a share of the records.
    pub before: f64,
    /// Now.
    pub now: f64,
    /// The size of the difference, by which differences are ordered: the effect size of the test.
    pub size: f64,
    /// The difference in words, without a record's text.
    pub text: String,
    /// The label: a record's text, so it isn't serialized.
    #[serde(skip)]
    pub label_text: Option<Excerpt>,
}

/// The differences between two versions.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Drift {
    /// The records of the training file before.
    pub records_before: u64,
    /// The records of the training file now.
    pub records: u64,
    /// The largest differences, the largest first.
    pub changes: Vec<Change>,
    /// The number of differences that aren't listed.
    pub more: usize,
}

/// A comparison with an earlier version, or why there is none.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// The run of the earlier version, or the path of its data.
    pub with: String,
    /// Whether it is the dataset's last accepted version.
    #[serde(skip)]
    pub is_accepted: bool,
    /// The differences; absent if the two weren't compared.
    #[serde(flatten)]
    pub drift: Option<Drift>,
    /// Why they weren't compared, in one clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_compared: Option<String>,
}

/// Compares a training file with an earlier one. `hash` is the keyed hash that the earlier sketch was made with. `Err` says
/// why they can't be compared.
pub fn compare(before: &Sketch, file: &FileQuality, hash: &dyn Fn(&str) -> LabelHash) -> Result<Drift, String> {
    let now = Sketch::of(file, hash);
    for (records, which) in [(before.records, "the earlier version has"), (now.records, "it has")] {
        if records < RECORDS_MIN {
            let s = if records == 1 { "" } else { "s" };
            return Err(format!("{which} {records} record{s}, and {RECORDS_MIN} are needed"));
        }
    }
    let languages = union(&before.languages, &now.languages);
    let labels = before.labels.as_ref().zip(now.labels.as_ref());
    let are_labels = labels.is_some();
    let labels = labels.map(|(before, now)| union(before, now)).unwrap_or_default();
    // Each test gets its part of the false alarms (Bonferroni).
    let alpha = FALSE_ALARMS / (5 + languages.len() + labels.len()) as f64;
    let is_prose = before.prompts.total() == 0 && now.prompts.total() == 0;
    let mut changes: Vec<Change> = Vec::new();
    let texts = if is_prose { ("texts", "text") } else { ("answers", "answer") };
    // The lengths of labels say nothing that the labels don't.
    if !are_labels {
        changes.extend(size("answer-length", texts, &before.answers, &now.answers, alpha));
    }
    changes.extend(size("prompt-length", ("prompts", "prompt"), &before.prompts, &now.prompts, alpha));
    changes.extend(size("turns", ("conversations", "turns"), &before.turns, &now.turns, alpha));
    for (what, count) in [
        ("duplicates", [before.duplicates, now.duplicates]),
        ("near-duplicates", [before.near_duplicates, now.near_duplicates]),
    ] {
        let shares = [Share::of(count[0], before.records), Share::of(count[1], now.records)];
        let change = differs(shares, alpha).map(|size| Change {
            text: share_text(&format!("of records are {what}"), shares),
            ..Change::of_shares(what, shares, size)
        });
        changes.extend(change);
    }
    changes.extend(of_languages(&languages, file, alpha));
    changes.extend(of_labels(&labels, file, hash, alpha));
    changes.sort_by(|one, other| other.size.total_cmp(&one.size).then_with(|| one.text.cmp(&other.text)));
    let more = changes.len().saturating_sub(CHANGES_MAX);
    changes.truncate(CHANGES_MAX);
    Ok(Drift { records_before: before.records, records: now.records, changes, more })
}

/// The counts of both versions by key.
type Counts<K> = BTreeMap<K, [u64; 2]>;

fn union<K: Ord + Copy>(before: &BTreeMap<K, u64>, now: &BTreeMap<K, u64>) -> Counts<K> {
    let mut union: Counts<K> = BTreeMap::new();
    before.iter().for_each(|(key, count)| union.entry(*key).or_default()[0] = *count);
    now.iter().for_each(|(key, count)| union.entry(*key).or_default()[1] = *count);
    union
}

/// Returns what differs in shares of a whole, with the key. Of two parts, only the one that grew: the other says the same.
fn of_parts<K: Copy + Ord>(counts: &Counts<K>, alpha: f64) -> Vec<(K, [Share; 2], f64)> {
    let whole = counts.values().fold([0; 2], |sum, count| [sum[0] + count[0], sum[1] + count[1]]);
    let of = |(key, count): (&K, &[u64; 2])| {
        let shares = [Share::of(count[0], whole[0]), Share::of(count[1], whole[1])];
        let size = if whole.iter().any(|all| *all < RECORDS_MIN) { None } else { differs(shares, alpha) };
        Some((*key, shares, size?)).filter(|_| counts.len() != 2 || shares[1].part() > shares[0].part())
    };
    counts.iter().filter_map(of).collect()
}

fn of_languages(counts: &Counts<[u8; 3]>, file: &FileQuality, alpha: f64) -> Vec<Change> {
    let change = |(key, shares, size): ([u8; 3], [Share; 2], f64)| {
        let code = String::from_utf8_lossy(&key).into_owned();
        let known = file.languages.iter().find(|language| language.code == code);
        let name = known.map_or_else(|| crate::language::name_of(&code).unwrap_or(&code), |known| known.name);
        let text = share_text(&format!("of records are in {name}"), shares);
        Change { text, language: Some(code.clone()), ..Change::of_shares("language", shares, size) }
    };
    of_parts(counts, alpha).into_iter().map(change).collect()
}

fn of_labels(
    counts: &Counts<LabelHash>,
    file: &FileQuality,
    hash: &dyn Fn(&str) -> LabelHash,
    alpha: f64,
) -> Vec<Change> {
    let hashes: Vec<LabelHash> = file.labels.iter().map(|label| hash(&label_words(label.label.text()))).collect();
    let change = |(key, shares, size): (LabelHash, [Share; 2], f64)| {
        let at = hashes.iter().position(|hash| *hash == key);
        let name = at.map(|at| format!("label {}", at + 1));
        Change {
            text: words::label_text(name.as_deref(), shares),
            label: at.map(|at| at + 1),
            label_text: at.map(|at| file.labels[at].label.clone()),
            ..Change::of_shares("label", shares, size)
        }
    };
    of_parts(counts, alpha).into_iter().map(change).collect()
}

impl Change {
    fn of_shares(what: &'static str, shares: [Share; 2], size: f64) -> Change {
        let [before, now] = shares.map(Share::part);
        Change { what, language: None, label: None, before, now, size, text: String::new(), label_text: None }
    }

    /// Returns the difference in words, with `label` for the label.
    pub fn naming(&self, label: &str) -> String {
        match self.label {
            Some(number) => self.text.replacen(&format!("label {number}"), &format!("label {label}"), 1),
            None => self.text.clone(),
        }
    }
}

impl Comparison {
    /// Returns the version that is compared with, in words.
    pub fn version(&self) -> String {
        if self.is_accepted { "the last accepted version".to_owned() } else { self.with.clone() }
    }

    /// Returns a warning for each difference.
    pub fn findings(&self, file: &str) -> Findings {
        let mut findings = Findings::default();
        for change in self.drift.iter().flat_map(|drift| &drift.changes) {
            let message = format!("compared with {}, {}", self.version(), change.text);
            let help = "check that the data was meant to change".to_owned();
            findings.push(Finding::of_file(Code::DataDrift, file, message, help));
        }
        findings
    }

    /// Returns the first differences in one sentence, without a record's text. `None` if there are none.
    pub fn sentence(&self, most: usize) -> Option<String> {
        let drift = self.drift.as_ref().filter(|drift| !drift.changes.is_empty())?;
        let first: Vec<&str> = drift.changes.iter().take(most).map(|change| change.text.as_str()).collect();
        let more = drift.changes.len() - first.len() + drift.more;
        let rest = match more {
            0 => String::new(),
            1 => "; and 1 more difference".to_owned(),
            more => format!("; and {more} more differences"),
        };
        Some(format!("Compared with {}: {}{rest}.", self.version(), first.join("; ")))
    }
}

#[cfg(test)]
mod measured;
#[cfg(test)]
mod tests;
