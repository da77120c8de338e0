//! Removes from the ledger what may quote a record.

use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::{Deployment, EvaluationEntry, Run};

use super::{Ledger, revision, won};
use crate::Failure;

impl Ledger {
    /// Notes that a run's data were erased, and removes the texts that may quote a record; false if somebody wrote the run in
    /// the meantime. Repeating it changes nothing.
    pub async fn erase_run(&self, was: &Run, now: &str) -> Result<bool, Failure> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request
            .key("pk", AttributeValue::S(Run::key(&was.run_id)))
            .update_expression(
                "SET erased_at = if_not_exists(erased_at, :now), revision = :next \
                 REMOVE reason, findings, blocked_reason, #fixed, #drift, report, #names",
            )
            .condition_expression("revision = :was")
            // A reserved word.
            .expression_attribute_names("#fixed", "fixed")
            .expression_attribute_names("#drift", "drift")
            .expression_attribute_names("#names", "notify")
            .expression_attribute_values(":now", AttributeValue::S(now.to_owned()))
            .expression_attribute_values(":next", revision(was.revision + 1))
            .expression_attribute_values(":was", revision(was.revision));
        won(request.send().await, format!("dynamodb:UpdateItem {}", was.run_id))
    }

    /// Removes the reason of an evaluation, which may be Bedrock's words.
    pub async fn erase_evaluation(&self, was: &EvaluationEntry) -> Result<bool, Failure> {
        self.remove_reason(&EvaluationEntry::key(&was.run_id), was.revision).await
    }

    /// Removes the reason of a deployment, which may be Bedrock's words.
    pub async fn erase_deployment(&self, was: &Deployment) -> Result<bool, Failure> {
        self.remove_reason(&Deployment::key(&was.name), was.revision).await
    }

    async fn remove_reason(&self, pk: &str, was: u64) -> Result<bool, Failure> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request
            .key("pk", AttributeValue::S(pk.to_owned()))
            .update_expression("SET revision = :next REMOVE reason")
            .condition_expression("revision = :was")
            .expression_attribute_values(":next", revision(was + 1))
            .expression_attribute_values(":was", revision(was));
        won(request.send().await, format!("dynamodb:UpdateItem {pk}"))
    }
}
