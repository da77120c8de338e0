//! Runs by time, the newest first, for those who look.

use std::collections::{HashMap, VecDeque};

use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::Run;

use super::{Ledger, from_item, key};
use crate::Failure;

/// All runs and sets by the time of their drop.
const BY_TIME: &str = "by_time";
/// Runs read at once.
const PAGE: i32 = 100;

/// Runs, the newest first, read as far as they are asked for.
#[derive(Debug)]
pub struct Recent<'l> {
    ledger: &'l Ledger,
    page: VecDeque<Run>,
    begun: bool,
    unreadable: Vec<String>,
    after: Option<HashMap<String, AttributeValue>>,
}

impl Ledger {
    /// Every run, the newest first. The index lags a little.
    pub fn recent(&self) -> Recent<'_> {
        Recent { ledger: self, page: VecDeque::new(), begun: false, unreadable: Vec::new(), after: None }
    }
}

impl Recent<'_> {
    /// The next older one; `None` after the oldest.
    pub async fn next(&mut self) -> Result<Option<Run>, Failure> {
        while self.page.is_empty() {
            if self.begun && self.after.is_none() {
                return Ok(None);
            }
            self.read().await?;
        }
        Ok(self.page.pop_front())
    }

    /// The keys of the items on the way so far that can't be read.
    pub fn unreadable(&self) -> &[String] {
        &self.unreadable
    }

    async fn read(&mut self) -> Result<(), Failure> {
        let call = || format!("dynamodb:Query {BY_TIME}");
        let query = self.ledger.client.query().table_name(&self.ledger.table).index_name(BY_TIME).limit(PAGE);
        let query = query
            .scan_index_forward(false)
            .key_condition_expression("#kind = :run")
            .expression_attribute_names("#kind", "kind")
            .expression_attribute_values(":run", AttributeValue::S("run".into()))
            .set_exclusive_start_key(self.after.take());
        let answer = query.send().await.map_err(|error| Failure::new(call(), &error))?;
        self.begun = true;
        self.after = answer.last_evaluated_key;
        for item in answer.items.unwrap_or_default() {
            let pk = key(&item);
            match from_item(item, &call()) {
                Ok(run) => self.page.push_back(run),
                Err(_) => self.unreadable.push(pk),
            }
        }
        Ok(())
    }
}
