//! What a play does to the world outside, and what it sees of it.
//!
//! Plain HTTP where it is done often: unoptimized, an SDK call costs more than the emulator's answer.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};
use tunedrop_run::Run;
use tunedrop_run::event::{Event, Kind, RunCommand, SOURCE};

use crate::bus::{Delivery, event, object_created};
use crate::lane::Lane;

impl Lane {
    /// Uploads one file of the dataset.
    pub(crate) async fn drop(&mut self, file: &str, text: impl Into<String>) -> Result<()> {
        let key = format!("datasets/{}/{file}", self.dataset);
        let body = ByteStream::from(text.into().into_bytes());
        self.place.s3.put_object().bucket(&self.place.bucket).key(&key).body(body).send().await?;
        let created = object_created(&self.place.bucket, &key);
        for function in self.rules.targets(&created, &self.place.stack, &self.place.bucket) {
            self.queue.push_back(Delivery::new(&function, created.clone()));
        }
        Ok(())
    }

    /// Sends a command for the dataset's newest run.
    pub(crate) async fn command(&mut self, kind: Kind) -> Result<()> {
        let run = self.newest().await?;
        let command = RunCommand::of(kind).context("not a command")?;
        let command = Event::Command { command, run_id: run.run_id, by: Some("ada".to_owned()) };
        let detail = serde_json::to_value(command.detail(&self.place.stack))?;
        let command = event(SOURCE, kind.as_str(), &detail);
        self.queue.push_back(Delivery::new("launch", command));
        Ok(())
    }

    /// The dataset's newest accepted run.
    async fn newest(&self) -> Result<Run> {
        let head = self.place.ledger.head(&self.dataset).await?.context("the dataset has no head")?;
        let run = head.latest.context("the dataset has no run")?;
        self.place.ledger.run(&run).await?.context("the head's run is not there")
    }

    /// Bends the lane's stand-in.
    pub(crate) async fn bend(&mut self, faults: Value) -> Result<()> {
        self.bent = true;
        let bend = self.place.http.post(format!("{}/_standin/faults", self.place.bedrock)).json(&faults);
        ensure!(bend.send().await?.status().is_success(), "the stand-in refuses {faults}");
        Ok(())
    }

    /// The dataset's jobs stay in training until they are stopped.
    pub(crate) async fn hold(&mut self) -> Result<()> {
        self.held = true;
        self.bend(json!({ "hold": [self.dataset] })).await
    }

    /// The jobs of this play.
    pub(crate) async fn jobs(&self) -> Result<Vec<Value>> {
        let list =
            format!("{}/model-customization-jobs?maxResults=1000&nameContains={}", self.place.bedrock, self.dataset);
        let mut all: Value = self.place.http.get(list).send().await?.json().await?;
        let jobs = all["modelCustomizationJobSummaries"].take();
        Ok(jobs.as_array().context("a list of jobs")?.clone())
    }

    /// Whether every job has ended, or is held in training; its event is heard by then.
    pub(crate) async fn jobs_rest(&mut self) -> Result<bool> {
        if !self.working {
            return Ok(true);
        }
        if !self.held && !self.released {
            self.bend(json!({ "hold": [] })).await?;
            self.released = true;
        }
        let held = self.held;
        let rests = |job: &Value| match job["status"].as_str() {
            Some("InProgress") => held && job["statusDetails"]["trainingDetails"]["status"] == "InProgress",
            status => status != Some("Stopping"),
        };
        self.working = !self.jobs().await?.iter().all(rests);
        // The stand-in's event follows its state.
        tokio::time::sleep(Duration::from_millis(5)).await;
        self.listen();
        if !self.working && std::mem::take(&mut self.released) {
            self.bend(json!({ "hold": [""] })).await?;
        }
        Ok(!self.working)
    }

    /// What people were told in this play: the events' kinds.
    pub(crate) async fn told(&self) -> Result<Vec<String>> {
        let mut kinds = Vec::new();
        loop {
            let receive =
                json!({ "QueueUrl": self.place.outbox, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"] });
            let mut taken = self.place.items.ask("AmazonSQS.ReceiveMessage", &receive).await?;
            let Value::Array(messages) = taken["Messages"].take() else {
                return Ok(kinds);
            };
            for message in messages {
                let attribute = |name: &str| message["MessageAttributes"][name]["StringValue"].as_str();
                if attribute("dataset").is_some_and(|dataset| dataset.starts_with(&self.dataset)) {
                    kinds.extend(attribute("kind").map(str::to_owned));
                }
            }
        }
    }

    /// Makes room for the next play.
    pub(crate) async fn clear(&mut self) -> Result<()> {
        self.place.items.clear().await?;
        self.place.items.ask("AmazonSQS.PurgeQueue", &json!({ "QueueUrl": self.place.outbox })).await?;
        if std::mem::take(&mut self.bent) {
            self.place.http.delete(format!("{}/_standin/faults", self.place.bedrock)).send().await?;
        }
        (self.held, self.working, self.released) = (false, false, false);
        self.listen();
        self.queue.clear();
        self.later.clear();
        self.lose.clear();
        self.traces.clear();
        self.strike = None;
        self.plan.take_struck();
        Ok(())
    }
}
