//! What the public interface promises, on real files.

mod chunks;
mod corpus;
mod differences;
mod docs;
mod fixtures;
mod layouts;
mod leakage;
mod limits;
mod media;
#[path = "../oracle/mod.rs"]
mod oracle;
mod rules_page;
mod second_opinion;
mod sensitive;
mod sensitive_corpus;
mod set;
mod support;
mod ways;
