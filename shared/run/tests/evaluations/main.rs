//! Evaluations, checked exhaustively: every interleaving of the reads, conditional writes, calls and questions of two evaluate
//! functions and a deploy function, with commands, repeated commands, interruptions, failures and deletions outside
//! tunedrop.
//!
//! Whatever a function decides is decided by `tunedrop_run::decide`, as in the cloud. After every state, all functions are
//! killed and all events lost, and sweeps alone must bring the evaluation to its end.

mod deploy;
mod evaluate;
mod judge;
mod kept;
mod moves;
mod setup;
mod slots;
mod world;

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;

use world::{Command, Flaw, World};

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

/// What was found: the states, and how many of them end with a decision if only sweeps go on.
struct Seen {
    states: usize,
    decided: usize,
}

/// Explores every state that can be reached. The error is a promise that is broken, and the way to it.
fn explore(start: World) -> Result<Seen, (String, String)> {
    let mut from: HashMap<u128, Option<(u128, String)>> = HashMap::from([(key(&start), None)]);
    let mut queue = VecDeque::from([start]);
    // Functions that are killed leave the same behind, wherever they were.
    let mut settled = HashSet::new();
    let mut decided = 0;
    while let Some(world) = queue.pop_front() {
        let at = key(&world);
        let left = (&world.evaluation, &world.deployments, &world.bedrock, &world.there, &world.asked, world.overdue);
        let left = (left, &world.jobs);
        let mut fault = world.fault().map(str::to_owned);
        if fault.is_none() && settled.insert(key(&(left, world.interrupted))) {
            match world.clone().settle() {
                Ok(end) => decided += usize::from(end.is_decided()),
                Err(wrong) => fault = Some(wrong),
            }
        }
        if let Some(fault) = fault {
            let (mut way, mut at) = (Vec::new(), at);
            while let Some(Some((before, step))) = from.get(&at) {
                way.push(step.as_str());
                at = *before;
            }
            way.reverse();
            return Err((fault, format!("{}\n{world:#?}", way.join("\n"))));
        }
        for (step, next) in world.moves() {
            from.entry(key(&next)).or_insert_with(|| {
                queue.push_back(next);
                Some((at, step))
            });
        }
    }
    Ok(Seen { states: from.len(), decided })
}

/// Explores, and prints how many states there were.
#[track_caller]
fn holds(name: &str, start: World) {
    let seen = explore(start).unwrap_or_else(|(fault, way)| panic!("{name}: {fault}\n{way}"));
    assert!(seen.decided > 0, "{name}: nothing is decided");
    // No test depends on this output.
    let _ = writeln!(std::io::stderr(), "{name}: {} states explored", seen.states);
}

#[test]
fn evaluation_survives_an_interruption() {
    holds("interruption", World::new(&[Command::Evaluate]).with(1, 0, 0));
}

#[test]
fn stopped_evaluation_asks_no_more() {
    holds("stop", World::new(&[Command::Evaluate, Command::Stop]));
}

#[test]
fn failed_deployment_ends_the_evaluation() {
    holds("failure", World::new(&[Command::Evaluate]).with(0, 1, 0));
}

#[test]
fn deployment_deleted_outside_is_made_again() {
    holds("outside", World::new(&[Command::Evaluate]).with(0, 0, 1));
}

#[test]
fn overdue_evaluation_ends() {
    holds("overdue", World { may_be_overdue: true, ..World::new(&[Command::Evaluate]) });
}

#[test]
fn own_deployment_answers_and_stays() {
    holds("own", World::new(&[Command::Evaluate]).with(1, 0, 0).with_own(true));
    holds("own of another run", World::new(&[Command::Evaluate]).with_own(false));
}

#[test]
fn own_deployment_is_deleted_meanwhile() {
    holds("own deleted", World::new(&[Command::Evaluate, Command::Delete]).with_own(true));
}

#[test]
fn repeated_command_starts_nothing() {
    holds("repeated", World { repeats: 1, ..World::new(&[Command::Evaluate]) });
}

