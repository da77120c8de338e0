//! The protocol, checked exhaustively: every interleaving of the functions' reads, conditional writes and calls.
//!
//! Every decision of a function comes from `tunedrop_run::decide` and `tunedrop_run::state::next`, as in the cloud.

mod bedrock;
mod command;
mod ends;
mod functions;
mod launch;
mod moves;
mod notify;
mod record;
mod scenario;
mod search;
mod setting;
mod settle;
mod time;
mod update;
mod validate;
mod world;

use std::io::Write;

use scenario::{
    ALL, ANSWERS, COMMANDS, DENIED, DOUBTFUL, FORGED, IN_DOUBT, LAUNCHES, LIVES, OVERTAKEN, STOPPED, TELLING, TROUBLE,
};
use search::{Seen, explore};
use setting::{Bedrock, Flaw, InUse, Lag, Names, Scenario, Setting};
use update::{BACK, MIXED, SAME_SECOND, TWO_FILES};

/// Prints what was explored, even if the test passes.
fn print_results(what: &str, seen: Seen) {
    let Seen { states, moves, rounds } = seen;
    // No test depends on this output.
    let _ = writeln!(
        std::io::stderr(),
        "{what}: {states} states explored, {moves} moves, at most {rounds} rounds of the sweep"
    );
}

/// Whether the scenario has more than 250,000 states.
fn is_large(scenario: &'static Scenario) -> bool {
    let large = [&TROUBLE, &ANSWERS, &TELLING, &scenario::SWEPT_LIVES, &scenario::JOB_GONE, &scenario::TWO_WAYS];
    large.iter().any(|large| std::ptr::eq(*large, scenario))
}

/// Explores scenarios, with Bedrock's most likely behavior and with a Bedrock that forgets.
fn explore_all(what: &str, scenarios: impl Iterator<Item = &'static Scenario>) {
    let mut all = Seen::default();
    for scenario in scenarios {
        for bedrock in [Bedrock::LIKELY, Bedrock::FORGETFUL] {
            match explore(&Setting { scenario, bedrock, flaw: None, silent: false, endless: false }) {
                Ok(seen) => all.add(seen),
                Err(broken) => panic!("{}: {}\n{}", scenario.name, broken.what, broken.way),
            }
        }
    }
    print_results(what, all);
}

#[test]
fn small_scenarios_hold() {
    explore_all("small scenarios", ALL.into_iter().filter(|&scenario| !is_large(scenario)));
}

#[test]
#[ignore = "explores 6.5 million states; run it with `cargo test --test protocol -- --include-ignored`"]
fn large_scenarios_hold() {
    explore_all("large scenarios", ALL.into_iter().filter(|&scenario| is_large(scenario)));
}

/// Launches, commands and newer versions, under every combination of what isn't known of Bedrock, with and without its
/// events. The protocol holds, except where docs/reliability.md says that it doesn't.
#[test]
#[ignore = "explores 19 million states; run it with `cargo test --test protocol -- --include-ignored`"]
fn holds_with_every_bedrock_except_known_gaps() {
    let mut all = Seen::default();
    for scenario in IN_DOUBT {
        for bedrock in Bedrock::all() {
            let mut broken = false;
            for silent in [false, true] {
                match explore(&Setting { scenario, bedrock, flaw: None, silent, endless: false }) {
                    Ok(seen) => all.add(seen),
                    Err(found) => {
                        let name = scenario.name;
                        assert!(bedrock.is_blind(), "{name} {bedrock:?} {silent}: {}\n{}", found.what, found.way);
                        broken = true;
                    }
                }
            }
            let launches = std::ptr::eq(scenario, &DOUBTFUL);
            assert!(broken || !launches || !bedrock.is_blind(), "{bedrock:?} should break the protocol, and doesn't");
        }
    }
    print_results("every Bedrock", all);
}

/// Removing a safeguard breaks an invariant: the search finds the failure that the safeguard prevents.
#[track_caller]
fn misses(flaw: Flaw, scenario: &'static Scenario, bedrock: Bedrock, expected: &str) {
    let broken = explore(&Setting { scenario, bedrock, flaw: Some(flaw), silent: false, endless: false })
        .expect_err("it is missed");
    assert_eq!(broken.what, expected, "{}", broken.way);
}

