//! What can happen next, and what must happen in the end.

use tunedrop_run::decide::deploy::{BedrockStatus, is_due};
use tunedrop_run::evaluation::JudgeState;

use crate::kept::Kept;
use crate::setup::temporary;
use crate::world::{Asker, Deployer, World};

/// A temporary deployment is gone after this many sweeps.
const SWEEPS: usize = 2;
/// An evaluation that nothing interrupts ends before so many sweeps.
const SWEEPS_MAX: usize = 12;
/// More steps than a function makes for one event.
const STEPS_MAX: usize = 40;

impl World {
    /// Every state that can follow, with what happens. Events are hints, so they may come at any time, or never.
    pub(crate) fn moves(&self) -> Vec<(String, World)> {
        let mut moves = Vec::new();
        for at in 0..self.functions {
            moves.extend(self.asker_moves(at));
        }
        moves.extend(self.deployer_moves());
        let mut add = |what: String, change: &dyn Fn(&mut World) -> bool| {
            let mut next = self.clone();
            if change(&mut next) {
                moves.push((what, next));
            }
        };
        if let Some(command) = self.commands.first() {
            add(format!("{command:?}"), &|world| {
                world.delivered.push(world.commands.remove(0));
                world.command(*command, world.delivered.len());
                true
            });
        }
        for (at, command) in self.delivered.iter().enumerate().filter(|_| self.repeats > 0) {
            add(format!("{command:?} again"), &|world| {
                world.repeats -= 1;
                world.command(*command, at + 1);
                true
            });
        }
        add("Bedrock is done".to_owned(), &|world| world.work(BedrockStatus::Active));
        if self.failures > 0 {
            add("Bedrock fails".to_owned(), &|world| {
                world.failures -= 1;
                world.work(BedrockStatus::Failed)
            });
        }
        for name in self.jobs.keys() {
            add("a job completes".to_owned(), &|world| world.end_job(name, JudgeState::Completed));
            if self.job_failures > 0 {
                add("a job fails".to_owned(), &|world| {
                    world.job_failures -= 1;
                    world.end_job(name, JudgeState::Ended("no".to_owned()))
                });
            }
        }
        if self.outside > 0 {
            add("deleted outside tunedrop".to_owned(), &|world| {
                world.outside -= 1;
                world.bedrock.remove(&temporary()).is_some()
            });
        }
        if self.may_be_overdue && !self.overdue && self.evaluation.is_some() {
            add("a day passes".to_owned(), &|world| {
                world.overdue = true;
                true
            });
        }
        // A lease outlives the function that took it.
        add("a lease ends".to_owned(), &|world| world.end_leases());
        moves
    }

    /// Ends the leases of functions that were killed; whether there were any.
    fn end_leases(&mut self) -> bool {
        let mut ended = false;
        let asks = (0..self.askers.len()).any(|at| self.claim_of(at).is_some_and(|claimed| self.is_claimed(claimed)));
        if let Some(entry) = self.evaluation.clone().filter(|entry| !asks && entry.lease_until.is_some()) {
            self.evaluation = Some(Kept::new(tunedrop_run::EvaluationEntry { lease_until: None, ..(*entry).clone() }));
            ended = true;
        }
        let claimed = match &self.deployer {
            Deployer::Claimed(item, _) | Deployer::Answered(item, _) => Some(item.name.clone()),
            _ => None,
        };
        for item in self.deployments.values_mut() {
            if item.lease_until.is_some() && Some(&item.name) != claimed.as_ref() {
                *item = Kept::new(tunedrop_run::Deployment { lease_until: None, ..(**item).clone() });
                ended = true;
            }
        }
        ended
    }

    /// Lets all functions be killed, nothing go wrong after that, and every event be lost: only sweeps go on. What is wrong
    /// with the end.
    pub(crate) fn settle(mut self) -> Result<World, String> {
        self.askers = [Asker::Idle, Asker::Idle];
        self.deployer = Deployer::Idle;
        self.interrupted += 1;
        (self.interruptions, self.failures, self.outside, self.job_failures) = (0, 0, 0, 0);
        let mut since_end = 0;
        for _ in 0..SWEEPS_MAX {
            let ended = self.evaluation.as_ref().is_none_or(|entry| entry.state.is_end());
            if ended && since_end >= SWEEPS {
                return match (self.is_gone(&temporary()), self.jobs.values().any(|job| *job == JudgeState::InProgress))
                {
                    (true, false) => Ok(self),
                    (false, _) => Err(format!("a temporary deployment is left after {SWEEPS} sweeps")),
                    (true, true) => Err(format!("a job of the judge is left after {SWEEPS} sweeps")),
                };
            }
            since_end = if ended { since_end + 1 } else { 0 };
            self.sweep()?;
        }
        Err(format!("the evaluation never ends: {:?}", self.evaluation))
    }

    /// Time passes, and the sweep has every open item looked at, the deployments first.
    fn sweep(&mut self) -> Result<(), String> {
        self.end_leases();
        self.work(BedrockStatus::Active);
        let due = self.deployments.values().filter(|item| item.open.is_some() && is_due(item));
        for name in due.map(|item| item.name.clone()).collect::<Vec<_>>() {
            self.follow_deployment(&name)?;
        }
        // The jobs of an evaluation in progress end by themselves. Others have to be stopped.
        if let Some(prefix) = self.evaluation.as_ref().filter(|now| !now.state.is_end()).map(|now| now.judge_prefix()) {
            let own = self.jobs.keys().filter(|name| name.starts_with(&prefix));
            for name in own.cloned().collect::<Vec<_>>() {
                self.end_job(&name, JudgeState::Completed);
            }
        }
        let is_due = |entry: &tunedrop_run::EvaluationEntry| !entry.state.is_end() || !entry.judge_stops.is_empty();
        let is_open = self.evaluation.as_ref().is_some_and(|entry| entry.open.is_some() && is_due(entry));
        if is_open { self.follow_evaluation() } else { Ok(()) }
    }

    /// One event about a deployment, without an interruption.
    fn follow_deployment(&mut self, name: &str) -> Result<(), String> {
        for _ in 0..STEPS_MAX {
            if self.deployer == Deployer::Idle {
                let Some(item) = self.deployments.get(name) else { return Ok(()) };
                self.deployer = Deployer::Read(item.clone());
            }
            let begun = matches!(self.deployer, Deployer::Needed(_));
            let Some((_, next)) = self.deployer_moves().into_iter().next() else { return Ok(()) };
            *self = next;
            if begun && self.deployer == Deployer::Idle {
                return Ok(());
            }
        }
        Err(format!("deployment {name} changes without an end"))
    }

    /// One event about the evaluation, without an interruption.
    fn follow_evaluation(&mut self) -> Result<(), String> {
        for _ in 0..STEPS_MAX {
            let Some((what, next)) = self.asker_moves(0).into_iter().next() else { return Ok(()) };
            *self = next;
            if let Some(fault) = self.fault() {
                return Err(fault.to_owned());
            }
            let rests = what.ends_with("jobs") && self.askers[0] == Asker::Idle;
            if what.ends_with("waits") || rests {
                return Ok(());
            }
        }
        Err("the evaluation changes without an end".to_owned())
    }
}
