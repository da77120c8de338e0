//! Where each state ends if there are no more failures.

use tunedrop_run::State;

use crate::ends::{broken, is_answered, is_notified, right_ends};
use crate::moves::{Breach, Deed, Moves, deliveries, schedule, steps};
use crate::search::{Names, name_of};
use crate::setting::Setting;
use crate::time::time;
use crate::update::{LEFT, MIXED, is_left, is_mixed};
use crate::world::{Left, RUNS, WAYS, World};

/// If more rounds of the sweep than this are needed, the state counts as not settling.
const ROUNDS_MAX: usize = 8;

/// notify may have crashed at any point before, so people may get a message twice.
const CUT_OFF: [[u32; RUNS]; WAYS] = [[u32::MAX >> 2; RUNS]; WAYS];

/// The states that are known to settle.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    known: Names,
    /// The most rounds of the sweep that one of them needed.
    pub(crate) rounds: usize,
}

type Fault = (Breach, Vec<Deed>);

impl Settled {
    /// Checks that a state settles as it must: once with all messages lost and no events of Bedrock, so that only the
    /// sweep works; once with all messages delivered.
    pub(crate) fn check(&mut self, setting: &Setting, world: &World) -> Result<(), Fault> {
        let mut alone = World { left: Left::default(), crashes: CUT_OFF, functions: Vec::new(), ..world.clone() };
        alone.queue.clear();
        alone.hidden.clear();
        alone.claims.clear();
        if self.known.insert(name_of(&mut alone)) {
            let ends = [0, 1, 2].map(|run| right_ends(&alone, run));
            let (end, deeds) = self.settle(&Setting { silent: true, ..*setting }, alone)?;
            for (run, right) in ends.into_iter().enumerate() {
                let is = end.items[run].map(|item| item.state);
                if is.is_some_and(|is| !right.contains(&is)) {
                    return Err(("the sweep alone brings a run to its correct end", deeds));
                }
            }
        }
        // A stored request is carried out by the sweep alone, however long the job would train.
        let noted = |run: usize| world.items[run].is_some_and(|item| item.stop_requested);
        if [0, 1, 2].into_iter().any(noted) {
            let mut alone = World { left: Left::default(), crashes: CUT_OFF, functions: Vec::new(), ..world.clone() };
            (alone.queue, alone.hidden, alone.claims) = Default::default();
            alone.left.script = u8::MAX - 1;
            self.carries_out(&Setting { silent: true, endless: true, ..*setting }, alone, noted)?;
        }
        if world.asked != [false; RUNS] {
            let mut all = World { left: Left::default(), crashes: CUT_OFF, ..world.clone() };
            while !all.functions.is_empty() {
                all.crash(0);
            }
            all.left.script = u8::MAX - 2;
            self.carries_out(&Setting { endless: true, ..*setting }, all, |run| world.asked[run])?;
        }
        let mut all = World { left: Left::default(), crashes: CUT_OFF, ..world.clone() };
        while !all.functions.is_empty() {
            all.crash(0);
        }
        // Delivered messages have names of their own, so that the two kinds of names can't be confused.
        all.left.script = u8::MAX;
        if self.known.insert(name_of(&mut all)) {
            let folder = all.folder;
            let (end, deeds) = self.settle(setting, all)?;
            // If the other files are never uploaded, those that exist are trained.
            let came = world.left.script as usize >= setting.scenario.script.len();
            if came && is_mixed(setting, &end) {
                return Err((MIXED, deeds));
            }
            if is_left(setting, &end) {
                return Err((LEFT, deeds));
            }
            if !decide_launch(setting, &end, folder) {
                return Err(("uploaded content is answered", deeds));
            }
        }
        Ok(())
    }

    /// Checks that the runs that should be stopped have ended, and that none of their jobs is in progress.
    fn carries_out(&mut self, setting: &Setting, mut world: World, runs: impl Fn(usize) -> bool) -> Result<(), Fault> {
        if !self.known.insert(name_of(&mut world)) {
            return Ok(());
        }
        let (end, deeds) = self.settle(setting, world)?;
        for run in (0..RUNS).filter(|run| runs(*run)) {
            let over = end.items[run].is_none_or(|item| item.state.is_end());
            if !over || end.job(run as u8).is_some_and(|(_, job)| !job.status.is_end()) {
                return Err(("a command that was accepted is carried out", deeds));
            }
        }
        Ok(())
    }

    /// Takes every step that needs nothing from outside, and then rounds of the sweep until one changes nothing.
    fn settle(&mut self, setting: &Setting, mut world: World) -> Result<(World, Vec<Deed>), Fault> {
        let mut deeds = Vec::new();
        let mut rounds = 0;
        quiet(setting, &mut world, &mut deeds)?;
        loop {
            let before = name_of(&mut world);
            let mut moves = Moves::new(true);
            schedule(setting, &world, &mut moves);
            let Some(begins) = moves.found.pop() else { break };
            deeds.push(begins.deed);
            world = begins.world;
            quiet(setting, &mut world, &mut deeds)?;
            if name_of(&mut world) == before {
                break;
            }
            rounds += 1;
            if rounds > ROUNDS_MAX {
                return Err(("everything settles after a bounded number of sweeps", deeds));
            }
        }
        self.rounds = self.rounds.max(rounds);
        for (run, item) in world.items.iter().enumerate() {
            let Some(item) = item.filter(|_| !setting.endless) else { continue };
            if !(item.state.is_end() || item.state == State::Held) {
                return Err(("the sweep alone brings a run to its correct end", deeds));
            }
            if setting.scenario.notifies > 0 && !is_notified(setting, &world, run, &item) {
                return Err(("people are notified at least once of the state that a run ends in", deeds));
            }
            if setting.scenario.notifies > 0
                && item.reuploaded > 0
                && !is_answered(setting, &world, run as u8, item.reuploaded)
            {
                return Err(("uploaded content is answered", deeds));
            }
        }
        Ok((world, deeds))
    }
}

/// Functions continue, messages are delivered and time passes, until nothing more happens.
fn quiet(setting: &Setting, world: &mut World, deeds: &mut Vec<Deed>) -> Result<(), Fault> {
    let mut met = Names::default();
    loop {
        let mut moves = Moves::new(true);
        steps(setting, world, &mut moves);
        // A message that is redelivered again and again waits until time has passed.
        if moves.found.is_empty() && met.insert(name_of(world)) {
            deliveries(setting, world, &mut moves);
        }
        if moves.found.is_empty() {
            time(setting, world, &mut moves);
        }
        if moves.found.is_empty() {
            return Ok(());
        }
        let taken = moves.found.swap_remove(0);
        deeds.push(taken.deed);
        if let Some(what) = taken.breach.or_else(|| broken(&taken.world)) {
            return Err((what, std::mem::take(deeds)));
        }
        *world = taken.world;
    }
}

/// Whether people were notified of the folder's content: of its run's state, or that it was uploaded again.
fn decide_launch(setting: &Setting, world: &World, folder: (u8, u8)) -> bool {
    let (content, time) = folder;
    if time == 0 || setting.scenario.notifies == 0 {
        return true;
    }
    let answered = is_answered(setting, world, content, time);
    world.items[content as usize].is_some_and(|item| item.uploaded_at >= time || answered)
}
