//! The events that each function may put on the stack's own bus.
//!
//! The role of each function allows only these kinds (`template.yaml`, statement `PutOwnEvents`). The bus accepts
//! commands from anyone with permission, and all other events only from the functions' roles (`BusPolicy`). The
//! repository tests compare both with these lists.

use super::Kind;

/// Every kind.
pub const ALL: &[Kind] = Kind::ALL;

/// The results of a validation.
pub const VALIDATE: &[Kind] = &[Kind::DatasetAccepted, Kind::DatasetRejected, Kind::RunHeld, Kind::RunSuperseded];

/// The results of launches and commands. An approved or retried run is queued again.
pub const LAUNCH: &[Kind] =
    &[Kind::DatasetAccepted, Kind::RunHeld, Kind::RunSuperseded, Kind::RunLaunched, Kind::RunRefused, Kind::RunStopped];

/// Changes of a run that follow from the status of its job.
pub const RECORD: &[Kind] = &[Kind::RunLaunched, Kind::RunSucceeded, Kind::RunFailed, Kind::RunStopped];

/// Outcomes of a deployment.
pub const DEPLOY: &[Kind] = &[Kind::RunDeployed, Kind::DeploymentDeleted, Kind::DeploymentFailed];

/// The ends of evaluations, and the deployments that they need.
pub const EVALUATE: &[Kind] = &[Kind::RunEvaluated, Kind::EvaluationFailed, Kind::EvaluationDue, Kind::DeploymentDue];

/// What happens to models.
pub const CLEAN: &[Kind] = &[Kind::ModelExpiring, Kind::ModelDeleted, Kind::BaseModelEnding];

/// A message that was sent.
pub const NOTIFY: &[Kind] = &[Kind::MessageSent];

/// What the sweep finds, and every state that may have to be announced again.
pub const SWEEP: &[Kind] = &[
    Kind::DatasetAccepted,
    Kind::DatasetRejected,
    Kind::DatasetIncomplete,
    Kind::RunHeld,
    Kind::RunSuperseded,
    Kind::RunLaunched,
    Kind::RunRefused,
    Kind::RunBlocked,
    Kind::RunSucceeded,
    Kind::RunFailed,
    Kind::RunStopped,
    Kind::JobStateObserved,
    Kind::LaunchDue,
    Kind::RunDeployed,
    Kind::DeploymentExpiring,
    Kind::DeploymentDeleted,
    Kind::DeploymentFailed,
    Kind::DeploymentDue,
    Kind::RunEvaluated,
    Kind::EvaluationFailed,
    Kind::EvaluationDue,
    Kind::ModelExpiring,
    Kind::ModelDeleted,
    Kind::BaseModelEnding,
];

/// Commands, from people and programs that IAM allows to put events on the stack's bus.
pub const COMMANDS: &[Kind] = &[
    Kind::ApproveRun,
    Kind::StopRun,
    Kind::RetryRun,
    Kind::DeployRun,
    Kind::RollBackDeployment,
    Kind::DeleteDeployment,
    Kind::EvaluateRun,
    Kind::StopEvaluation,
];

/// The kinds that are forwarded to the account's default bus, where others can subscribe. tunedrop never reads them
/// there.
pub const FORWARDED: &[Kind] = &[
    Kind::DatasetAccepted,
    Kind::DatasetRejected,
    Kind::DatasetIncomplete,
    Kind::RunHeld,
    Kind::RunSuperseded,
    Kind::RunLaunched,
    Kind::RunRefused,
    Kind::RunBlocked,
    Kind::RunSucceeded,
    Kind::RunFailed,
    Kind::RunStopped,
    Kind::RunDeployed,
    Kind::DeploymentExpiring,
    Kind::DeploymentDeleted,
    Kind::DeploymentFailed,
    Kind::RunEvaluated,
    Kind::EvaluationFailed,
    Kind::ModelExpiring,
    Kind::ModelDeleted,
    Kind::BaseModelEnding,
    Kind::MessageSent,
];
