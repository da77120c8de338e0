//! Where a lane's things are, and time, which passes by what the ledger says of it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tunedrop_aws::Ledger;
use tunedrop_local::{ACCOUNT, REGION, Stack};
use tunedrop_run::Timestamp;

/// Where a lane's things are.
pub(crate) struct Place {
    pub(crate) stack: String,
    pub(crate) bucket: String,
    pub(crate) table: String,
    pub(crate) topic: String,
    pub(crate) outbox: String,
    pub(crate) bedrock: String,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) ledger: Ledger,
    pub(crate) http: reqwest::Client,
    emulator: String,
}

impl Place {
    pub(crate) async fn make(stack: &Stack, number: usize, bedrock: String) -> Result<Place> {
        let (deployed, sdk) = (stack.deployment(), stack.sdk());
        let (name, topic) = (format!("lane{number}"), deployed.resource(&format!("Topic{number}"))?.to_owned());
        let sqs = aws_sdk_sqs::Client::new(&sdk);
        let outbox = sqs.create_queue().queue_name(format!("{name}-outbox")).send().await?;
        let subscribe = aws_sdk_sns::Client::new(&sdk).subscribe().topic_arn(&topic).protocol("sqs");
        let subscribe = subscribe.endpoint(format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}-outbox"));
        subscribe.attributes("RawMessageDelivery", "true").send().await?;
        let table = deployed.resource(&format!("Table{number}"))?.to_owned();
        Ok(Place {
            stack: name,
            bucket: deployed.bucket()?.to_owned(),
            ledger: Ledger::new(&sdk, table.clone()),
            table,
            topic,
            outbox: outbox.queue_url.context("the outbox has no address")?,
            bedrock,
            s3: aws_sdk_s3::Client::new(&sdk),
            http: tunedrop_local::http().build()?,
            emulator: stack.endpoint().to_owned(),
        })
    }

    /// A call of the emulator in JSON, by its target.
    pub(crate) async fn ask(&self, target: &str, body: &Value) -> Result<Value> {
        let service = if target.starts_with("DynamoDB") { "dynamodb" } else { "sqs" };
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=none"
        );
        let request = self.http.post(&self.emulator).header("x-amz-target", target).header("authorization", scope);
        let answer = request.header("content-type", "application/x-amz-json-1.0").body(body.to_string()).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{target}: {status} {text}");
        Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
    }

    /// The whole ledger: it holds one play only.
    pub(crate) async fn items(&self) -> Result<Vec<Value>> {
        let scan = json!({ "TableName": self.table, "ConsistentRead": true });
        let mut answer = self.ask("DynamoDB_20120810.Scan", &scan).await?;
        Ok(answer["Items"].as_array_mut().map(std::mem::take).unwrap_or_default())
    }

    /// Writes and deletes, at most 25.
    pub(crate) async fn write(&self, requests: Vec<Value>) -> Result<()> {
        if requests.is_empty() {
            return Ok(());
        }
        let batch = json!({ "RequestItems": { &self.table: requests } });
        self.ask("DynamoDB_20120810.BatchWriteItem", &batch).await.map(drop)
    }

    /// Lets time pass: what the ledger says of times is so much older, and nothing else has changed.
    pub(crate) async fn pass(&self, seconds: i64) -> Result<()> {
        self.shift(seconds, &["changed_at"]).await
    }

    /// As [`Place::pass`], for the times of the drops, too.
    pub(crate) async fn age(&self, seconds: i64) -> Result<()> {
        self.shift(seconds, &["changed_at", "since", "latest_at", "redropped_at"]).await
    }

    /// Nothing else writes meanwhile: no function is at work.
    async fn shift(&self, seconds: i64, times: &[&str]) -> Result<()> {
        let mut changed = Vec::new();
        for mut item in self.items().await? {
            let before = item.clone();
            for (name, value) in item.as_object_mut().into_iter().flatten() {
                if times.contains(&name.as_str()) {
                    let time: Timestamp = value["S"].as_str().unwrap_or_default().parse()?;
                    let then = Timestamp::from_millisecond(time.as_millisecond() - seconds * 1000)?;
                    value["S"] = json!(format!("{then:.3}"));
                } else if name == "lease_until" || name.starts_with("telling ") {
                    let until: i64 = value["N"].as_str().unwrap_or_default().parse()?;
                    value["N"] = json!((until - seconds).to_string());
                }
            }
            if item != before {
                changed.push(json!({ "PutRequest": { "Item": item } }));
            }
        }
        self.write(changed).await
    }
}
