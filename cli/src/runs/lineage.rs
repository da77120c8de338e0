//! Where a run's model comes from, and the runs that continue from it.

use anyhow::Result;
use serde_json::{Value, json};
use tunedrop_aws::Ledger;
use tunedrop_run::{Ancestor, Ancestors, Deployment, EvaluationEntry, Lineage, Run};

use crate::deployments::part_of;
use crate::format::visible;
use crate::stack::{LOOKED_THROUGH, explain};

/// How many digits of a hash are shown. `--json` has all of them.
const DIGITS: usize = 12;

/// The lineage of a run.
#[derive(Default)]
pub(super) struct Shown {
    back: Lineage,
    /// The runs that continue from its model, newest first.
    continued_by: Vec<Run>,
    /// Whether older ones may exist that weren't read.
    is_partial: bool,
}

impl Shown {
    /// Reads the lineage. Runs that continue from it are newer, so only those are listed by the index.
    pub(super) async fn of(ledger: &Ledger, run: &Run) -> Result<Shown> {
        let mut ancestors = Ancestors::of(run);
        while let Some(next) = ancestors.next() {
            let there = ledger.readable_run(next).await.map_err(explain)?;
            ancestors.add(there.as_ref());
        }
        let mut shown = Shown { back: ancestors.lineage(run), ..Shown::default() };
        if run.model_arn.is_none() {
            return Ok(shown);
        }
        let mut newer = ledger.recent();
        for read in 0.. {
            let Some(one) = newer.next().await.map_err(explain)? else { break };
            if one.uploaded_at < run.uploaded_at {
                break;
            }
            if read == LOOKED_THROUGH {
                shown.is_partial = true;
                break;
            }
            if one.base_run.as_ref() == Some(&run.run_id) {
                shown.continued_by.push(one);
            }
        }
        Ok(shown)
    }

    /// For `--json`.
    pub(super) fn json(&self) -> Value {
        let later = |one: &Run| json!({ "run_id": one.run_id, "state": one.state, "named": one.base_named });
        let later: Vec<Value> = self.continued_by.iter().map(later).collect();
        json!({ "files": self.back.files, "continues_from": self.back.continues_from, "continued_by": later })
    }

    /// The rows for people, from what the run was trained on to where its model goes. Empty if only the run is known.
    pub(super) fn rows(
        &self,
        run: &Run,
        evaluation: Option<&EvaluationEntry>,
        deployments: &[&Deployment],
    ) -> Vec<(&'static str, String)> {
        let mut rows: Vec<(&'static str, String)> = Vec::new();
        rows.extend(self.back.continues_from.iter().map(|one| ("Continues from", ancestor(one))));
        let hash = |text: &str| visible(&text.chars().take(DIGITS).collect::<String>());
        let files: Vec<String> =
            self.back.files.iter().map(|one| format!("{} {}", visible(&one.name), hash(&one.blake3))).collect();
        rows.extend((!files.is_empty()).then(|| ("Files (BLAKE3)", files.join(", "))));
        rows.push(("Run", visible(&run.run_id)));
        rows.extend(run.model_arn.as_deref().map(|arn| ("Custom model", visible(arn))));
        let evaluated = |one: &EvaluationEntry| format!("number {}, which is {}", one.number, one.state.as_str());
        rows.extend(evaluation.map(|one| ("Evaluation", evaluated(one))));
        rows.extend(deployments.iter().map(|one| ("Deployment", part_of(one, &run.run_id))));
        let later = |one: &Run| format!("{}, which is {}", visible(&one.run_id), one.state.as_str());
        rows.extend(self.continued_by.iter().map(|one| ("Continued by", later(one))));
        if self.is_partial {
            rows.push(("Continued by", format!("(only the newest {LOOKED_THROUGH} runs were read)")));
        }
        if rows.len() == 1 { Vec::new() } else { rows }
    }
}

fn ancestor(one: &Ancestor) -> String {
    match &one.named {
        // The recipe's word for a run has its id in it.
        Some(named) if named.ends_with(one.run_id.as_str()) => visible(&one.run_id),
        Some(named) => format!("{} ({})", visible(&one.run_id), visible(named)),
        None => visible(&one.run_id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, more: Value) -> Run {
        let mut item = json!({
            "schema": 1, "run_id": id, "revision": 1, "dataset": "bot", "state": "Succeeded", "identity": "",
            "attempt": 1, "uploaded_at": "t", "changed_at": "t",
        });
        let more = more.as_object().cloned().unwrap_or_default();
        item.as_object_mut().expect("an object").extend(more);
        serde_json::from_value(item).expect("a run")
    }

    #[test]
    fn rows_lead_from_the_ancestors_to_the_later_runs() {
        let hash = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        let file = |role: &str, name: &str| json!({ "role": role, "name": name, "blake3": hash });
        let files = [file("recipe", "job.yaml"), file("train", "train.jsonl")];
        let shown =
            run("bot-000000000002", json!({ "model_arn": "arn", "files": files, "base_run": "bot-000000000001" }));
        let mut ancestors = Ancestors::of(&Run { base_named: Some("deployed:bot".to_owned()), ..shown.clone() });
        ancestors.add(Some(&run("bot-000000000001", json!({ "base_run": "bot-000000000000" }))));
        ancestors.add(None);
        let later = run("bot-000000000003", json!({ "state": "Running" }));
        let lineage = Shown { back: ancestors.lineage(&shown), continued_by: vec![later], is_partial: true };
        let deployment: Deployment = serde_json::from_value(json!({
            "schema": 1, "name": "bot", "bedrock_name": "bot-0", "revision": 1, "dataset": "bot", "state": "Active",
            "run_id": shown.run_id, "serving": shown.run_id, "model_arn": "arn", "request": 1, "changed_at": "t",
        }))
        .expect("a deployment");
        let rows = lineage.rows(&shown, None, &[&deployment]);
        let rows: Vec<String> = rows.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(
            rows,
            [
                "Continues from: bot-000000000001 (deployed:bot)",
                "Continues from: bot-000000000000",
                "Files (BLAKE3): job.yaml af1349b9f5f9, train.jsonl af1349b9f5f9",
                "Run: bot-000000000002",
                "Custom model: arn",
                "Deployment: bot serves it",
                "Continued by: bot-000000000003, which is Running",
                "Continued by: (only the newest 5000 runs were read)",
            ]
        );
        let json = lineage.json();
        assert_eq!((&json["continued_by"][0]["state"], &json["files"][1]["blake3"]), (&json!("Running"), &json!(hash)));
    }

    #[test]
    fn run_of_an_earlier_version_has_no_lineage() {
        let rejected = run("bot-000000000002", json!({ "state": "Rejected" }));
        assert_eq!(Shown::default().rows(&rejected, None, &[]), []);
    }
}
