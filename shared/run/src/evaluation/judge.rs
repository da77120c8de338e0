//! The judge's evaluation jobs: their names, and the keys of their files. Each side has a job of its own, because the answers
//! in a job's dataset must all have the same `modelIdentifier` (user guide, `model-evaluation-prompt-datasets-judge`).

use super::EvaluationEntry;

/// The longest part of a run's id in a job's name, in characters. The API allows 63 characters for the name (API reference,
/// CreateEvaluationJob); a hash and the side's number follow.
const RUN_ID_MAX: usize = 40;
/// Hex digits of the hash in a job's name.
const HASH_LEN: usize = 12;

/// How far a judge's job is, as Bedrock shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum JudgeState {
    /// It isn't over, or has a status that this version doesn't know.
    InProgress,
    /// Its output is complete.
    Completed,
    /// Bedrock doesn't know it: it may not show a new job at once.
    Unknown,
    /// It ended without output, in Bedrock's words.
    Ended(String),
}

/// Bedrock's answer to the creation of a judge's job.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum JudgeAnswer {
    /// The job's ARN.
    Accepted(String),
    /// Not now, in Bedrock's words: a quota or a missing permission.
    Later(String),
    /// Never, in Bedrock's words.
    Refused(String),
}

impl EvaluationEntry {
    /// The beginning of the names of this evaluation's jobs, which no other evaluation has. It is the same in every
    /// invocation, so that a job is found again that an interrupted one created.
    pub fn judge_prefix(&self) -> String {
        let mut hash = blake3::Hasher::new();
        hash.update(self.prefix().as_bytes());
        // If a stack is created again, its runs may have the ids of earlier ones.
        hash.update(self.requested_at.as_bytes());
        // A dataset's name has letters, digits and hyphens. In the job's name, letters are in lower case.
        let run_id: String = self.run_id.chars().take(RUN_ID_MAX).collect();
        format!("{}-{}-", run_id.to_ascii_lowercase().trim_end_matches('-'), &hash.finalize().to_hex()[..HASH_LEN])
    }

    /// The name of a side's job, by the side's index.
    pub fn judge_job_name(&self, side: usize) -> String {
        format!("{}{side}", self.judge_prefix())
    }

    /// The key of a side's dataset.
    pub fn judge_input_key(&self, side: &str) -> String {
        format!("{}judge/input/{side}.jsonl", self.prefix())
    }

    /// The prefix of the output of a side's job. Bedrock adds the job's name and more.
    pub fn judge_output_prefix(&self, side: &str) -> String {
        format!("{}judge/output/{side}/", self.prefix())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::entry;
    use super::*;

    #[test]
    fn jobs_have_names_that_the_api_takes_and_no_other_evaluation_has() {
        let one = entry(&["bot-000000000001", "base"]);
        let name = one.judge_job_name(1);
        assert!(name.starts_with("bot-000000000001-") && name.ends_with("-1"), "{name}");
        assert_eq!(name, one.judge_job_name(1), "it is the same in every invocation");
        let long = format!("{}-000000000001", "a-B".repeat(13));
        let others = [
            one.judge_job_name(0),
            EvaluationEntry { number: 2, ..one.clone() }.judge_job_name(1),
            EvaluationEntry { requested_at: "2027-12-01T10:00:00.000Z".to_owned(), ..one.clone() }.judge_job_name(1),
            EvaluationEntry { run_id: long.parse().expect("a run id"), ..one.clone() }.judge_job_name(1),
        ];
        let all: BTreeSet<&String> = others.iter().chain([&name]).collect();
        assert_eq!(all.len(), 5, "{all:?}");
        for name in all {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(name.len() <= 63 && name.bytes().all(plain) && !name.starts_with('-'), "{name}");
        }
    }
}
