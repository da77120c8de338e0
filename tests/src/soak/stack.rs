//! The stack with its proxy, and a simulator outside of it: Bedrock continues while the stack is stopped.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::items::Items;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tunedrop_aws::{Bus, Ledger};
use tunedrop_local::bedrock::{self, Config, EventFaultRates, Faults, JobFault};
use tunedrop_local::build::{self, Binaries};
use tunedrop_local::proxy::{Proxy, ProxyEvent, Route};
use tunedrop_local::{ACCOUNT, REGION, Stack, StackOptions};
use tunedrop_run::event::senders;

use super::SoakConfig;
use super::counts::Counters;
use super::faults::{FaultInjector, FaultRates, Outage};
use super::killer::kill_owner;

/// Longer than any lease, claim or delay of the sweep, except the day that a quota holds a run.
const LONG_S: i64 = 7_200;
/// If no call is made for this long, no function works.
const QUIET: Duration = Duration::from_secs(3);
/// Visibility timeout of the queues, in seconds. The template's 360 and 5,400 would take too long: a message waits for this
/// after the function that had it was killed.
const HIDDEN_S: u32 = 60;
/// Timeout of the functions, in place of 60 s. As in the template, it is shorter than the visibility timeout.
const TIMEOUT_S: u32 = 50;
/// An hour that isn't compressed.
pub(super) const HOUR_S: u32 = 3_600;
/// How long an update waits for further files.
const SETTLE_S: &str = "5";
const QUEUES: [&str; 6] = ["Validate", "Launch", "Record", "Deploy", "Evaluate", "Notify"];

pub(super) struct SoakStack {
    pub(super) name: &'static str,
    stack: Option<Stack>,
    options: StackOptions,
    binaries: Binaries,
    folder: PathBuf,
    _proxy: Proxy,
    pub(super) down: Outage,
    pub(super) bedrock: String,
    pub(super) counters: Arc<Counters>,
    pub(super) s3: aws_sdk_s3::Client,
    pub(super) bus: Bus,
    pub(super) bucket: String,
    pub(super) items: Items,
    pub(super) ledger: Ledger,
    pub(super) http: reqwest::Client,
    pub(super) messages: Vec<tunedrop_local::Message>,
}

