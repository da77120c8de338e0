//! Who puts which events on the stack's own bus.
//!
//! The role of each function may put these kinds and no other (`template.yaml`, statement `PutOwnEvents`), and the bus
//! takes all but the commands from the functions' roles alone (`BusPolicy`). The repo tests hold both to these lists.

use super::Kind;

/// Every kind.
pub const ALL: &[Kind] = Kind::ALL;

/// What validate decides about a dataset.
pub const VALIDATE: &[Kind] = &[Kind::DatasetAccepted, Kind::DatasetRejected, Kind::RunHeld, Kind::RunSuperseded];

/// What launch decides, by itself or by a command; an approved or retried run is queued again.
pub const LAUNCH: &[Kind] =
    &[Kind::DatasetAccepted, Kind::RunHeld, Kind::RunSuperseded, Kind::RunLaunched, Kind::RunRefused, Kind::RunStopped];

/// What a job's state makes of its run.
pub const RECORD: &[Kind] = &[Kind::RunLaunched, Kind::RunSucceeded, Kind::RunFailed, Kind::RunStopped];

/// A message that was sent.
pub const NOTIFY: &[Kind] = &[Kind::MessageSent];

/// What the sweep finds, and every state that has to be announced again.
pub const SWEEP: &[Kind] = &[
    Kind::DatasetAccepted,
    Kind::DatasetRejected,
    Kind::DatasetIncomplete,
    Kind::RunHeld,
    Kind::RunSuperseded,
    Kind::RunLaunched,
    Kind::RunRefused,
    Kind::RunWaiting,
    Kind::RunSucceeded,
    Kind::RunFailed,
    Kind::RunStopped,
    Kind::JobStateObserved,
    Kind::LaunchDue,
];

/// Commands: from people and their programs, whoever IAM lets put events on the stack's bus.
pub const COMMANDS: &[Kind] = &[Kind::ApproveRun, Kind::StopRun, Kind::RetryRun];

/// What is forwarded to the account's default bus, for others to subscribe to. tunedrop never reads it there.
pub const FORWARDED: &[Kind] = &[
    Kind::DatasetAccepted,
    Kind::DatasetRejected,
    Kind::DatasetIncomplete,
    Kind::RunHeld,
    Kind::RunSuperseded,
    Kind::RunLaunched,
    Kind::RunRefused,
    Kind::RunWaiting,
    Kind::RunSucceeded,
    Kind::RunFailed,
    Kind::RunStopped,
    Kind::MessageSent,
];
