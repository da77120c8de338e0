//! The actions of a scenario outside of the functions, and what it observes.
//!
//! Frequent calls use plain HTTP, because an unoptimized SDK call costs more than the emulator's answer.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};
use tunedrop_run::Run;
use tunedrop_run::event::{DeploymentCommand, Event, Kind, RunCommand, SOURCE};

use crate::crash::deliveries::{Delivery, event, object_created};
use crate::crash::evaluations::Questions;
use crate::crash::worker::Worker;

impl Worker {
    /// Uploads one file of the dataset.
    pub(super) async fn upload(&mut self, file: &str, text: impl Into<String>) -> Result<()> {
        let key = format!("datasets/{}/{file}", self.dataset);
        let body = ByteStream::from(text.into().into_bytes());
        self.resources.s3.put_object().bucket(&self.resources.bucket).key(&key).body(body).send().await?;
        let created = object_created(&self.resources.bucket, &key);
        for function in self.rules.targets(&created, &self.resources.stack, &self.resources.bucket) {
            self.queue.push_back(Delivery::new(&function, created.clone()));
        }
        Ok(())
    }

    /// Sends a command for the dataset's newest run.
    pub(super) async fn command(&mut self, kind: Kind) -> Result<()> {
        let run = self.newest().await?;
        let command = RunCommand::of(kind).context("not a command")?;
        let command = Event::Command { command, run_id: run.run_id, by: Some("ada".to_owned()) };
        let detail = serde_json::to_value(command.detail(&self.resources.stack))?;
        let command = event(SOURCE, kind.as_str(), &detail);
        self.queue.push_back(Delivery::new("launch", command));
        Ok(())
    }

    /// Sends a command about a deployment.
    pub(super) async fn deployment_command(&mut self, command: DeploymentCommand) -> Result<()> {
        let kind = command.kind();
        let command = Event::DeploymentCommand { command, by: Some("ada".to_owned()) };
        let detail = serde_json::to_value(command.detail(&self.resources.stack))?;
        self.queue.push_back(Delivery::new("deploy", event(SOURCE, kind.as_str(), &detail)));
        Ok(())
    }

    /// The dataset's newest accepted run.
    pub(super) async fn newest(&self) -> Result<Run> {
        let head = self.resources.ledger.dataset(&self.dataset).await?.context("the dataset has no head")?;
        let run = head.latest_run.context("the dataset has no run")?;
        self.resources.ledger.run(&run).await?.context("the head's run is not there")
    }

    /// Sets faults in the worker's simulator.
    pub(super) async fn set_faults(&mut self, faults: Value) -> Result<()> {
        self.has_faults = true;
        let request = self.resources.http.post(format!("{}/_simulator/faults", self.resources.bedrock)).json(&faults);
        ensure!(request.send().await?.status().is_success(), "the simulator rejects {faults}");
        Ok(())
    }

    /// The dataset's jobs stay in training until they are stopped.
    pub(super) async fn hold(&mut self) -> Result<()> {
        self.held = true;
        self.set_faults(json!({ "hold": [self.dataset] })).await
    }

    /// The jobs of this run of the scenario.
    pub(super) async fn jobs(&self) -> Result<Vec<Value>> {
        let list = format!(
            "{}/model-customization-jobs?maxResults=1000&nameContains={}",
            self.resources.bedrock, self.dataset
        );
        let mut all: Value = self.resources.http.get(list).send().await?.json().await?;
        let jobs = all["modelCustomizationJobSummaries"].take();
        Ok(jobs.as_array().context("a list of jobs")?.clone())
    }

    /// Whether every job has ended, or is held in training. Its event has arrived by then.
    pub(super) async fn jobs_rest(&mut self) -> Result<bool> {
        if !self.working {
            return Ok(true);
        }
        if !self.held && !self.released {
            self.set_faults(json!({ "hold": [] })).await?;
            self.released = true;
        }
        let held = self.held;
        let rests = |job: &Value| match job["status"].as_str() {
            Some("InProgress") => held && job["statusDetails"]["trainingDetails"]["status"] == "InProgress",
            status => status != Some("Stopping"),
        };
        self.working = !self.jobs().await?.iter().all(rests);
        // The simulator sends the event after it changes the state.
        tokio::time::sleep(Duration::from_millis(5)).await;
        self.listen();
        if !self.working && std::mem::take(&mut self.released) {
            self.set_faults(json!({ "hold": [""] })).await?;
        }
        Ok(!self.working)
    }

    /// The kinds of events that this run of the scenario sent messages about.
    pub(super) async fn messages(&self) -> Result<Vec<String>> {
        let mut kinds = Vec::new();
        loop {
            let receive = json!({ "QueueUrl": self.resources.outbox, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"] });
            let mut taken = self.resources.items.ask("AmazonSQS.ReceiveMessage", &receive).await?;
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

    /// Resets everything for the next run of a scenario.
    pub(super) async fn clear(&mut self) -> Result<()> {
        self.resources.items.clear().await?;
        self.resources.items.ask("AmazonSQS.PurgeQueue", &json!({ "QueueUrl": self.resources.outbox })).await?;
        if std::mem::take(&mut self.has_faults) {
            self.resources.http.delete(format!("{}/_simulator/faults", self.resources.bedrock)).send().await?;
        }
        (self.held, self.working, self.released, self.has_judge) = (false, false, false, false);
        self.listen();
        self.queue.clear();
        self.later.clear();
        self.lose.clear();
        self.traces.clear();
        self.questions = Questions::default();
        self.fault = None;
        self.fault_plan.take_injected();
        Ok(())
    }
}
