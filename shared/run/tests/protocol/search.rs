//! Explores every reachable state breadth first, so the first path to a broken invariant is the shortest one.

use std::collections::{HashSet, VecDeque};
use std::fmt::Write;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use crate::moves::{Breach, Deed, Moves, deliveries, events, schedule, steps};
use crate::setting::Setting;
use crate::settle::Settled;
use crate::time::time;
use crate::update::{MIXED, is_mixed};
use crate::world::{NAMES, World};

/// The maximum number of states of a scenario.
const STATES_MAX: usize = 2_000_000;

/// The results of a search without a broken invariant.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    /// Different states.
    pub(crate) states: usize,
    /// Moves between them.
    pub(crate) moves: usize,
    /// The most rounds of the sweep that any state needed.
    pub(crate) rounds: usize,
}

impl Seen {
    /// Adds the results of another search.
    pub(crate) fn add(&mut self, other: Seen) {
        self.states += other.states;
        self.moves += other.moves;
        self.rounds = self.rounds.max(other.rounds);
    }
}

/// A broken invariant, and the shortest path to it.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) what: Breach,
    pub(crate) way: String,
}

/// Two lanes of multiply and fold: 128 bits distinguish millions of states.
#[derive(Default)]
pub(crate) struct Lanes(u64, u64);

impl Hasher for Lanes {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = fold(self.0 ^ word, 0x9e37_79b9_7f4a_7c15);
        self.1 = fold(self.1.wrapping_add(word), 0xc2b2_ae3d_27d4_eb4f) ^ self.0.rotate_left(23);
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte) + 1);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64 + 0x100);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64 + 0x200);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.1.rotate_left(32)
    }
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x2545_f491_4f6c_dd1d) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

/// A hash of the state. Two functions of a kind can be swapped.
pub(crate) fn name_of(world: &mut World) -> u128 {
    world.functions.sort_by_cached_key(|function| {
        let mut lanes = Lanes::default();
        function.hash(&mut lanes);
        lanes.finish()
    });
    let mut lanes = Lanes::default();
    world.hash(&mut lanes);
    u128::from(lanes.0) << 64 | u128::from(lanes.1)
}

/// These hashes are evenly distributed already.
#[derive(Default)]
pub(crate) struct Plain(u64);

impl Hasher for Plain {
    fn write(&mut self, _: &[u8]) {}

    fn write_u128(&mut self, name: u128) {
        self.0 = name as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

pub(crate) type Names = HashSet<u128, BuildHasherDefault<Plain>>;

/// Explores all states. Stops at the first broken invariant.
pub(crate) fn explore(setting: &Setting) -> Result<Seen, Broken> {
    let mut first = (setting.scenario.start)();
    first.left.woes = setting.scenario.woes;
    let mut known = Names::default();
    known.insert(name_of(&mut first));
    let mut settled = Settled::default();
    // For each state, the previous state and the move between them.
    let mut ways: Vec<(u32, Deed)> = Vec::new();
    let mut ahead = VecDeque::from([(first, u32::MAX)]);
    let mut seen = Seen::default();
    while let Some((world, way)) = ahead.pop_front() {
        seen.states += 1;
        assert!(seen.states <= STATES_MAX, "{}: too much to explore", setting.scenario.name);
        if let Err((what, after)) = settled.check(setting, &world) {
            return Err(Broken { what, way: notify_all(&ways, way, None, &after, &world) });
        }
        let mut moves = Moves::new(false);
        steps(setting, &world, &mut moves);
        deliveries(setting, &world, &mut moves);
        schedule(setting, &world, &mut moves);
        time(setting, &world, &mut moves);
        events(setting, &world, &mut moves);
        seen.moves += moves.found.len();
        for mut found in moves.found {
            let mixed = || is_mixed(setting, &found.world).then_some(MIXED);
            if let Some(what) = found.breach.or_else(|| crate::ends::broken(&found.world)).or_else(mixed) {
                return Err(Broken { what, way: notify_all(&ways, way, Some(found.deed), &[], &found.world) });
            }
            if known.insert(name_of(&mut found.world)) {
                ways.push((way, found.deed));
                ahead.push_back((found.world, ways.len() as u32 - 1));
            }
        }
    }
    seen.rounds = settled.rounds;
    Ok(seen)
}

/// The path to a state, one line for each move, then the result.
fn notify_all(ways: &[(u32, Deed)], way: u32, last: Option<Deed>, after: &[Deed], world: &World) -> String {
    let mut deeds: Vec<Deed> = last.into_iter().collect();
    let mut at = way;
    while let Some((before, deed)) = ways.get(at as usize) {
        deeds.push(*deed);
        at = *before;
    }
    deeds.reverse();
    let mut text = String::new();
    let mut line = |number: usize, deed: &Deed| {
        let id = if deed.id > 0 { format!(" {}", deed.id) } else { String::new() };
        let run = deed.run.map_or(String::new(), |run| format!("  [{}]", NAMES[run as usize]));
        let again = if deed.again { "  (its message will be delivered again)" } else { "" };
        let _ = writeln!(text, "{number:4}. {}{id}: {}{run}{again}", deed.who, deed.does);
    };
    for (number, deed) in deeds.iter().enumerate() {
        line(number + 1, deed);
    }
    for (number, deed) in after.iter().enumerate() {
        if number == 0 {
            line(
                deeds.len() + 1,
                &Deed { who: "afterwards", id: 0, does: "nothing else goes wrong", run: None, again: false },
            );
        }
        line(deeds.len() + number + 2, deed);
    }
    for (run, item) in world.items.iter().enumerate() {
        if let Some(item) = item {
            let _ = writeln!(text, "      run {}: {item:?}, jobs {:?}", NAMES[run], world.jobs[run]);
        }
    }
    text
}
