//! record and sweep: one action for each read, call and write of the step.

use tunedrop_run::State;
use tunedrop_run::decide::launch::{is_due, overtaken};
use tunedrop_run::decide::record::{Seen, Shown, apply, asks, is_moved_again};
use tunedrop_run::decide::sweep::{is_back_or_gone, is_to_stop, observed};

use crate::functions::{At, NOW, arn_of};
use crate::moves::Moves;
use crate::setting::{Flaw, Setting};
use crate::world::{Item, Job, Message, RUNS, World, what};

pub(crate) fn record(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = world.functions[at];
    let Some(Message::Seen(run)) = function.message else {
        unreachable!("record is given a run whose job something happened to");
    };
    match function.at {
        At::Read => moves.add("reads the run of the job", Some(run), world, |w| {
            match w.read(at, run) {
                Some(item) if asks(item.state, item.forgotten) => w.functions[at].at = At::Ask,
                Some(item) if item.says(setting) => w.functions[at].at = At::Say,
                _ => w.finish(at),
            }
            Ok(())
        }),
        At::Ask => moves.add("asks Bedrock about the job", Some(run), world, |w| {
            if let Some(item) = function.seen {
                let (job, age) = w.asked(run, item.job);
                w.functions[at].at = match applied(&item, job, age) {
                    Seen::Moves(_) => At::Apply(job, age),
                    Seen::Stale(_) if item.says(setting) => At::Say,
                    Seen::Foreign | Seen::Stale(_) | Seen::GivesUp => {
                        return {
                            let _: () = w.finish(at);
                            Ok(())
                        };
                    }
                };
            }
            Ok(())
        }),
        At::Apply(job, age) => moves.add("writes the job's state", Some(run), world, |w| {
            let Some(Seen::Moves(write)) = function.seen.map(|item| applied(&item, job, age)) else {
                unreachable!("it was to be applied");
            };
            let again = function.seen.is_some_and(|item| is_moved_again(item.state, item.forgotten));
            let fails = write.state == State::Failed;
            let won = w.change(setting, at, |item| {
                item.apply(&write, setting);
                item.forgotten = job.is_none();
                item.open |= again;
                if again || fails {
                    // A failure that is taken back is told once more, also if a late notify marks it meanwhile.
                    item.told.iter_mut().for_each(|told| *told &= !(1 << what(State::Failed)));
                }
            })?;
            if won && (again || fails) {
                w.heard.iter_mut().for_each(|heard| heard[run as usize] &= !(3 << (2 * what(State::Failed))));
            }
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

/// What Bedrock's answer makes of the run.
fn applied(item: &Item, job: Option<(u8, Job)>, age: i64) -> Seen {
    let shown = job.map(|(at, job)| Shown { arn: arn_of(at), ours: true, status: Some(job.status) });
    apply(item.state, item.forgotten, item.job.map(arn_of), shown, age)
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
                w.functions[at].flag |= gives_way || is_due(item.state, item.rests_until(), NOW);
                match look(setting, w, run, &item) {
                    Some(next) => w.functions[at].at = next,
                    None if item.says_again(setting) => w.functions[at].at = At::SayAgain,
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
        At::Put => moves.add("says that the job is over", Some(run), world, |w| {
            if let Some(item) = function.seen {
                w.send(Message::Seen(run));
                if item.says_again(setting) { w.functions[at].at = At::SayAgain } else { w.after(at, At::Sweep) }
            }
            Ok(())
        }),
        At::Due => moves.add("says that the job is to be stopped", Some(run), world, |w| {
            w.send(Message::StopDue(run));
            if function.seen.is_some_and(|item| item.says_again(setting)) {
                w.functions[at].at = At::SayAgain
            } else {
                w.after(at, At::Sweep)
            }
            Ok(())
        }),
        At::SayAgain => moves.add("says again what nobody heard", Some(run), world, |w| {
            if let Some(item) = function.seen {
                w.say_again(setting, run, &item);
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

/// What the sweep does about a run's job.
fn look(setting: &Setting, world: &World, run: u8, item: &Item) -> Option<At> {
    let (job, age) = world.asked(run, item.job);
    let status = job.map(|(_, job)| job.status);
    let again = is_back_or_gone(item.state, item.forgotten, job.is_some(), 0) && !setting.lacks(Flaw::NoSecondLook);
    let over = item.state == State::Running && observed(status.map(Some), age).is_some();
    let stops = item.state == State::Running && is_to_stop(item.wish, status) && !setting.lacks(Flaw::NoFollowUp);
    if over || again { Some(At::Put) } else { stops.then_some(At::Due) }
}

fn is_open(world: &World, run: u8) -> bool {
    world.items[run as usize].is_some_and(|item| item.open)
}
