//! The ledger: one DynamoDB table. Conditional writes are the only locks; the loser of a race reads what the winner wrote.

mod budget;
mod change;
mod daily_limit;
mod dataset;
mod deployment;
mod erase;
mod evaluation;
mod first_base;
mod model_notice;
mod note;
mod notification;
mod open;
mod prices;
mod recent;
mod revision;
mod token_rate;
mod trace_key;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::warn;
use tunedrop_run::{DatasetEntry, MisnamedFile, Run, State, Timestamp};

use crate::Failure;
pub use change::Change;
pub use notification::Claim;
pub use open::{Open, Opened};
pub use recent::Recent;

/// Maximum bytes of a key (DynamoDB's quotas, partition key length). DynamoDB rejects every request with a longer one.
const KEY_MAX: usize = 2048;

/// The value of `expires_at`, in Unix seconds, for an item that DynamoDB deletes after this many seconds. It must be a
/// number, or DynamoDB ignores it
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html>).
fn expires(kept_s: i64) -> AttributeValue {
    AttributeValue::N((Timestamp::now().as_second() + kept_s).to_string())
}

/// The ledger's table.
#[derive(Debug, Clone)]
pub struct Ledger {
    client: Client,
    table: String,
}

impl Ledger {
    /// Create one per process.
    pub fn new(config: &SdkConfig, table: String) -> Ledger {
        Ledger { client: Client::new(config), table }
    }

    /// Reads a run, consistently.
    pub async fn run(&self, run_id: &str) -> Result<Option<Run>, Failure> {
        self.get(&Run::key(run_id)).await
    }

    /// Reads a run that is only compared with another; `None` also if it can't be read.
    pub async fn readable_run(&self, run_id: &str) -> Result<Option<Run>, Failure> {
        let pk = Run::key(run_id);
        let item = self.item(&pk).await?;
        Ok(item.and_then(|item| {
            from_item(item, "")
                .inspect_err(|_| warn!(item = pk, "skipped an item of the ledger that can't be read: {pk}"))
                .ok()
        }))
    }

    /// Reads a dataset's entry, consistently.
    pub async fn dataset(&self, dataset: &str) -> Result<Option<DatasetEntry>, Failure> {
        self.get(&DatasetEntry::key(dataset)).await
    }

    /// Writes a new run. If it exists already, returns the existing one.
    pub async fn create(&self, run: &Run) -> Result<Option<Run>, Failure> {
        let key = Run::key(&run.run_id);
        if self.put_new(&key, "run", run).await? {
            return Ok(None);
        }
        self.run(&run.run_id).await
    }

    /// Replaces a run, if nobody wrote it since it was read as `was`.
    pub async fn replace(&self, was: &Run, run: &Run) -> Result<bool, Failure> {
        let call = format!("dynamodb:PutItem {}", run.run_id);
        let run = Run { revision: was.revision + 1, ..run.clone() };
        let mut item: std::collections::HashMap<String, AttributeValue> = to_item(&run, &call)?;
        item.insert("pk".into(), AttributeValue::S(Run::key(&run.run_id)));
        item.insert("kind".into(), AttributeValue::S("run".into()));
        let request =
            self.client.put_item().table_name(&self.table).set_item(Some(item)).condition_expression("revision = :was");
        won(request.expression_attribute_values(":was", revision(was.revision)).send().await, call)
    }

    /// Changes a run from `was` to `state`, with all of `change`, if nobody wrote it in the meantime. Returns the new
    /// run.
    pub async fn advance(&self, was: &Run, state: State, now: &str, change: Change) -> Result<Option<Run>, Failure> {
        let mut change = change.set("state", Some(state.as_str())).number("revision", Some(was.revision + 1));
        if state != was.state {
            change = change.set("changed_at", Some(now));
        }
        let mut request =
            self.client.update_item().table_name(&self.table).key("pk", AttributeValue::S(Run::key(&was.run_id)));
        request = request.expression_attribute_values(":was", revision(was.revision));
        let (mut sets, mut removes) = (Vec::new(), Vec::new());
        let Change(attributes, not_notified) = change;
        for (i, (name, value)) in attributes.into_iter().enumerate() {
            request = request.expression_attribute_names(format!("#{name}"), name);
            match value {
                Some(value) => {
                    sets.push(format!("#{name} = :v{i}"));
                    request = request.expression_attribute_values(format!(":v{i}"), value);
                }
                None => removes.push(format!("#{name}")),
            }
        }
        for (i, what) in not_notified.into_iter().enumerate() {
            request = request.expression_attribute_names(format!("#t{i}"), what);
            removes.push(format!("notified.#t{i}"));
        }
        let mut expression = format!("SET {}", sets.join(", "));
        if !removes.is_empty() {
            expression = format!("{expression} REMOVE {}", removes.join(", "));
        }
        let request = request
            .condition_expression("revision = :was")
            .update_expression(expression)
            .return_values(ReturnValue::AllNew);
        match request.send().await {
            Ok(answer) => Ok(Some(from_item(answer.attributes.unwrap_or_default(), "dynamodb:UpdateItem")?)),
            Err(error) if lost(error.code()) => Ok(None),
            Err(error) => Err(Failure::new(format!("dynamodb:UpdateItem {}", was.run_id), &error)),
        }
    }

