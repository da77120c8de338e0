//! launch: one action for each read, call and write of the step.

use tunedrop_run::State;
use tunedrop_run::decide::launch::{
    CreateOutcome, LaunchDecision, claim, create_error, decide_launch, refuse, runs, settles, superseded, unconfirmed,
};
use tunedrop_run::state::{Input, next};

use crate::bedrock::taken;
use crate::command::{begin, command, put_off, stopped};
use crate::functions::{At, NOW, Reply, arn_of, is_looked_at};
use crate::moves::{Breach, Moves};
use crate::setting::{Flaw, Setting, Woe};
use crate::world::{Item, Lease, Message, RUNS, Words, World};

pub(crate) fn step(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = world.functions[at];
    let run = function.run;
    let item = function.seen.unwrap_or(Item::new(State::Queued, 0));
    match function.at {
        At::Command => moves.add("takes the command", None, world, |w| command(setting, w, at)),
        At::CommandWrite(state) => moves.add("writes what the command asks for", Some(run), world, |w| {
            let won = w.change(setting, at, |item| {
                item.state = state;
                item.settles = Lease::None;
            })?;
            // The function that lost the race decides again.
            let command = !matches!(function.message, Some(Message::Wake | Message::StopDue(_)));
            w.functions[at].flag |= !won && command;
            if won {
                w.functions[at].at = At::Announce
            } else {
                begin(w, at)
            }
            Ok(())
        }),
        At::Note(job) => moves.add("records that it must be stopped", Some(run), world, |w| {
            // A failed write of another run doesn't fail this message.
            match &mut w.items[run as usize] {
                Some(item) if !function.stale => item.stop_requested = !setting.lacks(Flaw::NoWish),
                _ => w.functions[at].flag = true,
            }
            match job.filter(|_| !function.stale) {
                Some(job) => w.functions[at].at = At::Stop(job),
                None => begin(w, at),
            }
            Ok(())
        }),
        At::Stop(job) => {
            moves.add("asks Bedrock to stop the job", Some(run), world, |w| {
                w.stop(setting, run, job);
                if matches!(function.message, Some(Message::Wake)) {
                    w.after(at, At::Next)
                } else {
                    begin(w, at)
                }
                Ok(())
            });
            if setting.may(Woe::Fault, world) {
                moves.foul("asks Bedrock to stop the job, which doesn't know it yet", Some(run), world, |w| {
                    w.left.woes -= 1;
                    if matches!(function.message, Some(Message::Wake)) {
                        w.after(at, At::Next)
                    } else {
                        begin(w, at)
                    }
                    Ok(())
                });
            }
        }
        At::FollowUp => moves.add("reads the run that must be stopped", None, world, |w| {
            let Some(Message::StopDue(run)) = function.message else {
                unreachable!("only the sweep's findings are followed up");
            };
            match w.read(at, run) {
                Some(Item { state: State::Running, stop_requested: true, job: Some(job), .. }) => {
                    w.functions[at].at = At::Stop(job)
                }
                _ => begin(w, at),
            }
            Ok(())
        }),
        At::RetryEntry => moves.add("points the entry at the new attempt", Some(run), world, |w| {
            w.point(run, item.uploaded_at);
            w.functions[at].at = At::Announce;
            Ok(())
        }),
        At::Next => moves.add("reads the queue", None, world, |w| {
            let due = |run: &u8| w.items[*run as usize].is_some_and(|i| is_looked_at(i.state, i.rests_until(), NOW));
            match (run..RUNS as u8).find(due) {
                Some(run) => {
                    w.read(at, run);
                    let held = w.items[run as usize].is_some_and(|item| item.state == State::Held);
                    w.functions[at].at = if held { At::Superseded } else { At::Look };
                }
                None => w.finish(at),
            }
            Ok(())
        }),
        At::Look => moves.add("looks for a job of the run's name", Some(run), world, |w| {
            w.functions[at].at = match w.shown(run) {
                Some((job, _)) => At::Found(job),
                None if item.stop_requested => return stopped(setting, w, at, item),
                None => At::Superseded,
            };
            // No other function writes the entry here, so it can be read now.
            let still = setting.scenario.script.is_empty();
            if still && w.functions[at].at == At::Superseded { entry(setting, w, at, run, item) } else { Ok(()) }
        }),
        At::Superseded => moves.add("reads the entry", Some(run), world, |w| entry(setting, w, at, run, item)),
        At::Claim => {
            moves.add("claims it under a lease", Some(run), world, |w| {
                let blocked_reason = item.words().map(str::to_owned);
                w.functions[at].before = item.doubt(setting).is_some();
                let won = w.write(setting, at, &claim(item.state, blocked_reason, NOW)?)?;
                if won {
                    w.functions[at].at = At::Create
                } else {
                    w.after(at, At::Next)
                }
                Ok(())
            });
            if setting.may(Woe::Refusal, world) {
                moves.foul("finds that a guard or the model forbids it", Some(run), world, |w| {
                    w.left.woes -= 1;
                    match item.doubt(setting) {
                        Some(until) => put_off(setting, w, at, item, until)?,
                        None => w.functions[at].at = At::Refuse(false),
                    }
                    Ok(())
                });
            }
            if setting.may(Woe::Pause, world) {
                moves.foul("finds that launches are paused", Some(run), world, |w| {
                    w.left.woes -= 1;
                    let blocked_reason = item.words().map(str::to_owned);
                    if let Some(write) = settles(item.state, blocked_reason, item.doubt(setting), NOW) {
                        w.write(setting, at, &write)?;
                    }
                    w.after(at, At::Next);
                    Ok(())
                });
            }
        }
        At::Create => create(setting, world, at, moves),
        At::Find(reply) => moves.add("looks for a job under the name", Some(run), world, |w| {
            let found = w.shown(run).map(|(job, _)| job);
            w.functions[at].at = At::Answered(reply, found);
            Ok(())
        }),
        At::Found(job) => moves.add("writes Running for the job it found", Some(run), world, |w| {
            let won = w.write(setting, at, &runs(item.state, arn_of(job).to_owned())?)?;
            announce_or_next(setting, w, at, won);
            Ok(())
        }),
        At::Answered(reply, found) => moves.add("writes what Bedrock answered", Some(run), world, |w| {
            after_answer(setting, w, at, item, reply, found)
        }),
        At::Refuse(by_bedrock) => moves.add("writes Refused", Some(run), world, |w| {
            let write = refuse(item.state)?;
            let won = w.change(setting, at, |item| {
                item.apply(&write, setting);
                item.looks_up_job = by_bedrock && !setting.lacks(Flaw::NoLookAfterRefusal);
            })?;
            announce_or_next(setting, w, at, won);
            Ok(())
        }),
        At::Announce => moves.add("publishes the run's state", Some(run), world, |w| {
            w.print_results(setting, run, &item);
            match (item, function.message) {
                (Item { state: State::Running, stop_requested: true, job: Some(job), .. }, _) => {
                    w.functions[at].at = At::Stop(job)
                }
                (_, Some(Message::Wake)) => w.after(at, At::Next),
                // A whole drain follows a command.
                _ => begin(w, at),
            }
            Ok(())
        }),
        other => unreachable!("launch is never at {other:?}"),
    }
}

