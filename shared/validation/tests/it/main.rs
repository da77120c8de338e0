//! What the public interface promises, on real files.

mod chunks;
mod docs;
mod fixtures;
mod leakage;
mod limits;
mod set;
mod support;
