//! Deployments, checked exhaustively: every interleaving of two functions' reads, conditional writes and calls, with
//! commands, failures, interruptions and a deletion outside tunedrop.
//!
//! Whatever a function decides is decided by `tunedrop_run::decide::deploy`, as in the cloud.

mod moves;
mod world;

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;

use tunedrop_run::DeploymentState;

use world::{Command, World};

/// A state by two hashes of it, as there are too many to keep them whole.
fn key(state: &impl Hash) -> u128 {
    let hash = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        state.hash(&mut hasher);
        hasher.finish()
    };
    u128::from(hash(0)) << 64 | u128::from(hash(1))
}

/// Explores every state that can be reached, and returns how many there are. Panics with the way to a state that breaks a
/// promise.
fn explore(name: &str, start: World) -> usize {
    let mut from: HashMap<u128, Option<(u128, String)>> = HashMap::from([(key(&start), None)]);
    let mut queue = VecDeque::from([start]);
    // Functions that are interrupted leave the same behind, wherever they were.
    let mut settled = HashSet::new();
    while let Some(world) = queue.pop_front() {
        let at = key(&world);
        let is_new = settled.insert(key(&(&world.item, &world.bedrock, &world.tokens)));
        let settle = || if is_new { world.clone().settle().err() } else { None };
        if let Some(fault) = world.fault().or_else(settle) {
            let (mut way, mut at) = (Vec::new(), at);
            while let Some(Some((before, step))) = from.get(&at) {
                way.push(step.as_str());
                at = *before;
            }
            way.reverse();
            panic!("{name}: {fault}\n{}\n{world:#?}", way.join("\n"));
        }
        for (step, next) in world.moves() {
            from.entry(key(&next)).or_insert_with(|| {
                queue.push_back(next);
                Some((at, step))
            });
        }
    }
    from.len()
}

/// Explores, and prints how many states there were.
fn all(name: &str, start: World) {
    let states = explore(name, start);
    // No test depends on this output.
    let _ = writeln!(std::io::stderr(), "{name}: {states} states explored");
}

#[test]
fn created_updated_and_rolled_back() {
    let commands = [Command::Recipe(1), Command::Recipe(2), Command::RollBack];
    all("rollback", World::new(&commands).with(1, 0, 0));
}

#[test]
fn failures_leave_the_previous_model_serving() {
    let commands = [Command::Recipe(1), Command::Deploy(2)];
    all("failures", World::new(&commands).with(1, 2, 0));
}

#[test]
fn deleted_while_it_is_created_or_updated() {
    let commands = [Command::Deploy(1), Command::Deploy(2), Command::Delete];
    all("deletion", World::new(&commands).with(1, 0, 0));
}

#[test]
#[ignore = "explores 340,000 states; run it with `cargo test --test deployments -- --include-ignored`"]
fn deleted_while_its_change_fails() {
    let commands = [Command::Deploy(1), Command::Deploy(2), Command::Delete];
    all("failing deletion", World::new(&commands).with(1, 1, 0));
}

#[test]
fn throughput_is_created_updated_and_rolled_back() {
    let commands = [Command::Recipe(1), Command::Recipe(2), Command::RollBack];
    all("throughput", World::new(&commands).with(1, 0, 0).provisioned());
}

#[test]
fn failed_update_of_throughput_leaves_the_previous_model_serving() {
    let commands = [Command::Recipe(1), Command::Deploy(2)];
    all("failing throughput", World::new(&commands).with(1, 2, 0).provisioned());
}

#[test]
fn throughput_is_deleted_while_it_is_created_or_updated() {
    let commands = [Command::Deploy(1), Command::Deploy(2), Command::Delete];
    all("deletion of throughput", World::new(&commands).with(1, 0, 0).provisioned());
}

#[test]
fn deployed_again_after_a_deletion() {
    let commands = [Command::Deploy(1), Command::Delete, Command::Deploy(1)];
    all("again", World::new(&commands).with(1, 0, 0));
}

#[test]
fn deleted_outside_tunedrop() {
    let commands = [Command::Deploy(1), Command::Deploy(2)];
    all("outside", World::new(&commands).with(1, 0, 1));
}

#[test]
fn repeated_event_of_the_recipe_undoes_no_rollback() {
    let commands = [Command::Recipe(1), Command::Recipe(2), Command::RollBack, Command::Recipe(2)];
    // The rollback comes after the update, or while it is in progress.
    for settles in [true, false] {
        let mut world = World::new(&commands);
        for at in 0..commands.len() {
            world.command();
            if settles || at == 0 {
                world = world.settle().expect("it settles");
            }
        }
        let item = world.settle().expect("it settles").item.expect("a deployment");
        assert_eq!((item.state, item.serving.as_deref()), (DeploymentState::Active, Some("bot-000000000001")));
    }
}

/// The check finds what a claim prevents.
#[test]
fn without_claims_a_late_call_is_found() {
    let commands = [Command::Deploy(1), Command::Deploy(2), Command::Deploy(1)];
    let world = World { claims: false, ..World::new(&commands) };
    let broken = std::panic::catch_unwind(|| explore("no claims", world));
    assert!(broken.is_err());
}
