//! The protocol, checked exhaustively: every interleaving of the functions' reads, conditional writes and calls.
//!
//! Whatever a function decides is decided by `tunedrop_run::decide` and `tunedrop_run::state::next`, as in the cloud.

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

/// Says what was explored, also of a test that passes.
fn say(what: &str, seen: Seen) {
    let Seen { states, moves, rounds } = seen;
    // Nothing hangs on it.
    let _ = writeln!(
        std::io::stderr(),
        "{what}: {states} states explored, {moves} moves, at most {rounds} rounds of the sweep"
    );
}

/// Every scenario, with Bedrock as it is likeliest and as it forgets.
#[test]
fn every_scenario_holds() {
    let mut all = Seen::default();
    for scenario in ALL {
        for bedrock in [Bedrock::LIKELY, Bedrock::FORGETFUL] {
            match explore(&Setting { scenario, bedrock, flaw: None, silent: false, endless: false }) {
                Ok(seen) => all.add(seen),
                Err(broken) => panic!("{}: {}\n{}", scenario.name, broken.what, broken.way),
            }
        }
    }
    say("every scenario", all);
}

/// Launches, commands and newer sets under every combination of what isn't known of Bedrock, with its events and
/// without: they hold but where docs/reliability.md says that they don't.
#[test]
#[ignore = "explores 19 million states; run it with `cargo test --test protocol -- --include-ignored`"]
fn whatever_bedrock_does_is_held_or_known() {
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
            assert!(
                broken || !launches || !bedrock.is_blind(),
                "{bedrock:?} is said to break the protocol, and doesn't"
            );
        }
    }
    say("every Bedrock", all);
}

/// A guard that is left out is missed: the search finds the way to what it is there for.
#[track_caller]
fn misses(flaw: Flaw, scenario: &'static Scenario, bedrock: Bedrock, expected: &str) {
    let broken = explore(&Setting { scenario, bedrock, flaw: Some(flaw), silent: false, endless: false })
        .expect_err("it is missed");
    assert_eq!(broken.what, expected, "{}", broken.way);
}

const END_LEFT: &str = "an end that is reached is not left";
const JOB_GOES_ON: &str = "a run that is over has no job that goes on";
const ONE_JOB: &str = "a run has at most one job";
const CARRIED_OUT: &str = "a command that was accepted is carried out";
const RIGHT_END: &str = "the sweep alone brings a run to its right end";
const TOLD: &str = "people are told at least once of where a run rests";
const ANSWERED: &str = "content that is dropped is answered";

#[test]
fn without_the_token_there_are_two_jobs() {
    // Longer than a lease nothing shows the first.
    let late = Bedrock { names: Names::AtWill, lag: Lag::Long, ..Bedrock::LIKELY };
    misses(Flaw::NoToken, &LAUNCHES, late, ONE_JOB);
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
fn an_update_that_is_launched_at_once_mixes_old_and_new_files() {
    misses(Flaw::NoSettling, &TWO_FILES, Bedrock::LIKELY, MIXED);
}

#[test]
fn a_run_that_waits_for_files_must_give_way_to_what_was_trained_before() {
    misses(Flaw::OnlyLatest, &BACK, Bedrock::LIKELY, MIXED);
}

#[test]
fn a_set_that_is_judged_late_takes_the_place_of_the_newer_one() {
    misses(Flaw::AnyHead, &SAME_SECOND, Bedrock::LIKELY, MIXED);
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

#[test]
fn a_run_that_is_ended_in_doubt_leaves_a_job_behind() {
    // No slot is free, since the run's own job, whose creation wasn't answered, has it.
    let full = Bedrock { slots_first: true, lag: Lag::Long, ..Bedrock::LIKELY };
    misses(Flaw::NoDoubt, &STOPPED, full, JOB_GOES_ON);
    misses(Flaw::NoDoubt, &OVERTAKEN, full, JOB_GOES_ON);
}

#[test]
fn a_stop_that_is_not_noted_is_lost() {
    misses(Flaw::NoWish, &STOPPED, Bedrock::LIKELY, CARRIED_OUT);
}

#[test]
fn a_stop_that_nobody_follows_up_is_lost() {
    misses(Flaw::NoFollowUp, &DENIED, Bedrock::LIKELY, CARRIED_OUT);
}

/// The job is made, and the answer is that its name is in use, in words that launch doesn't know.
#[test]
fn a_job_behind_a_refusal_is_lost() {
    let other = Bedrock { in_use: InUse::OtherWords, ..Bedrock::LIKELY };
    misses(Flaw::NoLookAfterRefusal, &LAUNCHES, other, JOB_GOES_ON);
}

#[test]
fn a_job_that_was_denied_once_is_lost() {
    misses(Flaw::NoSecondLook, &DENIED, Bedrock::LIKELY, RIGHT_END);
}
