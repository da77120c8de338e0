//! The runs that are evaluated.

use serde_json::json;
use tunedrop_run::evaluation::temporary_deployment;
use tunedrop_run::{Run, RunId};

pub(crate) fn run() -> Run {
    run_with("bot-000000000001")
}

/// A run that has succeeded.
pub(crate) fn run_with(id: &str) -> Run {
    let plan = json!({
        "base_model": "amazon.nova-lite-v1:0:300k", "catalogue_model": "amazon.nova-lite-v1:0:300k",
        "customization": "fine-tuning", "model_name": "m", "train": "s3://b/t", "validation": "s3://b/v", "output": "s3://b/o/",
        "hyperparameters": {}, "tags": {}, "guard": {}, "epochs": 2, "token_ceiling": 1000, "price_per_1k_tokens": 0.5,
    });
    serde_json::from_value(json!({
        "schema": 1, "run_id": id, "revision": 1, "dataset": "bot", "state": "Succeeded", "identity": "0",
        "attempt": 1, "uploaded_at": "2026-12-01T10:00:00.000Z", "changed_at": "2026-12-01T10:00:00.000Z",
        "model_arn": "model-1", "plan": plan,
    }))
    .expect("a run")
}

pub(crate) fn run_id() -> RunId {
    run().run_id
}

/// The name of the temporary deployment.
pub(crate) fn temporary() -> String {
    temporary_deployment(&run_id(), &run_id())
}

/// The same, with a recipe that asks for a judge.
pub(crate) fn run_with_judge() -> Run {
    let mut run = run();
    let plan = json!({
        "data": "s3://b/v", "max_records": 200, "against": ["base"], "judge": { "model": "j", "metrics": ["Correctness"] },
    });
    run.plan.as_mut().expect("a plan").evaluate = Some(serde_json::from_value(plan).expect("a plan"));
    run
}