fn entry(setting: &Setting, world: &mut World, at: usize, run: u8, item: Item) -> Result<(), Breach> {
    world.functions[at].at = match supersedes(setting, world, run, item) {
        true if item.doubt(setting).is_some() => return put_off(setting, world, at, item, NOW),
        true => At::CommandWrite(next(item.state, Input::Superseded)?),
        false if item.state == State::Held => {
            world.after(at, At::Next);
            return Ok(());
        }
        false => At::Claim,
    };
    Ok(())
}

/// Whether a newer version supersedes the run. If the run waited for files, anything that was validated since does.
pub(crate) fn supersedes(setting: &Setting, world: &World, run: u8, item: Item) -> bool {
    let this = || (item.state, run, item.uploaded_at);
    let validated = world
        .entry
        .validated_fingerprint
        .filter(|_| item.settles != Lease::None && !setting.lacks(Flaw::OnlyLatest))
        .unzip();
    superseded(this(), (world.entry.latest_run, world.entry.latest_uploaded_at)) || superseded(this(), validated)
}

fn announce_or_next(setting: &Setting, world: &mut World, at: usize, won: bool) {
    let seen = world.functions[at].seen.filter(|_| won);
    match seen {
        Some(item) if item.announces(setting) => world.functions[at].at = At::Announce,
        Some(Item { state: State::Running, stop_requested: true, job: Some(job), .. }) => {
            world.functions[at].at = At::Stop(job)
        }
        _ => world.after(at, At::Next),
    }
}

