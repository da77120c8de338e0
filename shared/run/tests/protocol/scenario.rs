//! The scenarios. Each starts shortly before the interesting part, and is limited to the contents A and B of one
//! dataset.

use tunedrop_run::State;

use crate::setting::{Doing, Scenario, Woe};
use crate::update::{BACK, BY_HAND, SAME_SECOND, TWO_FILES};
use crate::world::{Entry, Item, Left, Message, WAYS, World, what};

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
    channels: 1,
};

/// What leaves it uncertain whether a job was created.
const DOUBTS: &[Woe] = &[Woe::Crash, Woe::Fault];

/// Two launches, a record and a sweep over one run.
pub(crate) static LAUNCHES: Scenario = Scenario {
    name: "two launches, a record, a sweep",
    kinds: &[Woe::Crash, Woe::Repeat, Woe::Loss, Woe::Fault],
    launches: 2,
    ..STILL
};

/// The same, with other changes in between.
pub(crate) static TROUBLE: Scenario = Scenario {
    name: "somebody else's jobs, a guard, the console",
    kinds: &[Woe::Crash, Woe::Loss, Woe::Fault, Woe::Refusal, Woe::Stranger, Woe::Console, Woe::Pause],
    launches: 2,
    ..STILL
};

/// Two runs compete for one slot.
pub(crate) static TWO_RUNS: Scenario =
    Scenario { name: "two runs, one slot", start: two_queued, woes: 1, launches: 2, records: 0, ..STILL };

/// A dataset, a second version, and the first version again.
pub(crate) static DROPS: Scenario = Scenario {
    name: "uploaded, superseded, uploaded again",
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

/// The same with the sweep at the end only, and with every variant of Bedrock.
pub(crate) static DOUBTFUL: Scenario = Scenario { name: "two launches in doubt", sweeps: 0, ..LAUNCHES };

/// A queued run is stopped while it is uncertain whether its job was created.
pub(crate) static STOPPED: Scenario =
    Scenario { name: "stop in doubt", kinds: DOUBTS, script: &[Doing::Stop(0)], woes: 1, sweeps: 0, ..STILL };

/// A run that has ended is retried, and the new attempt is stopped.
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

/// A newer dataset is uploaded while it is uncertain whether an older run's job was created.
pub(crate) static OVERTAKEN: Scenario = Scenario {
    name: "a newer version in doubt",
    kinds: DOUBTS,
    script: &[Doing::Drop(1, 2)],
    woes: 1,
    validates: 1,
    records: 0,
    sweeps: 0,
    ..STILL
};

/// A stop that Bedrock rejects, and a job that Bedrock first doesn't find and then shows.
pub(crate) static DENIED: Scenario = Scenario {
    name: "a rejected stop, a job that isn't found",
    kinds: &[Woe::Crash, Woe::Loss, Woe::Fault, Woe::Console],
    script: &[Doing::Stop(0)],
    woes: 1,
    ..STILL
};

/// People are notified of a job that Bedrock doesn't find, and of its end when Bedrock shows it again.
pub(crate) static JOB_GONE: Scenario =
    Scenario { name: "not found, shown again, not found again", kinds: &[Woe::Console], notifies: 1, ..STILL };

/// Two notify functions, from the launch to the end.
pub(crate) static TELLING: Scenario = Scenario { name: "two notifies", notifies: 2, ..STILL };

/// Two notify functions on two channels, for a run that has just ended and whose content is uploaded again.
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
    channels: 2,
    ..STILL
};

/// Somebody forges tunedrop's events during the run.
pub(crate) static FORGED: Scenario =
    Scenario { name: "forged events", kinds: &[Woe::Forge], woes: 1, notifies: 1, ..STILL };

/// The same content is uploaded twice more after its run has ended.
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

/// A run is superseded, starts again and is superseded again, and people are notified each time.
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
    world.entry = Entry { latest_run: Some(0), latest_uploaded_at: Some(1), validated_fingerprint: Some((0, 1)) };
    world.folder = (0, 1);
    world.send(Message::Wake);
    world
}

fn two_queued() -> World {
    let mut world = queued();
    world.items[1] = Some(Item::new(State::Queued, 1));
    // Of another dataset, so that neither supersedes the other.
    world.entry = Entry::default();
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
    world.send(Message::Notify { run: 0, what: what(State::Succeeded) });
    world
}

fn superseded() -> World {
    let mut world = queued();
    world.queue.clear();
    world.items[0] = Some(Item::new(State::Superseded, 1));
    world.send(Message::Notify { run: 0, what: what(State::Superseded) });
    world.items[1] = Some(Item::new(State::Held, 2));
    world.entry = Entry { latest_run: Some(1), latest_uploaded_at: Some(2), validated_fingerprint: Some((1, 2)) };
    world.folder = (1, 2);
    world
}

/// All scenarios.
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
    &JOB_GONE,
    &TELLING,
    &TWO_WAYS,
    &FORGED,
    &TWO_FILES,
    &SAME_SECOND,
    &BACK,
    &BY_HAND,
];

/// The scenarios that are explored with every variant of Bedrock.
pub(crate) static IN_DOUBT: [&Scenario; 5] = [&DOUBTFUL, &STOPPED, &APPROVED, &RETRIED, &OVERTAKEN];

/// The run has ended, and people were notified.
pub(crate) fn over(world: &mut World, run: u8, state: State) {
    let mut item = Item::new(state, 1);
    item.notified = [1 << what(state); WAYS];
    item.open = false;
    world.items[run as usize] = Some(item);
    world.sent.iter_mut().for_each(|sent| World::count(sent, run, what(state)));
}
