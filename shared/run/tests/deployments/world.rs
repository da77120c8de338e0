//! The ledger's item, Bedrock, and two functions at work.

use serde_json::json;
use tunedrop_run::decide::deploy::{
    BedrockStatus, DeployAnswer, DeployStep, DeploymentView, Request, Throughput, ThroughputStatus, UNSEEN_S,
    UpdateStatus, claim, decide, delete, request, rollback,
};
use tunedrop_run::{Capacity, Deployment, DeploymentState, Run};

pub(crate) const NOW: &str = "2026-12-01T10:00:00.000Z";
/// No lease of the model ends by the clock: an explicit move ends it.
const NEVER: i64 = 99_999_999_999;

/// What is asked of the deployment. Numbers name runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Command {
    /// The event about a succeeded run whose recipe deploys it.
    Recipe(u8),
    Deploy(u8),
    RollBack,
    Delete,
}

/// How far a function is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Worker {
    Idle,
    Read(Deployment),
    Looked(Deployment, Option<DeploymentView>),
    /// It holds the claim, and is about to call.
    Claimed(Deployment, DeployStep),
    Answered(Box<(Deployment, Deployment)>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) item: Option<Deployment>,
    pub(crate) bedrock: Option<DeploymentView>,
    /// Tokens of creations, with the deployments that they made.
    pub(crate) tokens: Vec<(String, String)>,
    pub(crate) workers: [Worker; 2],
    pub(crate) commands: Vec<Command>,
    pub(crate) interruptions: u8,
    pub(crate) failures: u8,
    pub(crate) outside: u8,
    /// Whether somebody deleted it outside tunedrop.
    pub(crate) deleted_outside: bool,
    /// Whether a function claims the deployment before a call.
    pub(crate) claims: bool,
    pub(crate) capacity: Capacity,
    /// How often Bedrock refuses to delete throughput that changes. After that, it ends the change before the deletion:
    /// without a bound there were infinitely many revisions.
    pub(crate) conflicts: u8,
}

pub(crate) fn run(number: u8) -> Run {
    serde_json::from_value(json!({
        "schema": 1, "run_id": format!("bot-{number:012}"), "revision": 1, "dataset": "bot", "state": "Succeeded",
        "identity": "0", "attempt": 1, "uploaded_at": NOW, "changed_at": NOW, "model_arn": format!("model-{number}"),
    }))
    .expect("a run")
}

impl World {
    pub(crate) fn new(commands: &[Command]) -> World {
        World {
            item: None,
            bedrock: None,
            tokens: Vec::new(),
            workers: [Worker::Idle, Worker::Idle],
            commands: commands.to_vec(),
            interruptions: 0,
            failures: 0,
            outside: 0,
            deleted_outside: false,
            claims: true,
            capacity: Capacity::OnDemand,
            conflicts: 1,
        }
    }

    /// With so many interruptions, failures at Bedrock, and deletions outside tunedrop.
    pub(crate) fn with(self, interruptions: u8, failures: u8, outside: u8) -> World {
        World { interruptions, failures, outside, ..self }
    }

    /// On provisioned throughput.
    pub(crate) fn provisioned(self) -> World {
        World { capacity: Capacity::Provisioned { model_units: 1 }, ..self }
    }

    /// Carries the next command out: a read and a conditional write, which nothing can come between.
    pub(crate) fn command(&mut self) {
        let was = self.item.clone();
        let command = self.commands.remove(0);
        let ask = |number: u8| {
            let run = run(number);
            let (expires_after_s, capacity) = (Some(3600), Some(self.capacity));
            let asked = Request { name: "bot", run: &run, expires_after_s, capacity, units_max: None, by: None };
            request(was.as_ref(), &asked, "s", "a", NOW).ok()
        };
        let next = match command {
            Command::Recipe(number) if was.as_ref().is_some_and(|was| was.knows(&run(number).run_id)) => None,
            Command::Recipe(number) => ask(number).map(|next| next.after_command(&run(number).run_id)),
            Command::Deploy(number) => ask(number),
            Command::RollBack => rollback(was.as_ref()).ok().and_then(|run_id| {
                let number = run_id.as_str().rsplit('-').next()?.parse().ok()?;
                ask(number)
            }),
            Command::Delete => delete(was.as_ref(), None, "asked", NOW).ok(),
        };
        if next.is_some() {
            self.item = next;
        }
    }

    /// What Bedrock shows of the item's deployment.
    pub(crate) fn look(&self, item: &Deployment) -> Option<DeploymentView> {
        let by_name = item.identifier() == item.bedrock_name;
        let shown = self.bedrock.clone().filter(|shown| by_name || shown.arn == item.identifier())?;
        Some(if item.capacity.is_provisioned() { throughput(shown).view(&item.model_arn) } else { shown })
    }

    /// Writes the next revision; false if the item was written since `was`.
    pub(crate) fn write(&mut self, was: &Deployment, next: Deployment) -> bool {
        let current = self.item.as_ref().is_some_and(|item| item.revision == was.revision);
        if current {
            self.item = Some(next);
        }
        current
    }

