//! What the stand-in knows: jobs, custom models, tags, and how often each operation was called.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::task::AbortHandle;

use super::faults::Faults;
use super::job::{CustomModel, Job};
use super::{Config, wire::Refusal};

/// The stand-in as its handlers share it.
pub(super) type Shared = Arc<Standin>;

/// One stand-in: its settings, what is bent, its world.
pub(super) struct Standin {
    pub(super) config: Config,
    pub(super) http: reqwest::Client,
    faults: Mutex<Faults>,
    world: Mutex<World>,
}

/// Everything that changes.
#[derive(Default)]
pub(super) struct World {
    pub(super) jobs: Vec<Job>,
    pub(super) models: Vec<CustomModel>,
    pub(super) tags: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) calls: BTreeMap<String, u64>,
    /// Events by what became of them: `sent`, `lost`, `repeated`, `delayed`.
    pub(super) events: BTreeMap<&'static str, u64>,
    tasks: Vec<AbortHandle>,
}

impl Standin {
    /// A stand-in with nothing in it.
    pub(super) fn start(config: Config) -> Shared {
        let faults = Mutex::new(config.faults.clone());
        let http = crate::http().timeout(Duration::from_secs(10)).build();
        Arc::new(Self { config, http: http.unwrap_or_default(), faults, world: Mutex::default() })
    }

    /// The world, locked. Never held across an await.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What is bent, locked.
    pub(super) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Counts a call of `operation`.
    pub(super) fn count(&self, operation: &str) {
        *self.world().calls.entry(operation.to_owned()).or_default() += 1;
    }

    /// The fault set for this call of `operation`, before or after it is carried out.
    pub(super) fn call_fault(&self, operation: &str, after: bool) -> Option<Refusal> {
        self.faults().call(operation, after, None)
    }

    /// The fault set for calls of `operation` about this job.
    pub(super) fn fault_about(&self, operation: &str, job: &str) -> Result<(), Refusal> {
        self.faults().call(operation, false, Some(job)).map_or(Ok(()), Err)
    }

    /// Ends the tasks of jobs that still run.
    pub(super) fn abandon_jobs(&self) {
        self.world().tasks.drain(..).for_each(|task| task.abort());
    }

    /// A handle on the emulator's account: `arn:aws:bedrock:<region>:<account>:<rest>`.
    pub(super) fn arn(&self, rest: &str) -> String {
        format!("arn:aws:bedrock:{}:{}:{rest}", self.config.region, self.config.account)
    }
}

impl World {
    /// Remembers a task, to end it with the stand-in.
    pub(super) fn keep(&mut self, task: AbortHandle) {
        self.tasks.retain(|task| !task.is_finished());
        self.tasks.push(task);
    }

    /// The newest job of this ARN or name.
    pub(super) fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().rev().find(|job| job.arn == id || job.name() == id)
    }

    /// The newest job of this ARN or name, to change.
    pub(super) fn job_mut(&mut self, id: &str) -> Option<&mut Job> {
        self.jobs.iter_mut().rev().find(|job| job.arn == id || job.name() == id)
    }

    /// The custom model of this ARN or name.
    pub(super) fn model(&self, id: &str) -> Option<&CustomModel> {
        self.models.iter().find(|model| model.arn == id || model.name == id)
    }

    /// Jobs that count against the quota of scheduled jobs.
    pub(super) fn unfinished(&self) -> usize {
        self.jobs.iter().filter(|job| !job.status.is_end()).count()
    }
}
