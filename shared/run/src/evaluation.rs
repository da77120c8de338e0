//! Evaluations: the ledger's item of one, its sides, and its states.
//!
//! An evaluation compares a run's custom model with other models on held-out records. What to do about one is decided in
//! [`decide::evaluate`](crate::decide::evaluate); scores and decisions are computed by the crate `tunedrop-evaluation`.

mod answers;
mod judge;
mod judges;
mod model_id;
mod side;
mod state;
mod tokens;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunedrop_evaluation::Outcome;

use crate::RunId;
use crate::plan::EvaluationPlan;
use crate::run_id::HASH_LEN;
pub use answers::{AnswerLine, CHUNK_RECORDS, Chunk, chunks, repeated_side};
pub use judge::{JudgeAnswer, JudgeState};
pub use judges::{JUDGES, JudgeModel, judges_in};
pub use model_id::{invocable, profile};
pub use side::{EvaluationSide, temporary_deployment};
pub use state::{EvaluationInput, EvaluationState, next};
pub use tokens::{EvaluationTokens, JUDGE_ANSWER_TOKENS};

/// Seconds after which an evaluation that didn't end fails: its deployments are billed, and its messages don't wait longer.
pub const EVALUATION_MAX_S: i64 = 86_400;

/// Maximum length of the name of a held-out file that was uploaded for an evaluation.
const DATA_NAME_MAX: usize = 128;

/// The number of commands that an evaluation remembers. EventBridge and SQS deliver a command again within minutes.
const COMMANDS_KEPT: usize = 10;

/// The evaluation of a run. The ledger's attributes have the names of these fields; `None` is not written.
///
/// A run has one item. A new evaluation of the same run replaces what an ended one left there. The answers and results of
/// every evaluation stay in S3, below [`prefix`](EvaluationEntry::prefix).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationEntry {
    /// [`SCHEMA`](crate::SCHEMA).
    pub schema: u32,
    /// The run whose model is evaluated.
    pub run_id: RunId,
    /// The dataset.
    pub dataset: String,
    /// Counts the evaluations of this run, from 1.
    pub number: u64,
    /// Incremented by every write. A conditional write names the revision that it was computed from.
    pub revision: u64,
    /// The state.
    pub state: EvaluationState,
    /// What to ask, and how to judge the answers.
    pub plan: EvaluationPlan,
    /// The models that are asked: the run's first, then those that it is compared with. Empty while the evaluation is Waiting.
    #[serde(default)]
    pub sides: Vec<EvaluationSide>,
    /// RFC 3339: when it was requested.
    pub requested_at: String,
    /// RFC 3339: the last change of state.
    pub changed_at: String,
    /// Who requested it; absent if the recipe did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
    /// Records of the sample; absent while the evaluation is Waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// The most tokens that all answers can bill; absent while the evaluation is Waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_ceiling: Option<u64>,
    /// Chunks of records whose answers are needed, over all sides; absent while the evaluation is Waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunks: Option<u64>,
    /// Chunks whose answers are in S3, as of the last write.
    #[serde(default)]
    pub answered: u64,
    /// How often asking failed since a chunk was completed.
    #[serde(default)]
    pub failures: u32,
    /// Unix seconds until which a function may be asking models, or a pause lasts after failures; no other function asks
    /// before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<i64>,
    /// The ARNs of the judge's evaluation jobs by the names of the sides whose answers they score.
    #[serde(default)]
    pub judge_jobs: BTreeMap<String, String>,
    /// The beginnings of the names of jobs that may still have to be stopped, and when their evaluation ended (RFC 3339). An
    /// item with any stays open.
    #[serde(default)]
    pub judge_stops: BTreeMap<String, String>,
    /// The decision and figures of the last evaluation that ended with one. A new evaluation keeps them until it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<EvaluationResult>,
    /// Why it failed, waits, was refused or stopped, in Bedrock's words or ours: not redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the recipe asked for an evaluation while this one was in progress. It begins when this one has ended, and
    /// people were notified of that.
    #[serde(default)]
    pub recipe_waits: bool,
    /// Whether the recipe's evaluation has kept the model. Later evaluations don't change that.
    #[serde(default)]
    pub kept_for_recipe: bool,
    /// RFC 3339: when it ended. Two outcomes differ in this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome_at: Option<String>,
    /// The ids of the last commands that were carried out, and the run's id if its recipe asked. What is delivered again is
    /// ignored.
    #[serde(default)]
    pub commands: Vec<String>,
    /// The value of the recipe's tag `owner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The recipe's `notify`: e-mail addresses.
    #[serde(default)]
    pub notify: Vec<String>,
    /// RFC 3339: when people were notified, by mark.
    #[serde(default)]
    pub notified: BTreeMap<String, String>,
    /// Present while something may still have to be done; the key of the sparse index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
}

