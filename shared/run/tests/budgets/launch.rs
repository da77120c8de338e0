//! launch: one step for each read, call and write.

use tunedrop_run::State;
use tunedrop_run::budget::Reserved;
use tunedrop_run::decide::budget::{Taken, take};
use tunedrop_run::decide::launch::{
    CreateOutcome, LaunchDecision, claim, decide_launch, refuse, requeue, runs, unconfirmed,
};
use tunedrop_run::state::JobStatus;

use crate::world::{AMOUNT, Flaw, ITEM, Job, MAX, Run, World};

const NOW: i64 = 1_000;

/// A launch in progress.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Launch {
    run: usize,
    seen: Run,
    /// Whether the run may have had a job before the claim.
    before: bool,
    at: At,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum At {
    Look,
    /// Gives back what an earlier launch reserved.
    Claim,
    Reserve,
    /// Without a condition: the sum was read.
    Add(u64),
    Full,
    Create,
    Answered(Reply),
    Unanswered,
}

/// Bedrock's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Reply {
    Created,
    NoSlot,
    Invalid,
}

impl Reply {
    fn outcome(self) -> CreateOutcome {
        match self {
            Reply::Created => CreateOutcome::Created("job".to_owned()),
            Reply::NoSlot => CreateOutcome::QuotaExceeded("no slot".to_owned()),
            Reply::Invalid => CreateOutcome::Rejected("invalid".to_owned()),
        }
    }
}

impl Launch {
    pub(crate) fn new(run: usize, seen: Run) -> Launch {
        Launch { run, seen, before: false, at: At::Look }
    }
}

type Steps = Vec<(String, World)>;

pub(crate) fn steps(world: &World, at: usize, steps: &mut Steps) {
    let launch = world.launches[at].clone();
    let run = launch.run;
    let mut step = |what: &str, of: &dyn Fn(&mut World)| {
        let mut next = world.clone();
        of(&mut next);
        steps.push((format!("launch {what} run {run}"), next));
    };
    match &launch.at {
        At::Look => step("looks for the job of", &|w| look(w, at)),
        At::Claim => step("claims", &|w| claims(w, at)),
        At::Reserve => step("reserves for", &|w| reserves(w, at)),
        At::Add(sum) => step("adds without a condition for", &|w| added(w, at, *sum)),
        At::Full => step("queues again, over the budget,", &|w| {
            let Launch { seen, before, .. } = w.launches[at].clone();
            let write = requeue(seen.state, None, before.then_some(NOW + 1)).expect("it is launching");
            release(w, at, before);
            ends(w, at, |run| applied(run, write.state, write.unconfirmed_until));
        }),
        At::Create => {
            step("creates the job of", &|w| create(w, at, true));
            if world.woes > 0 {
                step("creates, without an answer, the job of", &|w| {
                    create(w, at, true);
                    w.launches[at].at = At::Unanswered;
                    w.woes -= 1;
                });
                step("gets no answer for", &|w| {
                    w.launches[at].at = At::Unanswered;
                    w.woes -= 1;
                });
                for reply in [Reply::NoSlot, Reply::Invalid].into_iter().filter(|_| world.jobs[run].is_none()) {
                    step("is refused the job of", &|w| {
                        w.launches[at].at = At::Answered(reply);
                        w.woes -= 1;
                    });
                }
            }
        }
        At::Answered(reply) => step("writes the answer of", &|w| answered(w, at, *reply)),
        At::Unanswered => step("writes the doubt of", &|w| {
            let write = unconfirmed(w.launches[at].seen.state, None, NOW);
            ends(w, at, |run| (run.state, run.leased, run.doubt) = (write.state, true, Some(true)));
        }),
    }
}

/// What a write leaves of the lease, and of the doubt.
fn applied(run: &mut Run, state: State, unconfirmed_until: Option<i64>) {
    (run.state, run.leased, run.doubt) = (state, false, unconfirmed_until.map(|until| until > NOW));
}

/// The last write of a launch.
fn ends(world: &mut World, at: usize, change: impl FnOnce(&mut Run)) {
    let Launch { run, seen, .. } = world.launches.remove(at);
    world.write(run, &seen, change);
}

fn look(world: &mut World, at: usize) {
    let Launch { run, seen, .. } = world.launches[at].clone();
    if world.jobs[run].is_some_and(|job| job.shown) {
        let write = runs(seen.state, "job".to_owned()).expect("it waits for a launch");
        return ends(world, at, |run| applied(run, write.state, write.unconfirmed_until));
    }
    let launch = &mut world.launches[at];
    launch.before = seen.doubt == Some(true);
    launch.at = At::Claim;
}

