//! Code that the test binaries share.

pub mod data;
pub mod items;
pub mod pattern;
pub mod sample;
pub mod soak;
