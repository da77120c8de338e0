//! The emulator with IAM enforced, and one deployed stack for a scenario.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tunedrop_aws::{Bus, Ledger};
use tunedrop_local::bedrock::{DeploymentFaults, EvaluationFaults, EventAction, EventFault, Faults, JobFault};
use tunedrop_local::{ACCOUNT, Deployment, Message, REGION, Stack, StackOptions, build};
use tunedrop_run::decide::notify::{Channel, NotificationKey};
use tunedrop_run::event::{Event, Kind, RunCommand, senders};
use tunedrop_run::{Deployment as RunDeployment, Run, State};

/// Long enough for a message that went back to its queue to be redelivered on a busy machine: within seconds, or after 60 if
/// notify holds a claim.
const PATIENCE: Duration = Duration::from_secs(400);

/// The functions, whose roles are named after them.
pub(super) const FUNCTIONS: [&str; 8] =
    ["validate", "launch", "record", "deploy", "evaluate", "notify", "sweep", "clean"];

/// The path of the roles: no scenario depends on roles without one.
pub(super) const ROLE_PATH: &str = "/teams/ml/";

/// The bucket that Bedrock is assumed to write its invocation logs to.
pub(super) const LOGS: &str = "invocation-logs";

/// Everything runs on this emulator. The names of datasets decide the faults of their jobs.
pub(super) async fn start() -> Result<Stack> {
    let binaries = build::functions().await?;
    let lose = |job: &str, status: &str| EventFault {
        r#do: EventAction::Lose,
        job: job.to_owned(),
        status: status.to_owned(),
        ..EventFault::default()
    };
    let faults = Faults {
        hold: vec!["hold-".to_owned()],
        evaluations: EvaluationFaults { hold: vec!["waits-".to_owned()], ..EvaluationFaults::default() },
        jobs: vec![JobFault { job: "fails-".to_owned(), fail: "The job failed".to_owned() }],
        events: vec![lose("lost-", "Completed"), lose("hold-cut-off", "")],
        lifecycle: [("amazon.nova-pro-v1:0:300k".to_owned(), "LEGACY".to_owned())].into(),
        slots: 1000,
        models: 1000,
        // Of several stacks, and kept when their stacks are deleted.
        deployments: DeploymentFaults { in_progress: 1000, total: 1000, ..DeploymentFaults::default() },
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

/// The template's parameters, for features that the scenarios use and that are off by default.
pub(super) fn parameters() -> Vec<(String, String)> {
    vec![
        ("InvocationLogBucket".to_owned(), LOGS.to_owned()),
        ("InvocationLogPrefix".to_owned(), "june/".to_owned()),
        ("ChatTopic".to_owned(), "true".to_owned()),
        ("SettleSeconds".to_owned(), "0".to_owned()),
        ("MaxModelUnits".to_owned(), "1".to_owned()),
        ("CleanUp".to_owned(), "true".to_owned()),
        ("PriceList".to_owned(), "true".to_owned()),
        ("RolePath".to_owned(), ROLE_PATH.to_owned()),
        // Allows everything, so a removed permission is the only reason for a denial.
        ("PermissionsBoundaryArn".to_owned(), "arn:aws:iam::aws:policy/AdministratorAccess".to_owned()),
    ]
}

/// One deployed stack.
pub(super) struct TestStack<'s> {
    pub(super) stack: &'s Stack,
    pub(super) deployed: Deployment,
    pub(super) ledger: Ledger,
    pub(super) bedrock: aws_sdk_bedrock::Client,
    s3: aws_sdk_s3::Client,
    bus: Bus,
    queue: String,
    outbox: Mutex<Vec<Message>>,
}

impl<'s> TestStack<'s> {
    pub(super) async fn new(stack: &'s Stack, deployed: Deployment) -> Result<TestStack<'s>> {
        let sdk = stack.sdk();
        let queue = stack.subscribe(&deployed).await?;
        Ok(TestStack {
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

    pub(super) async fn upload(&self, dataset: &str, file: &str, text: impl Into<String>) -> Result<()> {
        self.put_object(&format!("datasets/{dataset}/{file}"), text).await
    }

    pub(super) async fn put_object(&self, key: &str, text: impl Into<String>) -> Result<()> {
        let body = ByteStream::from(text.into().into_bytes());
        let put = self.s3.put_object().bucket(self.deployed.bucket()?).key(key).body(body);
        put.send().await.with_context(|| key.to_owned())?;
        Ok(())
    }

    pub(super) async fn has(&self, key: &str) -> Result<()> {
        let head = self.s3.head_object().bucket(self.deployed.bucket()?).key(key).send().await;
        head.map(drop).with_context(|| format!("{key} is not there"))
    }

    /// Deletes the stack's ledger: from now on, every step fails.
    pub(super) async fn lose_ledger(&self) -> Result<()> {
        let (tables, table) = (aws_sdk_dynamodb::Client::new(&self.stack.sdk()), self.deployed.table()?);
        tables.update_table().table_name(table).deletion_protection_enabled(false).send().await?;
        tables.delete_table().table_name(table).send().await?;
        Ok(())
    }

    /// Puts an event into a function's queue, as its rule would.
    pub(super) async fn send(&self, queue: &str, source: &str, kind: &str, detail: Value) -> Result<()> {
        let event = json!({
            "version": "0", "id": "1", "detail-type": kind, "source": source, "account": ACCOUNT,
            "time": "2026-01-02T03:04:05Z", "region": REGION, "resources": [], "detail": detail,
        });
        let send = aws_sdk_sqs::Client::new(&self.stack.sdk()).send_message();
        send.queue_url(self.deployed.output(queue)?).message_body(event.to_string()).send().await?;
        Ok(())
    }

    /// The dataset's newest accepted run.
    pub(super) async fn newest(&self, dataset: &str) -> Option<Run> {
        let head = self.ledger.dataset(dataset).await.ok()??;
        self.ledger.run(&head.latest_run?).await.ok()?
    }

    pub(super) async fn run_in(&self, dataset: &str, state: State) -> Result<Run> {
        self.until(&format!("the run of {dataset} to be {}", state.as_str()), async || {
            self.newest(dataset).await.filter(|run| run.state == state)
        })
        .await
    }

    /// Returns a message about the dataset that contains this text.
    pub(super) async fn wait_for_message(&self, dataset: &str, text: &str) -> Result<()> {
        let what = format!("a message on {dataset} with {text:?}");
        let waiting = self.until(&what, async || {
            let mut outbox = self.outbox.lock().await;
            outbox.extend(self.stack.receive(&self.queue, 0).await.ok()?);
            outbox.iter().any(|message| is_about(message, dataset) && message.body.contains(text)).then_some(())
        });
        if let Err(error) = waiting.await {
            let outbox = self.outbox.lock().await;
            let about: Vec<&Message> = outbox.iter().filter(|message| is_about(message, dataset)).collect();
            return Err(error.context(format!("messages on {dataset}: {about:#?}")));
        }
        Ok(())
    }

    /// Waits until messages on every channel say that the dataset was rejected.
    pub(super) async fn wait_for_rejection_on_every_channel(&self, dataset: &str) -> Result<()> {
        self.until(&format!("the marks of {dataset}"), async || {
            let head = self.ledger.dataset(dataset).await.ok()??;
            let run = self.ledger.run(&head.rejected_run?).await.ok()??;
            NotificationKey::State(State::Rejected).is_notified_on(&run.notified, &Channel::ALL).then_some(())
        })
        .await
    }

    pub(super) async fn command(&self, kind: Kind, run_id: &str) -> Result<()> {
        let (command, run_id) = (RunCommand::of(kind).context("not a command")?, run_id.parse()?);
        self.put(&Event::Command { command, run_id, by: Some("ada".to_owned()) }).await
    }

    /// Puts a command on the stack's bus.
    pub(super) async fn put(&self, command: &Event) -> Result<()> {
        Ok(self.bus.put(&self.deployed.name, command).await?)
    }

    /// Waits until the deployment is as described.
    pub(super) async fn deployment(
        &self,
        name: &str,
        what: &str,
        is: impl Fn(&RunDeployment) -> bool,
    ) -> Result<RunDeployment> {
        self.until(&format!("the deployment {name} to be {what}"), async || {
            self.ledger.deployment(name).await.ok()?.filter(|deployment| is(deployment))
        })
        .await
    }

    pub(super) async fn sweep(&self) -> Result<()> {
        self.stack.invoke(self.deployed.function("sweep")?, &json!({})).await?;
        Ok(())
    }

    /// Whether a function of this stack has logged this text.
    pub(super) async fn logged(&self, function: &str, words: &str) -> Result<bool> {
        Ok(self.stack.logs(&self.deployed, function).await?.iter().any(|line| line.contains(words)))
    }

    /// Whether no function of this stack failed at anything: an event that went back to its queue may succeed later.
    pub(super) async fn nothing_failed(&self) -> Result<()> {
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
    pub(super) async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look().await {
                return Ok(found);
            }
            if Instant::now() > deadline {
                bail!("stack {}: waited {} s for {what}", self.deployed.name, PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn is_about(message: &Message, dataset: &str) -> bool {
    message.attributes.get("dataset").is_some_and(|name| name == dataset)
}
