//! Open items, for which something may still have to be done: the sparse index, read page by page.

use std::collections::{HashMap, VecDeque};

use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::{DatasetEntry, Deployment, EvaluationEntry, MisnamedFile, ModelNotice, Run};

use tracing::warn;

use super::{Ledger, from_item, key};
use crate::Failure;

/// The sparse index of open items. The only value of its partition key is its name.
pub(super) const OPEN: &str = "open";

/// Items read at once: a launch that finds no free slot needs no more than the first few.
const PAGE: i32 = 50;

/// An open item, as the sparse index lists it. The index lags: read the item itself before you act.
#[derive(Debug, Clone)]
pub enum Open {
    /// A run.
    Run(Box<Run>),
    /// An incomplete dataset.
    Dataset(Box<DatasetEntry>),
    /// A misnamed file that nobody was notified of.
    Misnamed(Box<MisnamedFile>),
    /// A deployment, for as long as it exists.
    Deployment(Box<Deployment>),
    /// An evaluation that is in progress, or that people weren't notified of.
    Evaluation(Box<EvaluationEntry>),
    /// A notice about a model that people weren't notified of.
    Model(Box<ModelNotice>),
    /// The key of an item that can't be read: of a newer version, edited by hand, or damaged. It must not hide the others.
    Unreadable(String),
}

impl Open {
    pub(super) fn from_item(item: HashMap<String, AttributeValue>, call: &str) -> Result<Open, Failure> {
        Ok(match item.get("kind").and_then(|kind| kind.as_s().ok()).map(String::as_str) {
            Some("run") => Open::Run(Box::new(from_item(item, call)?)),
            Some("deployment") => Open::Deployment(Box::new(from_item(item, call)?)),
            Some("evaluation") => Open::Evaluation(Box::new(from_item(item, call)?)),
            Some("model-notice") => Open::Model(Box::new(from_item(item, call)?)),
            Some("misnamed") => Open::Misnamed(Box::new(from_item(item, call)?)),
            _ => Open::Dataset(Box::new(from_item(item, call)?)),
        })
    }
}

/// The open items, read page by page on demand.
#[derive(Debug)]
pub struct Opened<'l> {
    ledger: &'l Ledger,
    page: VecDeque<Open>,
    /// Where the next page begins; the first one before it was read.
    next: Next,
}

#[derive(Debug)]
enum Next {
    First,
    After(HashMap<String, AttributeValue>),
    None,
}

impl Ledger {
    /// All open items, oldest first. The index lags.
    pub fn open(&self) -> Opened<'_> {
        Opened { ledger: self, page: VecDeque::new(), next: Next::First }
    }
}

impl Opened<'_> {
    /// The next one; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Open>, Failure> {
        while self.page.is_empty() {
            let after = match std::mem::replace(&mut self.next, Next::None) {
                Next::First => None,
                Next::After(key) => Some(key),
                Next::None => return Ok(None),
            };
            self.read(after).await?;
        }
        Ok(self.page.pop_front())
    }

    async fn read(&mut self, after: Option<HashMap<String, AttributeValue>>) -> Result<(), Failure> {
        let call = || format!("dynamodb:Query {OPEN}");
        let query = self.ledger.client.query().table_name(&self.ledger.table).index_name(OPEN).limit(PAGE);
        let query = query
            .key_condition_expression("#open = :open")
            .expression_attribute_names("#open", OPEN)
            .expression_attribute_values(":open", AttributeValue::S(OPEN.into()))
            .set_exclusive_start_key(after);
        let answer = query.send().await.map_err(|error| Failure::new(call(), &error))?;
        self.next = answer.last_evaluated_key.map_or(Next::None, Next::After);
        for item in answer.items.unwrap_or_default() {
            let pk = key(&item);
            // The error's own message may quote the item.
            let open = Open::from_item(item, &call()).unwrap_or_else(|_| {
                warn!(item = pk, "skipped an item of the ledger that can't be read: {pk}");
                Open::Unreadable(pk)
            });
            self.page.push_back(open);
        }
        Ok(())
    }
}
