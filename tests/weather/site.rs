//! The stack with its proxy, and a stand-in that outlives it: Bedrock goes on when the stack doesn't.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tunedrop_aws::Bus;
use tunedrop_local::bedrock::{self, Config, Faults, JobFault, Weather};
use tunedrop_local::build::{self, Binaries};
use tunedrop_local::proxy::{Proxy, Route, Seen};
use tunedrop_local::{ACCOUNT, REGION, Stack, StackOptions};
use tunedrop_run::event::senders;
use tunedrop_tests::items::Items;

use crate::cull::kill_owner;
use crate::sky::{Down, Rates, Sky};
use crate::tally::Tally;

/// Longer than any lease, claim or patience of the sweep but the day that a quota holds a run.
const LONG_S: i64 = 7_200;
/// No call for this long, and nothing is at work.
const QUIET: Duration = Duration::from_secs(3);
/// How long a message stays hidden here whose function is gone, in seconds; the template's 360 and 5,400 would be waited for.
const HIDDEN_S: u32 = 60;
/// How long a function may take, in place of 60 s: as in the template, less than its messages are hidden for.
const TIMEOUT_S: u32 = 50;
/// An hour that isn't compressed.
pub(crate) const HOUR_S: u32 = 3_600;
/// How long an update waits for further files.
const SETTLE_S: &str = "5";
const QUEUES: [&str; 4] = ["Validate", "Launch", "Record", "Notify"];

pub(crate) struct Site {
    pub(crate) name: &'static str,
    stack: Option<Stack>,
    options: StackOptions,
    binaries: Binaries,
    folder: PathBuf,
    _proxy: Proxy,
    pub(crate) down: Down,
    pub(crate) bedrock: String,
    pub(crate) tally: Arc<Tally>,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) bus: Bus,
    pub(crate) bucket: String,
    pub(crate) items: Items,
    pub(crate) http: reqwest::Client,
    pub(crate) told: Vec<tunedrop_local::Message>,
}

