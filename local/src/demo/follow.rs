//! Follows a run from outside: the ledger, Bedrock's own word on the job, the bucket, the messages.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use tunedrop_local::{Message, Stack};

/// States in which a run stays.
const ENDS: [&str; 6] = ["Rejected", "Succeeded", "Failed", "Stopped", "Superseded", "Refused"];
/// How often is looked.
const PACE: Duration = Duration::from_millis(50);

/// The clients that look.
pub(super) struct Watch<'a> {
    stack: &'a Stack,
    dataset: &'static str,
    bucket: &'a str,
    table: &'a str,
    objects: aws_sdk_s3::Client,
    ledger: aws_sdk_dynamodb::Client,
    jobs: aws_sdk_bedrock::Client,
}

/// What the ledger says of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) run_id: String,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    job_arn: Option<String>,
    told: Vec<String>,
}

impl<'a> Watch<'a> {
    /// Looks at one dataset of the stack's own deployment.
    pub(super) fn new(stack: &'a Stack, dataset: &'static str) -> Result<Watch<'a>> {
        let sdk = stack.sdk();
        Ok(Watch {
            stack,
            dataset,
            bucket: stack.deployment().bucket()?,
            table: stack.deployment().table()?,
            objects: aws_sdk_s3::Client::new(&sdk),
            ledger: aws_sdk_dynamodb::Client::new(&sdk),
            jobs: aws_sdk_bedrock::Client::new(&stack.bedrock_sdk()),
        })
    }

    /// Drops a file into the dataset's folder.
    pub(super) async fn drop_file(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        let put = self.objects.put_object().bucket(self.bucket).key(format!("datasets/{}/{name}", self.dataset));
        put.body(bytes.into()).send().await.with_context(|| format!("{name} could not be uploaded"))?;
        Ok(())
    }

    /// Prints every change of the run's state and of the job's phase, until the run has ended.
    pub(super) async fn follow(&self, started: Instant, deadline: Instant) -> Result<Run> {
        let (mut seen, mut seen_phases) = (Run::default(), Vec::new());
        loop {
            let run = match self.run_id().await? {
                Some(run_id) => self.run(&run_id).await?,
                None => None,
            };
            if let Some(run) = run {
                let at = started.elapsed().as_secs_f64();
                if run.state == "Running" || seen.state == "Running" {
                    let phases = self.phases(run.job_arn.as_deref()).await;
                    for phase in phases.iter().filter(|phase| !seen_phases.contains(*phase)) {
                        println!("{at:>8.2} s    {phase}");
                    }
                    seen_phases = phases;
                }
                if run.state != seen.state {
                    println!("{at:>8.2} s  {:<10} {}", run.state, run.run_id);
                }
                if ENDS.contains(&run.state.as_str()) {
                    return Ok(run);
                }
                seen = run;
            }
            if Instant::now() > deadline {
                let state = if seen.state.is_empty() { "no run was accepted" } else { &seen.state };
                bail!("it took too long: {state} after {} s", started.elapsed().as_secs());
            }
            tokio::time::sleep(PACE).await;
        }
    }

    /// The message that told people of this state of the run.
    pub(super) async fn message(&self, queue: &str, run_id: &str, state: &str, deadline: Instant) -> Result<Message> {
        while !self.run(run_id).await?.is_some_and(|run| run.told.iter().any(|told| told == state)) {
            if Instant::now() > deadline {
                bail!("nobody was told that run {run_id} is {state}");
            }
            tokio::time::sleep(PACE).await;
        }
        // The ledger is marked after the message went out: it is the last one in the queue.
        self.stack.receive(queue, 5).await?.pop().with_context(|| format!("no message about {run_id} has arrived"))
    }

    /// The newest report, once it rejects another run than `before`.
    pub(super) async fn rejection(&self, before: &str, deadline: Instant) -> Result<Value> {
        let key = format!("reports/{}/latest.json", self.dataset);
        loop {
            let report = self.json(&key).await?;
            if report["run_id"].as_str().is_some_and(|run_id| run_id != before) {
                if report["state"] != "Rejected" {
                    bail!("the report calls it {}", report["state"]);
                }
                return Ok(report);
            }
            if Instant::now() > deadline {
                bail!("no report rejected it in time");
            }
            tokio::time::sleep(PACE).await;
        }
    }

    /// An object that holds JSON.
    pub(super) async fn json(&self, key: &str) -> Result<Value> {
        let get = self.objects.get_object().bucket(self.bucket).key(key).send().await;
        let body = get.with_context(|| format!("{key} could not be read"))?.body.collect().await;
        let bytes = body.with_context(|| format!("{key} broke off"))?.into_bytes();
        serde_json::from_slice(&bytes).with_context(|| format!("{key} is not JSON"))
    }

    /// The keys below each of these prefixes.
    pub(super) async fn keys(&self, prefixes: &[String]) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        for prefix in prefixes {
            let list = self.objects.list_objects_v2().bucket(self.bucket).prefix(prefix).send().await;
            let found = list.with_context(|| format!("{prefix} could not be listed"))?.contents.unwrap_or_default();
            keys.extend(found.into_iter().filter_map(|object| object.key));
        }
        Ok(keys)
    }

    /// The run of the dataset's newest set, once there is one.
    async fn run_id(&self) -> Result<Option<String>> {
        let head = self.item(&format!("set#{}", self.dataset)).await?.unwrap_or_default();
        Ok(text(&head, "latest").or_else(|| text(&head, "judged_run")))
    }

    async fn run(&self, run_id: &str) -> Result<Option<Run>> {
        let Some(item) = self.item(&format!("run#{run_id}")).await? else { return Ok(None) };
        let told = item.get("told").and_then(|told| told.as_m().ok());
        Ok(Some(Run {
            run_id: run_id.to_owned(),
            state: text(&item, "state").context("the ledger's item has no state")?,
            reason: text(&item, "reason"),
            job_arn: text(&item, "job_arn"),
            told: told.map(|told| told.keys().cloned().collect()).unwrap_or_default(),
        }))
    }

    async fn item(&self, key: &str) -> Result<Option<HashMap<String, AttributeValue>>> {
        let get = self.ledger.get_item().table_name(self.table).consistent_read(true);
        let got = get.key("pk", AttributeValue::S(key.to_owned())).send().await;
        Ok(got.context("the ledger could not be read")?.item)
    }

    /// The job's phases as Bedrock gives them, a line each; nothing where it gives none.
    async fn phases(&self, job: Option<&str>) -> Vec<String> {
        let Some(job) = job else { return Vec::new() };
        let Ok(job) = self.jobs.get_model_customization_job().job_identifier(job).send().await else {
            return Vec::new();
        };
        let Some(details) = job.status_details else { return Vec::new() };
        let validation = details.validation_details.and_then(|phase| phase.status);
        let processing = details.data_processing_details.and_then(|phase| phase.status);
        let training = details.training_details.and_then(|phase| phase.status);
        [("validation", validation), ("data processing", processing), ("training", training)]
            .into_iter()
            .filter_map(|(name, status)| Some((name, status?)))
            .filter(|(_, status)| status.as_str() != "NotStarted")
            .map(|(name, status)| format!("{name}: {}", status.as_str()))
            .collect()
    }
}

fn text(item: &HashMap<String, AttributeValue>, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}
