//! Evaluations in the ledger.

use serde::Serialize;
use tunedrop_run::{EvaluationEntry, RunId};

use super::Ledger;
use crate::Failure;

/// The value of the attribute `kind`.
const KIND: &str = "evaluation";

/// A new item. Both indexes sort by `uploaded_at`, and have no item without it.
#[derive(Serialize)]
struct New<'e> {
    #[serde(flatten)]
    evaluation: &'e EvaluationEntry,
    uploaded_at: &'e str,
}

/// Attributes that an evaluation may lack, and that are removed unless the new revision has them.
const REMOVABLE: [&str; 9] =
    ["requested_by", "records", "token_ceiling", "chunks", "lease_until", "result", "reason", "outcome_at", "owner"];

impl Ledger {
    /// Reads a run's evaluation, consistently.
    pub async fn evaluation(&self, run_id: &RunId) -> Result<Option<EvaluationEntry>, Failure> {
        self.get(&EvaluationEntry::key(run_id)).await
    }

    /// Reads the evaluations of runs whose first one was requested at `since` (RFC 3339) or later, the newest first, and the
    /// keys of those that can't be parsed. The index lags: read an evaluation itself before you decide by it.
    pub async fn evaluations(&self, since: &str) -> Result<(Vec<EvaluationEntry>, Vec<String>), Failure> {
        self.of_kind(KIND, Some(since)).await
    }

    /// Writes a revision of an evaluation, if `was` is still the one in the ledger; false if somebody wrote it in the
    /// meantime. The marks and claims of messages don't change.
    pub async fn write_evaluation(
        &self,
        was: Option<&EvaluationEntry>,
        next: &EvaluationEntry,
    ) -> Result<bool, Failure> {
        let pk = EvaluationEntry::key(&next.run_id);
        match was {
            None => self.put_new(&pk, KIND, &New { evaluation: next, uploaded_at: &next.requested_at }).await,
            Some(was) => self.write_revision(&pk, was.revision, next, &REMOVABLE).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use aws_sdk_dynamodb::types::AttributeValue;
    use serde_json::json;

    use super::super::{from_item, to_item};
    use super::*;

    fn least() -> EvaluationEntry {
        serde_json::from_value(json!({
            "schema": 1, "run_id": "bot-000000000001", "dataset": "bot", "number": 1, "revision": 1, "state": "Waiting",
            "plan": { "data": "s3://b/k", "max_records": 200, "against": ["base"] }, "requested_at": "t", "changed_at": "t",
        }))
        .expect("an evaluation")
    }

    fn item(evaluation: &impl Serialize) -> HashMap<String, AttributeValue> {
        to_item(evaluation, "").expect("an item")
    }

    #[test]
    fn new_item_has_the_sort_key_of_the_indexes() {
        let item = item(&New { evaluation: &least(), uploaded_at: "t" });
        assert_eq!(item["uploaded_at"].as_s().map(String::as_str), Ok("t"));
        let read: EvaluationEntry = from_item(item, "").expect("it can be read");
        assert_eq!(read, least());
    }

    /// An attribute that isn't listed would keep its value when the evaluation loses it.
    #[test]
    fn every_optional_attribute_is_removable() {
        let text = || Some("text".to_owned());
        let result = json!({
            "number": 1, "outcome": "keep", "sentence": "Keep.", "against": ["base"], "verdicts": { "base": "better" },
            "records": 1, "tokens_in": 1, "tokens_out": 1, "report": "s3://b/k",
        });
        let whole = EvaluationEntry {
            requested_by: text(),
            records: Some(1),
            token_ceiling: Some(1),
            chunks: Some(1),
            lease_until: Some(1),
            result: serde_json::from_value(result).expect("a result"),
            reason: text(),
            outcome_at: text(),
            owner: text(),
            open: text(),
            ..least()
        };
        let names = |evaluation: &EvaluationEntry| -> BTreeSet<String> { item(evaluation).into_keys().collect() };
        let optional: Vec<String> = names(&whole).difference(&names(&least())).cloned().collect();
        let mut removable: Vec<String> = REMOVABLE.iter().map(|name| (*name).to_owned()).collect();
        // Only notify closes an item.
        removable.push("open".to_owned());
        removable.sort();
        assert_eq!(optional, removable);
    }
}
