//! The emulator with IAM enforced, and one deployed stack as a journey sees it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tunedrop_aws::{Bus, Ledger};
use tunedrop_local::bedrock::{Deed, EventFault, Faults};
use tunedrop_local::{ACCOUNT, Deployment, Message, REGION, Stack, StackOptions, build};
use tunedrop_run::event::{Event, Kind, RunCommand, senders};
use tunedrop_run::{Run, State};

/// Long enough for a message that went back to its queue, on a busy machine, to come again: within seconds, or after 60 where
/// notify holds a claim.
const PATIENCE: Duration = Duration::from_secs(400);

/// The functions, whose roles are named after them.
pub(crate) const FUNCTIONS: [&str; 5] = ["validate", "launch", "record", "notify", "sweep"];

/// The bucket that Bedrock is said to write its invocation logs to.
pub(crate) const LOGS: &str = "invocation-logs";

/// Everything runs on this emulator. Jobs are bent by the names of their datasets.
pub(crate) async fn start() -> Result<Stack> {
    let binaries = build::functions().await?;
    let lose = |job: &str, status: &str| EventFault {
        r#do: Deed::Lose,
        job: job.to_owned(),
        status: status.to_owned(),
        ..EventFault::default()
    };
    let faults = Faults {
        hold: vec!["hold-".to_owned()],
        events: vec![lose("lost-", "Completed"), lose("hold-cut-off", "")],
        lifecycle: [("amazon.nova-pro-v1:0:300k".to_owned(), "LEGACY".to_owned())].into(),
        slots: 1000,
        models: 1000,
        train: false,
        ..Faults::default()
    };
    let options = StackOptions {
        name: "whole".to_owned(),
        auth: true,
        parameters: parameters(),
        faults,
        ..StackOptions::default()
    };
    let stack = Stack::start(&binaries, options).await?;
    let s3 = aws_sdk_s3::Client::new(&stack.sdk());
    s3.create_bucket().bucket(LOGS).send().await?;
    s3.put_object().bucket(LOGS).key("june/records.json.gz").body(ByteStream::from_static(b"{}\n")).send().await?;
    Ok(stack)
}

/// The template's parameters: what the journeys use that is not there by default.
pub(crate) fn parameters() -> Vec<(String, String)> {
    vec![
        ("InvocationLogBucket".to_owned(), LOGS.to_owned()),
        ("InvocationLogPrefix".to_owned(), "june/".to_owned()),
        ("ChatTopic".to_owned(), "true".to_owned()),
    ]
}

/// One deployed stack.
pub(crate) struct Site<'s> {
    pub(crate) stack: &'s Stack,
    pub(crate) deployed: Deployment,
    pub(crate) ledger: Ledger,
    pub(crate) bedrock: aws_sdk_bedrock::Client,
    s3: aws_sdk_s3::Client,
    bus: Bus,
    queue: String,
    outbox: Mutex<Vec<Message>>,
}

