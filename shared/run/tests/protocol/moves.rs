//! Everything that can happen next: a function's next action, a delivery, time that passes, and whatever goes wrong.

use crate::functions::{At, Function, Then};
use crate::setting::{Doing, Setting, Woe};
use crate::world::{Message, World};
use crate::{launch, notify, record, validate};

/// An invariant that is broken.
pub(crate) type Breach = &'static str;

/// What happened, for people to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deed {
    pub(crate) who: &'static str,
    /// Which of two functions of a kind.
    pub(crate) id: u8,
    pub(crate) does: &'static str,
    pub(crate) run: Option<u8>,
    /// Its message will be delivered once more.
    pub(crate) again: bool,
}

/// A move, and where it leads.
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
    /// Nothing goes wrong any more.
    calm: bool,
    pub(crate) who: (&'static str, u8),
}

impl Moves {
    /// With nothing in it.
    pub(crate) fn new(calm: bool) -> Moves {
        Moves { found: Vec::new(), calm, who: ("", 0) }
    }

    /// Whether nothing goes wrong any more.
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

    /// A move that only a bad day makes.
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

/// Which function takes a message, and where it begins.
fn taker(message: Message) -> (&'static str, At) {
    match message {
        Message::Dropped => ("validate", At::Head),
        Message::Wake => ("launch", At::Next),
        Message::Approve(_) | Message::Stop(_) | Message::Retry(_) => ("launch", At::Command),
        Message::StopDue(_) => ("launch", At::FollowUp),
        Message::Seen(_) => ("record", At::Read),
        Message::Tell { .. } => ("notify", At::ClaimTelling { way: 0, then: Then::Look }),
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

/// A function begins, and takes its first action at once: cut off before it, it would not have begun.
fn begin(setting: &Setting, mut world: World, function: Function, moves: &mut Moves) {
    world.functions.push(function);
    step(setting, &world, world.functions.len() - 1, moves);
}

/// The number of the next function of a kind, if one more may run. Where nothing goes wrong any more, one always may.
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

/// The schedule comes round.
pub(crate) fn schedule(setting: &Setting, world: &World, moves: &mut Moves) {
    if let Some(id) = room(setting, world, "sweep", moves.calm) {
        begin(setting, world.clone(), Function::new(None, At::Sweep, id), moves);
    }
}

/// What people do, and what cuts functions off.
pub(crate) fn events(setting: &Setting, world: &World, moves: &mut Moves) {
    for (at, function) in world.functions.iter().enumerate() {
        if setting.may(Woe::Crash, world) {
            moves.who = (name(function), function.id.0);
            moves.foul("is cut off", None, world, |w| {
                w.left.woes -= 1;
                let _: () = w.cut_off(at);
                Ok(())
            });
        }
    }
    moves.who = ("people", 0);
    // Nobody stops a run before there is one.
    let there = |doing: &&Doing| !matches!(doing, Doing::Stop(run) if world.items[*run as usize].is_none());
    if let Some(doing) = setting.scenario.script.get(world.left.script as usize).filter(there) {
        let (does, run) = match *doing {
            Doing::Drop(run, _) => ("drop a content", run),
            Doing::Approve(run) => ("approve the run", run),
            Doing::Stop(run) => ("want the run stopped", run),
            Doing::Retry(run) => ("want another attempt", run),
        };
        moves.foul(does, Some(run), world, |w| {
            w.left.script += 1;
            match *doing {
                Doing::Drop(content, time) => {
                    w.folder = (content, time);
                    w.send(Message::Dropped);
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
            moves.foul("put an event that nothing of ours put", Some(0), world, |w| {
                w.left.woes -= 1;
                w.send(Message::Tell { run: 0, what });
                Ok(())
            });
        }
    }
    if setting.may(Woe::Stranger, world) && !world.stranger {
        moves.foul("start a job of their own, in the last slot", None, world, |w| {
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

    /// A function is gone in the middle; its message comes again.
    pub(crate) fn cut_off(&mut self, at: usize) {
        let function = self.functions.remove(at);
        match function.message {
            Some(Message::Tell { .. }) => notify::cut_off(self, function),
            Some(message) => self.send(message),
            None => {}
        }
    }
}
