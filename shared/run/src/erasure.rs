//! Erasure of a dataset or of records: what belongs to them, what must end first, and what can't be reached.

mod at_bedrock;
mod certificate;
mod subject;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::decide::clean_up::{asks, continues_from};
use crate::{EvaluationEntry, Run, RunId, State};

pub use at_bedrock::{AtBedrock, with_descendants};
pub use certificate::{Attempt, Certificate, CertifiedRecords, Left};
pub use subject::{ERASURES, Subject, certificate_key, erasure_of_key};

/// What an erasure can't reach, for people who must say so.
pub const OUT_OF_REACH: [&str; 8] = [
    "parts of interrupted uploads, which the bucket deletes after 7 days",
    "DynamoDB's point-in-time backups of the ledger, which have the removed text for 35 days",
    "messages that were sent: e-mails, chats, and what a webhook or a subscriber stored",
    "Bedrock's records of the customization jobs, which have no data, but may have a failure message",
    "copies of the files outside the bucket: at the uploader, in S3 replicas and in backups of the bucket",
    "invocation logs of the models, and answers that callers stored",
    "custom models that were copied to another Region or account",
    "other datasets with the same records: `tunedrop trace` finds them",
];

/// Why a dataset can't be erased now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Hindrance {
    /// A run of the dataset isn't over.
    Run {
        /// The run.
        run_id: RunId,
        /// Its state.
        state: State,
    },
    /// An evaluation of a run of the dataset isn't over.
    Evaluation {
        /// The run.
        run_id: RunId,
    },
    /// An unfinished run of another dataset continues from a model of this one.
    Continued {
        /// That run.
        run_id: RunId,
        /// The run whose model it continues from.
        from: RunId,
    },
    /// It has the legal hold tag.
    Held {
        /// The model's ARN, or the object's key.
        what: String,
    },
    /// Bedrock serves a model with something that the stack didn't create, or doesn't know any more.
    Served {
        /// The ARN of the deployment or of the provisioned throughput.
        arn: String,
        /// The model's ARN.
        model: String,
    },
}

/// What must end before these runs are erased. `evaluations` are theirs, `unfinished` and `in_progress` the open runs and
/// evaluations of all datasets.
pub fn hindrances(
    runs: &[Run],
    evaluations: &[EvaluationEntry],
    unfinished: &[Run],
    in_progress: &[EvaluationEntry],
) -> Vec<Hindrance> {
    let is_over = |run: &Run| run.state.is_end() && !run.is_unconfirmed() && run.job_lookup_since.is_none();
    let is_ours = |run_id: &RunId| runs.iter().any(|run| run.run_id == *run_id);
    let mut all: Vec<Hindrance> = runs
        .iter()
        .filter(|run| !is_over(run))
        .map(|run| Hindrance::Run { run_id: run.run_id.clone(), state: run.state })
        .collect();
    let asked = in_progress.iter().filter(|one| runs.iter().any(|run| asks(one, &run.run_id)));
    let busy: BTreeSet<&RunId> =
        evaluations.iter().filter(|one| !one.state.is_end()).chain(asked).map(|one| &one.run_id).collect();
    all.extend(busy.into_iter().map(|run_id| Hindrance::Evaluation { run_id: run_id.clone() }));
    for run in runs {
        let Some(arn) = &run.model_arn else { continue };
        let of_others = unfinished.iter().filter(|one| !is_ours(&one.run_id) && continues_from(one, arn));
        all.extend(of_others.map(|one| Hindrance::Continued { run_id: one.run_id.clone(), from: run.run_id.clone() }));
    }
    all
}

/// The prefixes of everything that the bucket has of a dataset, in the order in which it is deleted: first what starts or
/// repeats something. `runs`: the ids of its runs, from the ledger and from [`run_of_key`].
pub fn prefixes(dataset: &str, runs: &BTreeSet<RunId>) -> Vec<String> {
    let own = [format!("datasets/{dataset}/"), format!("reports/{dataset}/")];
    own.into_iter().chain(run_prefixes(runs)).collect()
}

/// The prefixes of everything that the bucket has of these runs.
pub fn run_prefixes(runs: &BTreeSet<RunId>) -> Vec<String> {
    runs.iter()
        .flat_map(|run_id| ["runs", "output", "evaluations"].map(|folder| format!("{folder}/{run_id}/")))
        .collect()
}