fn claims(world: &mut World, at: usize) {
    let Launch { run, seen, before, .. } = world.launches[at].clone();
    let ticket = format!("{run}@{}", seen.revision);
    let doubt = before && !world.lacks(Flaw::NoDoubt);
    let decided = reservation(&seen.reserved, doubt, &ticket);
    for one in &decided.release {
        world.give_back(&one.ticket);
    }
    let write = claim(seen.state, None, NOW).expect("it is due");
    let reserve = if world.lacks(Flaw::Unnamed) { Vec::new() } else { decided.reserve.clone() };
    let won = world.write(run, &seen, |run| {
        (run.state, run.leased, run.doubt) = (write.state, true, Some(true));
        run.reserved.clone_from(&reserve);
    });
    if !won {
        world.launches.remove(at);
        return;
    }
    let named = world.runs[run].clone();
    let launch = &mut world.launches[at];
    launch.seen = Run { reserved: decided.reserve, ..named };
    launch.at = At::Reserve;
}

/// The decision of `decide::budget`, for one budget.
fn reservation(before: &[Reserved], doubt: bool, ticket: &str) -> tunedrop_run::decide::budget::Reservation {
    let decided = tunedrop_run::decide::budget::reservation(before, doubt, &[], ticket);
    let own = Reserved { item: ITEM.to_owned(), ticket: ticket.to_owned(), amount: AMOUNT };
    let reserve = if decided.reserve.is_empty() { vec![own] } else { decided.reserve };
    tunedrop_run::decide::budget::Reservation { reserve, ..decided }
}

fn reserves(world: &mut World, at: usize) {
    let ticket = world.launches[at].seen.reserved[0].ticket.clone();
    if world.lacks(Flaw::NoCondition) && !world.tickets.contains_key(&ticket) {
        world.launches[at].at = At::Add(world.sum());
        return;
    }
    world.launches[at].at = match take(world.tickets.contains_key(&ticket), world.sum(), AMOUNT, MAX) {
        Taken::Full(_) => At::Full,
        Taken::Before => At::Create,
        Taken::Now => {
            world.tickets.insert(ticket, AMOUNT);
            At::Create
        }
    };
}

fn added(world: &mut World, at: usize, sum: u64) {
    let ticket = world.launches[at].seen.reserved[0].ticket.clone();
    world.launches[at].at = match take(false, sum, AMOUNT, MAX) {
        Taken::Full(_) => At::Full,
        _ => {
            world.tickets.insert(ticket, AMOUNT);
            At::Create
        }
    };
}

fn create(world: &mut World, at: usize, answers: bool) {
    let run = world.launches[at].run;
    // A repeated token is answered with the first job.
    world.jobs[run].get_or_insert(Job { status: JobStatus::InProgress, shown: false });
    if answers {
        world.launches[at].at = At::Answered(Reply::Created);
    }
}

/// Gives the reservation back if the run has no job for certain.
fn release(world: &mut World, at: usize, doubt: bool) {
    let Launch { seen, .. } = world.launches[at].clone();
    if !doubt || world.lacks(Flaw::NoDoubt) {
        for one in &seen.reserved {
            world.give_back(&one.ticket);
        }
    }
}

fn answered(world: &mut World, at: usize, reply: Reply) {
    let outcome = reply.outcome();
    let Launch { run, seen, before, .. } = world.launches[at].clone();
    let found = world.jobs[run].filter(|job| job.shown).map(|_| ("job".to_owned(), true));
    let found = found.filter(|_| matches!(outcome, CreateOutcome::Rejected(_)));
    let doubt = before.then_some(NOW + 1);
    match decide_launch(seen.state, None, doubt, outcome, found, true, NOW).expect("it is launching") {
        LaunchDecision::Running(write) => {
            ends(world, at, |run| applied(run, write.state, write.unconfirmed_until));
        }
        LaunchDecision::Requeue(write) => {
            release(world, at, before);
            ends(world, at, |run| applied(run, write.state, write.unconfirmed_until));
        }
        LaunchDecision::Unconfirmed(write) => {
            ends(world, at, |run| {
                applied(run, write.state, write.unconfirmed_until);
                run.leased = true;
            });
        }
        LaunchDecision::Refuse(_) => {
            release(world, at, false);
            let write = refuse(seen.state).expect("it is launching");
            ends(world, at, |run| applied(run, write.state, write.unconfirmed_until));
        }
    }
}
