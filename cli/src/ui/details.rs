//! What a run's page shows besides the ledger: losses, the evaluation's figures, and the job's phases. Each is read once
//! for all tabs.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tunedrop_aws::JobView;
use tunedrop_evaluation::Evaluation;
use tunedrop_report::{TokenHistogram, token_histogram};
use tunedrop_run::{EvaluationEntry, Run, State};
use tunedrop_validation::Statistics;

use crate::evaluations::{decided, whole};
use crate::losses::Losses;
use crate::report;
use crate::stack::Stack;
use crate::watch::outcome;

/// Entries of each kind that are kept.
const KEPT: usize = 64;

/// Values by key. A value is used until its time is up.
#[derive(Debug)]
struct Cache<K, V>(Mutex<HashMap<K, (Instant, V)>>);

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Cache(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// The value, which `read` reads if there is none that is younger than `age` says. Others wait meanwhile, so that each
    /// is read once.
    async fn get(&self, key: &K, age: impl Fn(&V) -> Duration, read: impl Future<Output = Result<V>>) -> Result<V> {
        let mut kept = self.0.lock().await;
        if let Some((at, value)) = kept.get(key)
            && at.elapsed() < age(value)
        {
            return Ok(value.clone());
        }
        let value = read.await?;
        if kept.len() >= KEPT
            && let Some(oldest) = kept.iter().min_by_key(|(_, (at, _))| *at).map(|(key, _)| key.clone())
        {
            kept.remove(&oldest);
        }
        kept.insert(key.clone(), (Instant::now(), value.clone()));
        Ok(value)
    }
}

/// The caches.
#[derive(Debug, Default)]
pub(crate) struct Details {
    losses: Cache<String, Option<Losses>>,
    evaluations: Cache<(String, u64), Option<Box<Evaluation>>>,
    jobs: Cache<String, Option<JobView>>,
    lengths: Cache<String, Vec<TokenHistogram>>,
}

/// What was written once doesn't change.
const FOREVER: Duration = Duration::MAX;

impl Details {
    /// The losses and phases of a run whose job ended; `None` if there are none (yet), or if they expired.
    pub(crate) async fn losses(&self, stack: &Stack, run: &Run, every: Duration) -> Result<Option<Losses>> {
        if !matches!(run.state, State::Succeeded | State::Failed | State::Stopped) {
            return Ok(None);
        }
        let age = |found: &Option<Losses>| if found.is_some() { FOREVER } else { every };
        let read = async { Ok(outcome(stack, &run.run_id).await?.map(|outcome| Losses::of(&outcome))) };
        self.losses.get(&run.run_id.to_string(), age, read).await
    }

    /// The figures of the run's last evaluation that has a decision; `None` if there are none, or they expired.
    pub(crate) async fn evaluation(
        &self,
        stack: &Stack,
        one: &EvaluationEntry,
        every: Duration,
    ) -> Option<Box<Evaluation>> {
        decided(one)?;
        let age = |found: &Option<Box<Evaluation>>| if found.is_some() { FOREVER } else { every };
        let read = async { Ok(whole(stack, one).await.map(Box::new)) };
        self.evaluations.get(&(one.run_id.to_string(), one.number), age, read).await.ok().flatten()
    }

    /// The lengths of the records of the run's files, from the report on the data; empty without a report.
    pub(crate) async fn lengths(&self, stack: &Stack, run: &Run) -> Vec<TokenHistogram> {
        if run.report.is_none() {
            return Vec::new();
        }
        let read = async { Ok(report::data(stack, run).await?.as_ref().map(histograms).unwrap_or_default()) };
        self.lengths.get(&run.run_id.to_string(), |_| FOREVER, read).await.unwrap_or_default()
    }

    /// The job of a run that is Running, as Bedrock sees it; `None` if the call fails.
    pub(crate) async fn job(&self, stack: &Stack, run: &Run, every: Duration) -> Option<JobView> {
        if run.state != State::Running {
            return None;
        }
        let name = run.job_arn.as_deref().unwrap_or(&run.run_id);
        let read = async { Ok(stack.jobs().get(name).await.ok().flatten()) };
        self.jobs.get(&run.run_id.to_string(), |_| every, read).await.ok().flatten()
    }
}

/// The histograms of a `report.json`. Of one of another version, those that can be read.
fn histograms(report: &Value) -> Vec<TokenHistogram> {
    let limit = report["record_tokens"].as_u64();
    let of_file = |file: &Value| {
        let statistics = Statistics::deserialize(&file["statistics"]).ok()?;
        token_histogram(file["name"].as_str()?, &statistics, limit)
    };
    report["files"].as_array().into_iter().flatten().filter_map(of_file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_value_is_read_again_when_its_time_is_up() {
        let cache = Cache::<u8, u8>::default();
        let get = async |age: Duration, value: u8| cache.get(&1, |_| age, async { Ok(value) }).await.ok();
        assert_eq!(get(FOREVER, 1).await, Some(1));
        assert_eq!(get(FOREVER, 2).await, Some(1));
        assert_eq!(get(Duration::ZERO, 3).await, Some(3));
    }
}
