//! What can be done with a run or a deployment in its state: the commands of the command line.

use tunedrop_run::decide::deploy::{delete, rollback};
use tunedrop_run::decide::evaluate::deployment_name;
use tunedrop_run::event::RunCommand;
use tunedrop_run::{Deployment, Run};

use super::mirror::Mirror;
use crate::command::pointless;
use crate::deploy::{not_on_demand, now, serves_already};

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Approve,
    Stop,
    Retry,
    Evaluate,
    StopEvaluation,
    Deploy,
    RollBack,
    Undeploy,
}

impl Action {
    const ALL: [Action; 8] = [
        Action::Approve,
        Action::Stop,
        Action::Retry,
        Action::Evaluate,
        Action::StopEvaluation,
        Action::Deploy,
        Action::RollBack,
        Action::Undeploy,
    ];

    /// The last part of its address.
    pub(super) fn word(self) -> &'static str {
        match self {
            Action::Approve => "approve",
            Action::Stop => "stop",
            Action::Retry => "retry",
            Action::Evaluate => "evaluate",
            Action::StopEvaluation => "stop-evaluation",
            Action::Deploy => "deploy",
            Action::RollBack => "rollback",
            Action::Undeploy => "undeploy",
        }
    }

    /// The action of an address.
    pub(super) fn parse(word: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.word() == word)
    }

    /// The text of its button.
    pub(super) fn label(self) -> &'static str {
        match self {
            Action::Approve => "Start",
            Action::Stop => "Stop",
            Action::Retry => "Retry",
            Action::Evaluate => "Evaluate",
            Action::StopEvaluation => "Stop the evaluation",
            Action::Deploy => "Deploy",
            Action::RollBack => "Roll back",
            Action::Undeploy => "Delete the deployment",
        }
    }

    /// Whether it ends or deletes something.
    pub(super) fn is_danger(self) -> bool {
        matches!(self, Action::Stop | Action::StopEvaluation | Action::Undeploy)
    }
}

/// The actions that a run's state allows. The stack decides again when it gets the command.
pub(super) fn of_run(run: &Run, mirror: &Mirror, region: &str) -> Vec<Action> {
    let may = |command| pointless(command, run).is_none();
    let mut all = Vec::new();
    all.extend(may(RunCommand::Approve).then_some(Action::Approve));
    let is_served = |base: &str| not_on_demand(base, region).is_none();
    let is_servable = run.model_arn.is_some() && run.plan.as_ref().is_some_and(|plan| is_served(&plan.base_model));
    let was = mirror.deployments.get(deployment_name(run));
    if is_servable && was.is_none_or(|was| !serves_already(was, &run.run_id)) {
        all.push(Action::Deploy);
    }
    let is_evaluated = mirror.evaluations.get(&run.run_id).is_some_and(|one| !one.state.is_end());
    // An evaluation needs a held-out file.
    let has_data = run.plan.as_ref().is_some_and(|plan| plan.evaluate.is_some() || plan.validation.is_some());
    if is_servable && has_data && !is_evaluated {
        all.push(Action::Evaluate);
    }
    all.extend(may(RunCommand::Retry).then_some(Action::Retry));
    all.extend(may(RunCommand::Stop).then_some(Action::Stop));
    all.extend(is_evaluated.then_some(Action::StopEvaluation));
    all
}

/// The actions that a deployment's state allows. A temporary one belongs to its evaluation.
pub(super) fn of_deployment(one: &Deployment, mirror: &Mirror) -> Vec<Action> {
    let mut all = Vec::new();
    if one.evaluation.is_some() {
        return all;
    }
    let has_model = |run: &tunedrop_run::Run| run.model_arn.is_some();
    if rollback(Some(one)).is_ok_and(|run_id| mirror.runs.get(run_id).is_none_or(|run| has_model(run))) {
        all.push(Action::RollBack);
    }
    if delete(Some(one), None, "", &now()).is_ok() {
        all.push(Action::Undeploy);
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(state: &str, model_arn: Option<&str>, base_model: &str) -> Run {
        serde_json::from_value(json!({
            "schema": 1, "run_id": "bot-000000000001", "revision": 1, "dataset": "bot", "state": state, "identity": "0",
            "attempt": 1, "uploaded_at": "2026-11-30T07:00:00.000Z", "changed_at": "2026-11-30T07:59:00.000Z",
            "model_arn": model_arn,
            "plan": {
                "base_model": base_model, "catalogue_model": base_model, "customization": "fine-tuning",
                "model_name": "m", "train": "s3://b/t", "validation": "s3://b/v", "output": "s3://b/o/",
                "hyperparameters": {}, "tags": {}, "guard": {}, "epochs": 2, "token_ceiling": 1000,
            },
        }))
        .expect("a run")
    }

    #[test]
    fn only_what_the_state_allows_is_offered() {
        let lite = "amazon.nova-lite-v1:0:300k";
        let of = |state, model, base| of_run(&run(state, model, base), &Mirror::default(), "us-east-1");
        assert_eq!(of("Held", None, lite), [Action::Approve, Action::Stop]);
        assert_eq!(of("Running", None, lite), [Action::Stop]);
        assert_eq!(of("Rejected", None, lite), []);
        assert_eq!(of("Failed", None, lite), [Action::Retry]);
        assert_eq!(of("Succeeded", Some("m"), lite), [Action::Deploy, Action::Evaluate, Action::Retry]);
        assert_eq!(of("Succeeded", Some("m"), "amazon.titan-text-express-v1:0:8k"), [Action::Retry]);
    }

    #[test]
    fn every_action_has_its_own_address() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.word()), Some(action));
        }
        assert_eq!(Action::parse("delete"), None);
    }
}
