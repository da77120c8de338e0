#![doc = include_str!("../README.md")]
//!
//! # All crates
//!
//! `cargo doc --open` opens this page, because it is the first crate by name. `ARCHITECTURE.md` has the whole picture.
//!
//! | Crate | Contains |
//! |---|---|
//! | [tunedrop_validation](../tunedrop_validation/index.html) | the validator: bytes in, findings and statistics out |
//! | [tunedrop_run](../tunedrop_run/index.html) | recipes, run ids, guards, states, events, and the decisions of the functions |
//! | [tunedrop_report](../tunedrop_report/index.html) | reports and messages |
//! | [tunedrop_reshape](../tunedrop_reshape/index.html) | convert, fix, split |
//! | [tunedrop_evaluation](../tunedrop_evaluation/index.html) | scores and compares the answers of models |
//! | tunedrop_aws | this crate: the adapters to AWS |
//! | [tunedrop_steps](../tunedrop_steps/index.html) | the steps of the functions: adapters and decisions together |
//! | [tunedrop_validate](../tunedrop_validate/index.html), [tunedrop_launch](../tunedrop_launch/index.html), [tunedrop_record](../tunedrop_record/index.html), [tunedrop_deploy](../tunedrop_deploy/index.html), [tunedrop_evaluate](../tunedrop_evaluate/index.html), [tunedrop_notify](../tunedrop_notify/index.html), [tunedrop_sweep](../tunedrop_sweep/index.html), [tunedrop_clean](../tunedrop_clean/index.html) | the functions' binaries, which only start a step |
//! | [tunedrop](../tunedrop/index.html) | the command line |
//! | [tunedrop_local](../tunedrop_local/index.html) | the local stack and the Bedrock simulator |
//! | [tunedrop_tests](../tunedrop_tests/index.html), [tunedrop_speed](../tunedrop_speed/index.html), [tunedrop_test_all](../tunedrop_test_all/index.html) | tests and measurements |

#[cfg(feature = "people")]
mod access;
#[cfg(feature = "account")]
mod account;
#[cfg(feature = "bus")]
mod bus;
#[cfg(feature = "costs")]
mod costs;
#[cfg(feature = "deployments")]
mod deployments;
#[cfg(feature = "releases")]
mod downloads;
#[cfg(feature = "evaluation-jobs")]
mod evaluation_jobs;
mod failure;
#[cfg(feature = "inference")]
mod inference;
#[cfg(feature = "inventory")]
mod inventory;
#[cfg(feature = "jobs")]
mod jobs;
#[cfg(feature = "ledger")]
mod ledger;
#[cfg(feature = "logs")]
mod logs;
#[cfg(feature = "objects")]
mod objects;
#[cfg(feature = "prices")]
mod prices;
#[cfg(feature = "queues")]
mod queues;
#[cfg(feature = "releases")]
mod remains;
#[cfg(feature = "signed")]
mod signed;
#[cfg(feature = "stacks")]
mod stacks;
#[cfg(feature = "topic")]
mod topic;
#[cfg(feature = "uploads")]
mod uploads;

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

#[cfg(feature = "people")]
pub use access::{Access, Configs, Endpoints};
#[cfg(feature = "account")]
pub use account::{Account, ServiceRoleFacts};
#[cfg(feature = "bus")]
pub use bus::Bus;
#[cfg(feature = "costs")]
pub use costs::{Billed, Costs};
#[cfg(feature = "deployments")]
pub use deployments::{DeployAnswer, Deployments};
#[cfg(feature = "releases")]
pub use downloads::Downloads;
#[cfg(feature = "evaluation-jobs")]
pub use evaluation_jobs::{EvaluationJobs, JudgeJob};
pub use failure::Failure;
#[cfg(feature = "inference")]
pub use inference::{Answer, AnswerPart, Asked, Inference, Question, wants_profile};
#[cfg(feature = "inventory")]
pub use inventory::Inventory;
#[cfg(feature = "invocations")]
pub use inventory::Invocations;
#[cfg(feature = "jobs")]
pub use jobs::{CreateOutcome, JobRole, JobView, Jobs, Lifecycle};
#[cfg(feature = "ledger")]
pub use ledger::{Change, Claim, Ledger, Open, Opened, Recent};
#[cfg(feature = "logs")]
pub use logs::{Line, Logs};
#[cfg(feature = "objects")]
pub use objects::{Body, Listing, Object, Objects, Piece, Probe, Probes, Ranges, Small};
#[cfg(feature = "prices")]
pub use prices::Prices;
#[cfg(feature = "queues")]
pub use queues::{DeadLetter, Move, Queues};
#[cfg(feature = "releases")]
pub use remains::{Remains, Version};
#[cfg(feature = "stacks")]
pub use stacks::{ChangeSet, DeletedStack, Found, Prepared, ResourceChange, StackEvent, Stacks, Summary, is_ours};
#[cfg(feature = "topic")]
pub use topic::Topic;
#[cfg(feature = "uploads")]
pub use uploads::{Sent, UPLOAD_PART, Upload, Uploads, part_size};

/// Region, credentials and endpoints come from the environment, as Lambda sets them. Every attempt ends after ten
/// seconds at most. So the SDK's three attempts at a call end well within the sixty seconds of a function, and its step
/// fails with an error instead of being killed.
pub async fn config() -> SdkConfig {
    let timeouts =
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).read_timeout(Duration::from_secs(10)).build();
    aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts).load().await
}
