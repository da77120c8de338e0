//! What is explored. Each begins where the interesting part does, and keeps to one dataset's contents A and B.

use tunedrop_run::State;

use crate::setting::{Doing, Scenario, Woe};
use crate::update::{BACK, BY_HAND, SAME_SECOND, TWO_FILES};
use crate::world::{Head, Item, Left, Message, WAYS, World, what};

pub(crate) const CALM: Left = Left { woes: 0, script: 0 };

pub(crate) const STILL: Scenario = Scenario {
    name: "",
    start: queued,
    woes: 2,
    kinds: &[Woe::Crash, Woe::Repeat, Woe::Loss],
    script: &[],
    validates: 0,
    launches: 1,
    records: 1,
    sweeps: 1,
    notifies: 0,
    held: false,
    settles: false,
    mixture: None,
    slots: 1,
    ways: 1,
};

/// What makes a creation doubtful.
const DOUBTS: &[Woe] = &[Woe::Crash, Woe::Fault];

/// Two launches, a record and a sweep over one run.
pub(crate) static LAUNCHES: Scenario = Scenario {
    name: "two launches, a record, a sweep",
    kinds: &[Woe::Crash, Woe::Repeat, Woe::Loss, Woe::Fault],
    launches: 2,
    ..STILL
};

/// The same with what else may come between.
pub(crate) static TROUBLE: Scenario = Scenario {
    name: "somebody else's jobs, a guard, the console",
    kinds: &[Woe::Crash, Woe::Loss, Woe::Fault, Woe::Refusal, Woe::Stranger, Woe::Console, Woe::Pause],
    launches: 2,
    ..STILL
};

/// Two runs wait for one slot.
pub(crate) static TWO_RUNS: Scenario =
    Scenario { name: "two runs, one slot", start: two_queued, woes: 1, launches: 2, records: 0, ..STILL };

/// A set, another in its place, and the first again.
pub(crate) static DROPS: Scenario = Scenario {
    name: "dropped, superseded, dropped again",
    start: nothing,
    script: &[Doing::Drop(0, 1), Doing::Drop(1, 2), Doing::Drop(0, 3)],
    woes: 1,
    validates: 2,
    launches: 0,
    records: 0,
    sweeps: 0,
    slots: 2,
    ..STILL
};

/// Approve, stop and retry.
pub(crate) static COMMANDS: Scenario = Scenario {
    name: "approve, stop, retry",
    start: held,
    script: &[Doing::Approve(0), Doing::Stop(0), Doing::Retry(0)],
    woes: 0,
    launches: 2,
    sweeps: 0,
    ..STILL
};

/// The same with the sweep at the end only; Bedrock in every way that it may be.
pub(crate) static DOUBTFUL: Scenario = Scenario { name: "two launches in doubt", sweeps: 0, ..LAUNCHES };

/// A queued run is stopped while its creation may be in doubt.
pub(crate) static STOPPED: Scenario =
    Scenario { name: "stop in doubt", kinds: DOUBTS, script: &[Doing::Stop(0)], woes: 1, sweeps: 0, ..STILL };

/// A run that is over is tried again, and the new attempt is stopped.
pub(crate) static RETRIED: Scenario = Scenario {
    name: "retry and stop in doubt",
    start: succeeded,
    kinds: DOUBTS,
    script: &[Doing::Retry(0), Doing::Stop(2)],
    woes: 1,
    records: 0,
    ..STILL
};

/// A held run is approved and stopped.
pub(crate) static APPROVED: Scenario = Scenario {
    name: "approve and stop in doubt",
    start: held,
    kinds: DOUBTS,
    script: &[Doing::Approve(0), Doing::Stop(0)],
    woes: 1,
    records: 0,
    ..STILL
};

/// A newer set is dropped while an older run's creation may be in doubt.
pub(crate) static OVERTAKEN: Scenario = Scenario {
    name: "a newer set in doubt",
    kinds: DOUBTS,
    script: &[Doing::Drop(1, 2)],
    woes: 1,
    validates: 1,
    records: 0,
    sweeps: 0,
    ..STILL
};

/// A stop, and Bedrock in no mood for it; a job that Bedrock denies and shows again.
pub(crate) static DENIED: Scenario = Scenario {
    name: "a stop that is refused, a job that is denied",
    kinds: &[Woe::Crash, Woe::Loss, Woe::Fault, Woe::Console],
    script: &[Doing::Stop(0)],
    woes: 1,
    ..STILL
};

/// People are told of a job that Bedrock denies, and of its end when it shows again.
pub(crate) static FORGOTTEN: Scenario =
    Scenario { name: "denied, shown again, denied again", kinds: &[Woe::Console], notifies: 1, ..STILL };