    /// Writes the entry about a misnamed file; false if it exists already.
    pub async fn create_misnamed(&self, file: &MisnamedFile) -> Result<bool, Failure> {
        self.put_new(&file.pk, "misnamed", file).await
    }

    async fn get<T: DeserializeOwned>(&self, pk: &str) -> Result<Option<T>, Failure> {
        let item = self.item(pk).await?;
        item.map(|item| from_item(item, &format!("dynamodb:GetItem {pk}"))).transpose()
    }

    async fn item(&self, pk: &str) -> Result<Option<std::collections::HashMap<String, AttributeValue>>, Failure> {
        if pk.len() > KEY_MAX {
            return Ok(None);
        }
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk.into()))
            .consistent_read(true);
        let answer = request.send().await.map_err(|error| Failure::new(format!("dynamodb:GetItem {pk}"), &error))?;
        Ok(answer.item)
    }

    /// Writes an item, whatever it was.
    async fn put(&self, pk: &str, kind: &str, item: &impl Serialize) -> Result<(), Failure> {
        let call = format!("dynamodb:PutItem {pk}");
        let mut item: std::collections::HashMap<String, AttributeValue> = to_item(item, &call)?;
        item.insert("pk".into(), AttributeValue::S(pk.into()));
        item.insert("kind".into(), AttributeValue::S(kind.into()));
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        request.send().await.map(|_| ()).map_err(|error| Failure::new(call, &error))
    }

    async fn put_new(&self, pk: &str, kind: &str, item: &impl Serialize) -> Result<bool, Failure> {
        let call = format!("dynamodb:PutItem {pk}");
        let mut item: std::collections::HashMap<String, AttributeValue> = to_item(item, &call)?;
        item.insert("pk".into(), AttributeValue::S(pk.into()));
        item.insert("kind".into(), AttributeValue::S(kind.into()));
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)");
        won(request.send().await, call)
    }
}

fn revision(count: u64) -> AttributeValue {
    AttributeValue::N(count.to_string())
}

fn lost(code: Option<&str>) -> bool {
    code == Some("ConditionalCheckFailedException")
}

/// Whether a conditional write succeeded.
fn won<T, E>(answer: Result<T, E>, call: String) -> Result<bool, Failure>
where
    E: ProvideErrorMetadata + std::error::Error,
{
    match answer {
        Ok(_) => Ok(true),
        Err(error) if lost(error.code()) => Ok(false),
        Err(error) => Err(Failure::new(call, &error)),
    }
}

fn to_item<T: From<serde_dynamo::Item>>(value: &impl Serialize, call: &str) -> Result<T, Failure> {
    serde_dynamo::to_item(value).map_err(|error| Failure::new(call, &error))
}

fn from_item<T: DeserializeOwned>(
    item: std::collections::HashMap<String, AttributeValue>,
    call: &str,
) -> Result<T, Failure> {
    let schema = item.get("schema").and_then(|schema| schema.as_n().ok()).and_then(|schema| schema.parse::<u32>().ok());
    if schema.is_some_and(|schema| schema > tunedrop_run::SCHEMA) {
        return Err(Failure::new(call, &Newer));
    }
    serde_dynamo::from_item(item).map_err(|error| Failure::new(call, &error))
}

/// An item of a later schema, which this program could misread.
#[derive(Debug, thiserror::Error)]
#[error("the item is of a newer version than this program")]
struct Newer;

/// An item's key, for a log.
fn key(item: &std::collections::HashMap<String, AttributeValue>) -> String {
    item.get("pk").and_then(|pk| pk.as_s().ok()).cloned().unwrap_or_default()
}