/// The run of the dataset that a key such as `runs/<run-id>/data/train.jsonl` belongs to. A run's id begins with its dataset's
/// name, but so do those of other datasets.
pub fn run_of_key(key: &str, dataset: &str) -> Option<RunId> {
    let run_id: RunId = key.split('/').nth(1)?.parse().ok()?;
    (run_id.dataset() == dataset).then_some(run_id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(id: &str, state: &str, more: serde_json::Value) -> Run {
        let dataset = id.parse::<RunId>().expect("an id").dataset().to_owned();
        let mut item = json!({
            "schema": 1, "run_id": id, "revision": 1, "dataset": dataset, "state": state, "identity": "", "attempt": 1,
            "uploaded_at": "t", "changed_at": "t",
        });
        item.as_object_mut().expect("a map").extend(more.as_object().cloned().unwrap_or_default());
        serde_json::from_value(item).expect("a run")
    }

    const ONE: &str = "bot-000000000001";

    #[test]
    fn only_ended_runs_can_be_erased() {
        for state in State::ALL {
            let found = hindrances(&[run(ONE, state.as_str(), json!({}))], &[], &[], &[]);
            assert_eq!(found.is_empty(), state.is_end(), "{state:?}");
        }
        // A run that may still have a job isn't over.
        for more in [json!({ "unconfirmed_until": 1 }), json!({ "job_lookup_since": "t" })] {
            assert_eq!(hindrances(&[run(ONE, "Failed", more)], &[], &[], &[]).len(), 1);
        }
    }

    #[test]
    fn runs_of_other_datasets_that_continue_from_a_model_must_end() {
        let ours = run(ONE, "Succeeded", json!({ "model_arn": "arn" }));
        let plan = |base: &str| {
            json!({ "plan": {
                "base_model": base, "catalogue_model": "m", "customization": "fine-tuning", "model_name": "n",
                "output": "o", "hyperparameters": {}, "tags": {}, "guard": {},
            } })
        };
        let next = run("faq-000000000002", "Running", plan("arn"));
        let expected = Hindrance::Continued { run_id: next.run_id.clone(), from: ours.run_id.clone() };
        assert_eq!(hindrances(std::slice::from_ref(&ours), &[], &[next], &[]), [expected]);
        for other in
            [run("faq-000000000002", "Running", plan("other")), run("faq-000000000002", "Succeeded", plan("arn"))]
        {
            assert_eq!(hindrances(std::slice::from_ref(&ours), &[], &[other], &[]), []);
        }
    }

    #[test]
    fn evaluations_that_ask_a_model_must_end() {
        let ours = run(ONE, "Succeeded", json!({ "model_arn": "arn" }));
        let evaluation = |state: &str| -> EvaluationEntry {
            serde_json::from_value(json!({
                "schema": 1, "run_id": "faq-000000000002", "dataset": "faq", "number": 1, "revision": 1, "state": state,
                "plan": { "data": "s3://b/k", "max_records": 8, "against": [ONE] },
                "requested_at": "t", "changed_at": "t", "uploaded_at": "t",
            }))
            .expect("an evaluation")
        };
        let found = hindrances(std::slice::from_ref(&ours), &[], &[], &[evaluation("Waiting")]);
        assert_eq!(found, [Hindrance::Evaluation { run_id: "faq-000000000002".parse().expect("an id") }]);
        assert_eq!(hindrances(&[ours], &[], &[], &[evaluation("Kept")]), []);
    }

    #[test]
    fn keys_of_datasets_with_a_similar_name_are_left_alone() {
        for (key, ours) in [
            ("runs/bot-000000000001/data/train.jsonl", true),
            ("runs/bot-000000000001-2/outcome.json", true),
            ("runs/bot-2-000000000001/data/train.jsonl", false),
            ("runs/bot-faq-000000000001/outcome.json", false),
            ("runs/bot/x", false),
            ("runs/", false),
        ] {
            assert_eq!(run_of_key(key, "bot").is_some(), ours, "{key}");
        }
        let runs = BTreeSet::from([ONE.parse().expect("an id")]);
        let all = prefixes("bot", &runs);
        assert_eq!(
            all,
            [
                "datasets/bot/",
                "reports/bot/",
                "runs/bot-000000000001/",
                "output/bot-000000000001/",
                "evaluations/bot-000000000001/"
            ]
        );
    }
}