    pub(crate) fn step(item: &Deployment, seen: Option<&DeploymentView>) -> DeployStep {
        decide(item, seen, UNSEEN_S, NOW)
    }

    pub(crate) fn claimed(&self, item: &Deployment) -> Deployment {
        if self.claims { claim(item, NEVER) } else { Deployment { lease_until: None, ..claim(item, NEVER) } }
    }

    /// Carries a call out at Bedrock.
    pub(crate) fn call(&mut self, item: &Deployment, step: &DeployStep) -> DeployAnswer {
        let unknown = || DeployAnswer::NotFound("unknown".to_owned());
        match step {
            DeployStep::Create => {
                let token = item.token();
                if let Some((_, arn)) = self.tokens.iter().find(|(made, _)| *made == token) {
                    return DeployAnswer::Accepted(arn.clone());
                }
                if self.bedrock.is_some() {
                    return DeployAnswer::Refused("the name is in use".to_owned());
                }
                let arn = format!("arn-{}", self.tokens.len());
                self.tokens.push((token, arn.clone()));
                let (model_arn, status) = (item.model_arn.clone(), Some(BedrockStatus::Creating));
                self.bedrock =
                    Some(DeploymentView { arn: arn.clone(), model_arn, status, update: None, failure: None });
                DeployAnswer::Accepted(arn)
            }
            DeployStep::Update => match &mut self.bedrock {
                Some(shown) if Some(&shown.arn) == item.arn.as_ref() => {
                    if matches!(shown.update, Some((_, Some(UpdateStatus::Updating)))) {
                        return DeployAnswer::Refused("another update".to_owned());
                    }
                    shown.update = Some((item.model_arn.clone(), Some(UpdateStatus::Updating)));
                    DeployAnswer::Accepted(shown.arn.clone())
                }
                _ => unknown(),
            },
            DeployStep::Delete(_) if self.is_busy_throughput(item) && self.conflicts > 0 => {
                self.conflicts -= 1;
                DeployAnswer::Later("it changes".to_owned())
            }
            DeployStep::Delete(arn) => match self.bedrock.take_if(|shown| shown.arn == *arn) {
                Some(shown) => DeployAnswer::Accepted(shown.arn),
                None => unknown(),
            },
            DeployStep::Write(_) | DeployStep::Wait | DeployStep::Done => unknown(),
        }
    }

    /// Whether it is throughput that Bedrock creates or updates, and so doesn't delete.
    fn is_busy_throughput(&self, item: &Deployment) -> bool {
        item.capacity.is_provisioned() && self.clone().work(false)
    }

    /// Bedrock ends what it works on; whether it did.
    pub(crate) fn work(&mut self, fails: bool) -> bool {
        let Some(shown) = &mut self.bedrock else { return false };
        if shown.status == Some(BedrockStatus::Creating) {
            shown.status = Some(if fails { BedrockStatus::Failed } else { BedrockStatus::Active });
            return true;
        }
        match &mut shown.update {
            Some((model, status @ Some(UpdateStatus::Updating))) => {
                *status = Some(if fails { UpdateStatus::Failed } else { UpdateStatus::Completed });
                if !fails {
                    shown.model_arn.clone_from(model);
                }
                true
            }
            _ => false,
        }
    }

    /// A promise that this state breaks.
    pub(crate) fn fault(&self) -> Option<String> {
        let item = self.item.as_ref()?;
        let calling = self.workers.iter().any(|worker| matches!(worker, Worker::Claimed(..) | Worker::Answered(..)));
        let shown = self.bedrock.as_ref();
        if item.state.answers() && shown.is_none() && !self.deleted_outside && !calling {
            return Some("callers get no answers, and nobody asked for that".to_owned());
        }
        if item.state == DeploymentState::Active && !calling && !self.deleted_outside {
            let serves = shown.map(DeploymentView::serves);
            if serves != item.serving_model_arn.as_deref() {
                return Some(format!("Bedrock serves {serves:?}, and the ledger says otherwise"));
            }
        }
        None
    }
}

/// What Bedrock shows of provisioned throughput in this state: less than of a deployment.
fn throughput(shown: DeploymentView) -> Throughput {
    let desired = match &shown.update {
        Some((model, Some(UpdateStatus::Updating))) => model,
        _ => &shown.model_arn,
    };
    let is_updating = *desired != shown.model_arn;
    let failed = matches!(shown.update, Some((_, Some(UpdateStatus::Failed))));
    Throughput {
        desired_model_arn: desired.clone(),
        status: Some(match shown.status {
            Some(BedrockStatus::Creating) => ThroughputStatus::Creating,
            Some(BedrockStatus::Failed) => ThroughputStatus::Failed,
            _ if is_updating => ThroughputStatus::Updating,
            _ => ThroughputStatus::InService,
        }),
        failure: failed.then(|| "the update failed".to_owned()),
        arn: shown.arn,
        model_arn: shown.model_arn,
    }
}
