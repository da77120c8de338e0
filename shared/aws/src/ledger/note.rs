//! Writes that don't compete for a run's state.

use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::{Blocker, DatasetEntry, Run};

use super::{Ledger, revision, won};
use crate::Failure;

impl Ledger {
    /// Records in a run, as it was read, that `by` asked to stop it; false if somebody wrote it in the meantime. The revision
    /// doesn't change, so that a launch in progress can still write its job.
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

    /// Records in a run, as it was read, what blocks it and why, unless it is blocked already; false if somebody wrote it in
    /// the meantime. The revision doesn't change, because this decides nothing.
    pub async fn note_blocker(&self, was: &Run, hold: Blocker, why: &str) -> Result<bool, Failure> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request
            .key("pk", AttributeValue::S(Run::key(&was.run_id)))
            .update_expression("SET #blocked = :why, blocked_by = :hold")
            .condition_expression("revision = :was AND attribute_not_exists(blocked_by)")
            .expression_attribute_names("#blocked", "blocked_reason")
            .expression_attribute_values(":why", AttributeValue::S(why.to_owned()))
            .expression_attribute_values(":hold", AttributeValue::S(hold.as_str().to_owned()))
            .expression_attribute_values(":was", revision(was.revision));
        won(request.send().await, format!("dynamodb:UpdateItem {}", was.run_id))
    }

    /// Sets a dataset's newest accepted run, unless there is a newer one. Its missing files don't change.
    pub async fn point_to_run(&self, dataset: &str, run_id: &str, since: &str) -> Result<bool, Failure> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request
            .key("pk", AttributeValue::S(DatasetEntry::key(dataset)))
            .update_expression(
                "SET latest_run = :latest, latest_uploaded_at = :at, dataset = :dataset, kind = if_not_exists(kind, :kind), \
                 #schema = if_not_exists(#schema, :schema), notified = if_not_exists(notified, :notified)",
            )
            .condition_expression("attribute_not_exists(latest_uploaded_at) OR latest_uploaded_at <= :at")
            .expression_attribute_names("#schema", "schema")
            .expression_attribute_values(":latest", AttributeValue::S(run_id.to_owned()))
            .expression_attribute_values(":at", AttributeValue::S(since.to_owned()))
            .expression_attribute_values(":dataset", AttributeValue::S(dataset.to_owned()))
            .expression_attribute_values(":kind", AttributeValue::S("dataset".to_owned()))
            .expression_attribute_values(":schema", AttributeValue::N(tunedrop_run::SCHEMA.to_string()))
            .expression_attribute_values(":notified", AttributeValue::M(Default::default()));
        won(request.send().await, format!("dynamodb:UpdateItem {dataset}"))
    }
}
