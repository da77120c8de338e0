//! Two evaluations that need two temporary deployments each, while Bedrock has few: every order of their steps.
//!
//! A step reads, decides and writes at once here. What can come between these is explored by the other tests.

use std::collections::{BTreeMap, HashSet, VecDeque};

use tunedrop_run::decide::deploy::{
    BedrockStatus, DeployAnswer, DeployStep, DeploymentView, UNSEEN_S, answered, decide as decide_deployment,
    request_temporary,
};
use tunedrop_run::decide::evaluate::{
    Compared, EvaluateStep, EvaluationRequest, Prepared, decide, decided, next_turn, prepared, progressed, request,
    sides, unneeded,
};
use tunedrop_run::evaluation::chunks;
use tunedrop_run::event::EvaluationSettings;
use tunedrop_run::{Against, Deployment, DeploymentState, EvaluationEntry, EvaluationState, RunId};

use crate::evaluate::result;
use crate::setup::run_with;
use crate::world::CHUNKS;

const NOW: &str = "2026-12-01T10:00:00.000Z";
/// The runs that are evaluated, and the one that both are compared with.
const RUNS: [&str; 2] = ["bot-000000000001", "bot-000000000002"];
const OTHER: &str = "bot-000000000003";
/// Rounds in which everything that can be done is done.
const ROUNDS_MAX: usize = 40;

#[derive(Debug, Clone)]
struct World {
    evaluations: [EvaluationEntry; 2],
    /// The chunks that are there, a bit for each.
    there: [u8; 2],
    deployments: BTreeMap<String, Deployment>,
    bedrock: BTreeMap<String, DeploymentView>,
    /// How many deployments Bedrock has at most.
    slots: usize,
    /// Whether an evaluation holds a deployment while it waits for another one.
    holds: bool,
}

impl World {
    fn new(slots: usize, holds: bool) -> World {
        let evaluations = RUNS.map(|id| {
            let (run, other) = (run_with(id), run_with(OTHER));
            let settings = EvaluationSettings { against: vec![Against::Run(other.run_id.clone())], ..<_>::default() };
            let asked = EvaluationRequest { run: &run, settings: &settings, by: Some("ada"), bucket: "b" };
            let entry = request(None, &asked, NOW).expect("the run has a model");
            let of = |run| Compared { run, deployment: None };
            let sides = sides(&entry, of(&run), None, &[of(&other)]).expect("both have a model");
            let found = Prepared { sides, records: 1, token_ceiling: 1 };
            prepared(&entry, found, None, NOW).expect("it was requested")
        });
        assert!(evaluations.iter().all(|entry| chunks(entry, 1).len() == CHUNKS));
        let (deployments, bedrock) = (BTreeMap::new(), BTreeMap::new());
        World { evaluations, there: [0; 2], deployments, bedrock, slots, holds }
    }

    /// Every state that can follow.
    fn moves(&self) -> Vec<World> {
        let mut moves = Vec::new();
        let mut add = |change: &dyn Fn(&mut World)| {
            let mut next = self.clone();
            change(&mut next);
            moves.push(next);
        };
        for at in 0..2 {
            add(&|world| world.evaluate(at));
        }
        for name in self.deployments.keys() {
            add(&|world| world.deploy(name));
        }
        for name in self.bedrock.keys() {
            add(&|world| world.create(name));
        }
        moves
    }

    fn create(&mut self, name: &str) {
        self.bedrock.get_mut(name).expect("it is there").status = Some(BedrockStatus::Active);
    }

    fn evaluate(&mut self, at: usize) {
        let was = self.evaluations[at].clone();
        let of = |name: &String| self.deployments.get(name).cloned();
        let deployments: Vec<_> = was.sides.iter().map(|side| side.deployment.as_ref().and_then(of)).collect();
        match decide(&was, &deployments, 60, NOW) {
            EvaluateStep::Deploy(run_id) => self.request(&was, &run_id),
            EvaluateStep::Write(next) => {
                let waits = |one: &Option<Deployment>| one.as_ref().is_none_or(|one| !one.state.answers());
                match was.sides.iter().zip(&deployments).find(|(_, one)| waits(one)) {
                    Some((side, None)) if self.holds => {
                        self.request(&was, &side.run_id.clone().expect("no side is the base model"));
                    }
                    Some(_) if self.holds => {}
                    _ => self.evaluations[at] = *next,
                }
            }
            EvaluateStep::Answer => self.answer(at),
            _ => {}
        }
    }

    fn request(&mut self, was: &EvaluationEntry, run_id: &RunId) {
        let next = |name: Option<&Deployment>| request_temporary(name, &run_with(run_id), &was.run_id, "s", "a", NOW);
        let name = next(None).expect("the run has a model").expect("a deployment").name;
        if let Some(next) = next(self.deployments.get(&name)).expect("the name is its own") {
            self.deployments.insert(name, next);
        }
    }

