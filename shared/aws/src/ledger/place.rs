//! Items that two launches at once can't both fill: places under a limit; and which models came out of this stack's runs.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;

use super::{Ledger, expires, won};
use crate::Failure;

/// A day's tickets are of no use after it; a week more lets people look.
const DAY_KEPT_S: i64 = 8 * 86_400;

impl Ledger {
    /// Whether `ticket` is in the set that `item` holds, or the set has fewer than `max`.
    pub async fn has_place(&self, item: &str, ticket: &str, max: u32) -> Result<bool, Failure> {
        /// What [`take_place`](Ledger::take_place) writes. A set that was emptied isn't there.
        #[derive(Default, Deserialize)]
        struct Day {
            #[serde(default)]
            tickets: BTreeSet<String>,
        }
        let day: Day = self.get(item).await?.unwrap_or_default();
        Ok(day.tickets.contains(ticket) || day.tickets.len() < max as usize)
    }

    /// Puts `ticket` into the set that `item` holds, if it is there already or the set has fewer than `max`; false
    /// otherwise. One conditional write, so that two at once can't both take the last place.
    pub async fn take_place(&self, item: &str, ticket: &str, max: u32) -> Result<bool, Failure> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(item.into()))
            .update_expression("SET #kind = :kind, expires_at = :expires ADD tickets :these")
            .expression_attribute_values(":expires", expires(DAY_KEPT_S))
            .condition_expression("contains(tickets, :one) OR attribute_not_exists(tickets) OR size(tickets) < :max")
            .expression_attribute_names("#kind", "kind")
            .expression_attribute_values(":kind", AttributeValue::S("day".into()))
            .expression_attribute_values(":these", AttributeValue::Ss(vec![ticket.into()]))
            .expression_attribute_values(":one", AttributeValue::S(ticket.into()))
            .expression_attribute_values(":max", AttributeValue::N(max.to_string()));
        won(request.send().await, format!("dynamodb:UpdateItem {item}"))
    }

    /// Takes `ticket` out of the set that `item` holds, where it is there.
    pub async fn free_place(&self, item: &str, ticket: &str) -> Result<(), Failure> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(item.into()))
            .update_expression("DELETE tickets :these")
            .condition_expression("contains(tickets, :one)")
            .expression_attribute_values(":these", AttributeValue::Ss(vec![ticket.into()]))
            .expression_attribute_values(":one", AttributeValue::S(ticket.into()));
        won(request.send().await, format!("dynamodb:UpdateItem {item}")).map(|_| ())
    }

    /// Notes that a run of this stack made the custom model.
    pub async fn note_model(&self, arn: &str, run_id: &str) -> Result<(), Failure> {
        let (call, schema) = (format!("dynamodb:UpdateItem model of {run_id}"), tunedrop_run::SCHEMA.to_string());
        let request = self.client.update_item().table_name(&self.table);
        // Not PutItem: record, which calls this, has no permission for it and needs none.
        let request = request
            .key("pk", AttributeValue::S(model_key(arn)))
            .update_expression("SET run_id = :run_id, kind = :kind, #schema = :schema")
            .condition_expression("attribute_not_exists(pk)")
            .expression_attribute_names("#schema", "schema")
            .expression_attribute_values(":run_id", AttributeValue::S(run_id.to_owned()))
            .expression_attribute_values(":kind", AttributeValue::S("model".to_owned()))
            .expression_attribute_values(":schema", AttributeValue::N(schema));
        won(request.send().await, call).map(|_| ())
    }

    /// Whether a run of this stack made the custom model.
    pub async fn made_model(&self, arn: &str) -> Result<bool, Failure> {
        /// What [`note_model`](Ledger::note_model) writes.
        #[derive(Deserialize)]
        struct Made {
            #[serde(rename = "run_id")]
            _run_id: String,
        }
        Ok(self.get::<Made>(&model_key(arn)).await?.is_some())
    }
}

fn model_key(arn: &str) -> String {
    format!("model#{arn}")
}
