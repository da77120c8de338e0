//! What time changes: leases and claims expire, Bedrock catches up, jobs continue.

use tunedrop_run::State;
use tunedrop_run::state::JobStatus;

use crate::functions::At;
use crate::moves::{Moves, name};
use crate::notify;
use crate::setting::{Doing, Lag, Life, Setting, Woe};
use crate::world::{Lease, Message, RUNS, World};

/// Time passes: leases and claims expire, Bedrock catches up, jobs continue.
pub(crate) fn time(setting: &Setting, world: &World, moves: &mut Moves) {
    for run in 0..RUNS as u8 {
        moves.who = ("time", 0);
        if world.items[run as usize].is_some_and(|item| item.lease == Lease::Held) && !launching(world, run, false) {
            moves.add("the lease runs out", Some(run), world, |w| {
                if let Some(item) = &mut w.items[run as usize] {
                    item.lease = Lease::Lapsed;
                }
                // A copy that was read before still has the lease that was held.
                if setting.bedrock.lag == Lag::Short {
                    w.jobs[run as usize].iter_mut().flatten().for_each(|job| job.shown = true);
                }
                Ok(())
            });
        }
        let doubt = world.items[run as usize].filter(|item| item.doubt == Lease::Held && item.lease != Lease::Held);
        if doubt.is_some() && !launching(world, run, false) {
            moves.add("a job would be shown by now", Some(run), world, |w| {
                if let Some(item) = &mut w.items[run as usize] {
                    item.doubt = Lease::Lapsed;
                }
                w.jobs[run as usize].iter_mut().flatten().for_each(|job| job.shown = true);
                Ok(())
            });
        }
        let settles = world.items[run as usize].is_some_and(|item| item.settles == Lease::Held);
        if settles && (moves.is_calm() || no_more_comes(setting, world)) {
            moves.add("the time for more files ends", Some(run), world, |w| {
                w.items[run as usize].iter_mut().for_each(|item| item.settles = Lease::Lapsed);
                Ok(())
            });
        }
        for at in 0..2 {
            moves.who = ("Bedrock", 0);
            let Some(job) = world.jobs[run as usize][at].filter(|job| !job.gone) else {
                if world.jobs[run as usize][at].is_some() {
                    moves.foul("shows the job again", Some(run), world, |w| {
                        let _: () = w.set_job(run, at, |job| job.gone = false);
                        Ok(())
                    });
                }
                continue;
            };
            if !job.shown {
                moves.add("shows the job", Some(run), world, |w| {
                    let _: () = w.set_job(run, at, |job| job.shown = true);
                    Ok(())
                });
            }
            let forgets = match setting.bedrock.life {
                Life::ForEver => false,
                Life::UntilShown => job.shown && !launching(world, run, true),
                Life::Any => true,
            };
            if job.token && forgets {
                moves.foul("forgets the token", Some(run), world, |w| {
                    let _: () = w.set_job(run, at, |job| job.token = false);
                    Ok(())
                });
            }
            let trains_on = setting.endless && job.status == JobStatus::InProgress;
            if !(job.status.is_end() || trains_on) {
                moves.add("ends the job", Some(run), world, |w| {
                    let _: () = w.end(setting, run, at as u8);
                    Ok(())
                });
                if setting.may(Woe::Loss, world) {
                    let silent = Setting { silent: true, ..*setting };
                    moves.foul("ends the job, and its event is lost", Some(run), world, |w| {
                        w.left.woes -= 1;
                        w.end(&silent, run, at as u8);
                        Ok(())
                    });
                }
            }
            // It counts after an hour, when every function that ran before has ended.
            let notified = world.functions.iter().any(|function| name(function) == "notify");
            if setting.may(Woe::Console, world)
                && world.items[run as usize].is_some_and(|item| item.state == State::Running)
                && !notified
            {
                moves.foul("forgets the job", Some(run), world, |w| {
                    w.left.woes -= 1;
                    w.set_job(run, at, |job| job.gone = true);
                    Ok(())
                });
            }
            if setting.may(Woe::Console, world) && job.status == JobStatus::InProgress {
                moves.foul("stops the job, from the console", Some(run), world, |w| {
                    w.left.woes -= 1;
                    w.stop(setting, run, at as u8);
                    Ok(())
                });
            }
        }
    }
    moves.who = ("time", 0);
    for at in 0..world.hidden.len() {
        moves.add("the message of a crashed function is delivered again", None, world, |w| {
            notify::reappear(w, at);
            Ok(())
        });
    }
    if world.stranger {
        moves.add("somebody else's job ends", None, world, |w| {
            w.stranger = false;
            Ok(())
        });
    }
}

/// Whether no more files will be uploaded and all uploaded ones are validated. A run waits for files as long as their
/// upload is assumed to take.
fn no_more_comes(setting: &Setting, world: &World) -> bool {
    let uploads = |doing: &Doing| matches!(doing, Doing::Drop(..));
    let left = setting.scenario.script.get(world.left.script as usize..).unwrap_or_default();
    let judging = world.functions.iter().any(|function| name(function) == "validate");
    !left.iter().any(uploads) && !judging && !world.queue.contains(&Message::ObjectKind)
}

/// Whether a launch is between its claim and its last write of the run. `looking`: between its lookup and its call.
fn launching(world: &World, run: u8, looking: bool) -> bool {
    world.functions.iter().any(|function| {
        let at = match function.at {
            At::Create => true,
            At::Superseded | At::Claim => looking,
            At::Find(_) | At::Answered(..) => !looking,
            At::Refuse(_) => !looking && function.seen.is_some_and(|seen| seen.lease == Lease::Held),
            _ => false,
        };
        at && function.run == run && (looking || !function.stale)
    })
}
