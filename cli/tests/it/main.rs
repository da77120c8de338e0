//! The real binary on real files: what it prints, and its exit code.

mod characters;
mod convert;
mod docs;
mod estimate;
mod explain;
mod fixtures;
mod folders;
mod formats;
mod hostile;
#[cfg(unix)]
mod links;
mod media;
mod near_misses;
mod paths;
mod refusals;
mod remote;
mod reshape;
mod sarif;
mod stacks;
mod start;
mod support;
mod tables;
