#![doc = include_str!("../README.md")]

#[cfg(feature = "people")]
mod access;
#[cfg(feature = "account")]
mod account;
#[cfg(feature = "bus")]
mod bus;
mod failure;
#[cfg(feature = "jobs")]
mod jobs;
#[cfg(feature = "ledger")]
mod ledger;
#[cfg(feature = "logs")]
mod logs;
#[cfg(feature = "objects")]
mod objects;
#[cfg(feature = "queues")]
mod queues;
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
pub use account::{Account, JobRoleFacts};
#[cfg(feature = "bus")]
pub use bus::Bus;
pub use failure::Failure;
#[cfg(feature = "jobs")]
pub use jobs::{JobRole, JobView, Jobs, Lifecycle, Started};
#[cfg(feature = "ledger")]
pub use ledger::{Change, Claim, Ledger, Open, Opened, Recent};
#[cfg(feature = "logs")]
pub use logs::{Line, Logs};
#[cfg(feature = "objects")]
pub use objects::{Body, Listing, Object, Objects, Peek, Peeks, Piece, Ranges, Small};
#[cfg(feature = "queues")]
pub use queues::{Letter, Move, Queues};
#[cfg(feature = "stacks")]
pub use stacks::{Found, Stacks, is_ours};
#[cfg(feature = "topic")]
pub use topic::Topic;
#[cfg(feature = "uploads")]
pub use uploads::{Sent, UPLOAD_PART, Upload, Uploads, part_size};

/// Region, credentials and endpoints from the environment, as Lambda sets them.
/// Every attempt is answered within ten seconds or given up: the SDK's three attempts at a call then end well within the
/// sixty seconds of a function, and its step fails with words rather than being killed.
pub async fn config() -> SdkConfig {
    let timeouts =
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).read_timeout(Duration::from_secs(10)).build();
    aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts).load().await
}
