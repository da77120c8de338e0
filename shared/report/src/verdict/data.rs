//! What the files hold, in figures.

use tunedrop_validation::{LongRecord, Statistics};

use super::FileVerdict;
use crate::billing::bracket;
use crate::wording::{bytes, grouped, visible};

/// How many of a file's longest records are named.
const LONGEST: usize = 5;

/// A figure of each file.
pub(super) struct Row {
    pub name: &'static str,
    pub values: Vec<String>,
}

/// The longest records of one file, a line and its tokens each.
pub(super) struct Longest {
    pub file: String,
    pub records: Vec<(String, String)>,
}

/// A row a figure, a column a file: that fits a phone.
pub(super) fn rows(data: &[(&FileVerdict, &Statistics)]) -> Vec<Row> {
    if data.is_empty() {
        return Vec::new();
    }
    let row =
        |name, of: &dyn Fn(&Statistics) -> String| Row { name, values: data.iter().map(|(_, s)| of(s)).collect() };
    let of_valid = |part: u64, s: &Statistics| match part as f64 * 100.0 / s.valid_records.max(1) as f64 {
        _ if part == 0 => "none".to_owned(),
        share if share < 0.1 => format!("{} (under 0.1 %)", grouped(part)),
        share => format!("{} ({share:.1} %)", grouped(part)),
    };
    let mut rows = vec![
        Row { name: "Role", values: data.iter().map(|(file, _)| visible(&file.role)).collect() },
        row("Size", &|s| bytes(s.bytes)),
        row("Records", &|s| grouped(s.records)),
        row("Valid records", &|s| grouped(s.valid_records)),
        row("Turns", &|s| grouped(s.turns)),
        row("Characters", &|s| grouped(s.characters)),
        row("Tokens", &|s| bracket(s.tokens)),
        row("Duplicates", &|s| of_valid(s.duplicates, s)),
    ];
    if data.iter().any(|(file, _)| file.role == "validation") {
        let leaked = |(file, s): &(&FileVerdict, &Statistics)| {
            if file.role == "validation" { of_valid(s.leaked, s) } else { "–".to_owned() }
        };
        rows.push(Row { name: "Also in the training file", values: data.iter().map(leaked).collect() });
    }
    if data.iter().any(|(_, s)| s.with_system > 0) {
        rows.push(row("With a system text", &|s| of_valid(s.with_system, s)));
    }
    rows
}

/// `limit` is the most tokens of a record.
pub(super) fn longest(data: &[(&FileVerdict, &Statistics)], limit: Option<u64>) -> Vec<Longest> {
    let tokens = |record: &LongRecord| match limit {
        Some(limit) if record.tokens.high > limit => {
            format!("{} tokens, may be above the limit", bracket(record.tokens))
        }
        _ => format!("{} tokens", bracket(record.tokens)),
    };
    let record = |record: &LongRecord| (format!("line {}", grouped(record.line)), tokens(record));
    data.iter()
        .filter(|(_, statistics)| !statistics.longest.is_empty())
        .map(|(file, statistics)| Longest {
            file: visible(&file.name),
            records: statistics.longest.iter().take(LONGEST).map(record).collect(),
        })
        .collect()
}
