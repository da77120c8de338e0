//! notify: one action for each conditional write and call of the step, on each channel.

use tunedrop_run::State;
use tunedrop_run::decide::notify::is_over;
use tunedrop_run::decide::sweep::{REPUBLISH_AFTER_S, is_republished};

use crate::functions::{At, Function, Then};
use crate::moves::Moves;
use crate::setting::{Flaw, Setting};
use crate::world::{AGAIN, Item, Message, WAYS, World, again, what};

pub(crate) fn step(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = world.functions[at];
    let Some(Message::Notify { run, what: about }) = function.message else {
        unreachable!("notify handles notifications only");
    };
    let mark_first = setting.lacks(Flaw::MarkFirst);
    let uploaded_at = function.seen.map_or(0, |item| item.uploaded_at);
    match function.at {
        At::ClaimNotification { channel, then } => moves.add("claims the notification", Some(run), world, |w| {
            let item =
                w.items[run as usize].filter(|item| is_so(setting, item, about) && !item.is_notified(about, channel));
            let claimed = w.claims.iter().any(|claim| (claim.0, claim.1, claim.2) == (run, channel, name_of(about)));
            let Some(item) = item.filter(|_| !claimed) else {
                next(setting, w, at, channel, then);
                return Ok(());
            };
            w.claims.push((run, channel, name_of(about), item.uploaded_at));
            w.claims.sort_unstable();
            // What matters of the item: when the run began, and whether the message is true.
            let function = &mut w.functions[at];
            function.seen = Some(Item::new(State::Queued, item.uploaded_at));
            function.flag = is_as_announced(&item, about);
            function.at = if mark_first { At::Mark { channel, then } } else { At::Publish { channel, then } };
            Ok(())
        }),
        At::Publish { channel, then } => moves.add("publishes the message", Some(run), world, |w| {
            if function.flag && is_of_now(w, run, uploaded_at) {
                World::count(&mut w.sent[channel as usize], run, about);
            }
            match mark_first {
                true => next(setting, w, at, channel, then),
                false => w.functions[at].at = At::Mark { channel, then },
            }
            match w.sent(channel, run, about) > 1 + (w.crashes[channel as usize][run as usize] >> (2 * about) & 3) {
                true => Err("people are notified twice only if notify crashed between publishing and marking"),
                false => Ok(()),
            }
        }),
        At::Mark { channel, then } => moves.add("marks it as sent", Some(run), world, |w| {
            let own = (run, channel, name_of(about), uploaded_at);
            // A run that starts again has claims of its own.
            let holds = w.claims.contains(&own) || setting.lacks(Flaw::NoBeginning);
            w.claims.retain(|claim| *claim != own);
            let mut then = then;
            if let Some(item) = w.items[run as usize].as_mut().filter(|_| holds) {
                item.notified[channel as usize] |= 1 << about;
                then = if over(setting, item) { Then::Close } else { Then::End };
                // Whether it is closed depends on whether a function writes it from now on.
                if then == Then::Close {
                    w.read(at, run);
                }
            }
            match mark_first {
                true => w.functions[at].at = At::Publish { channel, then },
                false => next(setting, w, at, channel, then),
            }
            Ok(())
        }),
        At::Close => moves.add("removes it from the sparse index", Some(run), world, |w| {
            if let Some(item) = w.items[run as usize].as_mut().filter(|_| !function.stale) {
                item.open = false;
            }
            w.finish(at);
            Ok(())
        }),
        other => unreachable!("notify is never at {other:?}"),
    }
}

/// Continues with the next channel, or with the end after the last one.
fn next(setting: &Setting, world: &mut World, at: usize, channel: u8, then: Then) {
    let function = &mut world.functions[at];
    (function.seen, function.flag) = (None, false);
    if channel + 1 < setting.scenario.channels {
        function.at = At::ClaimNotification { channel: channel + 1, then };
        return;
    }
    let Some(Message::Notify { run, .. }) = function.message else { return };
    // If nothing was marked, the refused claim also returns the item, so nothing is written between claim and read.
    let looks = world.items[run as usize].is_some_and(|item| item.open && over(setting, &item));
    match then {
        Then::Close => function.at = At::Close,
        Then::Look if looks => {
            function.at = At::Close;
            world.read(at, run);
            world.functions[at].seen = None;
        }
        _ => world.finish(at),
    }
}

