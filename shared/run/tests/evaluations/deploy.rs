//! The deploy function, and Bedrock's deployments.

use tunedrop_run::decide::deploy::{
    BedrockStatus, DeployAnswer, DeployStep, DeploymentView, UNSEEN_S, answered, claim, decide,
};
use tunedrop_run::decide::evaluate::unneeded;
use tunedrop_run::{Deployment, DeploymentState};

use crate::kept::Kept;
use crate::world::{Deployer, Flaw, Item, NEVER, World};

impl World {
    /// What the function can do next.
    pub(crate) fn deployer_moves(&self) -> Vec<(String, World)> {
        let mut moves = Vec::new();
        let mut add = |what: &str, mut next: World, deployer: Deployer| {
            next.deployer = deployer;
            moves.push((format!("deploy {what}"), next));
        };
        let mut next = self.clone();
        match &self.deployer {
            Deployer::Idle => {
                for (name, item) in self.deployments.iter().filter(|(_, item)| item.open.is_some()) {
                    add(&format!("reads {name}"), self.clone(), Deployer::Read(item.clone()));
                }
                return moves;
            }
            Deployer::Read(item) => match self.unneeded(item) {
                Some(deleting) => {
                    let step = DeployStep::Write(Box::new(deleting));
                    add("finds the evaluation's end", next, Deployer::Planned(item.clone(), step));
                }
                None => add("reads the evaluation", next, Deployer::Needed(item.clone())),
            },
            Deployer::Needed(item) => {
                let deployer = match decide(item, self.shown(item), UNSEEN_S, &self.now()) {
                    DeployStep::Wait | DeployStep::Done => Deployer::Idle,
                    step => Deployer::Planned(item.clone(), step),
                };
                add("asks Bedrock", next, deployer);
            }
            Deployer::Planned(item, DeployStep::Write(written)) => {
                next.write_deployment(Some(item), Deployment::clone(written));
                add("writes", next, Deployer::Idle);
            }
            Deployer::Planned(item, step) => {
                let claimed = claim(item, NEVER);
                let deployer = match next.write_deployment(Some(item), claimed.clone()) {
                    true => Deployer::Claimed(Kept::new(claimed), step.clone()),
                    false => Deployer::Idle,
                };
                add("claims", next, deployer);
            }
            Deployer::Claimed(item, step) => {
                let answer = next.call(item, step);
                let written = answered(item, step, answer, &self.now());
                add("calls", next, Deployer::Answered(item.clone(), Kept::new(written)));
            }
            Deployer::Answered(claimed, written) => {
                next.write_deployment(Some(claimed), Deployment::clone(written));
                add("writes the answer", next, Deployer::Idle);
            }
        }
        if self.interruptions > 0 && matches!(self.deployer, Deployer::Claimed(..) | Deployer::Answered(..)) {
            let mut next = self.clone();
            (next.interruptions, next.interrupted) = (self.interruptions - 1, self.interrupted + 1);
            next.deployer = Deployer::Idle;
            moves.push(("deploy is killed".to_owned(), next));
        }
        moves
    }

    /// The deployment with a request to delete it, if its evaluation doesn't need it.
    pub(crate) fn unneeded(&self, item: &Item) -> Option<Deployment> {
        let evaluation = self.evaluation.as_deref();
        match self.flaw {
            Some(Flaw::NoEnd) => None,
            Some(Flaw::AllTemporary) if item.evaluation.is_none() => {
                let run_id = Some(item.run_id.clone());
                let like = Deployment { evaluation: run_id, ..Deployment::clone(item) };
                unneeded(&like, evaluation, &self.now()).map(|next| Deployment { evaluation: None, ..next })
            }
            _ => unneeded(item, evaluation, &self.now()),
        }
    }

    /// What Bedrock shows of a deployment.
    pub(crate) fn shown(&self, item: &Deployment) -> Option<&DeploymentView> {
        let by_name = item.identifier() == item.bedrock_name;
        self.bedrock.get(&item.name).filter(|shown| by_name || shown.arn == item.identifier())
    }

    /// Carries a call out at Bedrock.
    pub(crate) fn call(&mut self, item: &Deployment, step: &DeployStep) -> DeployAnswer {
        match step {
            DeployStep::Create if self.bedrock.contains_key(&item.name) => {
                DeployAnswer::Refused("the name is in use".to_owned())
            }
            DeployStep::Create => {
                let arn = format!("arn-{}", self.created);
                self.created += 1;
                let status = Some(BedrockStatus::Creating);
                let model_arn = item.model_arn.clone();
                let shown = DeploymentView { arn: arn.clone(), model_arn, status, update: None, failure: None };
                self.bedrock.insert(item.name.clone(), shown);
                DeployAnswer::Accepted(arn)
            }
            DeployStep::Delete(arn) if self.bedrock.get(&item.name).is_some_and(|shown| shown.arn == *arn) => {
                self.bedrock.remove(&item.name);
                DeployAnswer::Accepted(arn.clone())
            }
            // No deployment changes its model.
            _ => DeployAnswer::NotFound("unknown".to_owned()),
        }
    }

    /// Bedrock ends what it works on; whether it did.
    pub(crate) fn work(&mut self, status: BedrockStatus) -> bool {
        let created = self.bedrock.values_mut().find(|shown| shown.status == Some(BedrockStatus::Creating));
        created.is_some_and(|shown| {
            shown.status = Some(status);
            true
        })
    }

    /// Whether nothing is left of a deployment.
    pub(crate) fn is_gone(&self, name: &str) -> bool {
        let closed = |item: &Item| {
            matches!(item.state, DeploymentState::Deleted | DeploymentState::Failed)
                && item.arn.is_none()
                && item.open.is_none()
        };
        !self.bedrock.contains_key(name) && self.deployments.get(name).is_none_or(closed)
    }
}
