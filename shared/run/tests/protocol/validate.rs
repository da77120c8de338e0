//! validate, once the dataset has been read: one action for each read, copy, write and event.

use tunedrop_run::State;
use tunedrop_run::decide::accept::{Candidate, Meets, begins, is_older, meets, settles, supersedes};

use crate::functions::At;
use crate::moves::{Breach, Moves};
use crate::setting::{Flaw, Setting};
use crate::world::{Entry, Item, Lease, Message, World, again};

pub(crate) fn step(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = world.functions[at];
    let (entry, folder, own) = function.set.unwrap_or_default();
    let (content, time) = folder;
    let run = function.run;
    let item = function.seen.unwrap_or(Item::new(State::Queued, time));
    match function.at {
        At::Entry => moves.add("reads the entry", None, world, |w| {
            w.functions[at].set = Some((w.entry, folder, None));
            w.functions[at].at = At::Folder;
            Ok(())
        }),
        At::Folder => moves.add("reads and validates the dataset", None, world, |w| {
            let folder = w.folder;
            w.functions[at].set = Some((entry, folder, None));
            let candidate = entry.validated_fingerprint == Some(folder);
            w.functions[at].at = if candidate && w.read(at, folder.0).is_some() { At::Announce } else { At::Copy };
            Ok(())
        }),
        At::Copy => moves.add("copies what was validated, and writes the report", Some(content), world, |w| {
            w.functions[at].at = if w.folder == folder { At::Begin } else { At::Entry };
            Ok(())
        }),
        At::Begin => moves
            .add("writes the run, unless it exists", Some(content), world, |w| begin(setting, w, at, entry, folder)),
        At::Replace(state) => moves.add("lets the run start again", Some(run), world, |w| {
            let new = new(setting, state, run, entry, time);
            let won = w.change(setting, at, |item| *item = new)?;
            if won {
                for counts in w.sent.iter_mut().chain(&mut w.crashes) {
                    counts[run as usize] = 0;
                }
                w.claims.retain(|claim| claim.0 != run);
                w.asked[run as usize] = false;
                w.functions[at].at = At::Older;
            } else {
                // The run changed in the meantime, so the message is delivered again.
                w.functions[at].flag = true;
                w.finish(at);
            }
            Ok(())
        }),
        At::Reupload => moves.add("records that it was uploaded again", Some(run), world, |w| {
            let won = w.change(setting, at, |item| {
                item.reuploaded = time;
                item.open |= !setting.lacks(Flaw::ClosedAnswer);
            })?;
            if won {
                w.functions[at].at = At::LaunchDecision;
            } else {
                w.functions[at].flag = true;
                w.finish(at);
            }
            Ok(())
        }),
        At::LaunchDecision => moves.add("answers with the run", Some(run), world, |w| {
            if setting.scenario.notifies > 0 {
                w.send(Message::Notify { run, what: again(item.reuploaded) });
            }
            w.functions[at].at = At::Point;
            Ok(())
        }),
        At::Older => moves.add("reads the run that was the newest", entry.latest_run, world, |w| {
            w.functions[at].set = Some((entry, folder, Some(item)));
            let older = entry.latest_run.filter(|latest| *latest != run);
            let way = older.and_then(|older| w.read(at, older)).map(|older| (older, older.is_unconfirmed(setting)));
            let way = way.and_then(|(older, unconfirmed)| {
                supersedes((older.state, older.uploaded_at), unconfirmed, (item.state, item.uploaded_at))
            });
            match way {
                Some(state) => w.functions[at].at = At::Supersede(state),
                None => back(w, at, content, Some(item)),
            }
            Ok(())
        }),
        At::Supersede(state) => moves.add("supersedes it", Some(run), world, |w| {
            if w.change(setting, at, |item| item.state = state)?
                && let Some(older) = w.functions[at].seen
            {
                w.print_results(setting, run, &older);
            }
            back(w, at, content, own);
            Ok(())
        }),
        At::Announce => moves.add("publishes the run's state", Some(run), world, |w| {
            w.print_results(setting, run, &item);
            // What was validated before is recorded already.
            if own.is_some() {
                w.functions[at].at = At::Point
            } else {
                w.finish(at)
            }
            Ok(())
        }),
        At::Point => {
            moves.add("records what was validated, unless another version was validated since", Some(run), world, |w| {
                if w.entry.validated_fingerprint != entry.validated_fingerprint && !setting.lacks(Flaw::AnyEntry) {
                    let function = &mut w.functions[at];
                    (function.at, function.run, function.seen, function.stale) = (At::Entry, 0, None, false);
                    return Ok(());
                }
                w.point(run, item.uploaded_at);
                w.entry.validated_fingerprint = Some(folder);
                w.finish(at);
                Ok(())
            })
        }
        other => unreachable!("validate is never at {other:?}"),
    }
}

/// Returns to its own run, as it was read or written.
fn back(world: &mut World, at: usize, content: u8, own: Option<Item>) {
    let function = &mut world.functions[at];
    (function.run, function.seen, function.at) = (content, own, At::Announce);
}

fn begin(setting: &Setting, world: &mut World, at: usize, entry: Entry, folder: (u8, u8)) -> Result<(), Breach> {
    let (content, time) = folder;
    let superseded = is_older(content, time, entry.latest_run, entry.latest_uploaded_at);
    let candidate =
        Candidate { rejected: false, held: setting.scenario.held, superseded, uploaded_at: time, listed: time };
    let next = match world.read(at, content) {
        None => {
            world.items[content as usize] = Some(new(setting, begins(&candidate), content, entry, time));
            world.read(at, content);
            At::Older
        }
        Some(there) => match meets(there.state, there.uploaded_at, &candidate) {
            Meets::StartsAgain(state) => At::Replace(state),
            Meets::Same => At::Older,
            Meets::Again if there.reuploaded >= time => At::LaunchDecision,
            Meets::Again => At::Reupload,
        },
    };
    world.functions[at].at = next;
    Ok(())
}

/// A run that begins now. The recipe is an old one in every scenario whose updates wait for files.
fn new(setting: &Setting, state: State, content: u8, entry: Entry, time: u8) -> Item {
    let waits = setting.scenario.settles && !setting.lacks(Flaw::NoSettling);
    let settles = state == State::Queued && waits && settles(content, entry.latest_run, false);
    Item { settles: if settles { Lease::Held } else { Lease::None }, ..Item::new(state, time) }
}

impl World {
    /// Points the dataset's entry at a run, unless a newer one is there.
    pub(crate) fn point(&mut self, run: u8, uploaded_at: u8) -> bool {
        let newest = self.entry.latest_uploaded_at.is_none_or(|at| at <= uploaded_at);
        if newest {
            (self.entry.latest_run, self.entry.latest_uploaded_at) = (Some(run), Some(uploaded_at));
        }
        newest
    }
}
