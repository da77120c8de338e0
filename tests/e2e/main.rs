//! End to end: the real function binaries, deployed from the real template, triggered by real uploads.
//!
//! Most scenarios run side by side on one emulator, each with datasets of its own. Scenarios that change or check what
//! all scenarios of an emulator share run one by one on a second emulator, at the same time. So do the soak, the crash
//! points and the permissions, which have emulators of their own: all of them wait much of their time.
//!
//! `cargo test --test e2e` leaves out the slow scenarios and most crash points and permissions; `-- --include-ignored` runs
//! all. They then keep both cores busy, so the suites run one after the other.

mod adoption;
mod budgets;
mod canary;
mod clean_up;
mod contract;
mod costs;
mod datasets;
mod deployment_commands;
mod deployments;
mod doctor;
mod drift;
mod erase;
mod erase_records;
mod erased;
mod estimates;
mod evaluation_commands;
mod evaluations;
mod evasion;
mod forged;
mod forged_messages;
mod guards;
mod harness;
mod held_out;
mod idle_jobs;
mod ignored_objects;
mod inference;
mod inventory;
mod judges;
mod malformed;
mod metrics;
mod network_loss;
mod network_proxy;
mod notifications;
mod own_base;
mod pages;
mod parity;
mod platform;
mod prices;
mod quality;
mod queue;
mod redrive;
mod renotified;
mod reports;
mod retries;
mod reupload;
mod runs;
mod scenarios;
mod sensitive;
mod session;
mod slow;
mod stack;
mod subscriptions;
mod terminal;
mod throughput;
mod trace;
mod trials;
mod update;
mod verdicts;
mod web_requests;

use std::sync::Arc;

use libtest_mimic::Arguments;
use trials::{Site, soaks, trials};
use tunedrop_tests::suite::Suite;
use tunedrop_tests::{crash, data, permissions, suite};

/// Scenarios that run side by side on the shared emulator. They wait more than they compute.
const SIDE_BY_SIDE: usize = 12;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let handle = runtime.handle();
    let arguments = Arguments::from_args();
    let whole = suite::is_whole(&arguments);
    let (shared, own) = (Site::new(SIDE_BY_SIDE), Site::new(1));
    // The slow ones first, so that none of them is left at the end.
    let mut all = soaks(whole, handle);
    all.extend(trials(scenarios::slow(), &shared, handle).map(|trial| trial.with_ignored_flag(true)));
    all.extend(trials(scenarios::alone(), &own, handle));
    all.extend(trials(scenarios::side_by_side(), &shared, handle));
    // Each trial holds its site, and the end the last one.
    let sites = [Arc::downgrade(&shared), Arc::downgrade(&own)];
    let scenarios_ended = move || sites.iter().all(|site| site.strong_count() <= 1);
    let (permissions, left) = permissions::suite(whole, handle, move || !whole || scenarios_ended());
    let crash = crash::suite(whole, handle, move || !whole || left() == 0);
    let stopping = handle.clone();
    let end = Box::new(move || {
        stopping.block_on(own.stop())?;
        stopping.block_on(shared.stop())
    });
    suite::run(arguments, vec![Suite { trials: all, end }, permissions, crash])
}
