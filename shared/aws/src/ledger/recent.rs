//! Runs and other items by time, the newest first.

use std::collections::{HashMap, VecDeque};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use tunedrop_run::Run;

use super::{Ledger, from_item, key};
use crate::Failure;

/// The index of all items of a kind by the time of their upload.
const BY_TIME: &str = "by_time";
/// Runs read at once.
const PAGE: i32 = 100;

/// Runs, the newest first. Pages are read as needed.
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

    /// Reads the items of a kind, the newest first, and the keys of those that can't be parsed. `since`: only those that
    /// were written first at this time (RFC 3339) or later. The index lags.
    pub(super) async fn of_kind<T: DeserializeOwned>(
        &self,
        kind: &str,
        since: Option<&str>,
    ) -> Result<(Vec<T>, Vec<String>), Failure> {
        let call = || format!("dynamodb:Query {BY_TIME}");
        let condition = if since.is_some() { "#kind = :kind AND uploaded_at >= :since" } else { "#kind = :kind" };
        let query = self.client.query().table_name(&self.table).index_name(BY_TIME).scan_index_forward(false);
        let mut query = query
            .key_condition_expression(condition)
            .expression_attribute_names("#kind", "kind")
            .expression_attribute_values(":kind", AttributeValue::S(kind.into()));
        if let Some(since) = since {
            query = query.expression_attribute_values(":since", AttributeValue::S(since.into()));
        }
        let mut pages = query.into_paginator().items().send();
        let (mut items, mut unreadable) = (Vec::new(), Vec::new());
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| Failure::new(call(), &error))?;
            let pk = key(&item);
            match from_item(item, &call()) {
                Ok(item) => items.push(item),
                Err(_) => unreadable.push(pk),
            }
        }
        Ok((items, unreadable))
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

    /// The keys of the items read so far that can't be parsed.
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