/// What an evaluation found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationResult {
    /// The number of the evaluation.
    pub number: u64,
    /// The decision.
    pub outcome: Outcome,
    /// The decision in one sentence. It quotes no record.
    pub sentence: String,
    /// The names of the sides that the model was compared with.
    pub against: Vec<String>,
    /// For each of these sides: whether the model is better, worse or not different, on the first metric.
    pub verdicts: BTreeMap<String, String>,
    /// Records that were compared.
    pub records: u64,
    /// Tokens that Bedrock counted, of all prompts.
    pub tokens_in: u64,
    /// Tokens that Bedrock counted, of all answers.
    pub tokens_out: u64,
    /// US dollars, where a price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// The report's `s3://` address.
    pub report: String,
}

impl EvaluationEntry {
    /// The ledger's key for a run's evaluation.
    pub fn key(run_id: &RunId) -> String {
        format!("evaluation#{run_id}")
    }

    /// The prefix of its objects in the stack's bucket, such as `evaluations/bot-0123456789ab/1/`.
    pub fn prefix(&self) -> String {
        format!("evaluations/{}/{}/", self.run_id, self.number)
    }

    /// The evaluation after the command with this id (the event's, or the run's if its recipe asked). A command is remembered
    /// with what it changes. The recipe's request is never forgotten: its event may come late.
    #[must_use]
    pub fn after_command(mut self, id: &str) -> EvaluationEntry {
        self.commands.push(id.to_owned());
        while self.commands.len() > COMMANDS_KEPT {
            let oldest = self.commands.iter().position(|known| *known != *self.run_id.as_str()).unwrap_or(0);
            self.commands.remove(oldest);
        }
        self
    }

    /// Whether the command with this id was carried out.
    pub fn has_carried_out(&self, id: &str) -> bool {
        self.commands.iter().any(|known| known == id)
    }

    /// Whether the recipe asked for it, and not a person.
    pub fn is_of_recipe(&self) -> bool {
        self.requested_by.is_none()
    }
}

/// The key of a run's copy of the held-out file that its recipe names. It contains the beginning of the file's BLAKE3 hash
/// (`blake3`, in hex), so that another version of the file never replaces what a run is evaluated with.
pub fn held_out_copy(run_id: &RunId, blake3: &str) -> String {
    format!("runs/{run_id}/data/evaluation-{}.jsonl", blake3.get(..HASH_LEN).unwrap_or(blake3))
}

/// Whether a key is that of a held-out file that was uploaded for evaluations of this run: `evaluations/<run-id>/data/` and a
/// name of letters, digits, `.`, `_` and `-`.
pub fn is_data_key(run_id: &RunId, key: &str) -> bool {
    let name = key.strip_prefix("evaluations/").and_then(|key| key.strip_prefix(run_id.as_str()));
    let Some(name) = name.and_then(|key| key.strip_prefix("/data/")) else { return false };
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    !name.is_empty() && name.len() <= DATA_NAME_MAX && !name.starts_with('.') && name.bytes().all(is_plain)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An evaluation whose sides have these names.
    pub(crate) fn entry(sides: &[&str]) -> EvaluationEntry {
        let side = |name: &&str| serde_json::json!({ "name": name, "run_id": name.parse::<RunId>().ok() });
        serde_json::from_value(serde_json::json!({
            "schema": 1, "run_id": "bot-000000000001", "dataset": "bot", "number": 1, "revision": 1, "state": "Waiting",
            "plan": { "data": "s3://b/runs/bot-000000000001/data/evaluation.jsonl", "max_records": 200, "against": ["base"] },
            "sides": sides.iter().map(side).collect::<Vec<_>>(),
            "requested_at": "2026-12-01T10:00:00.000Z", "changed_at": "2026-12-01T10:00:00.000Z", "open": "open",
        }))
        .expect("an evaluation")
    }

    #[test]
    fn the_recipes_request_is_never_forgotten() {
        let mut asked = entry(&[]).after_command("bot-000000000001");
        for n in 0..30 {
            asked = asked.after_command(&format!("event-{n}"));
        }
        assert!(asked.has_carried_out("bot-000000000001") && asked.has_carried_out("event-29"));
        assert!(!asked.has_carried_out("event-0"));
        assert_eq!(asked.commands.len(), COMMANDS_KEPT);
    }

    #[test]
    fn data_keys_are_below_the_runs_own_prefix() {
        let run_id: RunId = "bot-000000000001".parse().expect("a run id");
        assert!(is_data_key(&run_id, "evaluations/bot-000000000001/data/0123456789abcdef.jsonl"));
        for key in [
            "",
            "evaluations/bot-000000000001/data/",
            "evaluations/bot-000000000002/data/a.jsonl",
            "evaluations/bot-000000000001/1/a.jsonl",
            "evaluations/bot-000000000001/data/../../a.jsonl",
            "evaluations/bot-000000000001/data/a/b.jsonl",
            "evaluations/bot-000000000001/data/.hidden",
            "datasets/bot/train.jsonl",
        ] {
            assert!(!is_data_key(&run_id, key), "{key}");
        }
        assert!(!is_data_key(&run_id, &format!("evaluations/bot-000000000001/data/{}", "a".repeat(129))));
    }
}
