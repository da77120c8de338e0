//! The ledger's items, the answers in S3, Bedrock, and the functions at work.

use std::collections::BTreeMap;

use tunedrop_run::decide::deploy::{BedrockStatus, DeployStep, DeploymentView, Request, delete, request as deploy};
use tunedrop_run::decide::evaluate::{EvaluateStep, EvaluationRequest, request, stop};
use tunedrop_run::evaluation::JudgeState;
use tunedrop_run::event::EvaluationSettings;
use tunedrop_run::{Deployment, DeploymentState, EvaluationEntry, EvaluationState};

use crate::judge::JudgeMove;
use crate::kept::Kept;
use crate::setup::{run, run_with_judge};

/// The run's own deployment, which no evaluation may delete.
pub(crate) const OWN: &str = "bot";
/// Chunks of an evaluation of one record: the run's model, the base model, and the base model again.
pub(crate) const CHUNKS: usize = 3;
/// No lease of the model ends by the clock: an explicit move ends it.
pub(crate) const NEVER: i64 = 99_999_999_999;

/// What people ask. Every command has its own id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Command {
    Evaluate,
    Stop,
    /// Delete the run's own deployment.
    Delete,
}

/// A safeguard that is removed, to show that it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Flaw {
    /// Models are asked without a lease.
    NoLease,
    /// The evaluation isn't read again before each chunk.
    NoLook,
    /// Writes don't name the revision that they were computed from.
    NoCondition,
    /// Chunks that are there are asked again.
    NoList,
    /// deploy doesn't read the evaluation of a temporary deployment.
    NoEnd,
    /// deploy treats every deployment as a temporary one.
    AllTemporary,
    /// A command isn't remembered.
    NoMemory,
    /// An ended evaluation doesn't note that its judge may be at work.
    NoStops,
    /// That note is forgotten while a function may still create a job.
    ShortStops,
}

pub(crate) type Entry = Kept<EvaluationEntry>;
pub(crate) type Item = Kept<Deployment>;

/// How far an evaluate function is. A set of chunks has a bit for each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Asker {
    Idle,
    Read(Entry),
    Planned(Entry, Kept<EvaluateStep>),
    /// It holds the claim.
    Claimed(Entry),
    /// It is about to read the evaluation again, and to ask the first of these chunks.
    Looks(Entry, u8),
    Asks(Entry, u8),
    /// The first of these chunks is answered, and isn't written yet.
    Keeps(Entry, u8),
    Decides(Entry),
    /// It works on the judge.
    Judges(Entry, JudgeMove),
}

/// How far a deploy function is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Deployer {
    Idle,
    Read(Item),
    /// Its evaluation needs it, or it isn't temporary.
    Needed(Item),
    Planned(Item, DeployStep),
    Claimed(Item, DeployStep),
    Answered(Item, Item),
}

#[derive(Debug, Clone, Hash)]
pub(crate) struct World {
    pub(crate) evaluation: Option<Entry>,
    pub(crate) deployments: BTreeMap<String, Item>,
    pub(crate) bedrock: BTreeMap<String, DeploymentView>,
    /// Deployments that Bedrock ever created.
    pub(crate) created: u8,
    /// Of each evaluation: the chunks that are there, how often each was asked, and how often one after the end.
    pub(crate) there: Vec<u8>,
    pub(crate) asked: Vec<[u8; CHUNKS]>,
    pub(crate) late: Vec<u8>,
    /// The judge's jobs at Bedrock by name, and how often one was created after the end of its evaluation.
    pub(crate) jobs: BTreeMap<String, JudgeState>,
    pub(crate) late_jobs: u8,
    pub(crate) job_failures: u8,
    pub(crate) with_judge: bool,
    pub(crate) askers: [Asker; 2],
    /// How many of these work.
    pub(crate) functions: usize,
    pub(crate) deployer: Deployer,
    pub(crate) commands: Vec<Command>,
    /// Commands that were delivered.
    pub(crate) delivered: Vec<Command>,
    /// Commands that may be delivered again.
    pub(crate) repeats: u8,
    pub(crate) interruptions: u8,
    pub(crate) interrupted: u8,
    pub(crate) failures: u8,
    pub(crate) outside: u8,
    /// Whether a day may pass, and whether it did.
    pub(crate) may_be_overdue: bool,
    pub(crate) overdue: bool,
    /// Whether somebody asked to delete the run's own deployment.
    pub(crate) own_asked: bool,
    pub(crate) flaw: Option<Flaw>,
    /// A promise that a write broke.
    pub(crate) broken: Option<&'static str>,
}

impl World {
    pub(crate) fn new(commands: &[Command]) -> World {
        World {
            evaluation: None,
            deployments: BTreeMap::new(),
            bedrock: BTreeMap::new(),
            created: 0,
            there: Vec::new(),
            asked: Vec::new(),
            late: Vec::new(),
            jobs: BTreeMap::new(),
            late_jobs: 0,
            job_failures: 0,
            with_judge: false,
            askers: [Asker::Idle, Asker::Idle],
            functions: 2,
            deployer: Deployer::Idle,
            commands: commands.to_vec(),
            delivered: Vec::new(),
            repeats: 0,
            interruptions: 0,
            interrupted: 0,
            failures: 0,
            outside: 0,
            may_be_overdue: false,
            overdue: false,
            own_asked: false,
            flaw: None,
            broken: None,
        }
    }

    /// With so many interruptions, failures at Bedrock, and deletions outside tunedrop.
    pub(crate) fn with(self, interruptions: u8, failures: u8, outside: u8) -> World {
        World { interruptions, failures, outside, ..self }
    }

