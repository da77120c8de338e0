//! Budgets, checked exhaustively: every interleaving of launches, record, interruptions and answers of Bedrock.
//!
//! Two runs count under one budget, which has room for one of them. Every decision comes from `tunedrop_run::decide`, as in
//! the cloud.

mod launch;
mod world;

use std::collections::HashSet;

use world::{Depth, Flaw, World};

/// Explores every state from the start. The error names the invariant that is broken, and the way to it.
fn explore(depth: Depth, flaw: Option<Flaw>) -> Result<usize, (&'static str, Vec<String>)> {
    let start = World::start(depth, flaw);
    let mut seen = HashSet::from([start.clone()]);
    let mut open = vec![(start, 0)];
    // Each state's step, and the number of the state before it.
    let mut steps = vec![(String::new(), 0)];
    while let Some((world, number)) = open.pop() {
        if let Some(broken) = world.broken() {
            let mut way = Vec::new();
            let mut at: usize = number;
            while at > 0 {
                way.insert(0, steps[at].0.clone());
                at = steps[at].1;
            }
            return Err((broken, way));
        }
        for (step, next) in world.steps() {
            if seen.insert(next.clone()) {
                steps.push((step, number));
                open.push((next, steps.len() - 1));
            }
        }
    }
    Ok(seen.len())
}

/// Two runs, each launched once or twice.
const TWO: Depth = Depth { both: true, revisions: 3, woes: 1 };
/// One run, launched again and again.
const ONE: Depth = Depth { both: false, revisions: 6, woes: 2 };

#[test]
fn runs_never_bill_more_than_the_budget_together() {
    for depth in [TWO, ONE] {
        match explore(depth, None) {
            Ok(states) => assert!(states > 1_000, "{states} states are too few to show anything"),
            Err((broken, way)) => panic!("{broken}:\n{}", way.join("\n")),
        }
    }
}

/// Removing a safeguard breaks an invariant.
#[track_caller]
fn misses(depth: Depth, flaw: Flaw, expected: &str) {
    let (broken, way) = explore(depth, Some(flaw)).expect_err("it is missed");
    assert_eq!(broken, expected, "{}", way.join("\n"));
}

#[test]
fn without_a_condition_two_launches_pass_together() {
    misses(TWO, Flaw::NoCondition, world::OVER);
}

#[test]
fn released_in_doubt_a_job_counts_nowhere() {
    misses(ONE, Flaw::NoDoubt, world::UNCOUNTED);
}

#[test]
fn a_job_whose_reservation_the_run_does_not_name_counts_nowhere() {
    misses(ONE, Flaw::Unnamed, world::UNCOUNTED);
}

#[test]
fn without_settling_a_failed_run_is_billed() {
    misses(ONE, Flaw::NoSettling, world::LEFT);
}
