//! Everything that can happen next: a function's next action, a delivery, the passage of time, and any failure.

use crate::functions::{At, Function, Then};
use crate::setting::{Doing, Setting, Woe};
use crate::world::{Message, World};
use crate::{launch, notify, record, validate};

/// An invariant that is broken.
pub(crate) type Breach = &'static str;

/// What happened, for the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deed {
    pub(crate) who: &'static str,
    /// Identifies one of two functions of a kind.
    pub(crate) id: u8,
    pub(crate) does: &'static str,
    pub(crate) run: Option<u8>,
    /// Its message will be delivered again.
    pub(crate) again: bool,
}

/// A move, and the state after it.
#[derive(Debug)]
pub(crate) struct Move {
    pub(crate) deed: Deed,
    pub(crate) world: World,
    pub(crate) breach: Option<Breach>,
}

/// The moves that were found.
#[derive(Debug)]
pub(crate) struct Moves {
    pub(crate) found: Vec<Move>,
    /// No more failures.
    calm: bool,
    pub(crate) who: (&'static str, u8),
}

impl Moves {
    /// Starts without moves.
    pub(crate) fn new(calm: bool) -> Moves {
        Moves { found: Vec::new(), calm, who: ("", 0) }
    }

    /// Whether no more failures happen.
    pub(crate) fn is_calm(&self) -> bool {
        self.calm
    }

    pub(crate) fn add(
        &mut self,
        does: &'static str,
        run: Option<u8>,
        world: &World,
        change: impl FnOnce(&mut World) -> Result<(), Breach>,
    ) {
        let mut world = world.clone();
        let breach = change(&mut world).err();
        let (who, id) = self.who;
        self.found.push(Move { deed: Deed { who, id, does, run, again: false }, world, breach });
    }

    /// Adds a move that only a failure makes.
    pub(crate) fn foul(
        &mut self,
        does: &'static str,
        run: Option<u8>,
        world: &World,
        change: impl FnOnce(&mut World) -> Result<(), Breach>,
    ) {
        if !self.calm {
            self.add(does, run, world, change);
        }
    }
}

/// The function that receives a message, and its first action.
fn taker(message: Message) -> (&'static str, At) {
    match message {
        Message::ObjectKind => ("validate", At::Entry),
        Message::Wake => ("launch", At::Next),
        Message::Approve(_) | Message::Stop(_) | Message::Retry(_) => ("launch", At::Command),
        Message::StopDue(_) => ("launch", At::FollowUp),
        Message::Seen(_) => ("record", At::Read),
        Message::Notify { .. } => ("notify", At::ClaimNotification { channel: 0, then: Then::Look }),
    }
}

pub(crate) fn name(function: &Function) -> &'static str {
    function.message.map_or("sweep", |message| taker(message).0)
}

/// The next action of each function.
pub(crate) fn steps(setting: &Setting, world: &World, moves: &mut Moves) {
    for at in 0..world.functions.len() {
        step(setting, world, at, moves);
    }
}

fn step(setting: &Setting, world: &World, at: usize, moves: &mut Moves) {
    let function = &world.functions[at];
    moves.who = (name(function), function.id.0);
    match moves.who.0 {
        "validate" => validate::step(setting, world, at, moves),
        "launch" => launch::step(setting, world, at, moves),
        "record" => record::record(setting, world, at, moves),
        "notify" => notify::step(setting, world, at, moves),
        _ => record::sweep(setting, world, at, moves),
    }
}

/// Starts a function and takes its first action: a function that crashes before it would not have started.
fn begin(setting: &Setting, mut world: World, function: Function, moves: &mut Moves) {
    world.functions.push(function);
    step(setting, &world, world.functions.len() - 1, moves);
}

