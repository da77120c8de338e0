//! Follows a run from outside: the ledger, the job at Bedrock, the bucket, the messages.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use tunedrop_local::{Message, Stack};

/// States in which a run stays.
const ENDS: [&str; 6] = ["Rejected", "Succeeded", "Failed", "Stopped", "Superseded", "Refused"];
/// How often the state is polled.
const PACE: Duration = Duration::from_millis(50);

/// The clients.
pub(super) struct Watch<'a> {
    stack: &'a Stack,
    dataset: &'static str,
    bucket: &'a str,
    table: &'a str,
    objects: aws_sdk_s3::Client,
    ledger: aws_sdk_dynamodb::Client,
    jobs: aws_sdk_bedrock::Client,
}

/// The fields of a decided evaluation in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) run_id: String,
    pub(super) state: String,
    /// The beginning of the keys of its objects.
    pub(super) prefix: String,
    pub(super) tokens_in: u64,
    pub(super) tokens_out: u64,
}

/// The run's fields in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) run_id: String,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    job_arn: Option<String>,
}

impl<'a> Watch<'a> {
    /// Creates the clients for one dataset of the stack's own deployment.
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

    /// Uploads a file to the dataset's folder.
    pub(super) async fn drop_file(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        let put = self.objects.put_object().bucket(self.bucket).key(format!("datasets/{}/{name}", self.dataset));
        put.body(bytes.into()).send().await.with_context(|| format!("{name} could not be uploaded"))?;
        Ok(())
    }

