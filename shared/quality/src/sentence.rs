//! The result in one sentence.

use std::collections::BTreeMap;

use tunedrop_validation::{Code, grouped};

use crate::assess::Quality;

/// The codes in the order of how much they matter, with the clause about records that have them.
const CLAUSES: [(Code, &str, &str); 9] = [
    (Code::NearLeakage, "is nearly a training record", "are nearly training records"),
    (Code::ConflictingAnswers, "conflicts with another answer", "conflict with other answers"),
    (Code::NearDuplicate, "is a near-duplicate", "are near-duplicates"),
    (Code::TruncatedAnswer, "is truncated", "are truncated"),
    (Code::DamagedText, "has damaged text", "have damaged text"),
    (Code::BoilerplateAnswer, "has boilerplate", "have boilerplate"),
    (Code::UnusualLanguage, "is in an unusual language", "are in an unusual language"),
    (Code::UnusualLength, "has an unusual length", "have an unusual length"),
    (Code::SeveralAnswers, "has another answer to the same prompt", "have another answer to the same prompt"),
];

impl Quality {
    /// Returns how many records there were of each code, in one sentence. `counts` are those of all findings.
    pub fn sentence(&self, counts: &BTreeMap<Code, u64>) -> String {
        let records: u64 = self.files.iter().map(|file| file.records).sum();
        let count = |code: Code| counts.get(&code).copied().unwrap_or_default();
        let clauses: Vec<String> = CLAUSES
            .iter()
            .filter_map(|(code, one, many)| match count(*code) {
                0 => None,
                1 => Some(format!("1 {one}")),
                more => Some(format!("{} {many}", grouped(more))),
            })
            .collect();
        let unbalanced = if count(Code::LabelImbalance) > 0 { " The labels are unbalanced." } else { "" };
        let of = format!("{} record{}", grouped(records), if records == 1 { "" } else { "s" });
        match clauses.as_slice() {
            [] => format!("Nothing stands out in {of}.{unbalanced}"),
            [one] => format!("Of {of}, {one}.{unbalanced}"),
            [first @ .., last] => format!("Of {of}, {}, and {last}.{unbalanced}", first.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use tunedrop_validation::{Finding, Findings, Role};

    use super::*;
    use crate::assess::{FileQuality, Level};

    fn sentence(codes: &[Code]) -> String {
        let mut findings = Findings::default();
        let finding = |code| Finding::of_file(code, "train.jsonl", String::new(), String::new());
        codes.iter().for_each(|code| findings.push(finding(*code)));
        let file = FileQuality {
            name: "train.jsonl".to_owned(),
            role: Role::Train,
            findings: Findings::default(),
            records: 1_200,
            not_compared: 0,
            answer_chars_p50: None,
            answer_chars_p95: None,
            answer_lengths: Vec::new(),
            languages: Vec::new(),
            labels: Vec::new(),
            suspects: Vec::new(),
            profile: Default::default(),
        };
        let (groups, level) = (Vec::new(), Level::Standard);
        let quality =
            Quality { level, files: vec![file], groups, is_partial: false, template_share: 0.0, compared: None };
        quality.sentence(&findings.counts)
    }

    #[test]
    fn says_how_many_records_there_are_of_each_code() {
        assert_eq!(sentence(&[]), "Nothing stands out in 1,200 records.");
        assert_eq!(sentence(&[Code::DamagedText]), "Of 1,200 records, 1 has damaged text.");
        let many = [Code::NearDuplicate, Code::NearDuplicate, Code::TruncatedAnswer, Code::LabelImbalance];
        assert_eq!(
            sentence(&many),
            "Of 1,200 records, 2 are near-duplicates, and 1 is truncated. The labels are unbalanced."
        );
    }
}