impl SoakStack {
    /// Starts it with delays that are shorter if an hour takes fewer seconds.
    pub(super) async fn start(config: &SoakConfig, budget: u64) -> Result<SoakStack> {
        let SoakConfig { name, seed, rates, hour_s, .. } = *config;
        let binaries = build::functions().await?;
        let folder = std::env::temp_dir().join(format!("tunedrop-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let template = folder.join("template.yaml");
        std::fs::write(&template, template_text(hour_s)?)?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let emulator = format!("http://127.0.0.1:{port}");
        let bedrock = simulator(seed, rates, emulator.clone()).await?;
        let counters = Arc::new(Counters::new());
        let down = Outage::default();
        let (injector, counted) = (FaultInjector::new(seed, rates, down.clone()), Arc::clone(&counters));
        let (sender, seen) = unbounded_channel();
        let decide = move |call: &_| {
            let action = injector.decide(call);
            counted.record(call, action);
            action
        };
        let route = Route { emulator, bedrock: bedrock.clone(), decide: Arc::new(decide), events: sender };
        let proxy = Proxy::start(route).await?;
        tokio::spawn(watch(seen, Arc::clone(&counters)));
        let options = StackOptions {
            name: "soak".to_owned(),
            state: Some(folder.join("state")),
            port: Some(port),
            parameters: [
                ("SweepRate", "rate(1 minute)"),
                ("SettleSeconds", SETTLE_S),
                ("MaxTokensPerDay", &budget.to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
            template: Some(template),
            functions_endpoint: Some(proxy.endpoint()),
            ..StackOptions::default()
        };
        let stack = Stack::start(&binaries, options.clone()).await?;
        let (sdk, http) = (stack.sdk(), tunedrop_local::http().build()?);
        stack.subscribe(stack.deployment()).await?;
        Ok(SoakStack {
            name: "soak",
            bucket: stack.deployment().bucket()?.to_owned(),
            ledger: Ledger::new(&sdk, stack.deployment().table()?.to_owned()),
            items: Items::new(http.clone(), stack.endpoint().to_owned(), stack.deployment().table()?.to_owned()),
            s3: aws_sdk_s3::Client::new(&sdk),
            bus: Bus::new(&sdk, stack.deployment().bus()?.to_owned(), senders::COMMANDS),
            stack: Some(stack),
            options,
            binaries,
            folder,
            _proxy: proxy,
            down,
            bedrock,
            counters,
            http,
            messages: Vec::new(),
        })
    }

    fn stack(&self) -> Result<&Stack> {
        self.stack.as_ref().context("the stack is down")
    }

    /// Stops the stack while it works, and starts it again. Jobs continue in the meantime, but don't end: the files that
    /// they write then need S3, which in an account isn't part of the stack.
    pub(super) async fn restart(&mut self) -> Result<()> {
        self.set_faults(&json!({ "hold": [""] })).await?;
        self.collect(0).await?;
        self.counters.stopped();
        self.stack.take().context("the stack is down")?.stop().await?;
        self.stack = Some(Stack::start(&self.binaries, self.options.clone()).await?);
        self.set_faults(&json!({ "hold": ["stopped-"] })).await
    }

    async fn set_faults(&self, faults: &Value) -> Result<()> {
        let answer = self.http.post(format!("{}/_simulator/faults", self.bedrock)).json(faults).send().await?;
        answer.error_for_status().context("the simulator rejects the faults")?;
        Ok(())
    }

    /// What the simulator answers at this path.
    pub(super) async fn answer(&self, path: &str) -> Result<Value> {
        let answer = self.http.get(format!("{}/{path}", self.bedrock)).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// Collects the messages that were sent.
    pub(super) async fn collect(&mut self, seconds: i32) -> Result<()> {
        let stack = self.stack()?;
        let queue = stack.subscribe(stack.deployment()).await?;
        let messages = stack.receive(&queue, seconds).await?;
        self.messages.extend(messages);
        Ok(())
    }

    /// Whether no function works.
    pub(super) fn is_quiet(&self) -> bool {
        self.counters.silence() > QUIET
    }

    /// Whether the queues have no messages, visible or hidden.
    pub(super) async fn queues_are_empty(&mut self) -> Result<bool> {
        self.collect(0).await?;
        Ok(self.depth("QueueUrl").await? == 0)
    }

    /// The number of messages in the dead-letter queues.
    pub(super) async fn dead_letters(&self) -> Result<i64> {
        self.depth("DeadLetterQueueUrl").await
    }

    async fn depth(&self, kind: &str) -> Result<i64> {
        let stack = self.stack()?;
        let queues = tunedrop_aws::Queues::new(&stack.sdk());
        let mut depth = 0;
        for queue in QUEUES {
            depth += queues.depth(stack.deployment().output(&format!("{queue}{kind}"))?).await?;
        }
        Ok(depth)
    }

    /// The most receives of a message, and how many messages returned to their queue, from the functions' logs after this
    /// byte. The last number is where the log ends now. Only a line about such a message has the field `received`.
    pub(super) fn received(&self, from: usize) -> Result<(u64, usize, usize)> {
        let log = std::fs::read(self.stack()?.log_file()).context("the emulator's log")?;
        let text = String::from_utf8_lossy(&log[from.min(log.len())..]).into_owned();
        let times = text.lines().filter_map(|line| {
            let (_, rest) = line.split_once("\"received\":")?;
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        });
        let times: Vec<u64> = times.collect();
        Ok((times.iter().max().copied().unwrap_or_default(), times.len(), log.len()))
    }

    /// Moves the ledger's times back by two hours, and runs the sweep. If it gets a fault, the next one does the work.
    pub(super) async fn let_time_pass(&self) -> Result<()> {
        self.items
            .age(LONG_S, &["changed_at", "uploaded_at", "latest_uploaded_at", "reuploaded_at", "ends_at"])
            .await?;
        let stack = self.stack()?;
        let sweep = stack.deployment().function("sweep")?;
        if let Err(error) = stack.invoke(sweep, &json!({})).await {
            println!("a sweep failed: {}", error.to_string().lines().next().unwrap_or_default());
        }
        Ok(())
    }

    /// Stops everything, and deletes its files.
    pub(super) async fn stop(self) -> Result<()> {
        if let Some(stack) = self.stack {
            stack.stop().await?;
        }
        std::fs::remove_dir_all(&self.folder).context("the stack's state could not be removed")
    }
}

/// The template, with shorter visibility timeouts and function timeouts.
fn template_text(hour_s: u32) -> Result<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml"))?;
    let mut out = String::new();
    for line in text.lines() {
        match line.split_once("VisibilityTimeout: ") {
            Some((indent, _)) => out.push_str(&format!("{indent}VisibilityTimeout: {HIDDEN_S}\n")),
            None if line.trim() == "Timeout: 60" => out.push_str(&format!("    Timeout: {TIMEOUT_S}\n")),
            None => out.push_str(&format!("{}\n", compressed(line, hour_s))),
        }
    }
    Ok(out)
}

/// A line of the template, with its retry delay shortened. SQS takes whole seconds.
fn compressed(line: &str, hour_s: u32) -> String {
    let delay = line.split_once("_SECONDS: \"").filter(|(name, _)| name.trim_start().starts_with("TUNEDROP_RETRY_"));
    let seconds = delay.and_then(|(name, rest)| Some((name, rest.trim_end_matches('"').parse::<u32>().ok()?)));
    match seconds {
        Some((name, seconds)) => format!("{name}_SECONDS: \"{}\"", (seconds * hour_s / HOUR_S).max(1)),
        None => line.to_owned(),
    }
}

/// Starts a simulator with ten job slots, as an account has. Returns its address.
async fn simulator(seed: u64, rates: FaultRates, emulator: String) -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let event_rates =
        EventFaultRates { seed, lose: rates.events, repeat: rates.events, delay: 2.0 * rates.events, delay_ms: 5_000 };
    let faults = Faults {
        event_rates,
        jobs: vec![JobFault { job: "fails-".to_owned(), fail: "The job failed".to_owned() }],
        hold: vec!["stopped-".to_owned()],
        models: 10_000,
        train: false,
        count_tokens: true,
        ..Faults::default()
    };
    let config = Config { emulator, region: REGION.to_owned(), account: ACCOUNT.to_owned(), auth: false, faults };
    tokio::spawn(bedrock::serve(config, listener, std::future::pending()));
    Ok(address)
}

/// Counts the calls, and kills functions when the proxy asks for it.
async fn watch(mut seen: UnboundedReceiver<ProxyEvent>, counters: Arc<Counters>) {
    while let Some(seen) = seen.recv().await {
        match &seen {
            ProxyEvent::Completed { .. } => counters.done(&seen),
            ProxyEvent::KillRequested { call } => match kill_owner(call.peer) {
                Ok(true) => counters.killed(),
                Ok(false) => println!("no process to end in {} {}", call.operation, call.resource),
                Err(error) => println!("{error:#}"),
            },
        }
    }
}
