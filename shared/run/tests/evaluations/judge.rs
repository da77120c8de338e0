//! The judge: what an evaluate function does about its jobs, one call at a time.

use tunedrop_run::EvaluationState;
use tunedrop_run::decide::evaluate::{
    JudgeCreated, JudgeStep, claim, decided, judge, judge_created, scoring, without_stops,
};
use tunedrop_run::evaluation::{JudgeAnswer, JudgeState};

use crate::evaluate::result;
use crate::kept::Kept;
use crate::world::{Asker, Entry, Flaw, NEVER, World};

/// The sides: the run's model and the base model.
const SIDES: usize = 2;
/// A day after everything: no function that began before is at work.
const A_DAY_LATER: &str = "2026-12-02T10:00:00.000Z";

/// What a function that claimed the evaluation does next. A set of sides has a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum JudgeMove {
    /// All answers are there: it writes that the judge begins.
    Begins,
    /// It is about to read the evaluation again, and to create the job of the first of these sides.
    Looks(u8),
    Creates(u8),
    /// The first of these jobs is created, and isn't written yet.
    Keeps(u8),
    /// It decides, with the judge's scores or without.
    Decides(bool),
}

impl JudgeMove {
    pub(crate) fn name(self) -> &'static str {
        match self {
            JudgeMove::Begins => "begins to score",
            JudgeMove::Looks(_) => "looks again before a job",
            JudgeMove::Creates(_) => "creates a job",
            JudgeMove::Keeps(_) => "writes a job",
            JudgeMove::Decides(true) => "decides with scores",
            JudgeMove::Decides(false) => "decides without scores",
        }
    }
}

impl World {
    /// With a judge, and so many of its jobs that fail.
    pub(crate) fn with_judge(self, job_failures: u8) -> World {
        World { with_judge: true, job_failures, ..self }
    }

    /// The evaluation with a judge when all answers are there: by one function, without anything that interferes.
    pub(crate) fn all_answered(self) -> World {
        let mut world = self.with_own(true);
        world.with_judge = true;
        let (commands, flaw) = (std::mem::take(&mut world.commands), world.flaw.take());
        let interruptions = std::mem::take(&mut world.interruptions);
        world.delivered.push(crate::world::Command::Evaluate);
        world.command(crate::world::Command::Evaluate, 1);
        while world.evaluation.as_ref().is_some_and(|entry| entry.state != EvaluationState::Scoring) {
            let (_, next) = world.asker_moves(0).into_iter().next().expect("it goes on");
            world = next;
        }
        world.askers = [Asker::Idle, Asker::Idle];
        World { commands, flaw, interruptions, ..world }
    }

    /// Reads the jobs that the ledger has, and decides what to do about them.
    pub(crate) fn look_at_jobs(mut self, was: &Entry) -> (World, Asker) {
        let state = |side: &str| {
            let at = was.sides.iter().position(|one| one.name == side)?;
            was.judge_jobs.get(side)?;
            self.jobs.get(&was.judge_job_name(at)).cloned()
        };
        let jobs: Vec<Option<JudgeState>> = was.sides.iter().map(|side| state(&side.name)).collect();
        let next = match judge(was, &jobs, 60) {
            JudgeStep::Wait => return (self, Asker::Idle),
            JudgeStep::Create(sides) => JudgeMove::Looks(sides.iter().fold(0, |all, side| all | 1 << side)),
            JudgeStep::Decide => JudgeMove::Decides(true),
            JudgeStep::Without(_) => JudgeMove::Decides(false),
        };
        let claimed = claim(was, NEVER);
        let asker = match self.write(Some(was), claimed.clone()) {
            true => Asker::Judges(Kept::new(claimed), next),
            false => Asker::Idle,
        };
        (self, asker)
    }

