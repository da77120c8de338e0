//! The counts of a day's launches, which concurrent launches can't exceed; and the models that runs of this stack created.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use tunedrop_run::RunId;

use super::{Ledger, expires, won};
use crate::Failure;

/// A day's tickets have no use after the day. They are kept another week, for people who want to look at them.
const DAY_KEPT_S: i64 = 8 * 86_400;

impl Ledger {
    /// Whether `ticket` is in the item's set, or the set has fewer than `max` tickets.
    pub async fn has_launches_left(&self, item: &str, ticket: &str, max: u32) -> Result<bool, Failure> {
        /// What [`count_launch`](Ledger::take_place) writes. A set without tickets has no attribute.
        #[derive(Default, Deserialize)]
        struct Day {
            #[serde(default)]
            tickets: BTreeSet<String>,
        }
        let day: Day = self.get(item).await?.unwrap_or_default();
        Ok(day.tickets.contains(ticket) || day.tickets.len() < max as usize)
    }

    /// Adds `ticket` to the item's set, if it is in it already or the set has fewer than `max` tickets; false otherwise. One
    /// conditional write, so that two launches can't both take the last one.
    pub async fn count_launch(&self, item: &str, ticket: &str, max: u32) -> Result<bool, Failure> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(item.into()))
            .update_expression("SET #kind = :kind, expires_at = :expires ADD tickets :these")
            .expression_attribute_values(":expires", expires(DAY_KEPT_S))
            .condition_expression("contains(tickets, :one) OR attribute_not_exists(tickets) OR size(tickets) < :max")
            .expression_attribute_names("#kind", "kind")
            .expression_attribute_values(":kind", AttributeValue::S("launches".into()))
            .expression_attribute_values(":these", AttributeValue::Ss(vec![ticket.into()]))
            .expression_attribute_values(":one", AttributeValue::S(ticket.into()))
            .expression_attribute_values(":max", AttributeValue::N(max.to_string()));
        won(request.send().await, format!("dynamodb:UpdateItem {item}"))
    }

    /// Removes `ticket` from the item's set, if it is in it.
    pub async fn uncount_launch(&self, item: &str, ticket: &str) -> Result<(), Failure> {
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

    /// Records that a run of this stack created the custom model.
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

    /// Returns the run of this stack that created the custom model, if one did.
    pub async fn maker_of_model(&self, arn: &str) -> Result<Option<RunId>, Failure> {
        /// What [`note_model`](Ledger::note_model) writes.
        #[derive(Deserialize)]
        struct Made {
            run_id: RunId,
        }
        Ok(self.get::<Made>(&model_key(arn)).await?.map(|made| made.run_id))
    }
}

fn model_key(arn: &str) -> String {
    format!("model#{arn}")
}