impl Site {
    /// Where an hour takes so many seconds, failed messages wait for shorter, too.
    pub(crate) async fn start(seed: u64, rates: Rates, hour_s: u32) -> Result<Site> {
        let binaries = build::functions().await?;
        let folder = std::env::temp_dir().join(format!("tunedrop-weather-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let template = folder.join("template.yaml");
        std::fs::write(&template, template_text(hour_s)?)?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let emulator = format!("http://127.0.0.1:{port}");
        let bedrock = standin(seed, rates, emulator.clone()).await?;
        let tally = Arc::new(Tally::new());
        let down = Down::default();
        let (sky, counted) = (Sky::new(seed, rates, down.clone()), Arc::clone(&tally));
        let (sender, seen) = unbounded_channel();
        let decide = move |call: &_| {
            let deed = sky.decide(call);
            counted.met(call, deed);
            deed
        };
        let route = Route { emulator, bedrock: bedrock.clone(), decide: Arc::new(decide), seen: sender };
        let proxy = Proxy::start(route).await?;
        tokio::spawn(watch(seen, Arc::clone(&tally)));
        let options = StackOptions {
            name: "weather".to_owned(),
            state: Some(folder.join("state")),
            port: Some(port),
            parameters: [("SweepRate", "rate(1 minute)"), ("SettleSeconds", SETTLE_S)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            template: Some(template),
            functions_endpoint: Some(proxy.endpoint()),
            ..StackOptions::default()
        };
        let stack = Stack::start(&binaries, options.clone()).await?;
        let (sdk, http) = (stack.sdk(), tunedrop_local::http().build()?);
        stack.subscribe(stack.deployment()).await?;
        Ok(Site {
            name: "weather",
            bucket: stack.deployment().bucket()?.to_owned(),
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
            tally,
            http,
            told: Vec::new(),
        })
    }

    fn stack(&self) -> Result<&Stack> {
        self.stack.as_ref().context("the stack is down")
    }

    /// Stops the stack in the midst of everything, and starts it again. Jobs go on meanwhile, up to their end: what
    /// they write needs S3, which in an account isn't part of the stack.
    pub(crate) async fn restart(&mut self) -> Result<()> {
        self.bend(&json!({ "hold": [""] })).await?;
        self.collect(0).await?;
        self.tally.cut_off();
        self.stack.take().context("the stack is down")?.stop().await?;
        self.stack = Some(Stack::start(&self.binaries, self.options.clone()).await?);
        self.bend(&json!({ "hold": ["stopped-"] })).await
    }

    async fn bend(&self, faults: &Value) -> Result<()> {
        let answer = self.http.post(format!("{}/_standin/faults", self.bedrock)).json(faults).send().await?;
        answer.error_for_status().context("the stand-in refuses that")?;
        Ok(())
    }

    /// Takes what people were told since.
    pub(crate) async fn collect(&mut self, seconds: i32) -> Result<()> {
        let stack = self.stack()?;
        let queue = stack.subscribe(stack.deployment()).await?;
        let told = stack.receive(&queue, seconds).await?;
        self.told.extend(told);
        Ok(())
    }

    /// No function is at work.
    pub(crate) fn is_quiet(&self) -> bool {
        self.tally.silence() > QUIET
    }

    /// Nothing is left to be taken, or hidden for a while.
    pub(crate) async fn queues_are_empty(&mut self) -> Result<bool> {
        self.collect(0).await?;
        Ok(self.depth("QueueUrl").await? == 0)
    }

    /// Messages that failed too often.
    pub(crate) async fn dead_letters(&self) -> Result<i64> {
        self.depth("DeadLettersUrl").await
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

    /// How often the message that came back most was received, and how many came back, as the functions' logs have it from
    /// this byte on; and where the log ends now.
    pub(crate) fn received(&self, from: usize) -> Result<(u64, usize, usize)> {
        let log = std::fs::read(self.stack()?.log_file()).context("the emulator's log")?;
        let text = String::from_utf8_lossy(&log[from.min(log.len())..]).into_owned();
        let back = text.lines().filter(|line| line.contains("goes back to its queue"));
        let times = back.filter_map(|line| {
            let (_, rest) = line.split_once("\"received\":")?;
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        });
        let times: Vec<u64> = times.collect();
        Ok((times.iter().max().copied().unwrap_or_default(), times.len(), log.len()))
    }

    /// Two hours pass by the ledger's clocks, and the sweep looks; where it is struck, the next one does.
    pub(crate) async fn let_time_pass(&self) -> Result<()> {
        self.items.age(LONG_S, &["changed_at", "since", "latest_at", "redropped_at"]).await?;
        let stack = self.stack()?;
        let sweep = stack.deployment().function("sweep")?;
        if let Err(error) = stack.invoke(sweep, &json!({})).await {
            println!("a sweep was struck: {}", error.to_string().lines().next().unwrap_or_default());
        }
        Ok(())
    }

    /// Stops everything, and leaves nothing behind.
    pub(crate) async fn stop(self) -> Result<()> {
        if let Some(stack) = self.stack {
            stack.stop().await?;
        }
        std::fs::remove_dir_all(&self.folder).context("the stack's state could not be removed")
    }
}

/// The product's template, with queues that hide a message for less time, and functions that fail it for less.
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

/// A delay of the template's, as fast as the hour; SQS knows whole seconds.
fn compressed(line: &str, hour_s: u32) -> String {
    let delay = line.split_once("_SECONDS: \"").filter(|(name, _)| name.trim_start().starts_with("TUNEDROP_RETRY_"));
    let seconds = delay.and_then(|(name, rest)| Some((name, rest.trim_end_matches('"').parse::<u32>().ok()?)));
    match seconds {
        Some((name, seconds)) => format!("{name}_SECONDS: \"{}\"", (seconds * hour_s / HOUR_S).max(1)),
        None => line.to_owned(),
    }
}

/// A stand-in with ten job slots, as an account has; its address.
async fn standin(seed: u64, rates: Rates, emulator: String) -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let weather =
        Weather { seed, lose: rates.events, repeat: rates.events, delay: 2.0 * rates.events, delay_ms: 5_000 };
    let faults = Faults {
        weather,
        jobs: vec![JobFault { job: "fails-".to_owned(), fail: "The job failed".to_owned() }],
        hold: vec!["stopped-".to_owned()],
        models: 10_000,
        train: false,
        ..Faults::default()
    };
    let config = Config { emulator, region: REGION.to_owned(), account: ACCOUNT.to_owned(), auth: false, faults };
    tokio::spawn(bedrock::serve(config, listener, std::future::pending()));
    Ok(address)
}

/// Counts what is done, and kills who is to be killed.
async fn watch(mut seen: UnboundedReceiver<Seen>, tally: Arc<Tally>) {
    while let Some(seen) = seen.recv().await {
        match &seen {
            Seen::Done { .. } => tally.done(&seen),
            Seen::Cut { call } => match kill_owner(call.peer) {
                Ok(true) => tally.killed(),
                Ok(false) => println!("nobody to kill in {} {}", call.operation, call.resource),
                Err(error) => println!("{error:#}"),
            },
        }
    }
}
