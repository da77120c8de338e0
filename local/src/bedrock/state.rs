//! The simulator's state: jobs, custom models, deployments, tags, and how often each operation was called.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::task::AbortHandle;

use super::deployment::CustomModelDeployment;
use super::evaluation::EvaluationJob;
use super::faults::Faults;
use super::inference::Usage;
use super::job::{CustomModel, Job};
use super::launches::Launch;
use super::throughput::Throughput;
use super::{Config, wire::Refusal};

/// The simulator, shared by its handlers.
pub(super) type Shared = Arc<Simulator>;

/// One simulator: its settings, faults and state.
pub(super) struct Simulator {
    pub(super) config: Config,
    pub(super) http: reqwest::Client,
    faults: Mutex<Faults>,
    state: Mutex<SimulatorState>,
}

/// The state, which changes.
#[derive(Default)]
pub(super) struct SimulatorState {
    pub(super) jobs: Vec<Job>,
    pub(super) models: Vec<CustomModel>,
    /// In the order of the creations.
    pub(super) launches: Vec<Launch>,
    pub(super) deployments: Vec<CustomModelDeployment>,
    pub(super) evaluations: Vec<EvaluationJob>,
    pub(super) throughputs: Vec<Throughput>,
    /// The usage of inference, by the `modelId` of the calls.
    pub(super) usage: BTreeMap<String, Usage>,
    /// Invocations that CloudWatch doesn't know yet, by the `modelId` of the calls.
    pub(super) invocations: BTreeMap<String, u64>,
    pub(super) tags: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) calls: BTreeMap<String, u64>,
    /// Counts of events: `sent`, `lost`, `repeated`, `delayed`.
    pub(super) events: BTreeMap<&'static str, u64>,
    tasks: Vec<AbortHandle>,
}

impl Simulator {
    /// Creates a simulator without jobs.
    pub(super) fn start(config: Config) -> Shared {
        let faults = Mutex::new(config.faults.clone());
        let http = crate::http().timeout(Duration::from_secs(10)).build();
        Arc::new(Self { config, http: http.unwrap_or_default(), faults, state: Mutex::default() })
    }

    /// Locks the state. The lock must not be held across an await.
    pub(super) fn state(&self) -> MutexGuard<'_, SimulatorState> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Locks the faults.
    pub(super) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Counts a call of `operation`.
    pub(super) fn count(&self, operation: &str) {
        *self.state().calls.entry(operation.to_owned()).or_default() += 1;
    }

    /// Returns the fault that is set for this call of `operation`, before or after it is carried out.
    pub(super) fn call_fault(&self, operation: &str, after: bool) -> Option<Refusal> {
        self.faults().call(operation, after, None)
    }

    /// Returns the fault that is set for calls of `operation` about this job.
    pub(super) fn fault_about(&self, operation: &str, job: &str) -> Result<(), Refusal> {
        self.faults().call(operation, false, Some(job)).map_or(Ok(()), Err)
    }

    /// Cancels the tasks of jobs that are still running.
    pub(super) fn abandon_jobs(&self) {
        self.state().tasks.drain(..).for_each(|task| task.abort());
    }

    /// Returns an ARN in the emulator's account: `arn:aws:bedrock:<region>:<account>:<rest>`.
    pub(super) fn arn(&self, rest: &str) -> String {
        format!("arn:aws:bedrock:{}:{}:{rest}", self.config.region, self.config.account)
    }
}

impl SimulatorState {
    /// Stores a task, to cancel it when the simulator ends.
    pub(super) fn keep(&mut self, task: AbortHandle) {
        self.tasks.retain(|task| !task.is_finished());
        self.tasks.push(task);
    }

    /// Returns the newest job with this ARN or name.
    pub(super) fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().rev().find(|job| job.arn == id || job.name() == id)
    }

    /// Returns the newest job with this ARN or name, to change it.
    pub(super) fn job_mut(&mut self, id: &str) -> Option<&mut Job> {
        self.jobs.iter_mut().rev().find(|job| job.arn == id || job.name() == id)
    }

    /// Returns the custom model with this ARN or name.
    pub(super) fn model(&self, id: &str) -> Option<&CustomModel> {
        self.models.iter().find(|model| model.arn == id || model.name == id)
    }

    /// Returns the number of jobs that count toward the quota of scheduled jobs.
    pub(super) fn unfinished(&self) -> usize {
        self.jobs.iter().filter(|job| !job.status.is_end()).count()
    }
}