const END_CHANGED: &str = "an ended run doesn't change";
const JOB_CONTINUES: &str = "an ended run has no job in progress";
const ONE_JOB: &str = "a run has at most one job";
const CARRIED_OUT: &str = "a command that was accepted is carried out";
const RIGHT_END: &str = "the sweep alone brings a run to its correct end";
const TOLD: &str = "people are notified at least once of the state that a run ends in";
const ANSWERED: &str = "uploaded content is answered";

#[test]
fn without_the_token_a_run_has_two_jobs() {
    // For longer than a lease, nothing shows the first job.
    let late = Bedrock { names: Names::AtWill, lag: Lag::Long, ..Bedrock::LIKELY };
    misses(Flaw::NoToken, &LAUNCHES, late, ONE_JOB);
}

#[test]
fn without_conditions_an_ended_run_changes() {
    misses(Flaw::NoCondition, &LAUNCHES, Bedrock::LIKELY, END_CHANGED);
    misses(Flaw::NoCondition, &COMMANDS, Bedrock::LIKELY, END_CHANGED);
}

#[test]
fn without_the_lease_a_refused_run_has_a_job() {
    misses(Flaw::NoLease, &TROUBLE, Bedrock::LIKELY, JOB_CONTINUES);
}

#[test]
fn without_waiting_an_update_mixes_old_and_new_files() {
    misses(Flaw::NoSettling, &TWO_FILES, Bedrock::LIKELY, MIXED);
}

#[test]
fn any_validation_supersedes_a_run_that_waits_for_files() {
    misses(Flaw::OnlyLatest, &BACK, Bedrock::LIKELY, MIXED);
}

#[test]
fn late_validation_replaces_the_newer_version() {
    misses(Flaw::AnyEntry, &SAME_SECOND, Bedrock::LIKELY, MIXED);
}

#[test]
fn marking_before_publishing_loses_the_message() {
    misses(Flaw::MarkFirst, &TELLING, Bedrock::LIKELY, TOLD);
}

#[test]
fn early_event_prevents_the_message() {
    misses(Flaw::AnyState, &FORGED, Bedrock::LIKELY, TOLD);
}

#[test]
fn mark_of_an_earlier_start_prevents_the_message() {
    misses(Flaw::NoBeginning, &LIVES, Bedrock::LIKELY, TOLD);
}

#[test]
fn answer_that_the_sweep_does_not_see_is_lost() {
    misses(Flaw::ClosedAnswer, &ANSWERS, Bedrock::LIKELY, ANSWERED);
}

#[test]
fn without_republishing_a_message_is_lost() {
    misses(Flaw::NoSecondSaying, &TELLING, Bedrock::LIKELY, TOLD);
}

#[test]
fn run_that_ends_in_doubt_leaves_a_job() {
    // No slot is free, because the run's own job, whose creation wasn't answered, holds it.
    let full = Bedrock { slots_first: true, lag: Lag::Long, ..Bedrock::LIKELY };
    misses(Flaw::NoDoubt, &STOPPED, full, JOB_CONTINUES);
    misses(Flaw::NoDoubt, &OVERTAKEN, full, JOB_CONTINUES);
}

#[test]
fn stop_that_is_not_recorded_is_lost() {
    misses(Flaw::NoWish, &STOPPED, Bedrock::LIKELY, CARRIED_OUT);
}

#[test]
fn stop_that_is_not_repeated_is_lost() {
    misses(Flaw::NoFollowUp, &DENIED, Bedrock::LIKELY, CARRIED_OUT);
}

/// The job is created, but the answer is that its name is in use, in words that launch doesn't know.
#[test]
fn job_of_a_refused_run_is_lost() {
    let other = Bedrock { in_use: InUse::OtherWords, ..Bedrock::LIKELY };
    misses(Flaw::NoLookAfterRefusal, &LAUNCHES, other, JOB_CONTINUES);
}

#[test]
fn job_that_was_not_found_once_is_lost() {
    misses(Flaw::NoSecondLook, &DENIED, Bedrock::LIKELY, RIGHT_END);
}
