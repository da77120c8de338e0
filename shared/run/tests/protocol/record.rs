//! record and sweep: one action for each read, call and write of the step.

use tunedrop_run::State;
use tunedrop_run::decide::launch::{is_due, superseded};
use tunedrop_run::decide::record::{JobObservation, RecordDecision, apply, asks, is_moved_again};
use tunedrop_run::decide::sweep::{needs_record, needs_stop, observed};

use crate::functions::{At, NOW, arn_of};
use crate::moves::Moves;
use crate::setting::{Flaw, Setting};
use crate::world::{Item, Job, Message, RUNS, World, what};

pub(crate) fn record(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = world.functions[at];
    let Some(Message::Seen(run)) = function.message else {
        unreachable!("record handles events about jobs only");
    };
    match function.at {
        At::Read => moves.add("reads the run of the job", Some(run), world, |w| {
            match w.read(at, run) {
                Some(item) if asks(item.state, item.looks_up_job) => w.functions[at].at = At::Ask,
                Some(item) if item.announces(setting) => w.functions[at].at = At::Announce,
                _ => w.finish(at),
            }
            Ok(())
        }),
        At::Ask => moves.add("asks Bedrock about the job", Some(run), world, |w| {
            if let Some(item) = function.seen {
                let (job, age) = w.asked(run, item.job);
                w.functions[at].at = match applied(&item, job, age) {
                    RecordDecision::Write(_) => At::Apply(job, age),
                    RecordDecision::Stale(_) if item.announces(setting) => At::Announce,
                    RecordDecision::OtherJob | RecordDecision::Stale(_) | RecordDecision::StopLookup => {
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
            let Some(RecordDecision::Write(write)) = function.seen.map(|item| applied(&item, job, age)) else {
                unreachable!("record applies an answer here");
            };
            let again = function.seen.is_some_and(|item| is_moved_again(item.state, item.looks_up_job));
            let fails = write.state == State::Failed;
            let won = w.change(setting, at, |item| {
                item.apply(&write, setting);
                item.looks_up_job = job.is_none();
                item.open |= again;
                if again || fails {
                    // A reverted failure is published again, even if a delayed notify marks it in the meantime.
                    item.notified.iter_mut().for_each(|marks| *marks &= !(1 << what(State::Failed)));
                }
            })?;
            if won && (again || fails) {
                w.sent.iter_mut().for_each(|sent| sent[run as usize] &= !(3 << (2 * what(State::Failed))));
            }
            let announces = w.functions[at].seen.is_some_and(|item| item.announces(setting));
            match (won, announces) {
                (false, _) => w.functions[at].at = At::Read,
                (true, true) => w.functions[at].at = At::Announce,
                (true, false) => w.finish(at),
            }
            Ok(())
        }),
        At::Announce => moves.add("publishes the run's state", Some(run), world, |w| {
            if let Some(item) = function.seen {
                w.print_results(setting, run, &item);
            }
            w.finish(at);
            Ok(())
        }),
        other => unreachable!("record is never at {other:?}"),
    }
}

/// Applies Bedrock's answer to the run.
fn applied(item: &Item, job: Option<(u8, Job)>, age: i64) -> RecordDecision {
    let shown = job.map(|(at, job)| JobObservation { arn: arn_of(at), ours: true, status: Some(job.status) });
    apply(item.state, item.looks_up_job, item.job.map(arn_of), shown, age)
}

pub(crate) fn sweep(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = world.functions[at];
    let run = function.run;
    match function.at {
        At::Sweep => moves.add("reads the open runs, and their jobs", None, world, |w| {
            let open = |w: &World| (w.functions[at].run..RUNS as u8).find(|run| is_open(w, *run));
            while let Some(run) = open(w) {
                let Some(item) = w.read(at, run) else { continue };
                let newest = (w.entry.latest_run, w.entry.latest_uploaded_at);
                let supersedes = item.state == State::Held && superseded((item.state, run, item.uploaded_at), newest);
                w.functions[at].flag |= supersedes || is_due(item.state, item.rests_until(), NOW);
                match look(setting, w, run, &item) {
                    Some(next) => w.functions[at].at = next,
                    None if item.is_republished(setting) => w.functions[at].at = At::Republish,
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
        At::Put => moves.add("publishes that the job has ended", Some(run), world, |w| {
            if let Some(item) = function.seen {
                w.send(Message::Seen(run));
                if item.is_republished(setting) { w.functions[at].at = At::Republish } else { w.after(at, At::Sweep) }
            }
            Ok(())
        }),
        At::Due => moves.add("publishes that the job must be stopped", Some(run), world, |w| {
            w.send(Message::StopDue(run));
            if function.seen.is_some_and(|item| item.is_republished(setting)) {
                w.functions[at].at = At::Republish
            } else {
                w.after(at, At::Sweep)
            }
            Ok(())
        }),
        At::Republish => moves.add("publishes again what nobody was notified of", Some(run), world, |w| {
            if let Some(item) = function.seen {
                w.republish(setting, run, &item);
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

/// The sweep's check of a run's job.
fn look(setting: &Setting, world: &World, run: u8, item: &Item) -> Option<At> {
    let (job, age) = world.asked(run, item.job);
    let status = job.map(|(_, job)| job.status);
    let again = needs_record(item.state, item.looks_up_job, job.is_some(), 0) && !setting.lacks(Flaw::NoSecondLook);
    let over = item.state == State::Running && observed(status.map(Some), age).is_some();
    let stops =
        item.state == State::Running && needs_stop(item.stop_requested, status) && !setting.lacks(Flaw::NoFollowUp);
    if over || again { Some(At::Put) } else { stops.then_some(At::Due) }
}

fn is_open(world: &World, run: u8) -> bool {
    world.items[run as usize].is_some_and(|item| item.open)
}
