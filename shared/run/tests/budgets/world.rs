//! The ledger's runs and budget, Bedrock's jobs, the functions in progress, and what can happen next.

use std::collections::BTreeMap;

use tunedrop_run::decide::budget::{Settle, settle};
use tunedrop_run::decide::record::{JobObservation, RecordDecision, apply};
use tunedrop_run::state::{Input, JobStatus, next};
use tunedrop_run::{Reserved, State};

use crate::launch::{self, Launch};

pub(crate) const RUNS: usize = 2;
/// What a run can bill, and the budget: it has room for one run.
pub(crate) const AMOUNT: u64 = 2;
pub(crate) const MAX: u64 = 3;
pub(crate) const ITEM: &str = "budget";

pub(crate) const OVER: &str = "no more than the budget is reserved";
pub(crate) const UNCOUNTED: &str = "a job that is billed is reserved for";
pub(crate) const LEFT: &str = "what no run bills is given back";

/// How far a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Depth {
    /// Whether both runs wait at the start, or one.
    pub(crate) both: bool,
    /// No launch begins with a run that was written this often. Without a bound, a run that waits for the budget would be
    /// claimed for ever.
    pub(crate) revisions: u64,
    /// How often Bedrock may answer that there is no slot, or that the job is invalid, or not at all.
    pub(crate) woes: u8,
}

/// A safeguard that is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Flaw {
    /// A launch reads the sum, and then adds to it.
    NoCondition,
    /// A launch forgets that an earlier one may have created a job.
    NoDoubt,
    /// The claim doesn't write what is reserved.
    Unnamed,
    /// record gives nothing back.
    NoSettling,
}

/// A run in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Run {
    pub(crate) state: State,
    pub(crate) revision: u64,
    /// The lease hasn't expired.
    pub(crate) leased: bool,
    /// `unconfirmed_until` is there, and whether it is later than now.
    pub(crate) doubt: Option<bool>,
    pub(crate) reserved: Vec<Reserved>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Job {
    pub(crate) status: JobStatus,
    /// Whether Get shows it.
    pub(crate) shown: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) flaw: Option<Flaw>,
    pub(crate) depth: Depth,
    pub(crate) runs: [Run; RUNS],
    pub(crate) jobs: [Option<Job>; RUNS],
    /// The tickets in the budget's item, with their amounts: 0 for a canceled one.
    pub(crate) tickets: BTreeMap<String, u64>,
    pub(crate) launches: Vec<Launch>,
    /// record, between its release and its write: the run, and what it has read of it.
    pub(crate) records: Vec<(usize, Run)>,
    /// How many functions may still be interrupted.
    pub(crate) crashes: u8,
    /// How often Bedrock may still answer that there is no slot, or that the job is invalid, or not at all.
    pub(crate) woes: u8,
}

impl World {
    pub(crate) fn start(depth: Depth, flaw: Option<Flaw>) -> World {
        let run = Run { state: State::Queued, revision: 1, leased: false, doubt: None, reserved: Vec::new() };
        let other = if depth.both { State::Queued } else { State::Stopped };
        World {
            flaw,
            depth,
            runs: [run.clone(), Run { state: other, ..run }],
            jobs: [None; RUNS],
            tickets: BTreeMap::new(),
            launches: Vec::new(),
            records: Vec::new(),
            crashes: 1,
            woes: depth.woes,
        }
    }

    pub(crate) fn lacks(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    pub(crate) fn sum(&self) -> u64 {
        self.tickets.values().sum()
    }

    fn is_reserved(&self, ticket: &str) -> bool {
        self.tickets.get(ticket).is_some_and(|amount| *amount > 0)
    }

    /// Gives a reservation back, as the ledger does.
    pub(crate) fn give_back(&mut self, ticket: &str) {
        if self.is_reserved(ticket) {
            self.tickets.remove(ticket);
        }
    }

    /// A conditional write.
    pub(crate) fn write(&mut self, at: usize, seen: &Run, change: impl FnOnce(&mut Run)) -> bool {
        if self.runs[at].revision != seen.revision {
            return false;
        }
        change(&mut self.runs[at]);
        self.runs[at].revision += 1;
        true
    }

    /// The invariant that is broken.
    pub(crate) fn broken(&self) -> Option<&'static str> {
        if self.sum() > MAX {
            return Some(OVER);
        }
        let is_billed = |at: usize| self.jobs[at].is_some_and(|job| job.status != JobStatus::Failed);
        let counts = |at: usize| self.runs[at].reserved.iter().any(|one| self.is_reserved(&one.ticket));
        if (0..RUNS).any(|at| is_billed(at) && !counts(at)) {
            return Some(UNCOUNTED);
        }
        let quiet = self.launches.is_empty() && self.records.is_empty();
        let over = self.runs.iter().all(|run| run.state.is_end());
        let billed = (0..RUNS).filter(|at| is_billed(*at)).count();
        (quiet && over && self.sum() != billed as u64 * AMOUNT).then_some(LEFT)
    }

