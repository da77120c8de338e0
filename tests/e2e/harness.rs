//! The deployed stacks, and what scenarios do with them and observe.

mod faults;
mod items;
mod watched;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};
use tunedrop_local::bedrock::{EventAction, EventFault, Faults, JobFault};
use tunedrop_local::{Stack, StackOptions, build::Binaries};
use tunedrop_run::event::{Event, Kind, RunCommand};
use tunedrop_run::{Run, State, Timestamp};

use crate::stack::{DeployedStack, Notification};

/// Long enough for a message that went back to its queue to be redelivered on a busy machine: within seconds, or after 150 if
/// its function was killed.
const PATIENCE: Duration = Duration::from_secs(400);

/// The failure message of jobs whose dataset begins with `fails-`.
pub(crate) const FAILURE: &str = "Maximum input token count 4919 exceeds limit of 4096 for train data";
/// Exploit p14 of the security review: a failure that quotes a record in a wording of its own.
pub(crate) const QUOTING: &str = "Failed to parse line 17 of train.jsonl: Ada Lovelace lives at 12 High Street";

pub(crate) struct Harness {
    pub(crate) stack: Stack,
    /// The stack as a platform team would deploy it first.
    pub(crate) main: DeployedStack,
    /// The stack with guards, a default model, and only two allowed models.
    pub(crate) guarded: DeployedStack,
    /// The stack whose launches are paused, and that has its own encryption key.
    pub(crate) paused: DeployedStack,
    /// The stack in which every launch needs an approval, with daily limits, and with limited logs and tags.
    pub(crate) strict: DeployedStack,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) sns: aws_sdk_sns::Client,
    pub(crate) events: aws_sdk_eventbridge::Client,
    pub(crate) kms: aws_sdk_kms::Client,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) bedrock: aws_sdk_bedrock::Client,
    http: reqwest::Client,
}

