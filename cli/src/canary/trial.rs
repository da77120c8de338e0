//! The stages of a canary, one after the other, and what it leaves behind.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use serde_json::json;
use tokio::time::{Instant, sleep};
use tunedrop_aws::{Bus, Ledger, Objects, Sent, Uploads};
use tunedrop_run::decide::notify::{Channel, NotificationKey, channels};
use tunedrop_run::event::{Event, RunCommand};
use tunedrop_run::{Run, RunId, State, Timestamp};

use super::DATASET;
use super::page::{self, Stage};
use crate::print;
use crate::stack::{Stack, explain};

/// How often the ledger is read.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The records: more than any base model's minimum for fine-tuning with conversations needs.
const RECORDS: usize = 20;
/// The most files that a canary can leave: its own, and those of interrupted ones.
const FILES_MAX: usize = 1_000;

/// A canary in a stack.
pub(super) struct Trial<'s> {
    pub(super) stack: &'s Stack,
    ledger: Ledger,
    objects: Objects,
    uploads: Uploads,
    bus: Bus,
    channels: &'static [Channel],
    model: &'s str,
    /// For each stage.
    limit: Duration,
    /// Whether each stage is printed when it ends.
    shown: bool,
    pub(super) run_id: Option<RunId>,
    pub(super) stages: Vec<Stage>,
}

