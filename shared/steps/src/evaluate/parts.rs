//! Answers to a part of a chunk: what was answered before a call failed. They aren't asked for again.

use std::collections::BTreeSet;

use tunedrop_aws::Failure;
use tunedrop_run::EvaluationEntry;
use tunedrop_run::evaluation::{AnswerLine, Chunk};

use super::Evaluate;

/// The content type of answers.
pub(super) const JSON_LINES: &str = "application/x-ndjson";
/// The most objects with parts: one for each chunk.
const OBJECTS_MAX: usize = 2_000;
/// The most bytes of a part: ten answers, of far more tokens than any model gives.
const PART_BYTES_MAX: usize = 32 << 20;

impl Evaluate {
    /// The keys of the evaluation's parts.
    pub(super) async fn parts(&self, claimed: &EvaluationEntry) -> Result<BTreeSet<String>, Failure> {
        let keys = self.objects.keys(&format!("{}parts/", claimed.prefix()), OBJECTS_MAX).await?;
        Ok(keys.into_iter().collect())
    }

    /// What failed attempts at a chunk have stored. `parts`: the keys that are there.
    pub(super) async fn part(
        &self,
        claimed: &EvaluationEntry,
        chunk: &Chunk,
        parts: &BTreeSet<String>,
    ) -> Result<Vec<AnswerLine>, Failure> {
        let key = claimed.part_key(chunk);
        if !parts.contains(&key) {
            return Ok(Vec::new());
        }
        let bytes = self.objects.read(&key, None, PART_BYTES_MAX).await?;
        Ok(bytes.map(|bytes| answer_lines(&bytes)).unwrap_or_default())
    }

    /// Writes a part in place of the one that is there.
    pub(super) async fn keep_part(
        &self,
        claimed: &EvaluationEntry,
        chunk: &Chunk,
        lines: &[AnswerLine],
    ) -> Result<(), Failure> {
        self.objects.write(&claimed.part_key(chunk), json_lines(lines), JSON_LINES).await
    }
}

/// Answers as JSON lines.
pub(super) fn json_lines(lines: &[AnswerLine]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        // Strings and numbers: nothing here can fail to serialize.
        bytes.extend(serde_json::to_vec(line).unwrap_or_default());
        bytes.push(b'\n');
    }
    bytes
}

/// The lines that can be read. The records of others are asked.
fn answer_lines(bytes: &[u8]) -> Vec<AnswerLine> {
    bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

#[cfg(test)]
mod tests {
    use tunedrop_evaluation::Answer;

    use super::*;

    #[test]
    fn part_is_read_back_without_lines_that_cant_be_read() {
        let key = |n: u8| format!("{n:032x}").parse().expect("a key");
        let answer = Answer { text: "a\nb".into(), latency_ms: Some(1), tokens_in: Some(2), tokens_out: Some(3) };
        let lines = [
            AnswerLine { key: key(1), answer: Some(answer), stop: Some("end_turn".into()), missing: None },
            AnswerLine { key: key(2), answer: None, stop: None, missing: Some("no answer within 120 seconds".into()) },
        ];
        let mut bytes = json_lines(&lines);
        assert_eq!(answer_lines(&bytes), lines);
        bytes.extend(b"{\"key\": 1}\n{");
        assert_eq!(answer_lines(&bytes), lines);
    }
}
