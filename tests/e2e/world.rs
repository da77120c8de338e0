//! The stacks, and what a scenario sees and does through them.

mod items;
mod watched;

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};
use tunedrop_local::bedrock::{Deed, EventFault, Faults, JobFault};
use tunedrop_local::{Stack, StackOptions, build};
use tunedrop_run::event::{Event, Kind, RunCommand};
use tunedrop_run::{Run, State, Timestamp};

use crate::side::{Side, Told};

/// Long enough for a message that went back to its queue, on a busy machine, to come again: within seconds, or after 150 where
/// its function is gone.
const PATIENCE: Duration = Duration::from_secs(400);

/// What jobs of datasets that begin with `fails-` fail with.
pub(crate) const FAILURE: &str = "Maximum input token count 4919 exceeds limit of 4096 for train data";
/// Exploit p14 of the security review: a failure that quotes a record in a wording of its own.
pub(crate) const QUOTING: &str = "Failed to parse line 17 of train.jsonl: Ada Lovelace lives at 12 High Street";

pub(crate) struct World {
    pub(crate) stack: Stack,
    /// As a platform team would deploy it first.
    pub(crate) main: Side,
    /// Guards, a default model, and only two models allowed.
    pub(crate) guarded: Side,
    /// Launches are paused, and a key of its own encrypts.
    pub(crate) paused: Side,
    /// Every launch needs an approval, and a day has few; logs and tags are narrowed.
    pub(crate) strict: Side,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) sns: aws_sdk_sns::Client,
    pub(crate) events: aws_sdk_eventbridge::Client,
    pub(crate) kms: aws_sdk_kms::Client,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) bedrock: aws_sdk_bedrock::Client,
    http: reqwest::Client,
}

