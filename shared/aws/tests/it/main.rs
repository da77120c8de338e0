//! The adapters, against servers that answer like AWS, or fail.

mod asked;
mod converse;
mod copy;
mod create;
mod deployments;
mod evaluation_jobs;
mod failure;
mod probe;
mod ranges;
mod support;
mod unreadable;
mod write_new;
