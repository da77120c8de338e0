#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))] // no I/O: see clippy.toml
#![deny(clippy::iter_over_hash_type)] // the same answer each time

mod custom_model;
mod data_name;
pub mod decide;
pub mod dropped;
mod entry;
pub mod event;
mod guard;
mod hold;
mod identity;
pub mod metric;
mod plan;
mod recipe;
mod run_id;
mod set_check;
pub mod state;
mod yaml;

pub use data_name::{data_name_fault, working_name};
pub use entry::{DatasetHead, NOTE_KEPT_S, Note, Run, SCHEMA};
pub use guard::{StackGuards, billed_at_most, ceiling, refusal, wants_proof};
pub use hold::{Hold, PROBED_AFTER_S, RESTS_S, probes};
pub use identity::{Identity, dataset_fault, fingerprint, rejected_identity, run_identity, unread_recipe};
pub use jiff::Timestamp;
pub use plan::{Distillation, InvocationLogs, Plan, Reinforcement};
pub use recipe::{LaunchDefault, LaunchMode, LogScope, Recipe, RecipeGuard, RecipeScope, read_recipe};
pub use run_id::{ATTEMPT_MAX, RunId, RunIdError};
pub use set_check::{
    Begun, CheckedFile, FilePass, MediaHome, MediaWanted, MediumLook, RECIPE_READ_MAX, RecipeFile, SetCheck, SetReport,
    SetRules, SetSpec, Unreadable,
};
pub use state::State;
