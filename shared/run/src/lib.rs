#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))] // no I/O: see clippy.toml
#![deny(clippy::iter_over_hash_type)] // the same answer each time

mod actual_cost;
mod blocker;
pub mod budget;
mod custom_model;
pub mod data_file;
mod data_name;
mod dataset_check;
pub mod decide;
pub mod deployment;
mod entry;
pub mod erasure;
pub mod evaluation;
pub mod event;
mod guard;
mod identity;
pub mod inventory;
mod lineage;
pub mod metric;
mod model_notice;
pub mod object_key;
mod own_base;
mod plan;
mod prices;
mod recipe;
mod run_id;
pub mod second_look;
pub mod state;
mod token_rate;
pub mod trace_index;
mod yaml;

pub use actual_cost::{ActualCost, BILLED_AFTER_S, BilledUse, NotYet, REQUEST_USD, RUN_TAG, billed_period};
pub use blocker::{Blocker, RETRY_BLOCKED_S, RETRY_SLOT_S, tries_despite_full_slots};
pub use budget::{Budget, BudgetOf, RecipeBudget, Reserved};
pub use custom_model::custom_model_fault;
pub use data_name::{data_name_doubt, data_name_fault, working_name};
pub use dataset_check::{
    Begun, CheckedFile, DatasetCheck, DatasetSpec, FilePass, HeldOutSample, MediaHome, MediaWanted, MediumLook,
    QualityLimits, QualityMode, RECIPE_READ_MAX, RecipeFile, SchemaFile, SetReport, SetRules, Unreadable, expectations,
};
pub use deployment::{Capacity, Deployment, DeploymentOutcome, DeploymentState};
pub use entry::{DatasetEntry, MISNAMED_KEPT_S, MisnamedFile, Run, SCHEMA};
pub use evaluation::{EvaluationEntry, EvaluationResult, EvaluationSide, EvaluationState, EvaluationTokens};
pub use guard::{StackGuards, billed_at_most, ceiling, refusal, wants_proof};
pub use identity::{
    Identity, dataset_fault, fingerprint, first_base_key, rejected_identity, run_identity, unread_recipe,
};
pub use jiff::Timestamp;
pub use lineage::{ANCESTORS_MAX, Ancestor, Ancestors, FileVersion, Lineage};
pub use model_notice::{LEGAL_HOLD, ModelNotice, NoticeState, is_held};
pub use own_base::{OwnBase, OwnBaseFault, OwnLookup, OwnModel, of_deployment, of_run};
pub use plan::{
    Against, DeployPlan, DeployWhen, Distillation, EvaluationPlan, InvocationLogs, Judge, Plan, Reinforcement,
};
pub use prices::{
    PRICES_FRESH_S, PRICES_RETRY_S, PriceFault, PriceList, PriceSource, Priced, base_price, inference_price,
    judge_price, known as known_price, list as price_list, training_price,
};
pub use recipe::{
    Evaluate, JudgeSection, LaunchDefault, LaunchMode, LogScope, Recipe, RecipeGuard, RecipeScope, key_of, own_base,
    pointer_of, read_expectations, read_recipe, seconds as duration_s,
};
pub use run_id::{ATTEMPT_MAX, RunId, RunIdError};
pub use state::State;
pub use token_rate::{CountedRecord, SAMPLED_MIN, TokenRate};
pub use tunedrop_evaluation::Price;
pub use tunedrop_quality::{Comparison, Expectation, Expectations, Quality};
