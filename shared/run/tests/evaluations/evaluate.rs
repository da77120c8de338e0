//! The evaluate function: its reads, conditional writes and questions, one at a time.

use serde_json::json;
use tunedrop_run::decide::deploy::{BedrockStatus, request_temporary};
use tunedrop_run::decide::evaluate::{
    Compared, EvaluateStep, Prepared, claim, decide, decided, failed, prepared, progressed, sides,
};
use tunedrop_run::evaluation::{EVALUATION_MAX_S, chunks};
use tunedrop_run::{Deployment, EvaluationEntry, EvaluationResult};

use crate::judge::JudgeMove;
use crate::kept::Kept;
use crate::setup::{run, temporary};
use crate::world::{Asker, CHUNKS, Entry, Flaw, NEVER, OWN, World};

impl World {
    /// What the function can do next.
    pub(crate) fn asker_moves(&self, at: usize) -> Vec<(String, World)> {
        let mut moves = Vec::new();
        let mut add = |what: &str, (mut next, asker): (World, Asker)| {
            next.askers[at] = asker;
            moves.push((format!("evaluate {at} {what}"), next));
        };
        let next = self.clone();
        match &self.askers[at] {
            Asker::Idle => match &self.evaluation {
                Some(entry) if !entry.state.is_end() || !entry.judge_stops.is_empty() => {
                    add("reads", (next, Asker::Read(entry.clone())));
                }
                _ => return moves,
            },
            Asker::Read(was) if !was.judge_stops.is_empty() => {
                add("stops jobs", next.stop_jobs(was));
            }
            Asker::Read(was) => match self.evaluate_step(was) {
                EvaluateStep::Wait | EvaluateStep::Done => add("waits", (next, Asker::Idle)),
                EvaluateStep::Judge => add("looks at jobs", next.look_at_jobs(was)),
                step => add("plans", (next, Asker::Planned(was.clone(), Kept::new(step)))),
            },
            Asker::Planned(was, step) => add("acts", next.act(was, step)),
            Asker::Claimed(claimed) => {
                let there = if self.flaw == Some(Flaw::NoList) { 0 } else { self.there[claimed.number as usize - 1] };
                let missing = ((1 << CHUNKS) - 1) & !there;
                let asker = match missing {
                    0 if claimed.plan.judge.is_some() => Asker::Judges(claimed.clone(), JudgeMove::Begins),
                    0 => Asker::Decides(claimed.clone()),
                    _ => Asker::Looks(claimed.clone(), missing),
                };
                add("lists the answers", (next, asker));
            }
            Asker::Looks(claimed, todo) => {
                let goes_on = self.is_claimed(claimed) || self.flaw == Some(Flaw::NoLook);
                let asker = if goes_on { Asker::Asks(claimed.clone(), *todo) } else { Asker::Idle };
                add("looks again", (next, asker));
            }
            Asker::Asks(claimed, todo) => add("asks", next.ask(claimed, *todo)),
            Asker::Keeps(claimed, todo) => {
                let (mut next, rest) = (next, todo & (todo - 1));
                next.there[claimed.number as usize - 1] |= todo & !rest;
                if rest != 0 {
                    add("keeps the answers", (next.clone(), Asker::Looks(claimed.clone(), rest)));
                }
                next.release(claimed);
                add("keeps the answers, and ends", (next, Asker::Idle));
            }
            Asker::Decides(claimed) => {
                let mut next = next;
                if let Ok(kept) = decided(claimed, result(claimed), true, &self.now()) {
                    next.write(Some(claimed), kept);
                }
                add("decides", (next, Asker::Idle));
            }
            Asker::Judges(claimed, step) => add(step.name(), next.judge_move(claimed, *step)),
        }
        if let Some(claimed) = self.claim_of(at).filter(|_| self.interruptions > 0) {
            let mut next = self.clone();
            (next.interruptions, next.interrupted) = (self.interruptions - 1, self.interrupted + 1);
            next.askers[at] = Asker::Idle;
            moves.push((format!("evaluate {at} is killed"), next.clone()));
            next.release(claimed);
            moves.push((format!("evaluate {at} fails"), next));
        }
        moves
    }

