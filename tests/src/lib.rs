//! Code that the test binaries share.

pub mod crash;
pub mod data;
pub mod items;
pub mod pattern;
pub mod permissions;
pub mod sample;
pub mod soak;
pub mod suite;
