//! Budgets, checked exhaustively: every interleaving of launches, record, interruptions and answers of Bedrock.
//!
//! Two runs count under one budget, which has room for one of them. Every decision comes from `tunedrop_run::decide`, as in
//! the cloud.

mod launch;
mod world;

use std::collections::HashSet;

use world::{Flaw, World};

/// Explores every state from the start. The error names the invariant that is broken, and the way to it.
fn explore(flaw: Option<Flaw>) -> Result<usize, (&'static str, Vec<String>)> {
    let start = World::start(flaw);
    let mut seen = HashSet::from([start.clone()]);
    let mut open = vec![(start, Vec::<String>::new())];
    while let Some((world, way)) = open.pop() {
        if let Some(broken) = world.broken() {
            return Err((broken, way));
        }
        for (step, next) in world.steps() {
            if seen.insert(next.clone()) {
                // Ways are only shown for failures, and the first one is enough.
                let way = way.iter().cloned().chain([step]).collect();
                open.push((next, way));
            }
        }
    }
    Ok(seen.len())
}

#[test]
fn runs_never_bill_more_than_the_budget_together() {
    match explore(None) {
        Ok(states) => assert!(states > 1_000, "{states} states are too few to show anything"),
        Err((broken, way)) => panic!("{broken}:\n{}", way.join("\n")),
    }
}

/// Removing a safeguard breaks an invariant.
#[track_caller]
fn misses(flaw: Flaw, expected: &str) {
    let (broken, way) = explore(Some(flaw)).expect_err("it is missed");
    assert_eq!(broken, expected, "{}", way.join("\n"));
}

#[test]
fn without_a_condition_two_launches_pass_together() {
    misses(Flaw::NoCondition, world::OVER);
}

#[test]
fn released_in_doubt_a_job_counts_nowhere() {
    misses(Flaw::NoDoubt, world::UNCOUNTED);
}

#[test]
fn a_reservation_that_the_run_does_not_name_is_lost() {
    misses(Flaw::Unnamed, world::LEFT);
}

#[test]
fn without_settling_a_failed_run_is_billed() {
    misses(Flaw::NoSettling, world::LEFT);
}
