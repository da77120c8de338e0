//! The answers of models, as they are stored: in chunks of a few records, one JSON line for each record.

use serde::{Deserialize, Serialize};
use tunedrop_evaluation::{Answer, NOISE_RECORDS, RecordKey};

use super::EvaluationEntry;

/// Records of a chunk. Each interruption repeats at most one chunk.
pub const CHUNK_RECORDS: usize = 10;

/// A line of a chunk: what a model answered to a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerLine {
    /// The record.
    pub key: RecordKey,
    /// The answer; absent if there is none.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Why the model stopped, in the API's word, such as `end_turn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<String>,
    /// Why there is no answer, in Bedrock's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

impl AnswerLine {
    /// Whether the model had more to say than it was allowed to.
    pub fn is_cut(&self) -> bool {
        self.stop.as_deref() == Some("max_tokens")
    }
}

/// A chunk of records that a model is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// The index of the model in [`sides`](EvaluationEntry::sides).
    pub side: usize,
    /// Whether the model answered these records once already.
    pub again: bool,
    /// The number of the chunk, from 0.
    pub number: usize,
}

impl Chunk {
    /// The positions of its records in the sample, which is sorted by key. `records`: how many the sample has.
    pub fn records(&self, records: usize) -> std::ops::Range<usize> {
        let most = if self.again { records.min(NOISE_RECORDS) } else { records };
        let first = (self.number * CHUNK_RECORDS).min(most);
        first..(first + CHUNK_RECORDS).min(most)
    }
}

/// The side that is asked a second time, to measure its noise: the base model, or the last side if that isn't asked.
pub fn repeated_side(entry: &EvaluationEntry) -> Option<usize> {
    let base = entry.sides.iter().position(|side| side.name == tunedrop_evaluation::BASE);
    base.or_else(|| entry.sides.len().checked_sub(1))
}

/// Every chunk whose answers are needed, in the order in which they are asked: the first chunk of each side, then the
/// second of each, and at the end the repeated ones. `records`: how many the sample has.
pub fn chunks(entry: &EvaluationEntry, records: usize) -> Vec<Chunk> {
    let of = |records: usize| 0..records.div_ceil(CHUNK_RECORDS);
    let first =
        of(records).flat_map(|number| (0..entry.sides.len()).map(move |side| Chunk { side, again: false, number }));
    let again = repeated_side(entry)
        .into_iter()
        .flat_map(|side| of(records.min(NOISE_RECORDS)).map(move |number| Chunk { side, again: true, number }));
    first.chain(again).collect()
}

impl EvaluationEntry {
    /// The key of the object with a chunk's answers.
    pub fn chunk_key(&self, chunk: &Chunk) -> String {
        self.answers_key("answers", chunk)
    }

    /// The key of the object with the answers to a part of a chunk, of an attempt that failed. Another attempt may replace it.
    pub fn part_key(&self, chunk: &Chunk) -> String {
        self.answers_key("parts", chunk)
    }

    fn answers_key(&self, folder: &str, chunk: &Chunk) -> String {
        let side = self.sides.get(chunk.side).map_or("", |side| &side.name);
        let again = if chunk.again { "-again" } else { "" };
        format!("{}{folder}/{side}{again}/{:04}.jsonl", self.prefix(), chunk.number)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::entry;
    use super::*;

    #[test]
    fn every_record_is_in_one_chunk_of_each_side() {
        let entry = entry(&["bot-000000000001", "base"]);
        for records in [1, 9, 10, 11, 29, 30, 31, 200, 1000] {
            let all = chunks(&entry, records);
            for side in 0..2 {
                let of = |again| all.iter().filter(move |chunk| chunk.side == side && chunk.again == again);
                let asked: Vec<usize> = of(false).flat_map(|chunk| chunk.records(records)).collect();
                assert_eq!(asked, (0..records).collect::<Vec<_>>());
                let again: Vec<usize> = of(true).flat_map(|chunk| chunk.records(records)).collect();
                let expected = if side == 1 { records.min(NOISE_RECORDS) } else { 0 };
                assert_eq!(again, (0..expected).collect::<Vec<_>>());
            }
            let keys = all.iter().flat_map(|chunk| [entry.chunk_key(chunk), entry.part_key(chunk)]);
            let keys: BTreeSet<String> = keys.collect();
            assert_eq!(keys.len(), 2 * all.len(), "two chunks would share an object");
            assert!(keys.iter().all(|key| key.starts_with(&entry.prefix())));
        }
        assert!(chunks(&entry, 0).is_empty());
    }

    #[test]
    fn last_side_is_repeated_without_the_base_model() {
        assert_eq!(repeated_side(&entry(&["bot-000000000001", "base", "deployed"])), Some(1));
        assert_eq!(repeated_side(&entry(&["bot-000000000001", "deployed"])), Some(1));
        assert_eq!(repeated_side(&entry(&[])), None);
    }

    #[test]
    fn lines_with_and_without_an_answer_are_read_back() {
        let key: RecordKey = "00112233445566778899aabbccddeeff".parse().expect("a key");
        let answer = Answer { text: "yes".into(), latency_ms: Some(5), tokens_in: Some(3), tokens_out: Some(1) };
        for line in [
            AnswerLine { key, answer: Some(answer), stop: Some("max_tokens".into()), missing: None },
            AnswerLine { key, answer: None, stop: None, missing: Some("no".into()) },
        ] {
            let text = serde_json::to_string(&line).expect("it serializes");
            assert_eq!(serde_json::from_str::<AnswerLine>(&text).expect("it parses"), line, "{text}");
            assert_eq!(line.is_cut(), line.answer.is_some());
        }
    }
}