    /// The claim that a function took.
    pub(crate) fn claim_of(&self, at: usize) -> Option<&Entry> {
        match &self.askers[at] {
            Asker::Idle | Asker::Read(_) | Asker::Planned(..) => None,
            Asker::Claimed(claimed)
            | Asker::Looks(claimed, _)
            | Asker::Asks(claimed, _)
            | Asker::Keeps(claimed, _)
            | Asker::Decides(claimed)
            | Asker::Judges(claimed, _) => Some(claimed),
        }
    }

    /// The step after a read of the deployments.
    pub(crate) fn evaluate_step(&self, was: &EvaluationEntry) -> EvaluateStep {
        let deployment = |name: &String| self.deployments.get(name).map(|item| Deployment::clone(item));
        let deployments: Vec<_> = was.sides.iter().map(|side| side.deployment.as_ref().and_then(deployment)).collect();
        let age = if self.overdue { EVALUATION_MAX_S } else { 60 };
        decide(was, &deployments, age, &self.now())
    }

    fn act(mut self, was: &Entry, step: &EvaluateStep) -> (World, Asker) {
        match step {
            EvaluateStep::Prepare => {
                let (run, own) = (run(), self.deployments.get(OWN).cloned());
                let new = Compared { run: &run, deployment: own.as_deref() };
                let sides = sides(was, new, None, &[]).expect("the run has a model");
                let found = Prepared { sides, records: 1, token_ceiling: 1 };
                if let Ok(next) = prepared(was, found, None, &self.now()) {
                    assert_eq!(chunks(&next, 1).len(), CHUNKS);
                    self.write(Some(was), next);
                }
            }
            EvaluateStep::Deploy(_) => {
                let (name, run, now) = (temporary(), run(), self.now());
                let deployment = self.deployments.get(&name).cloned();
                match request_temporary(deployment.as_deref(), &run, &was.run_id, "s", "a", &now) {
                    Ok(Some(next)) => {
                        self.write_deployment(deployment.as_ref(), next);
                    }
                    Ok(None) => {}
                    Err(reason) => self.fail(was, &reason),
                }
            }
            EvaluateStep::Write(next) => {
                self.write(Some(was), EvaluationEntry::clone(next));
            }
            EvaluateStep::Answer => {
                let mut claimed = claim(was, NEVER);
                if self.flaw == Some(Flaw::NoLease) {
                    claimed.lease_until = None;
                }
                if self.write(Some(was), claimed.clone()) {
                    return (self, Asker::Claimed(Kept::new(claimed)));
                }
            }
            // No recipe asks for an evaluation here.
            EvaluateStep::Recipe | EvaluateStep::Judge | EvaluateStep::Wait | EvaluateStep::Done => {}
        }
        (self, Asker::Idle)
    }

    /// Asks the first of these chunks.
    fn ask(mut self, claimed: &Entry, todo: u8) -> (World, Asker) {
        let (number, chunk) = (claimed.number as usize - 1, todo.trailing_zeros() as usize);
        let side = &claimed.sides[chunks(claimed, 1)[chunk].side];
        let answers = side.run_id.is_none()
            || self
                .bedrock
                .values()
                .any(|shown| Some(&shown.arn) == side.model_id.as_ref() && shown.status == Some(BedrockStatus::Active));
        if !answers {
            let released = progressed(claimed, claimed.answered);
            if self.evaluate_step(&released) == EvaluateStep::Answer {
                self.fail(claimed, "the model can't be asked");
            } else {
                self.write(Some(claimed), released);
            }
            return (self, Asker::Idle);
        }
        self.asked[number][chunk] += 1;
        if !self.is_claimed(claimed) {
            self.late[number] += 1;
        }
        (self, Asker::Keeps(claimed.clone(), todo))
    }

    fn fail(&mut self, was: &Entry, reason: &str) {
        if let Ok(next) = failed(was, reason, &self.now()) {
            self.write(Some(was), next);
        }
    }

    /// Ends the claim, with what is there.
    pub(crate) fn release(&mut self, claimed: &Entry) {
        let answered = self.there[claimed.number as usize - 1].count_ones();
        self.write(Some(claimed), progressed(claimed, u64::from(answered)));
    }
}

pub(crate) fn result(claimed: &EvaluationEntry) -> EvaluationResult {
    serde_json::from_value(json!({
        "number": claimed.number, "outcome": "keep", "sentence": "Keep.", "against": ["base"],
        "verdicts": { "base": "better" }, "records": 1, "tokens_in": 1, "tokens_out": 1, "report": "s3://b/k",
    }))
    .expect("a result")
}
