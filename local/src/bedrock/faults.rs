//! Faults that tests can set. `control` has the API for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::costs::CostSettings;
use super::deployment_faults::{DeploymentFaults, InferenceSettings};
use super::errors::Refusal;
use super::evaluation::EvaluationFaults;
use super::event_fault_rates::EventFaultRates;
use super::prices::PriceFaults;
use super::throughput::ThroughputFaults;

/// All faults and settings of the simulator that tests can change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Faults of the jobs' events. The first one that matches an event applies.
    pub events: Vec<EventFault>,
    /// Random faults of the other events.
    pub event_rates: EventFaultRates,
    /// Jobs that fail in training.
    pub jobs: Vec<JobFault>,
    /// Calls that are answered with an error.
    pub calls: Vec<CallFault>,
    /// Jobs whose name begins with this always exceed their own quota.
    pub own_quota: Vec<String>,
    /// Jobs whose name begins with this stay in training until it is removed.
    pub hold: Vec<String>,
    /// Jobs whose name begins with this don't start until it is removed: every phase stays `NotStarted`.
    pub idle: Vec<String>,
    /// How many jobs may be unfinished at once (10 on AWS).
    pub slots: usize,
    /// How many of them are always used by others in the account.
    pub strangers: usize,
    /// How many custom models the account may have (100 on AWS).
    pub models: usize,
    /// The durations of validation, data processing and training, in milliseconds.
    pub phases_ms: [u64; 3],
    /// The answer to a repeated token with the same request. AWS documents only that it isn't an error.
    pub same_token: SameToken,
    /// The answer for a name in use.
    pub name_in_use: NameInUse,
    /// Whether a finished job's name may be used again. Not documented; by default not.
    pub names_repeat: bool,
    /// A model's lifecycle, by identifier: `ACTIVE`, `LEGACY` or `GONE`.
    pub lifecycle: BTreeMap<String, String>,
    /// The day on which a model becomes legacy (RFC 3339), by identifier.
    pub legacy_from: BTreeMap<String, String>,
    /// Whether jobs really train a model. Otherwise their curve is computed from the byte frequencies of the data.
    pub train: bool,
    /// The maximum number of jobs that train a model at once. Others compute their curve.
    pub train_at_once: usize,
    /// Whether the tokens that all jobs can bill are counted whenever a job is created.
    pub count_tokens: bool,
    /// Custom model deployments.
    pub deployments: DeploymentFaults,
    /// Converse and ConverseStream.
    pub inference: InferenceSettings,
    /// Evaluation jobs.
    pub evaluations: EvaluationFaults,
    /// Provisioned Throughput.
    pub throughputs: ThroughputFaults,
    /// The AWS Price List.
    pub prices: PriceFaults,
    /// Cost Explorer.
    pub costs: CostSettings,
}

/// A fault of events.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventFault {
    /// The fault.
    pub r#do: EventAction,
    /// Jobs whose name begins with this. Empty: all jobs.
    pub job: String,
    /// Events with this status. Empty: all events.
    pub status: String,
    /// The number of events. Absent: all events from now on.
    pub times: Option<u32>,
    /// For `delay`: the delay in milliseconds. Later events arrive before a delayed one.
    pub ms: u64,
}

/// The kinds of faults of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventAction {
    /// It never arrives.
    #[default]
    Lose,
    /// It arrives twice.
    Repeat,
    /// It arrives late.
    Delay,
}

/// Jobs that fail.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobFault {
    /// The beginning of their names.
    pub job: String,
    /// The job's `failureMessage`.
    pub fail: String,
}

/// Calls that are answered with an error.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallFault {
    /// The operation's name in the API, such as `CreateModelCustomizationJob`.
    pub operation: String,
    /// Only calls about jobs (create and get) and deployments whose name begins with this, including calls of their
    /// models. Empty: all calls.
    pub job: String,
    /// The error's code: `ThrottlingException`, `InternalServerException`, `ServiceQuotaExceededException`, …
    pub error: String,
    /// Its message.
    pub message: String,
    /// The number of calls. Absent: all calls from now on.
    pub times: Option<u32>,
    /// Whether the call is carried out first, so that only its answer is lost (calls that change something). A streamed
    /// answer ends with the error after its first part.
    pub after: bool,
}

/// The answer to a repeated `clientRequestToken` with the same request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SameToken {
    /// 201 and the ARN of the first job.
    #[default]
    SameJob,
    /// `ConflictException`.
    Conflict,
    /// The same answer as for a new token: AWS doesn't document how long a token is stored.
    Forgotten,
}

/// The answer for a name of a job or a custom model that is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameInUse {
    /// `ValidationException`, with the observed message.
    #[default]
    Validation,
    /// `ConflictException`.
    Conflict,
    /// `ValidationException`, with another message.
    OtherWords,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            event_rates: EventFaultRates::default(),
            jobs: Vec::new(),
            calls: Vec::new(),
            own_quota: Vec::new(),
            hold: Vec::new(),
            idle: Vec::new(),
            slots: 10,
            strangers: 0,
            models: 100,
            phases_ms: [100; 3],
            same_token: SameToken::SameJob,
            name_in_use: NameInUse::Validation,
            names_repeat: false,
            lifecycle: BTreeMap::new(),
            legacy_from: BTreeMap::new(),
            train: true,
            train_at_once: 4,
            count_tokens: false,
            deployments: DeploymentFaults::default(),
            inference: InferenceSettings::default(),
            evaluations: EvaluationFaults::default(),
            throughputs: ThroughputFaults::default(),
            prices: PriceFaults::default(),
            costs: CostSettings::default(),
        }
    }
}

impl Faults {
    /// Returns the error that is set for this call: for all such calls, or for those about `job`.
    pub(super) fn call(&mut self, operation: &str, after: bool, job: Option<&str>) -> Option<Refusal> {
        let about = |fault: &CallFault| match job {
            None => fault.job.is_empty(),
            Some(job) => !fault.job.is_empty() && job.starts_with(&fault.job),
        };
        let matching = |fault: &&mut CallFault| {
            fault.operation == operation && fault.after == after && fault.times != Some(0) && about(fault)
        };
        let fault = self.calls.iter_mut().find(matching)?;
        fault.times = fault.times.map(|times| times - 1);
        let message =
            if fault.message.is_empty() { "The simulator was set to answer like this" } else { &fault.message };
        Some(Refusal::bent(&fault.error, message))
    }

    /// Returns the fault of this job's event.
    pub(super) fn event(&mut self, job: &str, status: &str) -> Option<EventFault> {
        let matching = |fault: &&mut EventFault| {
            job.starts_with(&fault.job) && (fault.status.is_empty() || fault.status == status) && fault.times != Some(0)
        };
        let Some(fault) = self.events.iter_mut().find(matching) else {
            return self.event_rates.event(job, status);
        };
        fault.times = fault.times.map(|times| times - 1);
        Some(fault.clone())
    }

    /// Returns the message with which this job fails.
    pub(super) fn failure(&self, job: &str) -> Option<String> {
        self.jobs.iter().find(|fault| job.starts_with(&fault.job)).map(|fault| fault.fail.clone())
    }

    /// Whether this job doesn't start.
    pub(super) fn keeps_idle(&self, job: &str) -> bool {
        self.idle.iter().any(|prefix| job.starts_with(prefix))
    }

    /// Whether this job is held.
    pub(super) fn holds(&self, job: &str) -> bool {
        self.hold.iter().any(|prefix| job.starts_with(prefix))
    }
}
