//! A dataset's entry: what was validated last, and the newest accepted run.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::DatasetEntry;

use super::open::OPEN;
use super::{Ledger, to_item, won};
use crate::Failure;

/// Attributes that are removed unless the new entry has them: an incomplete dataset has no run, and a complete one lacks no
/// files.
const REMOVABLE: [&str; 6] = ["validated_run", "uploaded_at", "report", "owner", "uploader", OPEN];

impl Ledger {
    /// Records what was validated, if `was` is still what was validated last; false if another version was validated in the
    /// meantime. An accepted run also becomes the newest run, unless there is a newer one.
    pub async fn write_dataset(&self, was: Option<&str>, entry: &DatasetEntry) -> Result<bool, Failure> {
        if entry.latest_run.is_some() && self.put_dataset(was, entry).await? {
            return Ok(true);
        }
        self.put_dataset(
            was,
            &DatasetEntry { latest_run: None, latest_uploaded_at: None, keep_models: None, ..entry.clone() },
        )
        .await
    }

    async fn put_dataset(&self, was: Option<&str>, entry: &DatasetEntry) -> Result<bool, Failure> {
        let call = format!("dynamodb:UpdateItem {}", entry.dataset);
        let mut item: HashMap<String, AttributeValue> = to_item(entry, &call)?;
        item.insert("kind".into(), AttributeValue::S("dataset".into()));
        item.insert("schema".into(), AttributeValue::N(tunedrop_run::SCHEMA.to_string()));
        let key = AttributeValue::S(DatasetEntry::key(&entry.dataset));
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
            None => ("attribute_not_exists(validated_fingerprint)".to_owned(), request),
            Some(hash) => {
                ("validated_fingerprint = :was".to_owned(), request.expression_attribute_values(":was", text(hash)))
            }
        };
        let request = match &entry.latest_uploaded_at {
            None => request,
            Some(time) => {
                condition.push_str(" AND (attribute_not_exists(latest_uploaded_at) OR latest_uploaded_at <= :newer)");
                request.expression_attribute_values(":newer", text(time))
            }
        };
        won(request.update_expression(expression).condition_expression(condition).send().await, call)
    }
}