fn create(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let run = world.functions[at].run;
    let answer = |reply| match reply {
        Reply::Taken | Reply::Refused => At::Find(reply),
        _ => At::Answered(reply, None),
    };
    moves.add("creates the job", Some(run), world, |w| {
        w.functions[at].at = answer(w.create(setting, run)?);
        Ok(())
    });
    if !setting.may(Woe::Fault, world) {
        return;
    }
    moves.foul("asks for the job, and the call fails", Some(run), world, |w| {
        w.left.woes -= 1;
        w.functions[at].at = answer(Reply::Unsure);
        Ok(())
    });
    moves.foul("creates the job, and the answer is lost", Some(run), world, |w| {
        w.left.woes -= 1;
        w.create(setting, run)?;
        w.functions[at].at = answer(Reply::Unsure);
        Ok(())
    });
    moves.foul("creates the job, and Bedrock answers that its name is in use", Some(run), world, |w| {
        w.left.woes -= 1;
        let reply = w.create(setting, run)?;
        w.functions[at].at = answer(if matches!(reply, Reply::Job(_)) { taken(setting) } else { reply });
        Ok(())
    });
}

fn after_answer(
    setting: &Setting,
    world: &mut World,
    at: usize,
    item: Item,
    reply: Reply,
    found: Option<u8>,
) -> Result<(), Breach> {
    let started = match reply {
        Reply::Job(job) => CreateOutcome::Created(arn_of(job).to_owned()),
        Reply::NoSlot => CreateOutcome::QuotaExceeded(Words::NoSlot.text().to_owned()),
        Reply::Taken => {
            let of = |code| create_error(Some(code), Words::Taken.text().to_owned());
            assert_eq!(of("ConflictException"), of("ValidationException"), "to launch they are one");
            of("ValidationException").ok_or("a name in use is an answer")?
        }
        Reply::Refused => create_error(Some("ValidationException"), "duplicate".to_owned()).ok_or("it is an answer")?,
        Reply::Unsure => {
            world.write(setting, at, &unconfirmed(item.state, item.words().map(str::to_owned), NOW))?;
            world.functions[at].flag = true;
            world.after(at, At::Next);
            return Ok(());
        }
    };
    let found = found.map(|job| (arn_of(job).to_owned(), true));
    let before = world.functions[at].before.then_some(NOW + 1);
    match decide_launch(item.state, item.words(), before, started, found, true, NOW)? {
        LaunchDecision::Running(write) => {
            let won = world.write(setting, at, &write)?;
            announce_or_next(setting, world, at, won);
        }
        LaunchDecision::Requeue(write) => {
            let won = world.write(setting, at, &write)?;
            let is = world.items[world.functions[at].run as usize];
            if won && is.is_some_and(|is| is.state != State::Queued || is.lease_until().is_some()) {
                return Err("a run refused because no slot is free is Queued without a lease");
            }
            // It may be a quota of its model only.
            world.after(at, At::Next);
        }
        LaunchDecision::Unconfirmed(write) => {
            world.write(setting, at, &write)?;
            world.after(at, At::Next);
        }
        LaunchDecision::Refuse(_) => world.functions[at].at = At::Refuse(true),
    }
    Ok(())
}
