//! What tests may bend. The control API it is done over is in `control`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::errors::Refusal;
use super::weather::Weather;

/// Everything about the stand-in that may be bent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// What happens to the events of jobs; the first that matches an event is applied.
    pub events: Vec<EventFault>,
    /// What happens to those that none of `events` names.
    pub weather: Weather,
    /// Jobs that fail in training.
    pub jobs: Vec<JobFault>,
    /// Calls that are answered with an error.
    pub calls: Vec<CallFault>,
    /// Jobs whose name begins like this exceed a quota of their own, whatever is free.
    pub own_quota: Vec<String>,
    /// Jobs whose name begins like this stay in training until it is taken away.
    pub hold: Vec<String>,
    /// How many jobs may be unfinished at once (10 on AWS).
    pub slots: usize,
    /// How many of them are somebody else's all the time.
    pub strangers: usize,
    /// How many custom models the account may have (100 on AWS).
    pub models: usize,
    /// How long validation, data processing and training take, in milliseconds.
    pub phases_ms: [u64; 3],
    /// What a repeated token with the same request is answered with. AWS says only: without an error.
    pub same_token: SameToken,
    /// What a name in use is answered with.
    pub name_in_use: NameInUse,
    /// Whether a finished job's name may be used again. Not documented; by default not.
    pub names_repeat: bool,
    /// A model's lifecycle, by identifier: `ACTIVE`, `LEGACY` or `GONE`.
    pub lifecycle: BTreeMap<String, String>,
    /// Whether jobs train for real; otherwise their curve is worked out from the byte frequencies of the data.
    pub train: bool,
    /// More jobs than this running at once do not train for real either.
    pub train_at_once: usize,
}

/// What happens to events.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventFault {
    /// What is done.
    pub r#do: Deed,
    /// Jobs whose name begins like this; empty: all.
    pub job: String,
    /// Events of this status; empty: all.
    pub status: String,
    /// How many events; absent: for ever.
    pub times: Option<u32>,
    /// For `delay`: by how many milliseconds. Later events overtake a delayed one.
    pub ms: u64,
}

/// What is done to an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
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
    /// Jobs whose name begins like this.
    pub job: String,
    /// The job's `failureMessage`.
    pub fail: String,
}

/// Calls that are answered with an error.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallFault {
    /// The operation, as the API names it: `CreateModelCustomizationJob`.
    pub operation: String,
    /// Only calls about jobs whose name begins like this (create and get); empty: all.
    pub job: String,
    /// The error's code: `ThrottlingException`, `InternalServerException`, `ServiceQuotaExceededException`, …
    pub error: String,
    /// Its message.
    pub message: String,
    /// How many calls; absent: for ever.
    pub times: Option<u32>,
    /// Whether the call is carried out first, so that only its answer is lost (create and stop).
    pub after: bool,
}

/// What a repeated `clientRequestToken` with the same request is answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SameToken {
    /// 201 and the ARN of the first job.
    #[default]
    SameJob,
    /// `ConflictException`.
    Conflict,
    /// As if the token were new: AWS doesn't say how long it is remembered.
    Forgotten,
}

/// What the name of a job or of a custom model that is in use is answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameInUse {
    /// `ValidationException`, in the words that were seen.
    #[default]
    Validation,
    /// `ConflictException`.
    Conflict,
    /// `ValidationException`, in other words.
    OtherWords,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            weather: Weather::default(),
            jobs: Vec::new(),
            calls: Vec::new(),
            own_quota: Vec::new(),
            hold: Vec::new(),
            slots: 10,
            strangers: 0,
            models: 100,
            phases_ms: [100; 3],
            same_token: SameToken::SameJob,
            name_in_use: NameInUse::Validation,
            names_repeat: false,
            lifecycle: BTreeMap::new(),
            train: true,
            train_at_once: 4,
        }
    }
}

impl Faults {
    /// The error this call is answered with, if one is set: for all such calls, or for those about `job`.
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
        let message = if fault.message.is_empty() { "The stand-in was told to answer so" } else { &fault.message };
        Some(Refusal::bent(&fault.error, message))
    }

    /// What is done to this event of this job.
    pub(super) fn event(&mut self, job: &str, status: &str) -> Option<EventFault> {
        let matching = |fault: &&mut EventFault| {
            job.starts_with(&fault.job) && (fault.status.is_empty() || fault.status == status) && fault.times != Some(0)
        };
        let Some(fault) = self.events.iter_mut().find(matching) else {
            return self.weather.event(job, status);
        };
        fault.times = fault.times.map(|times| times - 1);
        Some(fault.clone())
    }

    /// The message this job fails with.
    pub(super) fn failure(&self, job: &str) -> Option<String> {
        self.jobs.iter().find(|fault| job.starts_with(&fault.job)).map(|fault| fault.fail.clone())
    }

    /// Whether this job is held.
    pub(super) fn holds(&self, job: &str) -> bool {
        self.hold.iter().any(|prefix| job.starts_with(prefix))
    }
}