impl World {
    pub(crate) async fn start() -> Result<World> {
        let binaries = build::functions().await?;
        // Scenarios run side by side and bend the stand-in by their datasets' names.
        let faults = Faults {
            hold: vec!["hold-".to_owned()],
            jobs: vec![
                JobFault { job: "fails-".to_owned(), fail: FAILURE.to_owned() },
                JobFault { job: "quotes-".to_owned(), fail: QUOTING.to_owned() },
            ],
            events: vec![EventFault {
                r#do: Deed::Lose,
                job: "lost-".to_owned(),
                status: "Completed".to_owned(),
                ..EventFault::default()
            }],
            slots: 1000,
            models: 1000,
            ..Faults::default()
        };
        let with = |parameters: &[(&str, &str)]| -> Vec<(String, String)> {
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let parameters = with(&[("SettleSeconds", "1")]);
        let options = StackOptions { name: "main".to_owned(), parameters, faults, ..StackOptions::default() };
        let stack = Stack::start(&binaries, options).await?;
        let guarded = with(&[
            ("MaxTokensPerRun", "60000"),
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
        Ok(World {
            main: Side::new(&stack, stack.deployment().clone()).await?,
            guarded: Side::new(&stack, guarded).await?,
            paused: Side::new(&stack, paused).await?,
            strict: Side::new(&stack, strict).await?,
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

    /// For `AWS_ENDPOINT_URL` of another program.
    pub(crate) fn endpoint(&self) -> &str {
        self.stack.endpoint()
    }

    /// The stand-in's address.
    pub(crate) fn bedrock_endpoint(&self) -> &str {
        self.stack.bedrock_endpoint()
    }

    /// Uploads one file of a dataset, as anybody would.
    pub(crate) async fn drop(&self, side: &Side, dataset: &str, file: &str, text: impl Into<String>) -> Result<()> {
        self.put(side, &format!("datasets/{dataset}/{file}"), text.into().into_bytes()).await
    }

    pub(crate) async fn put(&self, side: &Side, key: &str, bytes: Vec<u8>) -> Result<()> {
        let request = self.s3.put_object().bucket(side.bucket()).key(key).body(ByteStream::from(bytes));
        request.send().await.with_context(|| format!("upload of {key}"))?;
        Ok(())
    }

    pub(crate) async fn read(&self, side: &Side, key: &str) -> Result<Vec<u8>> {
        let object =
            self.s3.get_object().bucket(side.bucket()).key(key).send().await.with_context(|| format!("read {key}"))?;
        Ok(object.body.collect().await?.to_vec())
    }

    pub(crate) async fn read_json(&self, side: &Side, key: &str) -> Result<Value> {
        Ok(serde_json::from_slice(&self.read(side, key).await?)?)
    }

    /// The newest report on a dataset, once it has this state.
    pub(crate) async fn report(&self, side: &Side, dataset: &str, state: &str) -> Result<Value> {
        self.until(&format!("a report on {dataset} that says {state}"), async || {
            let report = self.read_json(side, &format!("reports/{dataset}/latest.json")).await.ok()?;
            (report["state"] == state).then_some(report)
        })
        .await
    }

    /// The dataset's newest accepted run, once it is in this state.
    pub(crate) async fn run_in(&self, side: &Side, dataset: &str, state: State) -> Result<Run> {
        self.until(&format!("the run of {dataset} to be {}", state.as_str()), async || {
            let head = side.ledger.head(dataset).await.ok()??;
            let run = side.ledger.run(&head.latest?).await.ok()??;
            (run.state == state).then_some(run)
        })
        .await
    }

    /// This very run, once it is in this state.
    pub(crate) async fn run_is(&self, side: &Side, run_id: &str, state: State) -> Result<Run> {
        self.until(&format!("the run {run_id} to be {}", state.as_str()), async || {
            let run = side.ledger.run(run_id).await.ok()??;
            (run.state == state).then_some(run)
        })
        .await
    }

    /// Messages about a dataset, once there are `n` of them with this text in the body or subject.
    pub(crate) async fn told(&self, side: &Side, dataset: &str, text: &str, n: usize) -> Result<Vec<Told>> {
        let about = || -> Vec<Told> {
            let outbox = side.outbox.lock().expect("no collector panics");
            let fits = |told: &&Told| told.attributes.get("dataset").is_some_and(|name| name == dataset);
            outbox
                .iter()
                .filter(fits)
                .filter(|told| told.body.contains(text) || told.subject.contains(text))
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

    /// Jobs of a dataset as Bedrock received them.
    pub(crate) async fn jobs(&self, dataset: &str) -> Result<Vec<Value>> {
        let all: Value =
            self.http.get(format!("{}/_standin/jobs", self.stack.bedrock_endpoint())).send().await?.json().await?;
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

    /// Sets how the Bedrock stand-in misbehaves.
    pub(crate) async fn faults(&self, faults: Value) -> Result<()> {
        let answer =
            self.http.post(format!("{}/_standin/faults", self.stack.bedrock_endpoint())).json(&faults).send().await?;
        ensure!(answer.status().is_success(), "the stand-in refuses {faults}: {}", answer.text().await?);
        Ok(())
    }

    pub(crate) async fn command(&self, side: &Side, kind: Kind, run_id: &str) -> Result<()> {
        let (command, run_id) = (RunCommand::of(kind).context("not a command")?, run_id.parse()?);
        let event = Event::Command { command, run_id, by: Some("ada".to_owned()) };
        Ok(side.bus.put(&side.deployed.name, &event).await?)
    }

    pub(crate) async fn sweep(&self, side: &Side) -> Result<()> {
        self.stack.invoke(side.deployed.function("sweep")?, &json!({})).await?;
        Ok(())
    }

    /// An event of an `aws.*` source, as AWS itself would send it.
    pub(crate) async fn aws_event(&self, source: &str, kind: &str, detail: Value) -> Result<()> {
        let entry = json!({ "Source": source, "DetailType": kind, "Detail": detail.to_string() });
        self.stack.post_events(&[entry]).await
    }

    /// How many messages a queue holds, seen or unseen.
    pub(crate) async fn waiting(&self, queue: &str) -> Result<u64> {
        use aws_sdk_sqs::types::QueueAttributeName as Name;
        let names = [Name::ApproximateNumberOfMessages, Name::ApproximateNumberOfMessagesNotVisible];
        let answer =
            self.sqs.get_queue_attributes().queue_url(queue).set_attribute_names(Some(names.to_vec())).send().await?;
        Ok(names.iter().filter_map(|name| answer.attributes()?.get(name)?.parse::<u64>().ok()).sum())
    }

    /// Lets an item of the ledger be as old as if it had been there since `then`.
    pub(crate) async fn set_since(&self, side: &Side, pk: &str, then: Timestamp) -> Result<()> {
        self.set_time(side, pk, "since", then).await
    }

    /// Lets a run have been in its state since `then`.
    pub(crate) async fn set_changed_at(&self, side: &Side, run_id: &str, then: Timestamp) -> Result<()> {
        self.set_time(side, &Run::key(run_id), "changed_at", then).await
    }

    async fn set_time(&self, side: &Side, pk: &str, attribute: &str, then: Timestamp) -> Result<()> {
        let request = self.dynamodb.update_item().table_name(side.deployed.table()?);
        let request = request.key("pk", AttributeValue::S(pk.to_owned())).update_expression("SET #time = :then");
        let request = request.expression_attribute_names("#time", attribute);
        request.expression_attribute_values(":then", AttributeValue::S(then.to_string())).send().await?;
        Ok(())
    }

    /// S3 tells whole seconds, so what is to be newer must come in a later one.
    pub(crate) async fn next_second(&self) {
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }

    /// Long enough for what should not happen to have happened.
    pub(crate) async fn settled(&self) {
        tokio::time::sleep(Duration::from_secs(3)).await;
    }

    /// Polls until `look` finds something.
    pub(crate) async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look().await {
                return Ok(found);
            }
            if Instant::now() > deadline {
                bail!("waited {} s in vain for {what}", PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Runs two futures at once; both must succeed.
pub(crate) async fn both<A, B>(
    a: impl Future<Output = Result<A>>,
    b: impl Future<Output = Result<B>>,
) -> Result<(A, B)> {
    tokio::try_join!(a, b)
}
