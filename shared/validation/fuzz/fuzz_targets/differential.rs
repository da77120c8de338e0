//! Holds the validator to a second opinion, on whatever libFuzzer finds: see `docs/fuzzing.md`.
#![no_main]

#[path = "../../tests/oracle/mod.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|input: &[u8]| oracle::check(input));
