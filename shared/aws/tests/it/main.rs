//! The adapters against servers that answer as AWS does, or fail.

mod asked;
mod copy;
mod create;
mod failure;
mod peek;
mod ranges;
mod support;
mod unreadable;
