//! Updates of a dataset whose recipe stays: the files that change come one by one.
//!
//! A is what was trained before, B a set of old and new files, and the third content the whole update. Two files in two
//! orders make two such sets of old and new files, of which one history has one only: B is whichever comes first.

use tunedrop_run::State;

use crate::moves::Breach;
use crate::scenario::{CALM, STILL, over};
use crate::setting::{Doing, Scenario, Setting, Woe};
use crate::world::{Head, World};

/// What is broken where a set of old and new files is trained.
pub(crate) const MIXED: Breach = "no job is created for old and new files while the rest comes";
/// What is broken where the update is not.
pub(crate) const LEFT: Breach = "what was uploaded last is trained";

const UPDATE: Scenario = Scenario {
    start: trained,
    kinds: &[Woe::Crash, Woe::Repeat],
    woes: 1,
    validates: 2,
    records: 0,
    settles: true,
    mixture: Some(1),
    slots: 3,
    ..STILL
};

/// Two changed files, one after the other.
pub(crate) static TWO_FILES: Scenario =
    Scenario { name: "an update of two files", script: &[Doing::Drop(1, 2), Doing::Drop(2, 3)], ..UPDATE };

/// The same within a second, so that nobody can tell which file was first.
pub(crate) static SAME_SECOND: Scenario = Scenario {
    name: "an update of two files within a second",
    script: &[Doing::Drop(1, 2), Doing::Drop(2, 2)],
    ..UPDATE
};

/// The files of an update are taken back one by one, to what was trained before.
pub(crate) static BACK: Scenario = Scenario {
    name: "an update that is taken back",
    start: updated,
    script: &[Doing::Drop(1, 3), Doing::Drop(0, 4)],
    ..UPDATE
};

/// An update that is approved while it waits for files.
pub(crate) static BY_HAND: Scenario = Scenario {
    name: "an update that is approved",
    script: &[Doing::Drop(1, 2), Doing::Approve(1), Doing::Stop(1)],
    validates: 1,
    mixture: None,
    ..UPDATE
};

fn trained() -> World {
    let mut world = World::empty(CALM);
    over(&mut world, 0, State::Succeeded);
    world.head = Head { latest: Some(0), latest_at: Some(1), judged: Some((0, 1)) };
    world.folder = (0, 1);
    world
}

fn updated() -> World {
    let mut world = trained();
    over(&mut world, 2, State::Succeeded);
    world.items[2].iter_mut().for_each(|item| item.since = 2);
    world.head = Head { latest: Some(2), latest_at: Some(2), judged: Some((2, 2)) };
    world.folder = (2, 2);
    world
}

/// Whether a set of old and new files has a job.
pub(crate) fn is_mixed(setting: &Setting, world: &World) -> bool {
    setting.scenario.mixture.is_some_and(|mixture| world.jobs[mixture as usize].iter().any(Option::is_some))
}

/// Whether what was uploaded last was left out, once everything has come to rest.
pub(crate) fn is_left(setting: &Setting, world: &World) -> bool {
    let last = world.items[world.folder.0 as usize].map(|item| item.state);
    setting.scenario.mixture.is_some() && last != Some(State::Succeeded)
}