    /// With the run's own deployment, which serves it or another run.
    pub(crate) fn with_own(mut self, serves_run: bool) -> World {
        let run = run();
        let request =
            Request { name: OWN, run: &run, expires_after_s: None, capacity: None, units_max: None, by: None };
        let mut own = deploy(None, &request, "s", "a", &self.now()).expect("a deployment");
        own.state = DeploymentState::Active;
        own.arn = Some("arn-own".to_owned());
        own.deployed_at = Some(self.now());
        if !serves_run {
            own.run_id = "bot-000000000009".parse().expect("a run's id");
            own.model_arn = "model-9".to_owned();
        }
        own.serving = Some(own.run_id.clone());
        own.serving_model_arn = Some(own.model_arn.clone());
        let (arn, model_arn) = ("arn-own".to_owned(), own.model_arn.clone());
        let shown = DeploymentView { arn, model_arn, status: Some(BedrockStatus::Active), update: None, failure: None };
        self.bedrock.insert(OWN.to_owned(), shown);
        self.deployments.insert(OWN.to_owned(), Kept::new(own));
        self
    }

    /// The time. It passes with commands only, and no duration is decided by it.
    pub(crate) fn now(&self) -> String {
        format!("2026-12-01T10:{:02}:00.000Z", self.delivered.len())
    }

    /// Delivers a command: a read and a conditional write, which nothing can come between. `id` is its event's.
    pub(crate) fn command(&mut self, command: Command, id: usize) {
        let (was, now, id) = (self.evaluation.clone(), self.now(), id.to_string());
        let next = match command {
            Command::Evaluate => {
                let run = if self.with_judge { run_with_judge() } else { run() };
                let settings = EvaluationSettings::default();
                let asked = EvaluationRequest { run: &run, settings: &settings, by: Some("ada"), bucket: "b" };
                request(was.as_deref(), &asked, &now).ok()
            }
            Command::Stop => stop(was.as_deref(), "ada", &now).ok(),
            Command::Delete => {
                self.own_asked = true;
                let own = self.deployments.get(OWN).cloned();
                if let Ok(next) = delete(own.as_deref(), Some("ada"), "asked", &now) {
                    self.deployments.insert(OWN.to_owned(), Kept::new(next));
                }
                None
            }
        };
        let is_known = was.as_ref().is_some_and(|was| was.has_carried_out(&id)) && self.flaw != Some(Flaw::NoMemory);
        if let Some(next) = next.filter(|_| !is_known) {
            self.write(was.as_ref(), next.after_command(&id));
        }
    }

    /// Writes the next revision of the evaluation; false if it was written since `was`.
    pub(crate) fn write(&mut self, was: Option<&Entry>, next: EvaluationEntry) -> bool {
        let current = self.evaluation.as_ref().map(|now| now.revision);
        if current != was.map(|was| was.revision) && self.flaw != Some(Flaw::NoCondition) {
            return false;
        }
        if let Some(now) = &self.evaluation
            && now.state.is_end()
            && now.number == next.number
            && (now.state != next.state || now.outcome_at != next.outcome_at)
        {
            self.broken = Some("an ended evaluation changes");
        }
        while self.there.len() < next.number as usize {
            self.there.push(0);
            self.asked.push([0; CHUNKS]);
            self.late.push(0);
        }
        let is_decided = next.state.is_decided();
        if is_decided && self.there[next.number as usize - 1].count_ones() as usize != CHUNKS {
            self.broken = Some("an evaluation is decided without all answers");
        }
        let no_stops = self.flaw == Some(Flaw::NoStops);
        let next = if no_stops { EvaluationEntry { judge_stops: BTreeMap::new(), ..next } } else { next };
        self.evaluation = Some(Kept::new(next));
        true
    }

    /// Writes the next revision of a deployment; false if it was written since `was`.
    pub(crate) fn write_deployment(&mut self, was: Option<&Item>, next: Deployment) -> bool {
        let current = self.deployments.get(&next.name).map(|now| now.revision);
        let is_current = current == was.map(|was| was.revision);
        if is_current {
            self.deployments.insert(next.name.clone(), Kept::new(next));
        }
        is_current
    }

    /// Whether the evaluation is the one that a function claimed.
    pub(crate) fn is_claimed(&self, claimed: &Entry) -> bool {
        self.evaluation.as_ref().is_some_and(|now| now.revision == claimed.revision)
    }

    /// A promise that this state breaks.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let asks = |asker: &Asker| match asker {
            Asker::Looks(claimed, _) | Asker::Asks(claimed, _) | Asker::Keeps(claimed, _) => Some(claimed.number),
            _ => None,
        };
        if asks(&self.askers[0]).is_some() && asks(&self.askers[0]) == asks(&self.askers[1]) {
            return Some("two functions ask at the same time");
        }
        if self.late.iter().any(|late| *late > 1) {
            return Some("an ended evaluation asks again");
        }
        if self.asked.iter().flatten().any(|times| *times > 1 + self.interrupted) {
            return Some("a chunk is asked more often than functions were interrupted");
        }
        let asked = self.delivered.iter().filter(|command| **command == Command::Evaluate).count();
        if self.there.len() > asked {
            return Some("a repeated command starts another evaluation");
        }
        let keeps = |own: &Item| own.state == DeploymentState::Active;
        if self.deployments.get(OWN).is_some_and(|own| !keeps(own)) && !self.own_asked {
            return Some("the run's own deployment is deleted");
        }
        self.judge_fault().or(self.broken)
    }

    /// Whether the evaluation has a decision.
    pub(crate) fn is_decided(&self) -> bool {
        self.evaluation.as_ref().is_some_and(|entry| entry.state == EvaluationState::Kept)
    }
}
