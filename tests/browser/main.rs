//! Starts a local stack and a fault proxy, lets a hostile web page attack them (`attack.py`), and checks that nothing
//! changed. The argument is the browser.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::process::Command;
use tokio::sync::mpsc::unbounded_channel;
use tunedrop_local::proxy::{FaultAction, Proxy, Route};
use tunedrop_local::{Stack, StackOptions, build};

#[tokio::main]
async fn main() -> Result<()> {
    let browser = std::env::args_os().nth(1).context("usage: web-page BROWSER")?;
    let stack = Stack::start(&build::functions().await?, StackOptions::default()).await?;
    let (events, mut calls) = unbounded_channel();
    let route = Route {
        emulator: stack.endpoint().to_owned(),
        bedrock: stack.bedrock_endpoint().to_owned(),
        decide: Arc::new(|_| FaultAction::Pass),
        events,
    };
    let proxy = Proxy::start(route).await?;
    let before = things(&stack).await?;
    ensure!(before.iter().any(|thing| thing.starts_with("function ")), "the stack's own functions are not listed");
    let attack = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/attack.py");
    let mut command = Command::new("python3");
    command.arg(attack).arg(browser).args([stack.endpoint(), stack.bedrock_endpoint(), &proxy.endpoint()]);
    let status = command.env("PYTHONDONTWRITEBYTECODE", "1").status().await.context("python3 could not be started")?;
    let after = things(&stack).await?;
    let made: Vec<_> = after.symmetric_difference(&before).collect();
    ensure!(made.is_empty(), "the page changed something: {made:?}");
    ensure!(calls.try_recv().is_err(), "the fault proxy passed on a call of the page");
    ensure!(status.success(), "the attack failed in another way than by 403: see above");
    stack.stop().await?;
    println!("The page changed nothing.");
    Ok(())
}

/// Everything that the page tries to create, and the simulator's faults.
async fn things(stack: &Stack) -> Result<BTreeSet<String>> {
    let (sdk, http) = (stack.sdk(), tunedrop_local::http().build()?);
    let read = async |address: String| -> Result<Value> { Ok(http.get(address).send().await?.json().await?) };
    let mut things = BTreeSet::new();
    let functions = read(format!("{}/2015-03-31/functions", stack.endpoint())).await?;
    for function in functions["Functions"].as_array().context("functions are not listed")? {
        things.insert(format!("function {}", function["FunctionName"]));
    }
    for topic in aws_sdk_sns::Client::new(&sdk).list_topics().send().await?.topics() {
        things.insert(format!("topic {:?}", topic.topic_arn()));
    }
    for queue in aws_sdk_sqs::Client::new(&sdk).list_queues().send().await?.queue_urls() {
        things.insert(format!("queue {queue}"));
    }
    let bedrock = stack.bedrock_endpoint();
    things.insert(format!("jobs {}", read(format!("{bedrock}/_simulator/jobs")).await?["jobs"]));
    things.insert(format!("faults {}", read(format!("{bedrock}/_simulator/faults")).await?));
    Ok(things)
}
