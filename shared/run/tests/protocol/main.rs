//! The protocol, checked exhaustively: every interleaving of the functions' reads, conditional writes and calls.
//!
//! Whatever a function decides is decided by `tunedrop_run::decide` and `tunedrop_run::state::next`, as in the cloud.

mod bedrock;
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
mod validate;
mod world;

use std::io::Write;

use scenario::{ALL, ANSWERS, COMMANDS, FORGED, LAUNCHES, LIVES, TELLING, TROUBLE};
use search::explore;
use setting::{Bedrock, Flaw, Scenario, Setting};

/// Says what was explored, also of a test that passes.
fn say(what: &str, states: usize, moves: usize) {
    // Nothing hangs on it.
    let _ = writeln!(std::io::stderr(), "{what}: {states} states explored, {moves} moves");
}

/// Every scenario, with Bedrock as it is likeliest and as it forgets.
#[test]
fn every_scenario_holds() {
    let (mut states, mut moves) = (0, 0);
    for scenario in ALL {
        for bedrock in [Bedrock::LIKELY, Bedrock::FORGETFUL] {
            match explore(&Setting { scenario, bedrock, flaw: None, silent: false }) {
                Ok(seen) => (states, moves) = (states + seen.states, moves + seen.moves),
                Err(broken) => panic!("{}: {}\n{}", scenario.name, broken.what, broken.way),
            }
        }
    }
    say("every scenario", states, moves);
}

/// Two launches, a record and a sweep under every combination of what isn't known of Bedrock, with its events and
/// without: they hold but where docs/reliability.md says that they don't.
#[test]
fn whatever_bedrock_does_is_held_or_known() {
    let (mut states, mut moves) = (0, 0);
    for bedrock in Bedrock::all() {
        for silent in [false, true] {
            match explore(&Setting { scenario: &LAUNCHES, bedrock, flaw: None, silent }) {
                Ok(seen) => {
                    assert!(!bedrock.is_blind(), "{bedrock:?} is said to break the protocol, and doesn't");
                    (states, moves) = (states + seen.states, moves + seen.moves);
                }
                Err(broken) => assert!(bedrock.is_blind(), "{bedrock:?}: {}\n{}", broken.what, broken.way),
            }
        }
    }
    say("every Bedrock", states, moves);
}

/// A guard that is left out is missed: the search finds the way to what it is there for.
#[track_caller]
fn misses(flaw: Flaw, scenario: &'static Scenario, bedrock: Bedrock, expected: &str) {
    let broken = explore(&Setting { scenario, bedrock, flaw: Some(flaw), silent: false }).expect_err("it is missed");
    assert_eq!(broken.what, expected, "{}", broken.way);
}

const END_LEFT: &str = "an end that is reached is not left";
const JOB_GOES_ON: &str = "a run that is over has no job that goes on";
const ONE_JOB: &str = "a run has at most one job";
const TOLD: &str = "people are told at least once of where a run rests";
const ANSWERED: &str = "content that is dropped is answered";

#[test]
fn without_the_token_there_are_two_jobs() {
    misses(Flaw::NoToken, &LAUNCHES, Bedrock::FORGETFUL, ONE_JOB);
}

#[test]
fn without_conditions_an_end_is_left() {
    misses(Flaw::NoCondition, &LAUNCHES, Bedrock::LIKELY, END_LEFT);
    misses(Flaw::NoCondition, &COMMANDS, Bedrock::LIKELY, END_LEFT);
}

#[test]
fn without_the_lease_a_job_goes_on_behind_a_refusal() {
    misses(Flaw::NoLease, &TROUBLE, Bedrock::LIKELY, JOB_GOES_ON);
}

#[test]
fn marked_before_it_is_published_nobody_may_hear() {
    misses(Flaw::MarkFirst, &TELLING, Bedrock::LIKELY, TOLD);
}

#[test]
fn an_event_before_its_time_silences_the_message() {
    misses(Flaw::AnyState, &FORGED, Bedrock::LIKELY, TOLD);
}

#[test]
fn a_mark_of_an_earlier_life_silences_this_one() {
    misses(Flaw::NoBeginning, &LIVES, Bedrock::LIKELY, TOLD);
}

#[test]
fn an_answer_that_the_sweep_does_not_see_is_lost() {
    misses(Flaw::ClosedAnswer, &ANSWERS, Bedrock::LIKELY, ANSWERED);
}

#[test]
fn what_was_said_once_may_never_be_heard() {
    misses(Flaw::NoSecondSaying, &TELLING, Bedrock::LIKELY, TOLD);
}
