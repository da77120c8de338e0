//! A new revision of an item.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use super::{Ledger, lost, revision, to_item};
use crate::Failure;

impl Ledger {
    /// Writes a revision of an item, if `was` is still its revision in the ledger; false if somebody wrote it in the meantime.
    /// `removable`: the attributes that are removed unless the new revision has them. The marks and claims of messages don't
    /// change.
    pub(super) async fn write_revision(
        &self,
        pk: &str,
        was: u64,
        next: &impl Serialize,
        removable: &[&str],
    ) -> Result<bool, Failure> {
        let call = format!("dynamodb:UpdateItem {pk}");
        let mut item: HashMap<String, AttributeValue> = to_item(next, &call)?;
        item.remove("notified");
        item.remove("pk");
        let mut request = self.client.update_item().table_name(&self.table).key("pk", AttributeValue::S(pk.to_owned()));
        let mut sets = Vec::new();
        for (i, (name, value)) in item.iter().enumerate() {
            sets.push(format!("#n{i} = :v{i}"));
            request = request
                .expression_attribute_names(format!("#n{i}"), name)
                .expression_attribute_values(format!(":v{i}"), value.clone());
        }
        let mut removes = Vec::new();
        for name in removable.iter().filter(|name| !item.contains_key(**name)) {
            removes.push(format!("#{name}"));
            request = request.expression_attribute_names(format!("#{name}"), *name);
        }
        let mut expression = format!("SET {}", sets.join(", "));
        if !removes.is_empty() {
            expression = format!("{expression} REMOVE {}", removes.join(", "));
        }
        let request = request
            .update_expression(expression)
            .condition_expression("revision = :was")
            .expression_attribute_values(":was", revision(was));
        match request.send().await {
            Ok(_) => Ok(true),
            // The SDK repeats a call whose answer is lost, and then finds its own write.
            Err(error) if lost(aws_sdk_dynamodb::error::ProvideErrorMetadata::code(&error)) => Ok(false),
            Err(error) => Err(Failure::new(call, &error)),
        }
    }
}