impl Harness {
    pub(crate) async fn start(binaries: &Binaries) -> Result<Harness> {
        // Scenarios run side by side, so the names of datasets decide the faults of their jobs.
        let faults = Faults {
            hold: vec!["hold-".to_owned()],
            jobs: vec![
                JobFault { job: "fails-".to_owned(), fail: FAILURE.to_owned() },
                JobFault { job: "quotes-".to_owned(), fail: QUOTING.to_owned() },
            ],
            events: vec![EventFault {
                r#do: EventAction::Lose,
                job: "lost-".to_owned(),
                status: "Completed".to_owned(),
                ..EventFault::default()
            }],
            calls: crate::guards::transient_errors(),
            slots: 1000,
            models: 1000,
            deployments: crate::deployment_commands::faults(),
            evaluations: crate::judges::faults(),
            throughputs: crate::throughput::faults(),
            ..Faults::default()
        };
        let with = |parameters: &[(&str, &str)]| -> Vec<(String, String)> {
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let parameters =
            with(&[("SettleSeconds", "1"), ("MaxModelUnits", crate::throughput::MAX_MODEL_UNITS), ("CleanUp", "true")]);
        let options = StackOptions { name: "main".to_owned(), parameters, faults, ..StackOptions::default() };
        let stack = Stack::start(binaries, options).await?;
        let guarded = with(&[
            ("MaxTokensPerRun", "60000"),
            ("RequireSensitiveDataCheck", "true"),
            ("SettleSeconds", crate::update::SETTLE),
            ("ChatTopic", "true"),
            ("DefaultBaseModel", "nova-micro"),
            ("AllowedBaseModels", "nova-micro,nova-lite"),
        ]);
        let guarded = stack.deploy("guarded", &guarded, &[]).await?;
        let config = stack.sdk();
        let kms = aws_sdk_kms::Client::new(&config);
        let key = kms.create_key().send().await?.key_metadata.and_then(|key| key.arn).context("a key has an ARN")?;
        let paused = with(&[("PauseLaunches", "true"), ("KmsKeyArn", &key)]);
        let paused = stack.deploy("paused", &paused, &[]).await?;
        let strict = stack.deploy("strict", &with(&crate::evasion::STRICT), &[]).await?;
        Ok(Harness {
            main: DeployedStack::new(&stack, stack.deployment().clone()).await?,
            guarded: DeployedStack::new(&stack, guarded).await?,
            paused: DeployedStack::new(&stack, paused).await?,
            strict: DeployedStack::new(&stack, strict).await?,
            s3: aws_sdk_s3::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            sns: aws_sdk_sns::Client::new(&config),
            events: aws_sdk_eventbridge::Client::new(&config),
            kms,
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            bedrock: aws_sdk_bedrock::Client::new(&stack.bedrock_sdk()),
            http: tunedrop_local::http().build()?,
            stack,
        })
    }

    pub(crate) async fn stop(self) -> Result<()> {
        for side in [&self.main, &self.guarded, &self.paused, &self.strict] {
            side.collector.abort();
        }
        self.stack.stop().await
    }

    /// The value of `AWS_ENDPOINT_URL` for another program.
    pub(crate) fn endpoint(&self) -> &str {
        self.stack.endpoint()
    }

    /// The simulator's address.
    pub(crate) fn bedrock_endpoint(&self) -> &str {
        self.stack.bedrock_endpoint()
    }

    /// Uploads one file of a dataset.
    pub(crate) async fn upload(
        &self,
        side: &DeployedStack,
        dataset: &str,
        file: &str,
        text: impl Into<String>,
    ) -> Result<()> {
        self.put(side, &format!("datasets/{dataset}/{file}"), text.into().into_bytes()).await
    }

    pub(crate) async fn put(&self, side: &DeployedStack, key: &str, bytes: Vec<u8>) -> Result<()> {
        let request = self.s3.put_object().bucket(side.bucket()).key(key).body(ByteStream::from(bytes));
        request.send().await.with_context(|| format!("upload of {key}"))?;
        Ok(())
    }

    pub(crate) async fn read(&self, side: &DeployedStack, key: &str) -> Result<Vec<u8>> {
        let object =
            self.s3.get_object().bucket(side.bucket()).key(key).send().await.with_context(|| format!("read {key}"))?;
        Ok(object.body.collect().await?.to_vec())
    }

    pub(crate) async fn read_json(&self, side: &DeployedStack, key: &str) -> Result<Value> {
        Ok(serde_json::from_slice(&self.read(side, key).await?)?)
    }

    /// Returns the newest report on a dataset, once it has this state.
    pub(crate) async fn report(&self, side: &DeployedStack, dataset: &str, state: &str) -> Result<Value> {
        self.until(&format!("a report on {dataset} that says {state}"), async || {
            let report = self.read_json(side, &format!("reports/{dataset}/latest.json")).await.ok()?;
            (report["state"] == state).then_some(report)
        })
        .await
    }

    /// Returns the dataset's newest accepted run, once it is in this state.
    pub(crate) async fn run_in(&self, side: &DeployedStack, dataset: &str, state: State) -> Result<Run> {
        self.until(&format!("the run of {dataset} to be {}", state.as_str()), async || {
            let head = side.ledger.dataset(dataset).await.ok()??;
            let run = side.ledger.run(&head.latest_run?).await.ok()??;
            (run.state == state).then_some(run)
        })
        .await
    }

    /// Returns this run, once it is in this state.
    pub(crate) async fn run_is(&self, side: &DeployedStack, run_id: &str, state: State) -> Result<Run> {
        self.until(&format!("the run {run_id} to be {}", state.as_str()), async || {
            let run = side.ledger.run(run_id).await.ok()??;
            (run.state == state).then_some(run)
        })
        .await
    }

    /// Returns the messages about a dataset, once there are `n` of them with this text in the body or subject.
    pub(crate) async fn wait_for_messages(
        &self,
        side: &DeployedStack,
        dataset: &str,
        text: &str,
        n: usize,
    ) -> Result<Vec<Notification>> {
        let about = || -> Vec<Notification> {
            let outbox = side.outbox.lock().expect("no collector panics");
            let fits = |message: &&Notification| message.attributes.get("dataset").is_some_and(|name| name == dataset);
            outbox
                .iter()
                .filter(fits)
                .filter(|message| message.body.contains(text) || message.subject.contains(text))
                .cloned()
                .collect()
        };
        let found = self
            .until(&format!("{n} messages on {dataset} with {text:?}"), async || {
                Some(about()).filter(|found| found.len() >= n)
            })
            .await;
        match found {
            Ok(found) => Ok(found),
            Err(error) => Err(error.context(format!("messages on {dataset}: {:#?}", side.messages(dataset)))),
        }
    }

    /// Returns the jobs of a dataset as Bedrock received them.
    pub(crate) async fn jobs(&self, dataset: &str) -> Result<Vec<Value>> {
        let all: Value =
            self.http.get(format!("{}/_simulator/jobs", self.stack.bedrock_endpoint())).send().await?.json().await?;
        let jobs = all["jobs"].as_array().context("a list of jobs")?;
        // A run's id is the dataset's name, twelve hex digits, and perhaps an attempt's number.
        let is_hash = |rest: &str| {
            rest.len() >= 12
                && rest.as_bytes()[..12].iter().all(u8::is_ascii_hexdigit)
                && !rest[12..].contains(|c: char| c.is_ascii_alphabetic())
        };
        let ours = |job: &&Value| {
            job["jobName"].as_str().and_then(|name| name.strip_prefix(dataset)?.strip_prefix('-')).is_some_and(is_hash)
        };
        Ok(jobs.iter().filter(ours).cloned().collect())
    }

    pub(crate) async fn command(&self, side: &DeployedStack, kind: Kind, run_id: &str) -> Result<()> {
        let (command, run_id) = (RunCommand::of(kind).context("not a command")?, run_id.parse()?);
        let event = Event::Command { command, run_id, by: Some("ada".to_owned()) };
        Ok(side.bus.put(&side.deployed.name, &event).await?)
    }

    pub(crate) async fn sweep(&self, side: &DeployedStack) -> Result<()> {
        self.stack.invoke(side.deployed.function("sweep")?, &json!({})).await?;
        Ok(())
    }

    /// Puts an event of an `aws.*` source, as AWS itself would.
    pub(crate) async fn aws_event(&self, source: &str, kind: &str, detail: Value) -> Result<()> {
        let entry = json!({ "Source": source, "DetailType": kind, "Detail": detail.to_string() });
        self.stack.post_events(&[entry]).await
    }

    /// Returns how many messages a queue contains, visible or hidden.
    pub(crate) async fn waiting(&self, queue: &str) -> Result<u64> {
        use aws_sdk_sqs::types::QueueAttributeName as Name;
        let names = [Name::ApproximateNumberOfMessages, Name::ApproximateNumberOfMessagesNotVisible];
        let answer =
            self.sqs.get_queue_attributes().queue_url(queue).set_attribute_names(Some(names.to_vec())).send().await?;
        Ok(names.iter().filter_map(|name| answer.attributes()?.get(name)?.parse::<u64>().ok()).sum())
    }

    /// Makes an item of the ledger look as old as if it had existed since `then`.
    pub(crate) async fn set_since(&self, side: &DeployedStack, pk: &str, then: Timestamp) -> Result<()> {
        self.set_time(side, pk, "uploaded_at", then).await
    }

    /// Makes a run look as if it had been in its state since `then`.
    pub(crate) async fn set_changed_at(&self, side: &DeployedStack, run_id: &str, then: Timestamp) -> Result<()> {
        self.set_time(side, &Run::key(run_id), "changed_at", then).await
    }

    async fn set_time(&self, side: &DeployedStack, pk: &str, attribute: &str, then: Timestamp) -> Result<()> {
        let request = self.dynamodb.update_item().table_name(side.deployed.table()?);
        let request = request.key("pk", AttributeValue::S(pk.to_owned())).update_expression("SET #time = :then");
        let request = request.expression_attribute_names("#time", attribute);
        request.expression_attribute_values(":then", AttributeValue::S(then.to_string())).send().await?;
        Ok(())
    }

    /// S3 has times in whole seconds, so a newer upload must be in a later second.
    pub(crate) async fn next_second(&self) {
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }

    /// Waits long enough for something unwanted to happen.
    pub(crate) async fn settled(&self) {
        tokio::time::sleep(Duration::from_secs(3)).await;
    }

    /// Polls until `look` finds something: quickly at first, then less often, because the scenarios that wait beside
    /// each other take the processor's time from the functions that they wait for.
    pub(crate) async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        let mut pause = Duration::from_millis(50);
        loop {
            if let Some(found) = look().await {
                return Ok(found);
            }
            if Instant::now() > deadline {
                bail!("waited {} s for {what}", PATIENCE.as_secs());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 5 / 4).min(Duration::from_millis(400));
        }
    }
}
