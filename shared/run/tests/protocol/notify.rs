//! notify: one action for each conditional write and call of the step.

use tunedrop_run::State;
use tunedrop_run::decide::tell::{Closes, closes};

use crate::functions::{At, Function};
use crate::moves::Moves;
use crate::setting::{Flaw, Setting};
use crate::world::{Item, Message, RUNS, World, what};

pub(crate) fn step(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = world.functions[at];
    let Some(Message::Tell { run, what: about, at: time }) = function.message else {
        unreachable!("notify is given something to tell");
    };
    let mark_first = setting.lacks(Flaw::MarkFirst);
    match function.at {
        At::ClaimTelling => moves.add("claims the telling", Some(run), world, |w| {
            let same = untold(setting, w, run, about, time);
            if same && !w.claims.contains(&(run, about)) {
                w.claims.push((run, about));
                w.claims.sort_unstable();
                w.functions[at].at = if mark_first { At::Mark } else { At::Publish };
            } else {
                w.finish(at);
            }
            Ok(())
        }),
        At::Publish => moves.add("publishes the message", Some(run), world, |w| {
            if is_of_now(w, run, about, time) {
                World::count(&mut w.heard, run, about);
            }
            if mark_first {
                w.finish(at)
            } else {
                w.functions[at].at = At::Mark
            }
            match w.heard(run, about) > 1 + (w.cuts[run as usize] >> (2 * about) & 3) {
                true => Err("people are told twice only where notify was cut off between publishing and marking"),
                false => Ok(()),
            }
        }),
        At::Mark => moves.add("marks it as told", Some(run), world, |w| {
            if untold(setting, w, run, about, time)
                && let Some(item) = &mut w.items[run as usize]
            {
                item.told |= 1 << about;
                if closed(about) == Some(item.state) {
                    item.open = false;
                }
                // What is told is not claimed again. A run that began again has claims of its own.
                w.claims.retain(|claim| *claim != (run, about));
            }
            if mark_first {
                w.functions[at].at = At::Publish
            } else {
                w.finish(at)
            }
            Ok(())
        }),
        other => unreachable!("notify is never at {other:?}"),
    }
}

/// The condition on claim and mark: not told yet, and the run didn't begin again since.
fn untold(setting: &Setting, world: &World, run: u8, about: u8, time: u8) -> bool {
    let began = |item: &Item| item.since <= time || setting.lacks(Flaw::NoBeginning);
    world.items[run as usize].is_some_and(|item| !item.is_told(about) && began(&item))
}

/// The state in which a mark takes the run out of the sweep's view.
fn closed(about: u8) -> Option<State> {
    let state = State::ALL.into_iter().find(|state| what(*state) == about)?;
    match closes(state.announcement()?, Some(state), false) {
        Some(Closes::InState(state)) => Some(state),
        _ => None,
    }
}

/// Whether the message is about the run as it began last.
fn is_of_now(world: &World, run: u8, about: u8, time: u8) -> bool {
    let answer = about >= State::ALL.len() as u8;
    world.items[run as usize].is_some_and(|item| item.since == time || answer && item.since <= time)
}

/// A notify that is cut off: its message comes again when its claim is over.
pub(crate) fn cut_off(setting: &Setting, world: &mut World, function: Function) {
    let Some(message @ Message::Tell { run, what, at: time }) = function.message else {
        return;
    };
    debug_assert!((run as usize) < RUNS);
    if function.at == At::Mark && is_of_now(world, run, what, time) {
        World::count(&mut world.cuts, run, what);
    }
    if function.at == At::ClaimTelling || setting.lacks(Flaw::LongClaim) {
        world.send(message);
    } else {
        world.hidden.push(message);
        world.hidden.sort_unstable();
    }
}

/// Its claim is over, and the message comes again.
pub(crate) fn reappear(world: &mut World, at: usize) {
    let message = world.hidden.remove(at);
    // A run that began again since has claims of its own.
    if let Message::Tell { run, what, at: time } = message
        && is_of_now(world, run, what, time)
    {
        world.claims.retain(|claim| *claim != (run, what));
    }
    world.send(message);
}