    pub(crate) fn judge_move(mut self, claimed: &Entry, step: JudgeMove) -> (World, Asker) {
        let now = self.now();
        let on = |step| Asker::Judges(claimed.clone(), step);
        let asker = match step {
            JudgeMove::Begins => {
                if let Ok(next) = scoring(claimed, &now) {
                    self.write(Some(claimed), next);
                }
                Asker::Idle
            }
            JudgeMove::Looks(todo) => {
                if self.is_claimed(claimed) {
                    on(JudgeMove::Creates(todo))
                } else {
                    Asker::Idle
                }
            }
            JudgeMove::Creates(todo) => {
                let name = claimed.judge_job_name(todo.trailing_zeros() as usize);
                if !self.jobs.contains_key(&name) {
                    self.late_jobs += u8::from(!self.is_claimed(claimed));
                    self.jobs.insert(name, JudgeState::InProgress);
                }
                on(JudgeMove::Keeps(todo))
            }
            JudgeMove::Keeps(todo) => {
                let (side, rest) = (todo.trailing_zeros() as usize, todo & (todo - 1));
                let answer = JudgeAnswer::Accepted(claimed.judge_job_name(side));
                let JudgeCreated::Known(next) = judge_created(claimed, side, answer, 0) else {
                    return (self, Asker::Idle);
                };
                let next = Kept::new(*next);
                match (self.write(Some(claimed), (*next).clone()), rest) {
                    (false, _) => Asker::Idle,
                    (true, 0) => {
                        self.release(&next);
                        Asker::Idle
                    }
                    (true, rest) => Asker::Judges(next, JudgeMove::Looks(rest)),
                }
            }
            JudgeMove::Decides(judged) => {
                if let Ok(next) = decided(claimed, result(claimed), judged, &now) {
                    self.write(Some(claimed), next);
                }
                Asker::Idle
            }
        };
        (self, asker)
    }

    /// Stops the jobs of ended evaluations. They are forgotten when no function of before can be at work.
    pub(crate) fn stop_jobs(mut self, was: &Entry) -> (World, Asker) {
        let mut stopped = Vec::new();
        for prefix in was.judge_stops.keys() {
            let own =
                self.jobs.iter_mut().filter(|(name, job)| name.starts_with(prefix) && **job == JudgeState::InProgress);
            let mut is_over = true;
            for (_, job) in own {
                *job = JudgeState::Ended("stopped".to_owned());
                is_over = false;
            }
            stopped.extend(is_over.then(|| prefix.clone()));
        }
        let is_of_before = |asker: &Asker| matches!(asker, Asker::Judges(claimed, _) if was.judge_stops.contains_key(&claimed.judge_prefix()));
        let forgets = !self.askers.iter().any(is_of_before) || self.flaw == Some(Flaw::ShortStops);
        let now = if forgets { A_DAY_LATER.to_owned() } else { self.now() };
        if let Some(next) = without_stops(was, &stopped, &now) {
            self.write(Some(was), next);
            return (self, Asker::Idle);
        }
        let plans = match self.evaluate_step(was) {
            _ if was.state.is_end() => Asker::Idle,
            tunedrop_run::decide::evaluate::EvaluateStep::Judge => return self.look_at_jobs(was),
            step => Asker::Planned(was.clone(), Kept::new(step)),
        };
        (self, plans)
    }

    /// Ends a job that is in progress; whether it did.
    pub(crate) fn end_job(&mut self, name: &str, to: JudgeState) -> bool {
        let job = self.jobs.get_mut(name).filter(|job| **job == JudgeState::InProgress);
        job.is_some_and(|job| {
            *job = to;
            true
        })
    }

    /// A promise about the judge that this state breaks.
    pub(crate) fn judge_fault(&self) -> Option<&'static str> {
        if self.late_jobs > 1 {
            return Some("an ended evaluation creates more jobs");
        }
        if self.jobs.len() > SIDES * self.there.len() {
            return Some("a side has two jobs");
        }
        let entry = self.evaluation.as_ref()?;
        let in_progress = |prefix: &str| {
            self.jobs.iter().any(|(name, job)| name.starts_with(prefix) && *job == JudgeState::InProgress)
        };
        if entry.state.is_end() && entry.judge_stops.is_empty() && in_progress(&entry.judge_prefix()) {
            return Some("a job of an ended evaluation is forgotten");
        }
        None
    }
}
