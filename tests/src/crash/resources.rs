//! A worker's resources.

use crate::items::Items;
use anyhow::{Context, Result};
use tunedrop_aws::Ledger;
use tunedrop_local::{ACCOUNT, REGION, Stack};

/// A worker's resources.
pub(super) struct Resources {
    pub(super) stack: String,
    pub(super) bucket: String,
    pub(super) table: String,
    pub(super) topic: String,
    pub(super) outbox: String,
    pub(super) bedrock: String,
    pub(super) s3: aws_sdk_s3::Client,
    pub(super) ledger: Ledger,
    pub(super) http: reqwest::Client,
    /// The ledger's items, of the current run of a scenario only.
    pub(super) items: Items,
}

impl Resources {
    pub(super) async fn make(stack: &Stack, number: usize, bedrock: String) -> Result<Resources> {
        let (deployed, sdk) = (stack.deployment(), stack.sdk());
        let (name, topic) = (format!("worker{number}"), deployed.resource(&format!("Topic{number}"))?.to_owned());
        let sqs = aws_sdk_sqs::Client::new(&sdk);
        let outbox = sqs.create_queue().queue_name(format!("{name}-outbox")).send().await?;
        let subscribe = aws_sdk_sns::Client::new(&sdk).subscribe().topic_arn(&topic).protocol("sqs");
        let subscribe = subscribe.endpoint(format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}-outbox"));
        subscribe.attributes("RawMessageDelivery", "true").send().await?;
        let http = tunedrop_local::http().build()?;
        let table = deployed.resource(&format!("Table{number}"))?.to_owned();
        let items = Items::new(http.clone(), stack.endpoint().to_owned(), table.clone());
        Ok(Resources {
            stack: name,
            bucket: deployed.bucket()?.to_owned(),
            ledger: Ledger::new(&sdk, table.clone()),
            table,
            topic,
            outbox: outbox.queue_url.context("the outbox has no address")?,
            bedrock,
            s3: aws_sdk_s3::Client::new(&sdk),
            http,
            items,
        })
    }

    /// Lets time pass: moves the times in the ledger back, and changes nothing else.
    pub(super) async fn pass(&self, seconds: i64) -> Result<()> {
        self.items.age(seconds, &["changed_at", "launch_after"]).await
    }

    /// As [`Resources::pass`], and moves the times of the uploads back too.
    pub(super) async fn age(&self, seconds: i64) -> Result<()> {
        self.items
            .age(seconds, &["changed_at", "launch_after", "uploaded_at", "latest_uploaded_at", "reuploaded_at"])
            .await
    }
}
