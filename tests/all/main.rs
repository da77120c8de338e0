//! `cargo test-all`: runs the tests that CI runs, with the script that CI uses (`.ci/run tests`).
//!
//! An alias can only name a command of cargo, so this program starts the script.

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    match Command::new("bash").args([".ci/run", "tests"]).current_dir(root).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("can't run bash: {error}");
            ExitCode::FAILURE
        }
    }
}
