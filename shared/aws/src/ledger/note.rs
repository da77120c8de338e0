//! Writes beside a run's own: what is noted without taking part in the race for its state.

use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::{DatasetHead, Hold, Run};

use super::{Ledger, revision, won};
use crate::Failure;

impl Ledger {
    /// Notes in a run, as it was read, that `by` wants it stopped; false where somebody wrote it meanwhile. Its revision
    /// stays, so that a launch in progress can still write down its job.
    pub async fn note_stop(&self, was: &Run, by: &str) -> Result<bool, Failure> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request
            .key("pk", AttributeValue::S(Run::key(&was.run_id)))
            .update_expression("SET stopped_by = :by")
            .condition_expression("revision = :was")
            .expression_attribute_values(":by", AttributeValue::S(by.to_owned()))
            .expression_attribute_values(":was", revision(was.revision));
        won(request.send().await, format!("dynamodb:UpdateItem {}", was.run_id))
    }

    /// Notes in a run, as it was read, what holds it and why, unless something is noted already; false where somebody wrote
    /// it meanwhile. Its revision stays: this decides nothing.
    pub async fn note_hold(&self, was: &Run, hold: Hold, why: &str) -> Result<bool, Failure> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request
            .key("pk", AttributeValue::S(Run::key(&was.run_id)))
            .update_expression("SET #waiting = :why, held_by = :hold")
            .condition_expression("revision = :was AND attribute_not_exists(held_by)")
            .expression_attribute_names("#waiting", "waiting")
            .expression_attribute_values(":why", AttributeValue::S(why.to_owned()))
            .expression_attribute_values(":hold", AttributeValue::S(hold.as_str().to_owned()))
            .expression_attribute_values(":was", revision(was.revision));
        won(request.send().await, format!("dynamodb:UpdateItem {}", was.run_id))
    }

    /// Points a dataset's head at its newest accepted run, unless a newer one is there. What the dataset waits for stays.
    pub async fn point_head(&self, dataset: &str, run_id: &str, since: &str) -> Result<bool, Failure> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request
            .key("pk", AttributeValue::S(DatasetHead::key(dataset)))
            .update_expression(
                "SET latest = :latest, latest_at = :at, dataset = :dataset, kind = if_not_exists(kind, :kind), \
                 #schema = if_not_exists(#schema, :schema), told = if_not_exists(told, :told)",
            )
            .condition_expression("attribute_not_exists(latest_at) OR latest_at <= :at")
            .expression_attribute_names("#schema", "schema")
            .expression_attribute_values(":latest", AttributeValue::S(run_id.to_owned()))
            .expression_attribute_values(":at", AttributeValue::S(since.to_owned()))
            .expression_attribute_values(":dataset", AttributeValue::S(dataset.to_owned()))
            .expression_attribute_values(":kind", AttributeValue::S("set".to_owned()))
            .expression_attribute_values(":schema", AttributeValue::N(tunedrop_run::SCHEMA.to_string()))
            .expression_attribute_values(":told", AttributeValue::M(Default::default()));
        won(request.send().await, format!("dynamodb:UpdateItem {dataset}"))
    }
}
