//! Updates of a dataset whose recipe stays the same: the changed files are uploaded one by one.
//!
//! A is the content that was trained before, B a mixture of old and new files, and the third content the whole update.
//! Two files in two orders make two such mixtures. Each history contains only one: B is whichever is first.

use tunedrop_run::State;

use crate::moves::Breach;
use crate::scenario::{CALM, STILL, over};
use crate::setting::{Doing, Scenario, Setting, Woe};
use crate::world::{Entry, World};

/// The broken invariant if a mixture of old and new files is trained.
pub(crate) const MIXED: Breach = "no job is created for old and new files while the rest comes";
/// The broken invariant if the update isn't trained.
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

/// The same within one second, so that S3's times don't show which file was first.
pub(crate) static SAME_SECOND: Scenario = Scenario {
    name: "an update of two files within a second",
    script: &[Doing::Drop(1, 2), Doing::Drop(2, 2)],
    ..UPDATE
};

/// The files of an update are changed back one by one, to what was trained before.
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
    world.entry = Entry { latest_run: Some(0), latest_uploaded_at: Some(1), validated_fingerprint: Some((0, 1)) };
    world.folder = (0, 1);
    world
}

fn updated() -> World {
    let mut world = trained();
    over(&mut world, 2, State::Succeeded);
    world.items[2].iter_mut().for_each(|item| item.uploaded_at = 2);
    world.entry = Entry { latest_run: Some(2), latest_uploaded_at: Some(2), validated_fingerprint: Some((2, 2)) };
    world.folder = (2, 2);
    world
}

/// Whether a mixture of old and new files has a job.
pub(crate) fn is_mixed(setting: &Setting, world: &World) -> bool {
    setting.scenario.mixture.is_some_and(|mixture| world.jobs[mixture as usize].iter().any(Option::is_some))
}

/// Whether the last upload is ignored after everything has settled.
pub(crate) fn is_left(setting: &Setting, world: &World) -> bool {
    let last = world.items[world.folder.0 as usize].map(|item| item.state);
    setting.scenario.mixture.is_some() && last != Some(State::Succeeded)
}
