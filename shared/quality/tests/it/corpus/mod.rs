//! The labeled corpora: datasets with faults that were put in, and with records that only look faulty.
//!
//! They are the same each time. Which records are faulty follows from how they were made, not from the rules.

mod others;
mod perturb;
mod seed;
mod support;

use std::collections::BTreeSet;

use serde_json::json;
use tunedrop_validation::{Code, Role};

pub(crate) use seed::{CORPUS, Chance, HELD_BACK, Material, Seed};

/// A record with the codes that a perfect rule would report.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labeled {
    pub(crate) prompt: String,
    pub(crate) answer: String,
    pub(crate) codes: BTreeSet<Code>,
    /// Records of one group are near-duplicates: all but the first get the code.
    pub(crate) alike: Option<usize>,
    /// Records of one group have conflicting answers, or several ones.
    pub(crate) asked: Option<(usize, Code)>,
}

impl Labeled {
    pub(crate) fn new(prompt: impl Into<String>, answer: impl Into<String>) -> Labeled {
        Labeled { prompt: prompt.into(), answer: answer.into(), ..Labeled::default() }
    }

    pub(crate) fn with(mut self, code: Code) -> Labeled {
        self.codes.insert(code);
        self
    }

    fn line(&self) -> String {
        let turn = |role: &str, text: &str| json!({"role": role, "content": [{"text": text}]});
        let messages = [turn("user", &self.prompt), turn("assistant", &self.answer)];
        json!({"schemaVersion": "bedrock-conversation-2024", "messages": messages}).to_string()
    }
}

/// A file of the corpus.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) records: Vec<Labeled>,
    /// Codes of the file as a whole.
    pub(crate) codes: BTreeSet<Code>,
}

impl File {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.records.iter().flat_map(|record| [record.line().into_bytes(), b"\n".to_vec()].concat()).collect()
    }

    /// Returns each expected finding: the code, and the line or 0 for the file.
    pub(crate) fn expected(&self) -> BTreeSet<(Code, u64)> {
        let mut expected: BTreeSet<(Code, u64)> = self.codes.iter().map(|code| (*code, 0)).collect();
        let (mut alike, mut asked) = (BTreeSet::new(), BTreeSet::new());
        for (record, line) in self.records.iter().zip(1..) {
            expected.extend(record.codes.iter().map(|code| (*code, line)));
            if record.alike.is_some_and(|group| !alike.insert(group)) {
                expected.insert((Code::NearDuplicate, line));
            }
            if let Some((group, code)) = record.asked
                && !asked.insert(group)
            {
                expected.insert((code, line));
            }
        }
        expected
    }
}

/// Returns the datasets: each a training file, and for some a validation file.
pub(crate) fn corpus(material: &Material) -> Vec<Vec<File>> {
    let mut datasets = Vec::new();
    for (code, _) in material.languages {
        for number in 0..5 {
            datasets.push(support::dataset(material, code, number));
        }
    }
    datasets.extend(others::datasets(material));
    datasets
}
