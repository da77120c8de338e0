//! The adapters, against servers that answer like AWS, or fail.

mod asked;
mod converse;
mod copy;
mod create;
mod deployments;
mod downloads;
mod evaluation_jobs;
mod failure;
mod inventory;
mod probe;
mod ranges;
mod remains;
mod stacks;
mod support;
mod unreadable;
mod write_new;
