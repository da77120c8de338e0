//! From the end of an upload to the launch, and to what people are told.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tunedrop_aws::Ledger;
use tunedrop_local::Stack;
use tunedrop_run::State;

use crate::PHASES_MS;
use crate::table::{self, line, median, ms, p90};

const WARM_UPS: usize = 3;
const DROPS: usize = 20;
const PACE: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(60);

/// As a sync uploads them: in the order of their names.
const FILES: [&str; 3] = ["job.yaml", "train.jsonl", "validation.jsonl"];

/// Milliseconds since the last file was uploaded.
#[derive(Debug, Default)]
pub(crate) struct Times {
    running: Option<f64>,
    launch_told: Option<f64>,
    success_told: Option<f64>,
}

/// Drops the sample under one name after another; the first few only warm the functions up.
pub(crate) async fn measure(stack: &Stack) -> Result<Vec<Times>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/crates/nova");
    let read = |name| {
        let text = fs::read_to_string(folder.join(name)).with_context(|| format!("the sample's {name}"))?;
        Ok((name, text.into_bytes()))
    };
    let files = FILES.into_iter().map(read).collect::<Result<Vec<(&str, Vec<u8>)>>>()?;
    let follower = Follower::new(stack).await?;
    let mut drops = Vec::new();
    for i in 0..WARM_UPS + DROPS {
        let drop = follower.drop(&format!("nova-{i}"), &files).await?;
        drops.extend((i >= WARM_UPS).then_some(drop));
    }
    Ok(drops)
}

struct Follower<'a> {
    ledger: Ledger,
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    queue: String,
    bucket: &'a str,
}

impl<'a> Follower<'a> {
    async fn new(stack: &'a Stack) -> Result<Follower<'a>> {
        let (sdk, deployment) = (stack.sdk(), stack.deployment());
        Ok(Follower {
            ledger: Ledger::new(&sdk, deployment.table()?.to_owned()),
            s3: aws_sdk_s3::Client::new(&sdk),
            sqs: aws_sdk_sqs::Client::new(&sdk),
            queue: stack.subscribe(deployment).await?,
            bucket: deployment.bucket()?,
        })
    }

    /// One drop, until its success was told.
    async fn drop(&self, dataset: &str, files: &[(&str, Vec<u8>)]) -> Result<Times> {
        for (name, bytes) in files {
            let put = self.s3.put_object().bucket(self.bucket).key(format!("datasets/{dataset}/{name}"));
            put.body(bytes.clone().into()).send().await.with_context(|| format!("{name} could not be uploaded"))?;
        }
        let uploaded = Instant::now();
        let mut times = Times::default();
        // One request at a time: the emulator answers one by one, and more would measure themselves.
        while times.running.is_none() || times.launch_told.is_none() || times.success_told.is_none() {
            if times.running.is_none() && self.runs(dataset).await? {
                times.running = Some(ms(uploaded.elapsed()));
            }
            for (state, body) in self.told(dataset).await? {
                let at = Some(ms(uploaded.elapsed()));
                match state.as_str() {
                    "Running" => times.launch_told = at,
                    "Succeeded" => times.success_told = at,
                    other => bail!("people were told that {dataset} is {other}: {body}"),
                }
            }
            if uploaded.elapsed() > PATIENCE {
                bail!("{dataset} did not succeed within {} s: {times:?}", PATIENCE.as_secs());
            }
            tokio::time::sleep(PACE).await;
        }
        Ok(times)
    }

    /// Whether the dataset's run was launched: runs, or is even over.
    async fn runs(&self, dataset: &str) -> Result<bool> {
        let Some(run_id) = self.ledger.head(dataset).await?.and_then(|head| head.latest) else {
            return Ok(false);
        };
        let run = self.ledger.run(&run_id).await?;
        Ok(run.is_some_and(|run| matches!(run.state, State::Running | State::Succeeded)))
    }

    /// States of the dataset that messages tell, with their text; does not wait for any.
    async fn told(&self, dataset: &str) -> Result<Vec<(String, String)>> {
        let receive = self.sqs.receive_message().queue_url(&self.queue).max_number_of_messages(10);
        let answer = receive.message_attribute_names("All").send().await.context("the queue can't be read")?;
        let mut states = Vec::new();
        for message in answer.messages.unwrap_or_default() {
            let delete = self.sqs.delete_message().queue_url(&self.queue);
            delete.set_receipt_handle(message.receipt_handle).send().await.context("a message stays in the queue")?;
            let mut attributes = message.message_attributes.unwrap_or_default();
            let mut text = |name: &str| attributes.remove(name)?.string_value;
            if text("dataset").as_deref() == Some(dataset) {
                states.extend(text("state").zip(message.body));
            }
        }
        Ok(states)
    }
}

/// Prints median and p90.
pub(crate) fn print(drops: &[Times]) {
    let row = |name: &str, figure: fn(&Times) -> Option<f64>| {
        let samples: Vec<f64> = drops.iter().filter_map(figure).collect();
        vec![name.to_owned(), format!("{:.0}", median(&samples)), format!("{:.0}", p90(&samples))]
    };
    let lines = [
        line(&["", "median", "p90"]),
        row("run is Running", |times| times.running),
        row("launch message", |times| times.launch_told),
        row("success message", |times| times.success_told),
    ];
    let phases: u64 = PHASES_MS.iter().sum();
    table::print(
        &format!(
            "ms from the last file's upload ({DROPS} drops of the nova sample, warm, polled every {} ms; the stand-in trains {phases} ms)",
            PACE.as_millis()
        ),
        &lines,
    );
}
