//! Statistics of the data files, and their longest records.

use tunedrop_validation::{LongRecord, Statistics};

use super::ReportFile;
use crate::billing::bracket;
use crate::wording::{bytes, grouped, visible};

/// How many of a file's longest records the report lists.
const LONGEST: usize = 5;

/// One statistic, with a value for each file.
pub(super) struct Row {
    pub name: &'static str,
    pub values: Vec<String>,
}

/// The longest records of one file: location and tokens of each.
pub(super) struct Longest {
    pub file: String,
    pub records: Vec<(String, String)>,
}

/// One row for each statistic and one column for each file, which fits a phone.
pub(super) fn rows(data: &[(&ReportFile, &Statistics)]) -> Vec<Row> {
    if data.is_empty() {
        return Vec::new();
    }
    let row =
        |name, of: &dyn Fn(&Statistics) -> String| Row { name, values: data.iter().map(|(_, s)| of(s)).collect() };
    let of_valid = |part: u64, s: &Statistics| match part as f64 * 100.0 / s.valid_records.max(1) as f64 {
        _ if part == 0 => "none".to_owned(),
        share if share < 0.1 => format!("{} (under 0.1%)", grouped(part)),
        share => format!("{} ({share:.1}%)", grouped(part)),
    };
    let mut rows = vec![
        Row { name: "Role", values: data.iter().map(|(file, _)| role(file)).collect() },
        row("Size", &|s| bytes(s.bytes)),
        row("Records", &|s| grouped(s.records)),
        row("Valid records", &|s| grouped(s.valid_records)),
        row("Turns", &|s| grouped(s.turns)),
        row("Characters", &|s| grouped(s.characters)),
        row("Estimated tokens", &|s| bracket(s.tokens)),
        row("Duplicates", &|s| of_valid(s.duplicates, s)),
    ];
    let is_compared = |file: &ReportFile| ["validation", "evaluation"].contains(&file.role.as_str());
    if data.iter().any(|(file, _)| is_compared(file)) {
        let leaked = |(file, s): &(&ReportFile, &Statistics)| {
            if is_compared(file) { of_valid(s.leaked, s) } else { "–".to_owned() }
        };
        rows.push(Row { name: "Also in the training file", values: data.iter().map(leaked).collect() });
    }
    if data.iter().any(|(_, s)| s.with_system > 0) {
        rows.push(row("With a system prompt", &|s| of_valid(s.with_system, s)));
    }
    if data.iter().any(|(_, s)| !s.sensitive.is_empty()) {
        rows.push(row("Secrets and personal data", &sensitive));
    }
    rows
}

/// How many of each kind a file has.
fn sensitive(statistics: &Statistics) -> String {
    let kinds: Vec<String> = statistics.sensitive.iter().map(|(kind, count)| kind.counted(*count)).collect();
    if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") }
}

/// A file's role in words.
pub(super) fn role(file: &ReportFile) -> String {
    match file.role.as_str() {
        "train" => "training file".to_owned(),
        "validation" => "validation file".to_owned(),
        "evaluation" => "held-out file".to_owned(),
        other => visible(other),
    }
}

/// `limit` is the model's limit of tokens per record.
pub(super) fn longest(data: &[(&ReportFile, &Statistics)], limit: Option<u64>) -> Vec<Longest> {
    let tokens = |record: &LongRecord| match limit {
        Some(limit) if record.tokens.high > limit => {
            format!("{} tokens, may exceed the limit", bracket(record.tokens))
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

#[cfg(test)]
mod tests {
    use tunedrop_validation::{SensitiveKind, Statistics};

    use super::{ReportFile, rows};

    #[test]
    fn counts_secrets_and_personal_data_if_there_are_any() {
        let file = ReportFile {
            name: "train.jsonl".to_owned(),
            role: "train".to_owned(),
            blake3: String::new(),
            etag: None,
            uploaded_at: None,
            statistics: None,
        };
        let sensitive = [(SensitiveKind::Iban, 1), (SensitiveKind::EmailAddress, 2)].into();
        let (none, some) = (Statistics::default(), Statistics { sensitive, ..Statistics::default() });
        let row = |data: &[(&ReportFile, &Statistics)]| {
            let row = rows(data).into_iter().find(|row| row.name == "Secrets and personal data");
            row.map(|row| row.values)
        };
        assert_eq!(row(&[(&file, &none)]), None);
        let both = row(&[(&file, &some), (&file, &none)]).expect("the row");
        assert_eq!(both, ["2 email addresses, 1 IBAN", "none"]);
    }
}
