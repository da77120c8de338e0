//! record and sweep: one action for each read, call and write of the step.

use tunedrop_run::State;
use tunedrop_run::decide::launch::{is_due, overtaken};
use tunedrop_run::decide::record::{Seen, apply};
use tunedrop_run::decide::sweep::{FORGOTTEN_AFTER_S, UNTOLD_AFTER_S, observed, says_again};

use crate::bedrock::status_of;
use crate::functions::{At, NOW, arn_of};
use crate::moves::Moves;
use crate::setting::{Flaw, Setting};
use crate::world::{Item, Message, RUNS, World};

pub(crate) fn record(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = world.functions[at];
    let Some(Message::Seen { run, job, status }) = function.message else {
        unreachable!("record is given what was seen of a job");
    };
    let status = status_of(status);
    match function.at {
        At::Read => moves.add("reads the run of the job", Some(run), world, |w| {
            match w.read(at, run) {
                None => w.finish(at),
                Some(item) => {
                    w.functions[at].at = match apply(item.state, item.job.map(arn_of), Some(arn_of(job)), status) {
                        Seen::Stale(_) if item.says(setting) => At::Say,
                        Seen::Foreign | Seen::Stale(_) => {
                            return {
                                let _: () = w.finish(at);
                                Ok(())
                            };
                        }
                        Seen::Moves(_) => At::Apply,
                    };
                }
            }
            Ok(())
        }),
        At::Apply => moves.add("writes the job's state", Some(run), world, |w| {
            let known = function.seen.and_then(|item| item.job).map(arn_of);
            let state = function.seen.map_or(State::Queued, |item| item.state);
            let Seen::Moves(write) = apply(state, known, Some(arn_of(job)), status) else {
                unreachable!("it was to be applied");
            };
            let won = w.write(setting, at, &write)?;
            let says = w.functions[at].seen.is_some_and(|item| item.says(setting));
            match (won, says) {
                (false, _) => w.functions[at].at = At::Read,
                (true, true) => w.functions[at].at = At::Say,
                (true, false) => w.finish(at),
            }
            Ok(())
        }),
        At::Say => moves.add("says the run's state", Some(run), world, |w| {
            if let Some(item) = function.seen {
                w.say(setting, run, &item);
            }
            w.finish(at);
            Ok(())
        }),
        other => unreachable!("record is never at {other:?}"),
    }
}

pub(crate) fn sweep(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = world.functions[at];
    let run = function.run;
    match function.at {
        At::Sweep => moves.add("reads the open runs, and their jobs", None, world, |w| {
            let open = |w: &World| (w.functions[at].run..RUNS as u8).find(|run| is_open(w, *run));
            while let Some(run) = open(w) {
                let Some(item) = w.read(at, run) else { continue };
                let newest = (w.head.latest, w.head.latest_at);
                let gives_way = item.state == State::Held && overtaken((item.state, run, item.since), newest);
                w.functions[at].flag |= gives_way || is_due(item.state, item.lease_until(), NOW);
                let seen = (item.state == State::Running).then(|| look(w, run, &item)).flatten();
                match seen {
                    Some(status) => w.functions[at].at = At::Put(status),
                    None if says(setting, &item) => w.functions[at].at = At::SayAgain,
                    None => {
                        w.functions[at].run += 1;
                        continue;
                    }
                }
                return Ok(());
            }
            w.functions[at].run = RUNS as u8 - 1;
            w.after(at, At::Sweep);
            Ok(())
        }),
        At::Put(status) => moves.add("puts what it saw of the job", Some(run), world, |w| {
            if let Some(item) = function.seen {
                w.send(Message::Seen { run, job: item.job.unwrap_or_default(), status });
                if says(setting, &item) { w.functions[at].at = At::SayAgain } else { w.after(at, At::Sweep) }
            }
            Ok(())
        }),
        At::SayAgain => moves.add("says again what nobody heard", Some(run), world, |w| {
            if let Some(item) = function.seen {
                w.say(setting, run, &item);
            }
            w.after(at, At::Sweep);
            Ok(())
        }),
        At::Wake => moves.add("wakes launch", None, world, |w| {
            w.send(Message::Wake);
            w.functions.remove(at);
            Ok(())
        }),
        other => unreachable!("the sweep is never at {other:?}"),
    }
}

/// What is put on the bus of a running run's job. Get doesn't lag by an hour.
fn look(world: &World, run: u8, item: &Item) -> Option<u8> {
    let job = world.jobs[run as usize][item.job.unwrap_or_default() as usize].filter(|job| !job.gone);
    let status = match job {
        Some(job) if job.shown => observed(Some(Some(job.status)), FORGOTTEN_AFTER_S),
        Some(_) => observed(None, 0),
        None => observed(None, FORGOTTEN_AFTER_S),
    };
    status.map(|status| status as u8)
}

fn is_open(world: &World, run: u8) -> bool {
    world.items[run as usize].is_some_and(|item| item.open)
}

/// Whether the sweep says the run's state again; how long ago it changed is left open.
fn says(setting: &Setting, item: &Item) -> bool {
    says_again(item.state, UNTOLD_AFTER_S) && item.says(setting) && !setting.lacks(Flaw::NoSecondSaying)
}
