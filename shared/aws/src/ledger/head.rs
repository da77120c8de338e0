//! A dataset's head: what was judged last, and which accepted run is the newest.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::DatasetHead;

use super::open::OPEN;
use super::{Ledger, to_item, won};
use crate::Failure;

/// What a set that is judged leaves behind only where it says so itself: an incomplete set has no run, and a complete one
/// waits for nothing.
const REMOVABLE: [&str; 6] = ["judged_run", "since", "report", "owner", "dropped_by", OPEN];

impl Ledger {
    /// Notes what was judged, if what was judged last is still `was`; false where somebody judged another state of the set
    /// meanwhile. An accepted run becomes the newest as well, unless a newer one is there: the rest is noted all the same.
    pub async fn write_head(&self, was: Option<&str>, head: &DatasetHead) -> Result<bool, Failure> {
        if head.latest.is_some() && self.put_head(was, head).await? {
            return Ok(true);
        }
        self.put_head(was, &DatasetHead { latest: None, latest_at: None, ..head.clone() }).await
    }

    async fn put_head(&self, was: Option<&str>, head: &DatasetHead) -> Result<bool, Failure> {
        let call = format!("dynamodb:UpdateItem {}", head.dataset);
        let mut item: HashMap<String, AttributeValue> = to_item(head, &call)?;
        item.insert("kind".into(), AttributeValue::S("set".into()));
        item.insert("schema".into(), AttributeValue::N(tunedrop_run::SCHEMA.to_string()));
        let key = AttributeValue::S(DatasetHead::key(&head.dataset));
        let mut request = self.client.update_item().table_name(&self.table).key("pk", key);
        let mut sets = Vec::new();
        for (i, (name, value)) in item.iter().enumerate() {
            sets.push(format!("#n{i} = :v{i}"));
            request = request
                .expression_attribute_names(format!("#n{i}"), name)
                .expression_attribute_values(format!(":v{i}"), value.clone());
        }
        let mut expression = format!("SET {}", sets.join(", "));
        let gone: Vec<&str> = REMOVABLE.into_iter().filter(|name| !item.contains_key(*name)).collect();
        if !gone.is_empty() {
            let names: Vec<String> = gone.iter().map(|name| format!("#{name}")).collect();
            expression = format!("{expression} REMOVE {}", names.join(", "));
            for name in gone {
                request = request.expression_attribute_names(format!("#{name}"), name);
            }
        }
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let (mut condition, request) = match was {
            None => ("attribute_not_exists(judged)".to_owned(), request),
            Some(hash) => ("judged = :was".to_owned(), request.expression_attribute_values(":was", text(hash))),
        };
        let request = match &head.latest_at {
            None => request,
            Some(time) => {
                condition.push_str(" AND (attribute_not_exists(latest_at) OR latest_at <= :newer)");
                request.expression_attribute_values(":newer", text(time))
            }
        };
        won(request.update_expression(expression).condition_expression(condition).send().await, call)
    }
}
