//! notify: one action for each conditional write and call of the step, on each way that a message goes.

use tunedrop_run::State;
use tunedrop_run::decide::sweep::{UNTOLD_AFTER_S, says_again};
use tunedrop_run::decide::tell::is_over;

use crate::functions::{At, Function, Then};
use crate::moves::Moves;
use crate::setting::{Flaw, Setting};
use crate::world::{AGAIN, Item, Message, WAYS, World, again, what};

pub(crate) fn step(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = world.functions[at];
    let Some(Message::Tell { run, what: about }) = function.message else {
        unreachable!("notify is given something to tell");
    };
    let mark_first = setting.lacks(Flaw::MarkFirst);
    let since = function.seen.map_or(0, |item| item.since);
    match function.at {
        At::ClaimTelling { way, then } => moves.add("claims the telling", Some(run), world, |w| {
            let item = w.items[run as usize].filter(|item| is_so(setting, item, about) && !item.is_told(about, way));
            let claimed = w.claims.iter().any(|claim| (claim.0, claim.1, claim.2) == (run, way, name_of(about)));
            let Some(item) = item.filter(|_| !claimed) else {
                next(setting, w, at, way, then);
                return Ok(());
            };
            w.claims.push((run, way, name_of(about), item.since));
            w.claims.sort_unstable();
            // All that matters of the item: when it began, and whether the message is true.
            let function = &mut w.functions[at];
            function.seen = Some(Item::new(State::Queued, item.since));
            function.flag = is_as_said(&item, about);
            function.at = if mark_first { At::Mark { way, then } } else { At::Publish { way, then } };
            Ok(())
        }),
        At::Publish { way, then } => moves.add("publishes the message", Some(run), world, |w| {
            if function.flag && is_of_now(w, run, since) {
                World::count(&mut w.heard[way as usize], run, about);
            }
            match mark_first {
                true => next(setting, w, at, way, then),
                false => w.functions[at].at = At::Mark { way, then },
            }
            match w.heard(way, run, about) > 1 + (w.cuts[way as usize][run as usize] >> (2 * about) & 3) {
                true => Err("people are told twice only where notify was cut off between publishing and marking"),
                false => Ok(()),
            }
        }),
        At::Mark { way, then } => moves.add("marks it as told", Some(run), world, |w| {
            let own = (run, way, name_of(about), since);
            // A run that began again has claims of its own.
            let holds = w.claims.contains(&own) || setting.lacks(Flaw::NoBeginning);
            w.claims.retain(|claim| *claim != own);
            let mut then = then;
            if let Some(item) = w.items[run as usize].as_mut().filter(|_| holds) {
                item.told[way as usize] |= 1 << about;
                then = if over(setting, item) { Then::Close } else { Then::End };
                // Whether it is closed depends on whether somebody writes it from here on.
                if then == Then::Close {
                    w.read(at, run);
                }
            }
            match mark_first {
                true => w.functions[at].at = At::Publish { way, then },
                false => next(setting, w, at, way, then),
            }
            Ok(())
        }),
        At::Close => moves.add("takes it out of the sweep's view", Some(run), world, |w| {
            if let Some(item) = w.items[run as usize].as_mut().filter(|_| !function.stale) {
                item.open = false;
            }
            w.finish(at);
            Ok(())
        }),
        other => unreachable!("notify is never at {other:?}"),
    }
}