impl<'s> Trial<'s> {
    pub(super) fn new(stack: &'s Stack, model: &'s str, limit: Duration, shown: bool) -> Result<Trial<'s>> {
        Ok(Trial {
            ledger: stack.ledger()?,
            objects: stack.objects()?,
            uploads: stack.uploads()?,
            bus: stack.bus()?,
            channels: channels(stack.outputs.contains_key("ChatTopicArn")),
            stack,
            model,
            limit,
            shown,
            run_id: None,
            stages: Vec::new(),
        })
    }

    /// Whether every stage passed.
    pub(super) fn passed(&self) -> bool {
        !self.stages.is_empty() && self.stages.iter().all(|stage| stage.passed)
    }

    /// Goes through the stages until one fails.
    pub(super) async fn stages(&mut self) -> Result<()> {
        let begin = Instant::now();
        let before = self.upload().await;
        let before = match before {
            Ok(before) => before,
            Err(error) => {
                let look = "your own permissions (`tunedrop doctor`), and the bucket's".to_owned();
                return self.note("upload", begin, Err(error), look);
            }
        };
        self.note(
            "upload",
            begin,
            Ok(format!("{RECORDS} records and a recipe in datasets/{DATASET}/")),
            String::new(),
        )?;

        let begin = Instant::now();
        let validated = self.validated(before.as_ref()).await;
        let look = self.place("validate", "Validate");
        let run = match validated {
            Ok(run) => run,
            Err(error) => return self.note("validation", begin, Err(error), look),
        };
        self.run_id = Some(run.run_id.clone());
        let held = match run.state {
            State::Held => Ok(format!("run {} is Held", run.run_id)),
            State::Rejected => {
                Err(anyhow::anyhow!("run {} is rejected: see `tunedrop report {}`", run.run_id, run.run_id))
            }
            other => Err(anyhow::anyhow!("run {} is {}, although its recipe holds it", run.run_id, other.as_str())),
        };
        let go_on = held.is_ok();
        self.note("validation", begin, held, look)?;
        if !go_on {
            return Ok(());
        }

        let begin = Instant::now();
        let key = format!("reports/{DATASET}/{}/report.json", run.run_id);
        let reported = self.until("report", async || {
            let found = self.objects.find(&key).await.map_err(explain)?;
            Ok(found.map(|_| format!("{key} is in the bucket")))
        });
        let reported = reported.await;
        if !self.and_go_on("report", begin, reported, self.place("validate", "Validate"))? {
            return Ok(());
        }
        if !self.notified(&run.run_id, State::Held, "message").await? {
            return Ok(());
        }

        let begin = Instant::now();
        let stopped = self.stopped(&run.run_id).await;
        let stopped = stopped.map(|()| "the run is Stopped, and had no job".to_owned());
        if !self.and_go_on("command", begin, stopped, self.place("launch", "Launch"))? {
            return Ok(());
        }
        self.notified(&run.run_id, State::Stopped, "end").await.map(drop)
    }

    /// Stops the run if it is still open, and deletes the files.
    pub(super) async fn clean_up(&mut self) -> Result<()> {
        let begin = Instant::now();
        let removed = self.remove().await;
        let look = format!("datasets/{DATASET}/ and the run with `tunedrop show {DATASET}{}`", self.stack.named);
        self.note("removal", begin, removed, look)
    }

    /// Uploads the dataset, the recipe first: a stack may have a default model, which would train data without a recipe.
    /// Returns the run that was validated last before.
    async fn upload(&self) -> Result<Option<RunId>> {
        let before = self.ledger.dataset(DATASET).await.map_err(explain)?.and_then(|head| head.validated_run);
        self.delete(&format!("datasets/{DATASET}/")).await?;
        let recipe = json!({ "base_model": self.model, "launch": "manual" });
        let put = async |file: &str, text: String, kind: &str| {
            let key = format!("datasets/{DATASET}/{file}");
            self.uploads.put(&key, text.into_bytes(), kind, &Sent::default()).await.map_err(explain)
        };
        put("job.yaml", format!("{recipe:#}\n"), "application/yaml").await?;
        put("train.jsonl", records(&Timestamp::now().to_string()), "application/jsonl").await?;
        Ok(before)
    }

    /// Waits for the run of the upload.
    async fn validated(&self, before: Option<&RunId>) -> Result<Run> {
        self.until("result of the validation", async || {
            let head = self.ledger.dataset(DATASET).await.map_err(explain)?.unwrap_or_default();
            let Some(run_id) = head.validated_run.filter(|run_id| Some(run_id) != before) else { return Ok(None) };
            self.ledger.run(&run_id).await.map_err(explain)
        })
        .await
    }

    /// Waits until people were notified of the state on every channel. Returns whether they were.
    async fn notified(&mut self, run_id: &RunId, state: State, name: &'static str) -> Result<bool> {
        let begin = Instant::now();
        let notified = self.until("message", async || {
            let run = self.ledger.run(run_id).await.map_err(explain)?;
            let sent =
                run.is_some_and(|run| NotificationKey::State(state).is_notified_on(&run.notified, self.channels));
            Ok(sent.then(|| format!("people were notified that the run is {}", state.as_str())))
        });
        let notified = notified.await;
        self.and_go_on(name, begin, notified, self.place("notify", "Notify"))
    }

    /// Sends the command to stop the run, and waits until it has ended.
    async fn stopped(&self, run_id: &RunId) -> Result<()> {
        let by = std::env::var("USER").ok().filter(|user| !user.is_empty());
        let event = Event::Command { command: RunCommand::Stop, run_id: run_id.clone(), by };
        self.bus.put(&self.stack.name, &event).await.map_err(explain)?;
        let run = self.until("end of the run", async || {
            let run = self.ledger.run(run_id).await.map_err(explain)?;
            Ok(run.filter(|run| run.state.is_end()))
        });
        let run = run.await?;
        ensure!(run.state == State::Stopped, "the run is {}", run.state.as_str());
        ensure!(run.job_arn.is_none(), "the run has a job: {}", run.job_arn.unwrap_or_default());
        Ok(())
    }

    async fn remove(&self) -> Result<String> {
        if let Some(run_id) = &self.run_id {
            let run = self.ledger.run(run_id).await.map_err(explain)?;
            if run.is_some_and(|run| !run.state.is_end()) {
                self.stopped(run_id).await?;
            }
        }
        let mut deleted = 0;
        let of_run = self.run_id.as_ref().map(|run_id| format!("runs/{run_id}/"));
        for prefix in [format!("datasets/{DATASET}/"), format!("reports/{DATASET}/")].into_iter().chain(of_run) {
            deleted += self.delete(&prefix).await?;
        }
        Ok(format!("{deleted} files are deleted"))
    }

    /// Deletes what is below a prefix. Returns how many files there were.
    async fn delete(&self, prefix: &str) -> Result<usize> {
        let keys = self.objects.keys(prefix, FILES_MAX).await.map_err(explain)?;
        for key in &keys {
            self.uploads.delete(key).await.map_err(explain)?;
        }
        Ok(keys.len())
    }

    /// Repeats `look` until it returns a value, within the limit of a stage.
    async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Result<Option<T>>) -> Result<T> {
        let begin = Instant::now();
        while begin.elapsed() < self.limit {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            sleep(LOOK_EVERY).await;
        }
        bail!("no {what} after {} minutes", self.limit.as_secs() / 60)
    }

    /// Where to look if a function doesn't do its part.
    fn place(&self, function: &str, queue: &str) -> String {
        format!(
            "the log group /tunedrop/{}/{function}, the queue {queue}Queue and its dead-letter queue; then `tunedrop redrive{}`",
            self.stack.name, self.stack.named
        )
    }

    fn and_go_on(&mut self, name: &'static str, begin: Instant, result: Result<String>, look: String) -> Result<bool> {
        let go_on = result.is_ok();
        self.note(name, begin, result, look)?;
        Ok(go_on)
    }

    /// Keeps a stage's result, and prints it.
    fn note(&mut self, name: &'static str, begin: Instant, result: Result<String>, look: String) -> Result<()> {
        let (passed, found) = match result {
            Ok(found) => (true, found),
            Err(error) => (false, format!("{error:#}")),
        };
        let seconds = begin.elapsed().as_secs_f64();
        let look = if passed { String::new() } else { look };
        let stage = Stage { name, passed, seconds, found, look };
        if self.shown {
            print(&page::line(&stage))?;
        }
        self.stages.push(stage);
        Ok(())
    }
}

/// Conversations that no other canary had, so that the content is a new run.
fn records(seed: &str) -> String {
    let record = |n: usize| {
        let turn = |role: &str, text: String| json!({ "role": role, "content": [{ "text": text }] });
        json!({
            "schemaVersion": "bedrock-conversation-2024",
            "messages": [
                turn("user", format!("What is part {n} of the canary of {seed}?")),
                turn("assistant", format!("Part {n} of the canary of {seed} is a test of the stack.")),
            ],
        })
    };
    (1..=RECORDS).map(|n| format!("{}\n", record(n))).collect()
}

#[cfg(test)]
mod tests {
    use tunedrop_run::object_key::{ObjectKind, classify};

    use super::*;

    #[test]
    fn dataset_has_a_valid_name() {
        for file in ["job.yaml", "train.jsonl"] {
            let kind = classify(&format!("datasets/{DATASET}/{file}"));
            assert!(matches!(kind, ObjectKind::DatasetFile { .. }), "{kind:?}");
        }
    }

    #[test]
    fn each_canary_has_other_records() {
        assert_eq!(records("a").lines().count(), RECORDS);
        assert_ne!(records("a"), records("b"));
    }
}
