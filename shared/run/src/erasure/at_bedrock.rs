//! What Bedrock has of the runs that are erased. An empty list of another endpoint must not count as "nothing is left".

use std::collections::BTreeSet;

use super::Hindrance;
use crate::inventory::FoundDeployment;
use crate::{Deployment, Run};

/// What Bedrock has of the models of some runs.
#[derive(Debug, Default, PartialEq)]
pub struct AtBedrock<'r> {
    /// The ARNs of the models that exist.
    pub models: Vec<String>,
    /// The runs whose model Bedrock doesn't list. Their jobs show whether it was deleted, or another endpoint answered: no
    /// operation of Bedrock deletes a job (API reference, Amazon Bedrock, actions).
    pub absent: Vec<&'r Run>,
    /// What serves a model without the stack, and must be deleted first: Bedrock doesn't delete a model that is served.
    pub hindrances: Vec<Hindrance>,
}

impl<'r> AtBedrock<'r> {
    /// Compares the ledger with Bedrock's lists. `listed`: the ARNs of all custom models, `serving`: everything that serves
    /// one, `deployments`: those that the stack is going to delete.
    pub fn of(
        runs: &'r [Run],
        listed: &BTreeSet<String>,
        serving: &[FoundDeployment],
        deployments: &[Deployment],
    ) -> AtBedrock<'r> {
        let mut found = AtBedrock::default();
        for run in runs {
            match &run.model_arn {
                Some(arn) if listed.contains(arn) => found.models.push(arn.clone()),
                Some(_) => found.absent.push(run),
                None => {}
            }
        }
        let is_stacks = |one: &FoundDeployment| {
            deployments.iter().any(|own| own.arn.as_ref() == Some(&one.arn) || own.bedrock_name == one.name)
        };
        let is_ours = |one: &&FoundDeployment| runs.iter().any(|run| run.model_arn.as_ref() == Some(&one.model_arn));
        let foreign = serving.iter().filter(is_ours).filter(|one| !is_stacks(one));
        found.hindrances =
            foreign.map(|one| Hindrance::Served { arn: one.arn.clone(), model: one.model_arn.clone() }).collect();
        found
    }
}

/// These runs, and those that continue from one of their models, directly or through others: their models learned the same
/// records. `all`: the runs of the stack.
pub fn with_descendants(runs: Vec<Run>, all: &[Run]) -> Vec<Run> {
    let mut ours = runs;
    let mut known: BTreeSet<String> = ours.iter().map(|run| run.run_id.to_string()).collect();
    let mut at = 0;
    while let Some(run) = ours.get(at) {
        let (run_id, arn) = (run.run_id.clone(), run.model_arn.clone());
        let continues = |one: &&Run| {
            let base = one.plan.as_ref().map(|plan| &plan.base_model);
            one.base_run.as_ref() == Some(&run_id) || (arn.is_some() && base == arn.as_ref())
        };
        let next: Vec<Run> = all.iter().filter(continues).cloned().collect();
        ours.extend(next.into_iter().filter(|one| known.insert(one.run_id.to_string())));
        at += 1;
    }
    ours
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn run(id: &str, more: Value) -> Run {
        let mut item = json!({
            "schema": 1, "run_id": id, "revision": 1, "dataset": "bot", "state": "Succeeded", "identity": "", "attempt": 1,
            "uploaded_at": "t", "changed_at": "t",
        });
        item.as_object_mut().expect("a map").extend(more.as_object().cloned().unwrap_or_default());
        serde_json::from_value(item).expect("a run")
    }

    fn serving(arn: &str, model: &str) -> FoundDeployment {
        FoundDeployment {
            arn: arn.to_owned(),
            name: format!("name-of-{arn}"),
            model_arn: model.to_owned(),
            created_at: "t".to_owned(),
            status: "Active".to_owned(),
            model_units: None,
            committed_until: None,
        }
    }

    #[test]
    fn model_that_is_not_listed_is_absent_and_not_forgotten() {
        let runs = [
            run("bot-000000000001", json!({ "model_arn": "m1" })),
            run("bot-000000000002", json!({ "model_arn": "m2" })),
            run("bot-000000000003", json!({})),
        ];
        let found = AtBedrock::of(&runs, &BTreeSet::from(["m1".to_owned(), "other".to_owned()]), &[], &[]);
        assert_eq!(found.models, ["m1"]);
        assert_eq!(found.absent, [&runs[1]]);
    }

    #[test]
    fn deployments_of_others_must_be_deleted_first() {
        let runs = [run("bot-000000000001", json!({ "model_arn": "m1" }))];
        let own: Deployment = serde_json::from_value(json!({
            "schema": 1, "name": "bot", "bedrock_name": "b", "revision": 1, "dataset": "bot", "state": "Active",
            "run_id": "bot-000000000001", "model_arn": "m1", "request": 1, "requested_at": "t", "changed_at": "t",
            "arn": "own",
        }))
        .expect("a deployment");
        let all = [serving("own", "m1"), serving("foreign", "m1"), serving("unrelated", "m2")];
        let found = AtBedrock::of(&runs, &BTreeSet::new(), &all, &[own]);
        assert_eq!(found.hindrances, [Hindrance::Served { arn: "foreign".to_owned(), model: "m1".to_owned() }]);
    }

    #[test]
    fn models_that_were_trained_further_belong_to_it() {
        let plan = |base: &str| {
            json!({
                "base_model": base, "catalogue_model": "m", "customization": "fine-tuning", "model_name": "n",
                "output": "o", "hyperparameters": {}, "tags": {}, "guard": {},
            })
        };
        let first = run("bot-000000000001", json!({ "model_arn": "m1" }));
        let all = [
            first.clone(),
            run("faq-000000000002", json!({ "model_arn": "m2", "base_run": "bot-000000000001", "plan": plan("m1") })),
            run("faq-000000000003", json!({ "model_arn": "m3", "plan": plan("m2") })),
            run("faq-000000000004", json!({ "model_arn": "m4", "plan": plan("base") })),
            run("faq-000000000005", json!({ "plan": plan("base") })),
        ];
        let ids = |runs: Vec<Run>| runs.iter().map(|run| run.run_id.to_string()).collect::<Vec<_>>();
        let found = ids(with_descendants(vec![first], &all));
        assert_eq!(found, ["bot-000000000001", "faq-000000000002", "faq-000000000003"]);
        // A run without a model has no descendants.
        assert_eq!(ids(with_descendants(vec![all[4].clone()], &all)), ["faq-000000000005"]);
    }
}
