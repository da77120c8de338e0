//! Direct access to the ledger's table, which also lets time pass by changing the times in it.
//!
//! Plain HTTP: unoptimized, an SDK call costs more than the emulator's answer.

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};
use tunedrop_local::{ACCOUNT, REGION};
use tunedrop_run::Timestamp;

/// A ledger's table, without the SDK.
#[derive(Debug, Clone)]
pub struct Items {
    http: reqwest::Client,
    emulator: String,
    table: String,
}

impl Items {
    /// The table of this name at the emulator.
    pub fn new(http: reqwest::Client, emulator: String, table: String) -> Items {
        Items { http, emulator, table }
    }

    /// A call of the emulator in JSON, by its target.
    pub async fn ask(&self, target: &str, body: &Value) -> Result<Value> {
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

    /// The whole ledger.
    pub async fn all(&self) -> Result<Vec<Value>> {
        let mut scan = json!({ "TableName": self.table, "ConsistentRead": true });
        let mut items = Vec::new();
        loop {
            let mut answer = self.ask("DynamoDB_20120810.Scan", &scan).await?;
            items.extend(answer["Items"].as_array_mut().map(std::mem::take).unwrap_or_default());
            match answer["LastEvaluatedKey"].take() {
                Value::Null => return Ok(items),
                next => scan["ExclusiveStartKey"] = next,
            }
        }
    }

    /// Deletes all items. A scenario has at most 25.
    pub async fn clear(&self) -> Result<()> {
        let delete = |item: Value| json!({ "DeleteRequest": { "Key": { "pk": item["pk"] } } });
        let requests: Vec<Value> = self.all().await?.into_iter().map(delete).collect();
        if requests.is_empty() {
            return Ok(());
        }
        let batch = json!({ "RequestItems": { &self.table: requests } });
        self.ask("DynamoDB_20120810.BatchWriteItem", &batch).await.map(drop)
    }

    /// Lets time pass: moves leases, claims and the attributes in `times` back, and changes nothing else. Concurrent writes
    /// of others are kept.
    pub async fn age(&self, seconds: i64, times: &[&str]) -> Result<()> {
        for item in self.all().await? {
            let older = older(&item, seconds, times)?;
            if older.is_empty() {
                continue;
            }
            let aged = self.ask("DynamoDB_20120810.UpdateItem", &self.update(&item, &older)).await;
            // Changed in the meantime, it isn't old.
            if let Err(error) = aged
                && !error.to_string().contains("ConditionalCheckFailed")
            {
                return Err(error);
            }
        }
        Ok(())
    }

    /// An update that sets the attributes if they haven't changed since they were read.
    fn update(&self, item: &Value, older: &Map<String, Value>) -> Value {
        let (mut names, mut values) = (Map::new(), Map::new());
        let (mut sets, mut conditions) = (Vec::new(), Vec::new());
        for (at, (name, value)) in older.iter().enumerate() {
            names.insert(format!("#n{at}"), json!(name));
            values.insert(format!(":new{at}"), value.clone());
            values.insert(format!(":old{at}"), item[name].clone());
            sets.push(format!("#n{at} = :new{at}"));
            conditions.push(format!("#n{at} = :old{at}"));
        }
        json!({
            "TableName": self.table,
            "Key": { "pk": item["pk"] },
            "UpdateExpression": format!("SET {}", sets.join(", ")),
            "ConditionExpression": conditions.join(" AND "),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        })
    }
}

/// An item's times, moved back.
fn older(item: &Value, seconds: i64, times: &[&str]) -> Result<Map<String, Value>> {
    let mut older = Map::new();
    for (name, value) in item.as_object().into_iter().flatten() {
        if times.contains(&name.as_str()) {
            let time: Timestamp = value["S"].as_str().unwrap_or_default().parse()?;
            let then = Timestamp::from_millisecond(time.as_millisecond() - seconds * 1000)?;
            older.insert(name.clone(), json!({ "S": format!("{then:.3}") }));
        } else if name == "lease_until" || name == "unconfirmed_until" || name.starts_with("claim ") {
            // The fraction of a claim identifies its holder.
            let text = value["N"].as_str().unwrap_or_default();
            let (until, whose) = text.split_once('.').unwrap_or((text, "0"));
            let until: i64 = until.parse()?;
            older.insert(name.clone(), json!({ "N": format!("{}.{whose}", until - seconds) }));
        }
    }
    Ok(older)
}
