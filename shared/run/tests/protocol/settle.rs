//! From any state on, nothing goes wrong any more: where does it end?

use tunedrop_run::State;

use crate::ends::{broken, is_answered, is_told, right_ends};
use crate::moves::{Breach, Deed, Moves, deliveries, schedule, steps};
use crate::search::{Names, name_of};
use crate::setting::Setting;
use crate::time::time;
use crate::update::{LEFT, MIXED, is_left, is_mixed};
use crate::world::{Left, RUNS, WAYS, World};

/// More rounds of the sweep than this are no bound.
const ROUNDS_MAX: usize = 8;

/// A notify may have been cut off anywhere before, so that people may be told once more.
const CUT_OFF: [[u32; RUNS]; WAYS] = [[u32::MAX >> 2; RUNS]; WAYS];

/// The states that are known to settle.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    known: Names,
    /// The most rounds of the sweep that one needed.
    pub(crate) rounds: usize,
}

type Fault = (Breach, Vec<Deed>);

impl Settled {
    /// Checks that a state settles as it must: once with all messages lost and Bedrock silent, so that the sweep is
    /// alone; once with all messages delivered.
    pub(crate) fn check(&mut self, setting: &Setting, world: &World) -> Result<(), Fault> {
        let mut alone = World { left: Left::default(), cuts: CUT_OFF, functions: Vec::new(), ..world.clone() };
        alone.queue.clear();
        alone.hidden.clear();
        alone.claims.clear();
        if self.known.insert(name_of(&mut alone)) {
            let ends = [0, 1, 2].map(|run| right_ends(&alone, run));
            let (end, deeds) = self.settle(&Setting { silent: true, ..*setting }, alone)?;
            for (run, right) in ends.into_iter().enumerate() {
                let is = end.items[run].map(|item| item.state);
                if is.is_some_and(|is| !right.contains(&is)) {
                    return Err(("the sweep alone brings a run to its right end", deeds));
                }
            }
        }
        // What was noted is carried out by the sweep alone, however long the job would train.
        let noted = |run: usize| world.items[run].is_some_and(|item| item.wish);
        if [0, 1, 2].into_iter().any(noted) {
            let mut alone = World { left: Left::default(), cuts: CUT_OFF, functions: Vec::new(), ..world.clone() };
            (alone.queue, alone.hidden, alone.claims) = Default::default();
            alone.left.script = u8::MAX - 1;
            self.carries_out(&Setting { silent: true, endless: true, ..*setting }, alone, noted)?;
        }
        if world.asked != [false; RUNS] {
            let mut all = World { left: Left::default(), cuts: CUT_OFF, ..world.clone() };
            while !all.functions.is_empty() {
                all.cut_off(0);
            }
            all.left.script = u8::MAX - 2;
            self.carries_out(&Setting { endless: true, ..*setting }, all, |run| world.asked[run])?;
        }
        let mut all = World { left: Left::default(), cuts: CUT_OFF, ..world.clone() };
        while !all.functions.is_empty() {
            all.cut_off(0);
        }
        // What is delivered is marked by itself, so that the two kinds of names don't meet.
        all.left.script = u8::MAX;
        if self.known.insert(name_of(&mut all)) {
            let folder = all.folder;
            let (end, deeds) = self.settle(setting, all)?;
            // Where the rest never comes, what is there is trained.
            let came = world.left.script as usize >= setting.scenario.script.len();
            if came && is_mixed(setting, &end) {
                return Err((MIXED, deeds));
            }
            if is_left(setting, &end) {
                return Err((LEFT, deeds));
            }
            if !answered(setting, &end, folder) {
                return Err(("content that is dropped is answered", deeds));
            }
        }
        Ok(())
    }

    /// Checks that the runs that are to be stopped are over, and none of their jobs goes on.
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

    /// Everything that can happen by itself happens; then rounds of the sweep, until one changes nothing.
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
                return Err(("a bounded number of sweeps brings everything to rest", deeds));
            }
        }
        self.rounds = self.rounds.max(rounds);
        for (run, item) in world.items.iter().enumerate() {
            let Some(item) = item.filter(|_| !setting.endless) else { continue };
            if !(item.state.is_end() || item.state == State::Held) {
                return Err(("the sweep alone brings a run to its right end", deeds));
            }
            if setting.scenario.notifies > 0 && !is_told(setting, &world, run, &item) {
                return Err(("people are told at least once of where a run rests", deeds));
            }
            if setting.scenario.notifies > 0
                && item.redropped > 0
                && !is_answered(setting, &world, run as u8, item.redropped)
            {
                return Err(("content that is dropped is answered", deeds));
            }
        }
        Ok((world, deeds))
    }
}

/// Functions go on, messages are delivered, time passes, until nothing more happens by itself.
fn quiet(setting: &Setting, world: &mut World, deeds: &mut Vec<Deed>) -> Result<(), Fault> {
    let mut met = Names::default();
    loop {
        let mut moves = Moves::new(true);
        steps(setting, world, &mut moves);
        // A message that goes back again and again waits until time has passed.
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

/// Whether people heard of what lies in the folder: of its run's state, or that it was dropped again.
fn answered(setting: &Setting, world: &World, folder: (u8, u8)) -> bool {
    let (content, time) = folder;
    if time == 0 || setting.scenario.notifies == 0 {
        return true;
    }
    let answered = is_answered(setting, world, content, time);
    world.items[content as usize].is_some_and(|item| item.since >= time || answered)
}