impl<'s> Site<'s> {
    pub(crate) async fn new(stack: &'s Stack, deployed: Deployment) -> Result<Site<'s>> {
        let sdk = stack.sdk();
        let queue = stack.subscribe(&deployed).await?;
        Ok(Site {
            ledger: Ledger::new(&sdk, deployed.table()?.to_owned()),
            bedrock: aws_sdk_bedrock::Client::new(&stack.bedrock_sdk()),
            s3: aws_sdk_s3::Client::new(&sdk),
            bus: Bus::new(&sdk, deployed.bus()?.to_owned(), senders::COMMANDS),
            queue,
            outbox: Mutex::default(),
            stack,
            deployed,
        })
    }

    pub(crate) async fn drop(&self, dataset: &str, file: &str, text: impl Into<String>) -> Result<()> {
        let body = ByteStream::from(text.into().into_bytes());
        let key = format!("datasets/{dataset}/{file}");
        self.s3.put_object().bucket(self.deployed.bucket()?).key(&key).body(body).send().await.context(key)?;
        Ok(())
    }

    pub(crate) async fn has(&self, key: &str) -> Result<()> {
        let head = self.s3.head_object().bucket(self.deployed.bucket()?).key(key).send().await;
        head.map(drop).with_context(|| format!("{key} is not there"))
    }

    /// Deletes the stack's ledger: from now on, every step fails.
    pub(crate) async fn lose_ledger(&self) -> Result<()> {
        let (tables, table) = (aws_sdk_dynamodb::Client::new(&self.stack.sdk()), self.deployed.table()?);
        tables.update_table().table_name(table).deletion_protection_enabled(false).send().await?;
        tables.delete_table().table_name(table).send().await?;
        Ok(())
    }

    /// Puts an event into a function's queue, as its rule would.
    pub(crate) async fn send(&self, queue: &str, source: &str, kind: &str, detail: Value) -> Result<()> {
        let event = json!({
            "version": "0", "id": "1", "detail-type": kind, "source": source, "account": ACCOUNT,
            "time": "2026-01-02T03:04:05Z", "region": REGION, "resources": [], "detail": detail,
        });
        let send = aws_sdk_sqs::Client::new(&self.stack.sdk()).send_message();
        send.queue_url(self.deployed.output(queue)?).message_body(event.to_string()).send().await?;
        Ok(())
    }

    /// The dataset's newest accepted run.
    pub(crate) async fn newest(&self, dataset: &str) -> Option<Run> {
        let head = self.ledger.head(dataset).await.ok()??;
        self.ledger.run(&head.latest?).await.ok()?
    }

    pub(crate) async fn run_in(&self, dataset: &str, state: State) -> Result<Run> {
        self.until(&format!("the run of {dataset} to be {}", state.as_str()), async || {
            self.newest(dataset).await.filter(|run| run.state == state)
        })
        .await
    }

    /// A message on the dataset that has this text.
    pub(crate) async fn told(&self, dataset: &str, text: &str) -> Result<()> {
        let what = format!("a message on {dataset} with {text:?}");
        let told = self.until(&what, async || {
            let mut outbox = self.outbox.lock().await;
            outbox.extend(self.stack.receive(&self.queue, 0).await.ok()?);
            outbox.iter().any(|message| is_about(message, dataset) && message.body.contains(text)).then_some(())
        });
        if let Err(error) = told.await {
            let outbox = self.outbox.lock().await;
            let about: Vec<&Message> = outbox.iter().filter(|message| is_about(message, dataset)).collect();
            return Err(error.context(format!("messages on {dataset}: {about:#?}")));
        }
        Ok(())
    }

    /// People were told on every way that the dataset was rejected.
    pub(crate) async fn told_on_every_way(&self, dataset: &str) -> Result<()> {
        self.until(&format!("the marks of {dataset}"), async || {
            let head = self.ledger.head(dataset).await.ok()??;
            let run = self.ledger.run(&head.rejected?).await.ok()??;
            ["Rejected", "chat Rejected", "bus Rejected"].iter().all(|mark| run.told.contains_key(*mark)).then_some(())
        })
        .await
    }

    pub(crate) async fn command(&self, kind: Kind, run_id: &str) -> Result<()> {
        let (command, run_id) = (RunCommand::of(kind).context("not a command")?, run_id.parse()?);
        let event = Event::Command { command, run_id, by: Some("ada".to_owned()) };
        Ok(self.bus.put(&self.deployed.name, &event).await?)
    }

    pub(crate) async fn sweep(&self) -> Result<()> {
        self.stack.invoke(self.deployed.function("sweep")?, &json!({})).await?;
        Ok(())
    }

    /// Whether a function of this stack has logged these words.
    pub(crate) async fn logged(&self, function: &str, words: &str) -> Result<bool> {
        Ok(self.stack.logs(&self.deployed, function).await?.iter().any(|line| line.contains(words)))
    }

    /// No function of this stack failed at anything: an event that went back to its queue may succeed later.
    pub(crate) async fn nothing_failed(&self) -> Result<()> {
        for function in FUNCTIONS {
            for line in self.stack.logs(&self.deployed, function).await? {
                ensure!(
                    !line.contains("not authorized") && !line.contains("\"level\":\"ERROR\""),
                    "{function}: {line}"
                );
            }
        }
        Ok(())
    }

    /// Polls until `look` finds something.
    pub(crate) async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look().await {
                return Ok(found);
            }
            if Instant::now() > deadline {
                bail!("stack {}: waited {} s in vain for {what}", self.deployed.name, PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn is_about(message: &Message, dataset: &str) -> bool {
    message.attributes.get("dataset").is_some_and(|name| name == dataset)
}