    /// Every next step, with its name.
    pub(crate) fn steps(&self) -> Vec<(String, World)> {
        let mut steps = Vec::new();
        for at in 0..self.launches.len() {
            launch::steps(self, at, &mut steps);
            self.crash(&mut steps, |world| {
                world.launches.remove(at);
            });
        }
        for at in 0..self.records.len() {
            self.record_writes(at, &mut steps);
            self.crash(&mut steps, |world| {
                world.records.remove(at);
            });
        }
        for run in 0..RUNS {
            self.begin(run, &mut steps);
            self.job(run, &mut steps);
            self.stop(run, &mut steps);
        }
        self.time(&mut steps);
        steps
    }

    fn crash(&self, steps: &mut Vec<(String, World)>, of: impl FnOnce(&mut World)) {
        if self.crashes > 0 {
            let mut world = self.clone();
            world.crashes -= 1;
            of(&mut world);
            steps.push(("a function is interrupted".to_owned(), world));
        }
    }

    /// launch and record begin with a run.
    fn begin(&self, run: usize, steps: &mut Vec<(String, World)>) {
        let seen = self.runs[run].clone();
        let due = match seen.state {
            State::Queued => true,
            State::Launching => !seen.leased,
            _ => false,
        };
        if due && self.launches.len() < 2 && seen.revision < self.depth.revisions {
            let mut world = self.clone();
            world.launches.push(Launch::new(run, seen.clone()));
            steps.push((format!("launch reads run {run}"), world));
        }
        // record asks Bedrock, and releases before it writes.
        let Some(job) = self.jobs[run].filter(|job| job.shown) else { return };
        if self.records.is_empty() && is_moved(&seen, job) {
            let mut world = self.clone();
            let state = next(seen.state, Input::Job(job.status)).expect("record writes it");
            if !world.lacks(Flaw::NoSettling) {
                for one in &seen.reserved {
                    match settle(seen.state, state) {
                        Settle::Keep => {}
                        Settle::Cancel => {
                            world.tickets.insert(one.ticket.clone(), 0);
                        }
                        Settle::Restore => {
                            world.tickets.insert(one.ticket.clone(), AMOUNT);
                        }
                    }
                }
            }
            world.records.push((run, seen));
            steps.push((format!("record settles run {run}"), world));
        }
    }

    fn record_writes(&self, at: usize, steps: &mut Vec<(String, World)>) {
        let mut world = self.clone();
        let (run, seen) = world.records.remove(at);
        if let Some(job) = world.jobs[run]
            && let Ok(state) = next(seen.state, Input::Job(job.status))
        {
            world.write(run, &seen, |run| (run.state, run.leased, run.doubt) = (state, false, None));
        }
        steps.push((format!("record writes run {run}"), world));
    }

    /// A job trains, and ends.
    fn job(&self, run: usize, steps: &mut Vec<(String, World)>) {
        let Some(job) = self.jobs[run] else { return };
        let mut becomes = |what: &str, job: Job| {
            let mut world = self.clone();
            world.jobs[run] = Some(job);
            steps.push((format!("the job of run {run} {what}"), world));
        };
        if !job.shown {
            becomes("is shown", Job { shown: true, ..job });
        }
        // record reads a job's status again, so it doesn't change between the two steps of record.
        if job.status == JobStatus::InProgress && self.records.is_empty() {
            for (what, status) in
                [("completes", JobStatus::Completed), ("fails", JobStatus::Failed), ("is stopped", JobStatus::Stopped)]
            {
                becomes(what, Job { status, ..job });
            }
        }
    }

    /// People stop a run that waits. If it may have a job, launch looks first.
    fn stop(&self, run: usize, steps: &mut Vec<(String, World)>) {
        let seen = &self.runs[run];
        if seen.state == State::Queued && seen.doubt.is_none() {
            let mut world = self.clone();
            world.write(run, seen, |run| run.state = State::Stopped);
            steps.push((format!("run {run} is stopped"), world));
        }
    }

    /// A lease and a doubt last longer than any function, and a doubt longer than Get lags.
    fn time(&self, steps: &mut Vec<(String, World)>) {
        if !self.launches.is_empty() || !self.records.is_empty() {
            return;
        }
        let mut lapse = self.clone();
        lapse.runs.iter_mut().for_each(|run| run.leased = false);
        steps.push(("leases expire".to_owned(), lapse));
        if self.jobs.iter().flatten().all(|job| job.shown) {
            let mut doubt = self.clone();
            for run in &mut doubt.runs {
                (run.leased, run.doubt) = (false, run.doubt.map(|_| false));
            }
            steps.push(("doubts expire".to_owned(), doubt));
        }
    }
}

/// Whether record changes the run.
fn is_moved(seen: &Run, job: Job) -> bool {
    let observed = JobObservation { arn: "job", ours: true, status: Some(job.status) };
    matches!(apply(seen.state, false, None, Some(observed), 0), RecordDecision::Write(_)) && !seen.state.is_end()
}
