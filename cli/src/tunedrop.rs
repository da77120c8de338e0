//! The program `tunedrop`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tunedrop_cli::main()
}
