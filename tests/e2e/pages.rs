//! `latest.html` and `latest.json` are always those of the newest report.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tokio::sync::mpsc::unbounded_channel;
use tunedrop_local::function::{Function, Outcome};
use tunedrop_local::proxy::{Call, FaultAction, Proxy, Route};
use tunedrop_local::{ACCOUNT, REGION, build};
use tunedrop_run::State;

use crate::data::nova;
use crate::harness::Harness;

const DATASET: &str = "late-page";

/// An evaluation that found files missing is delayed while it writes its page. In the meantime, the other files are
/// uploaded and accepted.
pub(crate) async fn late_report_does_not_replace_a_newer_one(w: &Harness) -> Result<()> {
    let (seen, _done) = unbounded_channel();
    let is_blocked = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&is_blocked);
    let page = format!("reports/{DATASET}/latest.json");
    let decide = move |call: &Call| {
        let first = call.operation == "PutObject" && call.resource.ends_with(&page) && call.attempt == 1;
        // There is no answer, so the SDK retries after its timeout.
        if first && !noted.swap(true, Ordering::SeqCst) {
            FaultAction::Hang { after: false }
        } else {
            FaultAction::Pass
        }
    };
    let (emulator, bedrock) = (w.endpoint().to_owned(), w.bedrock_endpoint().to_owned());
    let proxy = Proxy::start(Route { emulator, bedrock, decide: Arc::new(decide), events: seen }).await?;
    let deployed = &w.main.deployed;
    let variables = [
        ("AWS_ENDPOINT_URL", proxy.endpoint()),
        ("TUNEDROP_STACK", deployed.name.clone()),
        ("TUNEDROP_BUS", deployed.bus()?.to_owned()),
        ("TUNEDROP_ACCOUNT", ACCOUNT.to_owned()),
        ("TUNEDROP_TABLE", deployed.table()?.to_owned()),
        ("TUNEDROP_BUCKET", deployed.bucket()?.to_owned()),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    let log = File::create(std::env::temp_dir().join(format!("tunedrop-{DATASET}-{}", std::process::id())))?;
    let mut late = Function::start(&build::built()?.folder.join("tunedrop-validate"), &variables, &log).await?;

    w.upload(&w.main, DATASET, "train.jsonl", nova(20, DATASET)).await?;
    w.incomplete(&w.main, DATASET).await?;
    // As if the stack's own evaluation hadn't happened: this one is the first.
    w.forget_head(&w.main, DATASET).await?;
    let object = json!({ "key": format!("datasets/{DATASET}/train.jsonl") });
    let detail = json!({ "bucket": { "name": w.main.bucket() }, "object": object, "requester": "ada" });
    let event = json!({
        "version": "0", "id": "00000000-0000-4000-8000-000000000000", "detail-type": "Object Created",
        "source": "aws.s3", "account": ACCOUNT, "time": "2026-01-01T00:00:00Z", "region": REGION, "resources": [],
        "detail": detail,
    });
    let record = json!({
        "messageId": "m-1", "receiptHandle": "r-1", "body": event.to_string(), "attributes": {}, "messageAttributes": {},
        "eventSource": "aws:sqs", "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:queue"), "awsRegion": REGION,
    });
    let payload = json!({ "Records": [record] });
    let evaluation = late.invoke(&payload);
    let rest = async {
        w.until("the page to be held up", async || is_blocked.load(Ordering::SeqCst).then_some(())).await?;
        w.upload(&w.main, DATASET, "job.yaml", "base_model: nova-lite\n").await?;
        w.run_in(&w.main, DATASET, State::Succeeded).await?;
        w.report(&w.main, DATASET, "Queued").await
    };
    let (outcome, _) = tokio::try_join!(evaluation, rest)?;
    let Outcome::Answer(answer) = &outcome else { anyhow::bail!("{outcome:?}") };
    ensure!(answer["batchItemFailures"].as_array().is_none_or(Vec::is_empty), "{answer}");
    let page = w.read_json(&w.main, &format!("reports/{DATASET}/latest.json")).await?;
    ensure!(page["state"] == "Queued", "an older page replaced the newer one: {}", page["state"]);
    let head = w.main.ledger.dataset(DATASET).await?.context("a head")?;
    ensure!(head.validated_run.is_some() && head.missing_files.is_empty(), "{head:?}");
    late.kill().await
}