/// Whether the run needs nothing more.
pub(crate) fn over(setting: &Setting, item: &Item) -> bool {
    let channels = setting.scenario.channels;
    is_over(item.state, item.looks_up_job, item.is_notified_on(what(item.state), channels), item.is_answered(channels))
}

/// The name of an answer's claims, which doesn't depend on the time of the upload.
fn name_of(about: u8) -> u8 {
    about.min(AGAIN)
}

/// The claim's condition: the run is as the event says.
fn is_so(setting: &Setting, item: &Item, about: u8) -> bool {
    is_as_announced(item, about) || setting.lacks(Flaw::AnyState)
}

fn is_as_announced(item: &Item, about: u8) -> bool {
    if about < AGAIN { about == what(item.state) } else { item.reuploaded > 0 && about == again(item.reuploaded) }
}

/// Whether a message about the run that began at `uploaded_at` is about the current run.
fn is_of_now(world: &World, run: u8, uploaded_at: u8) -> bool {
    world.items[run as usize].is_some_and(|item| item.uploaded_at == uploaded_at)
}

/// Notify crashes: its message is delivered again when its claim has expired.
pub(crate) fn crash(world: &mut World, function: Function) {
    let Some(message @ Message::Notify { run, what }) = function.message else {
        return;
    };
    let uploaded_at = function.seen.map_or(0, |item| item.uploaded_at);
    match function.at {
        At::Publish { channel, .. } | At::Mark { channel, .. } => {
            if matches!(function.at, At::Mark { .. }) && is_of_now(world, run, uploaded_at) {
                World::count(&mut world.crashes[channel as usize], run, what);
            }
            world.hidden.push((message, channel, uploaded_at));
            world.hidden.sort_unstable();
        }
        _ => world.send(message),
    }
}

/// The claim has expired, and the message is delivered again.
pub(crate) fn reappear(world: &mut World, at: usize) {
    let (message, channel, uploaded_at) = world.hidden.remove(at);
    if let Message::Notify { run, what } = message {
        world.claims.retain(|claim| *claim != (run, channel, name_of(what), uploaded_at));
    }
    world.send(message);
}

/// What an event can announce: any state, and content that was uploaded again.
pub(crate) fn announceable() -> impl Iterator<Item = u8> {
    State::ALL.into_iter().map(what).chain((1..=3).map(again))
}

impl Item {
    /// Whether the marks of this channel say so. The mark of an answer has the newest time.
    pub(crate) fn is_notified(&self, what: u8, channel: u8) -> bool {
        let notified = self.notified[channel as usize];
        if what < AGAIN { notified & 1 << what != 0 } else { notified >> what != 0 }
    }

    pub(crate) fn is_notified_on(&self, what: u8, channels: u8) -> bool {
        (0..channels).all(|channel| self.is_notified(what, channel))
    }

    /// Whether every answer to content that was uploaded again was sent.
    pub(crate) fn is_answered(&self, channels: u8) -> bool {
        self.reuploaded == 0 || self.is_notified_on(again(self.reuploaded), channels)
    }

    /// Whether the sweep publishes the state again. It may or may not depend on the time since the last change.
    fn says_state_again(&self, setting: &Setting) -> bool {
        let notified = self.is_notified_on(what(self.state), setting.scenario.channels);
        is_republished(self.state, REPUBLISH_AFTER_S) && (!notified || over(setting, self))
    }

    /// Whether the sweep publishes anything about the run again.
    pub(crate) fn is_republished(&self, setting: &Setting) -> bool {
        let answers = setting.scenario.notifies > 0 && !self.is_answered(setting.scenario.channels);
        (self.says_state_again(setting) || answers) && !setting.lacks(Flaw::NoSecondSaying)
    }
}

impl World {
    /// Publishes again what people were not notified of on every channel.
    pub(crate) fn republish(&mut self, setting: &Setting, run: u8, item: &Item) {
        let silent = Item { notified: [0; WAYS], ..*item };
        if item.says_state_again(setting) {
            self.print_results(setting, run, &silent);
        }
        if !item.is_answered(setting.scenario.channels) {
            self.send(Message::Notify { run, what: again(item.reuploaded) });
        }
    }
}