/// Two notifies, from the launch to the end.
pub(crate) static TELLING: Scenario = Scenario { name: "two notifies", notifies: 2, ..STILL };

/// Two notifies on two ways, of a run that has just come to its end, and whose content is dropped again.
pub(crate) static TWO_WAYS: Scenario = Scenario {
    name: "two ways",
    start: ended,
    kinds: &[Woe::Crash, Woe::Repeat],
    script: &[Doing::Drop(0, 2)],
    woes: 1,
    validates: 1,
    launches: 0,
    records: 0,
    notifies: 2,
    ways: 2,
    ..STILL
};

/// Somebody puts events of ours while the run goes its way.
pub(crate) static FORGED: Scenario =
    Scenario { name: "forged events", kinds: &[Woe::Forge], woes: 1, notifies: 1, ..STILL };

/// The same content again, when its run is over; and once more.
pub(crate) static ANSWERS: Scenario = Scenario {
    name: "the same content again",
    start: succeeded,
    script: &[Doing::Drop(0, 2), Doing::Drop(0, 3)],
    woes: 1,
    validates: 2,
    launches: 0,
    records: 0,
    notifies: 2,
    ..STILL
};

/// A run is superseded, starts again and is superseded again, and people are told each time.
pub(crate) static LIVES: Scenario = Scenario {
    name: "a run that starts again",
    start: superseded,
    kinds: &[Woe::Crash, Woe::Repeat],
    script: &[Doing::Drop(0, 3), Doing::Drop(1, 4)],
    woes: 1,
    validates: 1,
    launches: 0,
    records: 0,
    sweeps: 0,
    notifies: 2,
    held: true,
    ..STILL
};

/// The same with a sweep, and one notify at a time.
pub(crate) static SWEPT_LIVES: Scenario =
    Scenario { name: "a run that starts again, and the sweep", sweeps: 1, notifies: 1, ..LIVES };

fn queued() -> World {
    let mut world = World::empty(CALM);
    world.items[0] = Some(Item::new(State::Queued, 1));
    world.head = Head { latest: Some(0), latest_at: Some(1), judged: Some((0, 1)) };
    world.folder = (0, 1);
    world.send(Message::Wake);
    world
}

fn two_queued() -> World {
    let mut world = queued();
    world.items[1] = Some(Item::new(State::Queued, 1));
    // Of another dataset, so that neither supersedes the other.
    world.head = Head::default();
    world
}

fn nothing() -> World {
    World::empty(CALM)
}

fn held() -> World {
    let mut world = queued();
    world.items[0] = Some(Item::new(State::Held, 1));
    world
}

fn succeeded() -> World {
    let mut world = queued();
    world.queue.clear();
    over(&mut world, 0, State::Succeeded);
    world
}

fn ended() -> World {
    let mut world = queued();
    world.queue.clear();
    world.items[0] = Some(Item::new(State::Succeeded, 1));
    world.send(Message::Tell { run: 0, what: what(State::Succeeded) });
    world
}

fn superseded() -> World {
    let mut world = queued();
    world.queue.clear();
    world.items[0] = Some(Item::new(State::Superseded, 1));
    world.send(Message::Tell { run: 0, what: what(State::Superseded) });
    world.items[1] = Some(Item::new(State::Held, 2));
    world.head = Head { latest: Some(1), latest_at: Some(2), judged: Some((1, 2)) };
    world.folder = (1, 2);
    world
}

/// All of them.
pub(crate) static ALL: [&Scenario; 17] = [
    &LAUNCHES,
    &TROUBLE,
    &TWO_RUNS,
    &DROPS,
    &ANSWERS,
    &LIVES,
    &SWEPT_LIVES,
    &COMMANDS,
    &DENIED,
    &FORGOTTEN,
    &TELLING,
    &TWO_WAYS,
    &FORGED,
    &TWO_FILES,
    &SAME_SECOND,
    &BACK,
    &BY_HAND,
];

/// What is gone through with Bedrock in every way that it may be.
pub(crate) static IN_DOUBT: [&Scenario; 5] = [&DOUBTFUL, &STOPPED, &APPROVED, &RETRIED, &OVERTAKEN];

/// The run has come to its end, and people were told.
pub(crate) fn over(world: &mut World, run: u8, state: State) {
    let mut item = Item::new(state, 1);
    item.told = [1 << what(state); WAYS];
    item.open = false;
    world.items[run as usize] = Some(item);
    world.heard.iter_mut().for_each(|heard| World::count(heard, run, what(state)));
}