#[test]
fn evaluated_again_by_one_function() {
    let commands = [Command::Evaluate, Command::Stop, Command::Evaluate];
    holds("again, one function", World { functions: 1, ..World::new(&commands) });
}

#[test]
fn judge_scores_what_was_answered() {
    holds("judge", World { functions: 1, ..World::new(&[Command::Evaluate]) }.with_own(true).with_judge(0));
}

#[test]
fn creation_of_jobs_survives_an_interruption() {
    holds("judge interrupted", World::new(&[]).with(1, 0, 0).all_answered());
}

#[test]
fn evaluation_is_decided_without_a_judge_that_fails() {
    holds("judge fails", World::new(&[]).with(1, 0, 0).all_answered().with_judge(1));
}

#[test]
fn stopped_evaluation_stops_its_jobs() {
    holds("judge stopped", World::new(&[Command::Stop]).with(1, 0, 0).all_answered().with_judge(1));
}

#[test]
fn next_evaluation_stops_the_jobs_of_the_one_before() {
    let commands = [Command::Stop, Command::Evaluate];
    holds("judge again", World { functions: 1, ..World::new(&commands).all_answered() });
}

#[test]
#[ignore = "explores 240,000 states; run it with `cargo test --test evaluations -- --include-ignored`"]
fn evaluated_again_through_the_own_deployment() {
    let commands = [Command::Evaluate, Command::Stop, Command::Evaluate];
    holds("again", World::new(&commands).with_own(true));
}

#[test]
#[ignore = "explores 230,000 states; run it with `cargo test --test evaluations -- --include-ignored`"]
fn interrupted_while_its_deployment_fails() {
    holds("interrupted failure", World::new(&[Command::Evaluate]).with(1, 1, 0));
}

/// Removing a safeguard breaks a promise: the search finds the failure that the safeguard prevents.
#[track_caller]
fn misses(flaw: Flaw, start: World, expected: &str) {
    match explore(World { flaw: Some(flaw), ..start }) {
        Ok(seen) => panic!("{flaw:?} is missed in {} states", seen.states),
        Err((fault, way)) => assert_eq!(fault, expected, "{way}"),
    }
}

#[test]
fn without_a_lease_two_functions_ask() {
    misses(Flaw::NoLease, World::new(&[Command::Evaluate]), "two functions ask at the same time");
}

#[test]
fn without_a_look_before_each_chunk_a_stopped_evaluation_asks() {
    let stop = [Command::Evaluate, Command::Stop];
    misses(Flaw::NoLook, World::new(&stop), "an ended evaluation asks again");
}

#[test]
fn without_conditions_an_ended_evaluation_changes() {
    let stop = [Command::Evaluate, Command::Stop];
    misses(Flaw::NoCondition, World::new(&stop), "an ended evaluation changes");
}

#[test]
fn without_the_list_of_answers_chunks_are_asked_again() {
    let often = "a chunk is asked more often than functions were interrupted";
    misses(Flaw::NoList, World::new(&[Command::Evaluate]), often);
}

#[test]
fn without_its_evaluation_a_temporary_deployment_stays() {
    misses(Flaw::NoEnd, World::new(&[Command::Evaluate]), "a temporary deployment is left after 2 sweeps");
}

#[test]
fn without_its_mark_the_own_deployment_is_deleted() {
    let own = World::new(&[Command::Evaluate]).with_own(true);
    misses(Flaw::AllTemporary, own, "the run's own deployment is deleted");
}

#[test]
fn without_a_note_jobs_of_a_stopped_evaluation_go_on() {
    misses(Flaw::NoStops, World::new(&[Command::Stop]).all_answered(), "a job of an ended evaluation is forgotten");
}

#[test]
fn without_time_for_late_functions_a_job_is_forgotten() {
    misses(Flaw::ShortStops, World::new(&[Command::Stop]).all_answered(), "a job of an ended evaluation is forgotten");
}

#[test]
fn without_a_memory_a_repeated_command_evaluates_again() {
    let world = World { repeats: 1, ..World::new(&[Command::Evaluate, Command::Stop]) };
    misses(Flaw::NoMemory, world, "a repeated command starts another evaluation");
}