    /// Prints every change of the state of the newest run and of its job's phase, until the run has ended. `before`: the run
    /// that was the newest before the upload.
    pub(super) async fn follow(&self, before: Option<&str>, started: Instant, deadline: Instant) -> Result<Run> {
        let (mut seen, mut seen_phases) = (Run::default(), Vec::new());
        loop {
            let run = match self.run_id().await?.filter(|run_id| before != Some(run_id.as_str())) {
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

    /// Prints every change of the state of the dataset's deployment, until it answers with the model of this run. Returns its
    /// ARN.
    pub(super) async fn deployment(&self, run_id: &str, started: Instant, deadline: Instant) -> Result<String> {
        let mut seen = String::new();
        loop {
            let item = self.item(&format!("deployment#{}", self.dataset)).await?.unwrap_or_default();
            let state = text(&item, "state").unwrap_or_default();
            if state != seen {
                let of = text(&item, "run_id").unwrap_or_default();
                println!(
                    "{:>8.2} s  {state:<10} deployment {} of run {of}",
                    started.elapsed().as_secs_f64(),
                    self.dataset
                );
                seen.clone_from(&state);
            }
            let serves = text(&item, "serving").is_some_and(|serving| serving == run_id);
            match (state.as_str(), text(&item, "arn")) {
                ("Active", Some(arn)) if serves => return Ok(arn),
                ("Failed" | "Deleted", _) => bail!("the deployment is {state}: {:?}", text(&item, "reason")),
                _ if Instant::now() > deadline => bail!("it took too long: the deployment is {state}"),
                _ => tokio::time::sleep(PACE).await,
            }
        }
    }

    /// Prints every change of the state of the run's evaluation, until it has ended.
    pub(super) async fn evaluation(&self, run_id: &str, started: Instant, deadline: Instant) -> Result<Decided> {
        let mut seen = String::new();
        loop {
            let item = self.item(&format!("evaluation#{run_id}")).await?.unwrap_or_default();
            let state = text(&item, "state").unwrap_or_default();
            if state != seen {
                println!("{:>8.2} s  {state:<10} evaluation of run {run_id}", started.elapsed().as_secs_f64());
                seen.clone_from(&state);
            }
            match (state.as_str(), item.get("result").and_then(|result| result.as_m().ok())) {
                ("Kept" | "Dropped" | "Undecided", Some(result)) => {
                    let tokens = |name: &str| number(result, name).with_context(|| format!("the result has no {name}"));
                    let number = number(&item, "number").context("the evaluation has no number")?;
                    let prefix = format!("evaluations/{run_id}/{number}/");
                    let (tokens_in, tokens_out) = (tokens("tokens_in")?, tokens("tokens_out")?);
                    return Ok(Decided { run_id: run_id.to_owned(), state, prefix, tokens_in, tokens_out });
                }
                ("Failed" | "Refused" | "Stopped", _) => {
                    bail!("the evaluation is {state}: {}", text(&item, "reason").unwrap_or_default());
                }
                _ if Instant::now() > deadline => bail!("it took too long: the evaluation is {state:?}"),
                _ => tokio::time::sleep(PACE).await,
            }
        }
    }

    /// Returns the messages about the run of these kinds, in this order, once all of them have arrived. Others are
    /// dropped.
    pub(super) async fn messages(
        &self,
        queue: &str,
        run_id: &str,
        kinds: &[&str],
        deadline: Instant,
    ) -> Result<Vec<Message>> {
        let mut arrived = Vec::new();
        loop {
            arrived.extend(self.stack.receive(queue, 1).await?);
            let of = |kind: &&str| {
                let is = |message: &&Message| {
                    message.attributes.get("kind").is_some_and(|found| found == kind) && message.body.contains(run_id)
                };
                arrived.iter().find(is).cloned()
            };
            match kinds.iter().map(of).collect::<Option<Vec<Message>>>() {
                Some(messages) => return Ok(messages),
                None if Instant::now() > deadline => {
                    bail!("of {kinds:?} about {run_id}, not every message has arrived")
                }
                None => {}
            }
        }
    }

    /// Returns the newest report, once it rejects another run than `before`.
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

    /// Reads an object that contains JSON.
    pub(super) async fn json(&self, key: &str) -> Result<Value> {
        serde_json::from_slice(&self.bytes(key).await?).with_context(|| format!("{key} is not JSON"))
    }

    /// Reads an object.
    pub(super) async fn bytes(&self, key: &str) -> Result<Vec<u8>> {
        let get = self.objects.get_object().bucket(self.bucket).key(key).send().await;
        let body = get.with_context(|| format!("{key} could not be read"))?.body.collect().await;
        Ok(body.with_context(|| format!("{key} ended early"))?.into_bytes().to_vec())
    }

    /// Returns the keys below each of these prefixes.
    pub(super) async fn keys(&self, prefixes: &[String]) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        for prefix in prefixes {
            let list = self.objects.list_objects_v2().bucket(self.bucket).prefix(prefix).send().await;
            let found = list.with_context(|| format!("{prefix} could not be listed"))?.contents.unwrap_or_default();
            keys.extend(found.into_iter().filter_map(|object| object.key));
        }
        Ok(keys)
    }

    /// Returns the run of the dataset's newest version, once there is one.
    async fn run_id(&self) -> Result<Option<String>> {
        let entry = self.item(&format!("dataset#{}", self.dataset)).await?.unwrap_or_default();
        Ok(text(&entry, "latest_run").or_else(|| text(&entry, "validated_run")))
    }

    async fn run(&self, run_id: &str) -> Result<Option<Run>> {
        let Some(item) = self.item(&format!("run#{run_id}")).await? else { return Ok(None) };
        Ok(Some(Run {
            run_id: run_id.to_owned(),
            state: text(&item, "state").context("the ledger's item has no state")?,
            reason: text(&item, "reason"),
            job_arn: text(&item, "job_arn"),
        }))
    }

    async fn item(&self, key: &str) -> Result<Option<HashMap<String, AttributeValue>>> {
        let get = self.ledger.get_item().table_name(self.table).consistent_read(true);
        let got = get.key("pk", AttributeValue::S(key.to_owned())).send().await;
        Ok(got.context("the ledger could not be read")?.item)
    }

    /// Returns the job's phases at Bedrock, one line each. Empty if there are none.
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

fn number(item: &HashMap<String, AttributeValue>, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
