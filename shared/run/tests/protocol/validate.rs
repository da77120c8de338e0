//! validate, from the moment it has a set to judge: one action for each read, copy, write and event.

use tunedrop_run::State;
use tunedrop_run::decide::accept::{Judged, Meets, begins, gives_way, is_older, meets, settles};

use crate::functions::At;
use crate::moves::{Breach, Moves};
use crate::setting::{Flaw, Setting};
use crate::world::{Head, Item, Lease, Message, World, again};

pub(crate) fn step(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = world.functions[at];
    let (head, folder, own) = function.set.unwrap_or_default();
    let (content, time) = folder;
    let run = function.run;
    let item = function.seen.unwrap_or(Item::new(State::Queued, time));
    match function.at {
        At::Head => moves.add("reads the head", None, world, |w| {
            w.functions[at].set = Some((w.head, folder, None));
            w.functions[at].at = At::Folder;
            Ok(())
        }),
        At::Folder => moves.add("reads and judges the set", None, world, |w| {
            let folder = w.folder;
            w.functions[at].set = Some((head, folder, None));
            let judged = head.judged == Some(folder);
            w.functions[at].at = if judged && w.read(at, folder.0).is_some() { At::Say } else { At::Copy };
            Ok(())
        }),
        At::Copy => moves.add("copies what it judged, and writes the report", Some(content), world, |w| {
            w.functions[at].at = if w.folder == folder { At::Begin } else { At::Head };
            Ok(())
        }),
        At::Begin => moves
            .add("writes the run, unless it is there", Some(content), world, |w| begin(setting, w, at, head, folder)),
        At::Replace(state) => moves.add("lets the run start again", Some(run), world, |w| {
            let new = new(setting, state, run, head, time);
            let won = w.change(setting, at, |item| *item = new)?;
            if won {
                for counts in w.heard.iter_mut().chain(&mut w.cuts) {
                    counts[run as usize] = 0;
                }
                w.claims.retain(|claim| claim.0 != run);
                w.asked[run as usize] = false;
                w.functions[at].at = At::Older;
            } else {
                // The run changed meanwhile: the message comes again.
                w.functions[at].flag = true;
                w.finish(at);
            }
            Ok(())
        }),
        At::Redrop => moves.add("notes that it was dropped again", Some(run), world, |w| {
            let won = w.change(setting, at, |item| {
                item.redropped = time;
                item.open |= !setting.lacks(Flaw::ClosedAnswer);
            })?;
            if won {
                w.functions[at].at = At::Answer;
            } else {
                w.functions[at].flag = true;
                w.finish(at);
            }
            Ok(())
        }),
        At::Answer => moves.add("answers with the run", Some(run), world, |w| {
            if setting.scenario.notifies > 0 {
                w.send(Message::Tell { run, what: again(item.redropped) });
            }
            w.functions[at].at = At::Point;
            Ok(())
        }),
        At::Older => moves.add("reads the run that was the newest", head.latest, world, |w| {
            w.functions[at].set = Some((head, folder, Some(item)));
            let older = head.latest.filter(|latest| *latest != run);
            let way = older.and_then(|older| w.read(at, older)).map(|older| (older, older.is_unsure(setting)));
            let way =
                way.and_then(|(older, unsure)| gives_way((older.state, older.since), unsure, (item.state, item.since)));
            match way {
                Some(state) => w.functions[at].at = At::Supersede(state),
                None => back(w, at, content, Some(item)),
            }
            Ok(())
        }),
        At::Supersede(state) => moves.add("takes it out of the queue", Some(run), world, |w| {
            if w.change(setting, at, |item| item.state = state)?
                && let Some(older) = w.functions[at].seen
            {
                w.say(setting, run, &older);
            }
            back(w, at, content, own);
            Ok(())
        }),
        At::Say => moves.add("says the run's state", Some(run), world, |w| {
            w.say(setting, run, &item);
            // What was judged before is noted already.
            if own.is_some() {
                w.functions[at].at = At::Point
            } else {
                w.finish(at)
            }
            Ok(())
        }),
        At::Point => moves.add("notes what it judged, unless another set was judged since", Some(run), world, |w| {
            if w.head.judged != head.judged && !setting.lacks(Flaw::AnyHead) {
                let function = &mut w.functions[at];
                (function.at, function.run, function.seen, function.stale) = (At::Head, 0, None, false);
                return Ok(());
            }
            w.point(run, item.since);
            w.head.judged = Some(folder);
            w.finish(at);
            Ok(())
        }),
        other => unreachable!("validate is never at {other:?}"),
    }
}

/// Back to its own run, as it was read or written.
fn back(world: &mut World, at: usize, content: u8, own: Option<Item>) {
    let function = &mut world.functions[at];
    (function.run, function.seen, function.at) = (content, own, At::Say);
}

fn begin(setting: &Setting, world: &mut World, at: usize, head: Head, folder: (u8, u8)) -> Result<(), Breach> {
    let (content, time) = folder;
    let overtaken = is_older(content, time, head.latest, head.latest_at);
    let judged = Judged { rejected: false, held: setting.scenario.held, overtaken, since: time, listed: time };
    let next = match world.read(at, content) {
        None => {
            world.items[content as usize] = Some(new(setting, begins(&judged), content, head, time));
            world.read(at, content);
            At::Older
        }
        Some(there) => match meets(there.state, there.since, &judged) {
            Meets::StartsAgain(state) => At::Replace(state),
            Meets::Same => At::Older,
            Meets::Again if there.redropped >= time => At::Answer,
            Meets::Again => At::Redrop,
        },
    };
    world.functions[at].at = next;
    Ok(())
}

/// A run that begins now. The recipe is an old one in every scenario whose updates wait for files.
fn new(setting: &Setting, state: State, content: u8, head: Head, time: u8) -> Item {
    let waits = setting.scenario.settles && !setting.lacks(Flaw::NoSettling);
    let settles = state == State::Queued && waits && settles(content, head.latest, false);
    Item { settles: if settles { Lease::Held } else { Lease::None }, ..Item::new(state, time) }
}

impl World {
    /// Points the dataset's head at a run, unless a newer one is there.
    pub(crate) fn point(&mut self, run: u8, since: u8) -> bool {
        let newest = self.head.latest_at.is_none_or(|at| at <= since);
        if newest {
            (self.head.latest, self.head.latest_at) = (Some(run), Some(since));
        }
        newest
    }
}