/// The number of the next function of a kind, if one more may run. Without further failures, one always may.
fn room(setting: &Setting, world: &World, who: &str, calm: bool) -> Option<u8> {
    let scenario = setting.scenario;
    let most = match who {
        "validate" => scenario.validates,
        "launch" => scenario.launches,
        "record" => scenario.records,
        "notify" => scenario.notifies,
        _ => scenario.sweeps,
    };
    let taken = |id: u8| world.functions.iter().any(|function| name(function) == who && function.id.0 == id);
    (1..=most.max(usize::from(calm)) as u8).find(|id| !taken(*id))
}

/// A message reaches a function, once or twice.
pub(crate) fn deliveries(setting: &Setting, world: &World, moves: &mut Moves) {
    for (place, message) in world.queue.iter().enumerate() {
        let (who, start) = taker(*message);
        let Some(id) = room(setting, world, who, moves.calm) else {
            continue;
        };
        let function = Function::new(Some(*message), start, id);
        let mut once = world.clone();
        once.queue.remove(place);
        begin(setting, once, function, moves);
        if setting.may(Woe::Repeat, world) && !moves.calm {
            let mut twice = world.clone();
            twice.left.woes -= 1;
            begin(setting, twice, function, moves);
            moves.found.iter_mut().rev().take(1).for_each(|last| last.deed.again = true);
        }
    }
}

/// The schedule triggers the sweep.
pub(crate) fn schedule(setting: &Setting, world: &World, moves: &mut Moves) {
    if let Some(id) = room(setting, world, "sweep", moves.calm) {
        begin(setting, world.clone(), Function::new(None, At::Sweep, id), moves);
    }
}

/// Actions of people, and crashes.
pub(crate) fn events(setting: &Setting, world: &World, moves: &mut Moves) {
    for (at, function) in world.functions.iter().enumerate() {
        if setting.may(Woe::Crash, world) {
            moves.who = (name(function), function.id.0);
            moves.foul("crashes", None, world, |w| {
                w.left.woes -= 1;
                let _: () = w.crash(at);
                Ok(())
            });
        }
    }
    moves.who = ("people", 0);
    // A run can't be stopped before it exists.
    let there = |doing: &&Doing| !matches!(doing, Doing::Stop(run) if world.items[*run as usize].is_none());
    if let Some(doing) = setting.scenario.script.get(world.left.script as usize).filter(there) {
        let (does, run) = match *doing {
            Doing::Drop(run, _) => ("upload content", run),
            Doing::Approve(run) => ("approve the run", run),
            Doing::Stop(run) => ("stop the run", run),
            Doing::Retry(run) => ("retry the run", run),
        };
        moves.foul(does, Some(run), world, |w| {
            w.left.script += 1;
            match *doing {
                Doing::Drop(content, time) => {
                    w.folder = (content, time);
                    w.send(Message::ObjectKind);
                }
                Doing::Approve(run) => w.send(Message::Approve(run)),
                Doing::Stop(run) => {
                    w.asked[run as usize] = true;
                    w.send(Message::Stop(run));
                }
                Doing::Retry(run) => w.send(Message::Retry(run)),
            }
            Ok(())
        });
    }
    if setting.may(Woe::Forge, world) {
        for what in notify::announceable() {
            moves.foul("put a forged event", Some(0), world, |w| {
                w.left.woes -= 1;
                w.send(Message::Notify { run: 0, what });
                Ok(())
            });
        }
    }
    if setting.may(Woe::Stranger, world) && !world.stranger {
        moves.foul("start another job, in the last slot", None, world, |w| {
            w.left.woes -= 1;
            w.stranger = true;
            Ok(())
        });
    }
}

impl World {
    pub(crate) fn set_job(&mut self, run: u8, at: usize, change: impl FnOnce(&mut crate::world::Job)) {
        if let Some(job) = &mut self.jobs[run as usize][at] {
            change(job);
        }
    }

    /// A function crashes, and its message is delivered again.
    pub(crate) fn crash(&mut self, at: usize) {
        let function = self.functions.remove(at);
        match function.message {
            Some(Message::Notify { .. }) => notify::crash(self, function),
            Some(message) => self.send(message),
            None => {}
        }
    }
}
