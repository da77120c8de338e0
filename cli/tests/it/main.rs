//! The binary's output and exit codes.

mod action;
mod characters;
mod commands;
#[cfg(unix)]
mod console;
mod convert;
mod deployments;
mod docs;
mod estimate;
mod explain;
mod fixtures;
mod folders;
mod formats;
mod held_out;
mod hostile;
#[cfg(unix)]
mod links;
mod media;
mod near;
mod near_misses;
mod own_base;
mod paths;
mod placeholders;
mod prices;
mod proposals;
mod quality;
mod redact;
mod refusals;
mod releases;
mod remote;
mod reshape;
mod sarif;
mod stacks;
mod start;
mod support;
mod tables;