    /// Asks a chunk, has the next side deployed, or decides.
    fn answer(&mut self, at: usize) {
        let was = &self.evaluations[at];
        let missing: Vec<_> =
            chunks(was, 1).into_iter().enumerate().filter(|(bit, _)| self.there[at] & 1 << bit == 0).collect();
        let asked = missing.iter().find(|(_, chunk)| self.holds || was.asks(chunk.side));
        self.evaluations[at] = match asked {
            Some((bit, chunk)) => {
                let side = &was.sides[chunk.side];
                let shown = self.bedrock.get(side.deployment.as_deref().unwrap_or_default());
                assert!(shown.is_some_and(|shown| shown.status == Some(BedrockStatus::Active)), "{side:?}");
                self.there[at] |= 1 << bit;
                progressed(was, u64::from(self.there[at].count_ones()))
            }
            None if missing.is_empty() => decided(was, result(was), false, NOW).expect("it asks models"),
            None => {
                let sides = 0..was.sides.len();
                let answered: Vec<bool> =
                    sides.map(|side| missing.iter().all(|(_, chunk)| chunk.side != side)).collect();
                next_turn(was, &answered, NOW).expect("it asks models")
            }
        };
    }

    fn deploy(&mut self, name: &str) {
        let was = self.deployments[name].clone();
        let evaluation = self.evaluations.iter().find(|entry| was.evaluation.as_ref() == Some(&entry.run_id));
        let is_held = self.holds && evaluation.is_some_and(|entry| !entry.state.is_end());
        let ends = unneeded(&was, evaluation, NOW).filter(|_| !is_held);
        let next = match ends.map_or_else(
            || decide_deployment(&was, self.bedrock.get(name), UNSEEN_S, NOW),
            |next| DeployStep::Write(Box::new(next)),
        ) {
            DeployStep::Write(next) => *next,
            step @ DeployStep::Create if self.bedrock.len() >= self.slots => {
                answered(&was, &step, DeployAnswer::Later("too many".to_owned()), NOW)
            }
            step @ DeployStep::Create => {
                let (arn, model_arn) = (format!("arn-{name}"), was.model_arn.clone());
                let status = Some(BedrockStatus::Creating);
                let shown = DeploymentView { arn: arn.clone(), model_arn, status, update: None, failure: None };
                self.bedrock.insert(name.to_owned(), shown);
                answered(&was, &step, DeployAnswer::Accepted(arn), NOW)
            }
            step @ DeployStep::Delete(_) => {
                self.bedrock.remove(name);
                answered(&was, &step, DeployAnswer::Accepted(String::new()), NOW)
            }
            _ => return,
        };
        self.deployments.insert(name.to_owned(), next);
    }

    /// What the state is, without counts of writes, which never end.
    fn key(&self) -> String {
        let mut same = self.clone();
        same.evaluations.iter_mut().for_each(|entry| entry.revision = 0);
        same.deployments.values_mut().for_each(|one| one.revision = 0);
        format!("{same:?}")
    }

    /// Does everything that can be done, again and again; whether both evaluations end with a decision, and leave nothing.
    fn ends(mut self) -> bool {
        for _ in 0..ROUNDS_MAX {
            let names: Vec<String> = self.deployments.keys().cloned().collect();
            for name in &names {
                self.deploy(name);
            }
            for name in self.bedrock.keys().cloned().collect::<Vec<_>>() {
                self.create(&name);
            }
            self.evaluate(0);
            self.evaluate(1);
            if self.evaluations.iter().all(|entry| entry.state == EvaluationState::Kept) && self.bedrock.is_empty() {
                return true;
            }
        }
        false
    }
}

/// Explores every order. Returns the number of states, and of those from which an evaluation never ends.
fn explore(slots: usize, holds: bool) -> (usize, usize) {
    let start = World::new(slots, holds);
    let (mut seen, mut stuck) = (HashSet::from([start.key()]), 0);
    let mut queue = VecDeque::from([start]);
    while let Some(world) = queue.pop_front() {
        let holds_one = |entry: &EvaluationEntry| {
            let own = world.deployments.values().filter(|one| one.evaluation.as_ref() == Some(&entry.run_id));
            // Others are deleted, whatever the evaluation waits for.
            own.filter(|one| !one.state.is_end() && one.state != DeploymentState::Deleting)
                .filter(|one| unneeded(one, Some(entry), NOW).is_none())
                .count()
                <= 1
        };
        assert!(holds || world.evaluations.iter().all(holds_one), "{world:#?}");
        stuck += usize::from(!world.clone().ends());
        for next in world.moves() {
            if seen.insert(next.key()) {
                queue.push_back(next);
            }
        }
    }
    (seen.len(), stuck)
}

#[test]
fn evaluations_never_wait_for_each_others_deployments() {
    for slots in [1, 2] {
        let (states, stuck) = explore(slots, false);
        assert_eq!(stuck, 0, "of {states} states with {slots} deployments");
        assert!(states > 1_000, "{states}");
    }
}

#[test]
fn without_turns_two_evaluations_wait_for_each_other() {
    let (states, stuck) = explore(2, true);
    assert!(stuck > 0, "of {states} states");
}
