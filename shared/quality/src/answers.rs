//! Rules on answers that are compared with each other: conflicts and labels.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use tunedrop_validation::{Code, Excerpt, Findings, Role};

use crate::assess::{LabelCount, Level, finding};
use crate::kept::{Asked, FileSketch};

/// How many answers to one prompt each further one is compared with.
const ANSWERS_MAX: usize = 8;

/// Fewer records are too few to call a label rare.
const LABELED_MIN: u64 = 100;
/// The least number of records for each label, on average. With fewer, short answers aren't labels.
const RECORDS_PER_LABEL: u64 = 10;
/// The part of a file's records that have a label, in percent.
const LABELED_PERCENT: u64 = 95;
/// From this ratio of the most frequent label to the rarest, labels are unbalanced.
const RATIO: u64 = 10;

/// Reports answers that conflict with an earlier answer to the same prompt. Returns their lines.
pub(crate) fn add_conflicts(file: &FileSketch, level: Level, findings: &mut Findings) -> HashSet<u32> {
    let are_labels = are_labels(file);
    let mut asked: Vec<&Asked> = file.asked.iter().collect();
    asked.sort_by_key(|asked| (asked.prompt, asked.line));
    let mut found: Vec<(u32, Code, u32)> = Vec::new();
    for group in asked.chunk_by(|one, other| one.prompt == other.prompt).filter(|group| group.len() > 1) {
        let mut answers: Vec<&Asked> = Vec::with_capacity(ANSWERS_MAX);
        for asked in group {
            if answers.iter().any(|earlier| earlier.answer == asked.answer) {
                continue;
            }
            if let Some(earlier) = answers.iter().find(|earlier| conflict(earlier, asked, are_labels)) {
                found.push((asked.line, Code::ConflictingAnswers, earlier.line));
            } else if let (Level::Thorough, Some(earlier)) = (level, answers.first()) {
                found.push((asked.line, Code::SeveralAnswers, earlier.line));
            }
            if answers.len() < ANSWERS_MAX {
                answers.push(asked);
            }
        }
    }
    found.sort_unstable_by_key(|(line, ..)| *line);
    let lines = found.iter().map(|(line, ..)| *line).collect();
    for (line, code, earlier) in found {
        let what = if code == Code::SeveralAnswers { "another answer" } else { "an answer that conflicts" };
        let message = format!("the prompt is that of line {earlier}, with {what}");
        findings.push(finding(code, file, line, message, "decide which answer the model should learn", None));
    }
    lines
}

/// Whether two different answers can't both be right. Two short answers can, unless they are labels: "red" and "blue" are
/// both colors.
fn conflict(one: &Asked, other: &Asked, are_labels: bool) -> bool {
    are_labels || one.skeleton == other.skeleton && one.answer_words.abs_diff(other.answer_words) <= 2
}

/// Whether the answers are a few labels.
pub(crate) fn are_labels(file: &FileSketch) -> bool {
    labels(file).is_some()
}

/// Returns the counts of the answers, if they are a few labels.
fn labels(file: &FileSketch) -> Option<&HashMap<u64, (u64, Box<str>)>> {
    let counted = file.labels.as_ref()?;
    let is_labeled = file.labeled >= LABELED_MIN
        && file.labeled * 100 >= file.records * LABELED_PERCENT
        && counted.len() as u64 * RECORDS_PER_LABEL <= file.labeled
        && counted.len() > 1;
    is_labeled.then_some(counted)
}

/// Returns the labels of a file whose answers are a few labels, and reports those that are rare.
pub(crate) fn add_labels(file: &FileSketch, findings: &mut Findings) -> Vec<LabelCount> {
    let Some(counted) = labels(file) else { return Vec::new() };
    let mut counts: Vec<(u64, &str)> = counted.values().map(|(count, label)| (*count, label.as_ref())).collect();
    counts.sort_by_key(|(count, label)| (Reverse(*count), *label));
    if let (Some((most, _)), Some((least, _))) = (counts.first(), counts.last())
        && most / least >= RATIO
        && file.role == Role::Train
    {
        let message =
            format!("the most frequent of {} labels has {most} records, and the rarest has {least}", counts.len());
        let help = "add records for the rare labels".to_owned();
        findings.push(tunedrop_validation::Finding::of_file(Code::LabelImbalance, &file.name, message, help));
    }
    counts
        .into_iter()
        .map(|(records, label)| LabelCount { records, label: Excerpt::around(label.as_bytes(), 0) })
        .collect()
}
