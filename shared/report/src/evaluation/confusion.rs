//! Confusion matrices, and the mistakes that each side makes most.

use tunedrop_evaluation::{Confusion, Evaluation};

use super::figures::heading;
use crate::wording::{grouped, visible};

/// With more labels than this, a matrix is folded.
const LABELS_SHOWN_MAX: usize = 12;
/// With more characters than this in all labels, columns have numbers instead of labels.
const COLUMNS_CHARS_MAX: usize = 70;
/// How many kinds of mistakes are listed for a side.
const MISTAKES_MAX: usize = 5;
/// The longest label that is shown whole, in characters.
const LABEL_CHARS_MAX: usize = 40;

/// The section on labels.
pub(super) struct Labels {
    pub names: Vec<String>,
    /// What the columns are called.
    pub columns: Vec<String>,
    pub is_folded: bool,
    pub matrices: Vec<Matrix>,
}

/// How a side answered.
pub(super) struct Matrix {
    pub side: String,
    pub rows: Vec<MatrixRow>,
    /// The mistakes that occur most, as sentences.
    pub mistakes: Vec<Mistake>,
}

/// The answers to records with one label.
pub(super) struct MatrixRow {
    /// The number of its column, if columns have numbers.
    pub number: Option<usize>,
    pub label: String,
    pub counts: Vec<Count>,
}

pub(super) struct Count {
    pub text: String,
    /// The class in the style sheet.
    pub class: &'static str,
}

/// A label that was answered with another one.
pub(super) struct Mistake {
    pub times: String,
    pub label: String,
    /// None for an answer that is no label.
    pub answer: Option<String>,
}

/// Names for labels that must not be shown.
pub(super) fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("label {number}")).collect()
}

pub(super) fn labels(evaluation: &Evaluation, show_names: bool) -> Option<Labels> {
    let result = evaluation.labels.as_ref()?;
    let names = if show_names {
        result.labels.iter().map(|label| shown(label)).collect()
    } else {
        numbered(result.labels.len())
    };
    let is_wide = names.iter().map(|name| name.chars().count()).sum::<usize>() > COLUMNS_CHARS_MAX;
    let matrix = |one: &Confusion| Matrix {
        side: heading(evaluation, &one.side),
        rows: matrix_rows(one, &names, is_wide),
        mistakes: mistakes(one, &names),
    };
    Some(Labels {
        columns: if is_wide { (1..=names.len()).map(|number| number.to_string()).collect() } else { names.clone() },
        is_folded: names.len() > LABELS_SHOWN_MAX,
        matrices: result.confusion.iter().map(matrix).collect(),
        names,
    })
}

fn shown(label: &str) -> String {
    let kept: String = label.chars().take(LABEL_CHARS_MAX).collect();
    visible(&if kept.len() < label.len() { format!("{kept}…") } else { kept })
}

fn matrix_rows(of: &Confusion, labels: &[String], is_numbered: bool) -> Vec<MatrixRow> {
    let row = |(at, label): (usize, &String)| {
        let count = |(answer, count): (usize, &u64)| Count {
            text: grouped(*count),
            class: match (*count, answer == at) {
                (0, _) => "none",
                (_, true) => "right",
                (_, false) => "wrong",
            },
        };
        let counts = of.counts.get(at).map(Vec::as_slice).unwrap_or_default();
        let number = is_numbered.then_some(at + 1);
        MatrixRow { number, label: label.clone(), counts: counts.iter().enumerate().map(count).collect() }
    };
    labels.iter().enumerate().map(row).collect()
}

fn mistakes(of: &Confusion, names: &[String]) -> Vec<Mistake> {
    let cells = of.counts.iter().enumerate().flat_map(|(label, counts)| {
        counts
            .iter()
            .enumerate()
            .filter(move |(answer, _)| *answer != label)
            .map(move |(answer, count)| (*count, label, answer))
    });
    let mut cells: Vec<(u64, usize, usize)> = cells.filter(|(count, ..)| *count > 0).collect();
    cells.sort_by_key(|(count, label, answer)| (std::cmp::Reverse(*count), *label, *answer));
    let mistake = |(count, label, answer): &(u64, usize, usize)| Mistake {
        times: grouped(*count),
        label: names.get(*label).cloned().unwrap_or_default(),
        answer: names.get(*answer).cloned(),
    };
    cells.iter().take(MISTAKES_MAX).map(mistake).collect()
}
