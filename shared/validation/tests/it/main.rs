//! What the public interface promises, on real files.

mod chunks;
mod differences;
mod docs;
mod fixtures;
mod leakage;
mod limits;
#[path = "../oracle/mod.rs"]
mod oracle;
mod second_opinion;
mod set;
mod support;
mod threads;
mod ways;
