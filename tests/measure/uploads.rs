//! From the end of an upload to the launch, and to the message.

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
const UPLOADS: usize = 20;
const PACE: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(60);

/// In the order of a sync, which is that of their names.
const FILES: [&str; 3] = ["job.yaml", "train.jsonl", "validation.jsonl"];

/// Milliseconds since the last file was uploaded.
#[derive(Debug, Default)]
pub(crate) struct Times {
    running: Option<f64>,
    launch_message: Option<f64>,
    success_message: Option<f64>,
}

/// Uploads the sample under one name after another. The first few only warm up the functions.
pub(crate) async fn measure(stack: &Stack) -> Result<Vec<Times>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/crates/nova");
    let read = |name| {
        let text = fs::read_to_string(folder.join(name)).with_context(|| format!("the sample's {name}"))?;
        Ok((name, text.into_bytes()))
    };
    let files = FILES.into_iter().map(read).collect::<Result<Vec<(&str, Vec<u8>)>>>()?;
    let follower = Follower::new(stack).await?;
    let mut uploads = Vec::new();
    for i in 0..WARM_UPS + UPLOADS {
        let times = follower.upload(&format!("nova-{i}"), &files).await?;
        uploads.extend((i >= WARM_UPS).then_some(times));
    }
    Ok(uploads)
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

    /// Uploads one dataset, and waits for the message about its success.
    async fn upload(&self, dataset: &str, files: &[(&str, Vec<u8>)]) -> Result<Times> {
        for (name, bytes) in files {
            let put = self.s3.put_object().bucket(self.bucket).key(format!("datasets/{dataset}/{name}"));
            put.body(bytes.clone().into()).send().await.with_context(|| format!("{name} could not be uploaded"))?;
        }
        let uploaded = Instant::now();
        let mut times = Times::default();
        // One request at a time: the emulator answers one by one, so more requests would measure each other.
        while times.running.is_none() || times.launch_message.is_none() || times.success_message.is_none() {
            if times.running.is_none() && self.runs(dataset).await? {
                times.running = Some(ms(uploaded.elapsed()));
            }
            for (state, body) in self.messages_about(dataset).await? {
                let at = Some(ms(uploaded.elapsed()));
                match state.as_str() {
                    "Running" => times.launch_message = at,
                    "Succeeded" => times.success_message = at,
                    other => bail!("people were notified that {dataset} is {other}: {body}"),
                }
            }
            if uploaded.elapsed() > PATIENCE {
                bail!("{dataset} did not succeed within {} s: {times:?}", PATIENCE.as_secs());
            }
            tokio::time::sleep(PACE).await;
        }
        Ok(times)
    }

    /// Whether the dataset's run was launched: it is running or has ended.
    async fn runs(&self, dataset: &str) -> Result<bool> {
        let Some(run_id) = self.ledger.dataset(dataset).await?.and_then(|head| head.latest_run) else {
            return Ok(false);
        };
        let run = self.ledger.run(&run_id).await?;
        Ok(run.is_some_and(|run| matches!(run.state, State::Running | State::Succeeded)))
    }

    /// Returns the states in the dataset's messages so far, with their text.
    async fn messages_about(&self, dataset: &str) -> Result<Vec<(String, String)>> {
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
pub(crate) fn print(uploads: &[Times]) {
    let row = |name: &str, figure: fn(&Times) -> Option<f64>| {
        let samples: Vec<f64> = uploads.iter().filter_map(figure).collect();
        vec![name.to_owned(), format!("{:.0}", median(&samples)), format!("{:.0}", p90(&samples))]
    };
    let lines = [
        line(&["", "median", "p90"]),
        row("run is Running", |times| times.running),
        row("launch message", |times| times.launch_message),
        row("success message", |times| times.success_message),
    ];
    let phases: u64 = PHASES_MS.iter().sum();
    table::print(
        &format!(
            "ms from the last file's upload ({UPLOADS} uploads of the nova sample, warm, polled every {} ms; the simulator trains {phases} ms)",
            PACE.as_millis()
        ),
        &lines,
    );
}