/// On to the next way, or to what is done after the last.
fn next(setting: &Setting, world: &mut World, at: usize, way: u8, then: Then) {
    let function = &mut world.functions[at];
    (function.seen, function.flag) = (None, false);
    if way + 1 < setting.scenario.ways {
        function.at = At::ClaimTelling { way: way + 1, then };
        return;
    }
    let Some(Message::Tell { run, .. }) = function.message else { return };
    // Where no mark was made, the look at the item comes with the claim that is refused: between them nothing is written.
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

/// Whether nothing more has to happen to the run.
pub(crate) fn over(setting: &Setting, item: &Item) -> bool {
    let ways = setting.scenario.ways;
    is_over(item.state, item.forgotten, item.is_told_on(what(item.state), ways), item.is_answered(ways))
}

/// What an answer's claims are called, whenever the content was dropped.
fn name_of(about: u8) -> u8 {
    about.min(AGAIN)
}

/// The claim's condition: the run is as the event says.
fn is_so(setting: &Setting, item: &Item, about: u8) -> bool {
    is_as_said(item, about) || setting.lacks(Flaw::AnyState)
}

fn is_as_said(item: &Item, about: u8) -> bool {
    if about < AGAIN { about == what(item.state) } else { item.redropped > 0 && about == again(item.redropped) }
}

/// Whether a message that was made of the run as it began at `since` is about the run as it is now.
fn is_of_now(world: &World, run: u8, since: u8) -> bool {
    world.items[run as usize].is_some_and(|item| item.since == since)
}

/// A notify that is cut off: its message comes again when its claim is over.
pub(crate) fn cut_off(world: &mut World, function: Function) {
    let Some(message @ Message::Tell { run, what }) = function.message else {
        return;
    };
    let since = function.seen.map_or(0, |item| item.since);
    match function.at {
        At::Publish { way, .. } | At::Mark { way, .. } => {
            if matches!(function.at, At::Mark { .. }) && is_of_now(world, run, since) {
                World::count(&mut world.cuts[way as usize], run, what);
            }
            world.hidden.push((message, way, since));
            world.hidden.sort_unstable();
        }
        _ => world.send(message),
    }
}

/// Its claim is over, and the message comes again.
pub(crate) fn reappear(world: &mut World, at: usize) {
    let (message, way, since) = world.hidden.remove(at);
    if let Message::Tell { run, what } = message {
        world.claims.retain(|claim| *claim != (run, way, name_of(what), since));
    }
    world.send(message);
}

/// What an event can announce: each state, and content that was dropped again.
pub(crate) fn announceable() -> impl Iterator<Item = u8> {
    State::ALL.into_iter().map(what).chain((1..=3).map(again))
}

impl Item {
    /// Whether the marks of this way say so; an answer's mark has the newest time.
    pub(crate) fn is_told(&self, what: u8, way: u8) -> bool {
        let told = self.told[way as usize];
        if what < AGAIN { told & 1 << what != 0 } else { told >> what != 0 }
    }

    pub(crate) fn is_told_on(&self, what: u8, ways: u8) -> bool {
        (0..ways).all(|way| self.is_told(what, way))
    }

    /// Whether nobody waits for an answer to content that was dropped again.
    pub(crate) fn is_answered(&self, ways: u8) -> bool {
        self.redropped == 0 || self.is_told_on(again(self.redropped), ways)
    }

    /// Whether the sweep says the state again; how long ago it changed is left open.
    fn says_state_again(&self, setting: &Setting) -> bool {
        let heard = self.is_told_on(what(self.state), setting.scenario.ways);
        says_again(self.state, UNTOLD_AFTER_S) && (!heard || over(setting, self))
    }

    /// Whether the sweep says anything of the run again.
    pub(crate) fn says_again(&self, setting: &Setting) -> bool {
        let answers = setting.scenario.notifies > 0 && !self.is_answered(setting.scenario.ways);
        (self.says_state_again(setting) || answers) && !setting.lacks(Flaw::NoSecondSaying)
    }
}

impl World {
    /// Puts again what people were not notified of on every way.
    pub(crate) fn say_again(&mut self, setting: &Setting, run: u8, item: &Item) {
        let silent = Item { told: [0; WAYS], ..*item };
        if item.says_state_again(setting) {
            self.say(setting, run, &silent);
        }
        if !item.is_answered(setting.scenario.ways) {
            self.send(Message::Tell { run, what: again(item.redropped) });
        }
    }
}
