//! Runs suites whose trials are made at run time. Several run side by side in one binary: they wait more than they compute.

use std::time::Duration;

use anyhow::Result;
use libtest_mimic::{Arguments, Trial};

/// The trials of a suite.
pub struct Suite {
    /// In the order in which they start.
    pub trials: Vec<Trial>,
    /// Stops what the trials started, and prints what they found.
    pub end: Box<dyn FnOnce() -> Result<()>>,
}

/// Whether all trials were asked for, with `--include-ignored`. Otherwise suites run samples.
pub fn is_whole(arguments: &Arguments) -> bool {
    arguments.include_ignored || arguments.ignored
}

/// Runs the suites side by side, and exits. Each trial gets a thread: suites limit how many of theirs run at once.
pub fn run(arguments: Arguments, suites: Vec<Suite>) -> ! {
    let (trials, ends): (Vec<_>, Vec<_>) = suites.into_iter().map(|suite| (suite.trials, suite.end)).unzip();
    let trials: Vec<Trial> = trials.into_iter().flatten().collect();
    let arguments = Arguments { test_threads: arguments.test_threads.or(Some(trials.len().max(1))), ..arguments };
    let conclusion = libtest_mimic::run(&arguments, trials);
    for end in ends {
        end().expect("what the trials started stops");
    }
    conclusion.exit()
}

/// Waits until a suite's trials may start.
pub(crate) async fn until(may_start: &(dyn Fn() -> bool + Send + Sync)) {
    while !may_start() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
