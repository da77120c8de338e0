//! launch: commands, and runs that may have a job.

use tunedrop_run::State;
use tunedrop_run::decide::command::{Approve, Stop, approve, may_retry, stop};
use tunedrop_run::decide::launch::{self, requeue};
use tunedrop_run::state::{Input, next};

use crate::functions::{At, NOW};
use crate::moves::Breach;
use crate::setting::Setting;
use crate::world::{Item, Lease, Message, World};

/// Continues with the start of a drain.
pub(crate) fn begin(world: &mut World, at: usize) {
    let function = &mut world.functions[at];
    (function.at, function.run, function.seen, function.stale) = (At::Next, 0, None, false);
    function.before = false;
}

/// Bedrock shows no job of a run that should be stopped.
pub(crate) fn stopped(setting: &Setting, world: &mut World, at: usize, item: Item) -> Result<(), Breach> {
    match (item.doubt(setting), item.state) {
        (Some(until), _) => put_off(setting, world, at, item, until)?,
        (None, State::Launching) => {
            let won = world.write(setting, at, &requeue(item.state, None, None)?)?;
            if won {
                world.functions[at].at = At::CommandWrite(next(State::Queued, Input::StopAsked)?)
            } else {
                world.after(at, At::Next)
            }
        }
        (None, state) => world.functions[at].at = At::CommandWrite(next(state, Input::StopAsked)?),
    }
    Ok(())
}

/// The run may have a job, so it doesn't end yet.
pub(crate) fn put_off(setting: &Setting, world: &mut World, at: usize, item: Item, until: i64) -> Result<(), Breach> {
    if item.state == State::Launching {
        let blocked_reason = item.words().map(str::to_owned);
        world.write(setting, at, &launch::put_off(item.state, blocked_reason, until, NOW))?;
    }
    let _: () = world.after(at, At::Next);
    Ok(())
}

/// The next attempt of A.
const ATTEMPT: u8 = 2;

pub(crate) fn command(setting: &Setting, world: &mut World, at: usize) -> Result<(), Breach> {
    let message = world.functions[at].message;
    let Some(Message::Approve(run) | Message::Stop(run) | Message::Retry(run)) = message else {
        unreachable!("only commands are carried out");
    };
    let item = world.read(at, run);
    let next_step = match (message, item) {
        (_, None) => At::Next,
        (Some(Message::Approve(_)), Some(item)) => match approve(item.state, item.settles != Lease::None) {
            Approve::Moves(state) => At::CommandWrite(state),
            Approve::AtOnce => At::CommandWrite(item.state),
            Approve::Ignored(_) => At::Next,
        },
        (Some(Message::Stop(_)), Some(item)) => {
            match stop(item.state, item.job, item.is_unconfirmed(setting) || item.looks_up_job) {
                Stop::AtBedrock(job) => At::Note(Some(job)),
                Stop::Noted => At::Note(None),
                Stop::Here(state) => At::CommandWrite(state),
                Stop::Ignored(_) => At::Next,
            }
        }
        (_, Some(item)) if may_retry(item.state) => {
            let uploaded_at = world.entry.latest_uploaded_at.unwrap_or_default().max(item.uploaded_at) + 1;
            world.items[ATTEMPT as usize].get_or_insert(Item::new(State::Queued, uploaded_at));
            world.read(at, ATTEMPT);
            At::RetryEntry
        }
        _ => At::Next,
    };
    let function = &mut world.functions[at];
    function.at = next_step;
    if next_step == At::Next {
        (function.run, function.seen) = (0, None);
    }
    Ok(())
}
