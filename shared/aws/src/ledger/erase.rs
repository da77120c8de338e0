//! Removes from the ledger what may quote a record.

use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::{DatasetEntry, Deployment, EvaluationEntry, Run};

use super::{Ledger, revision, won};
use crate::Failure;

impl Ledger {
    /// Notes that a run's data were erased, and by which erasure, and removes the texts that may quote a record; false if
    /// somebody wrote the run in the meantime. Repeating it changes nothing.
    pub async fn erase_run(&self, was: &Run, erasure: &str, now: &str) -> Result<bool, Failure> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request
            .key("pk", AttributeValue::S(Run::key(&was.run_id)))
            .update_expression(
                "SET erased_at = if_not_exists(erased_at, :now), erasure = if_not_exists(erasure, :erasure), \
                 revision = :next REMOVE reason, findings, blocked_reason, #fixed, #drift, report, #names",
            )
            .condition_expression("revision = :was")
            // A reserved word.
            .expression_attribute_names("#fixed", "fixed")
            .expression_attribute_names("#drift", "drift")
            .expression_attribute_names("#names", "notify")
            .expression_attribute_values(":now", AttributeValue::S(now.to_owned()))
            .expression_attribute_values(":erasure", AttributeValue::S(erasure.to_owned()))
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

    /// Removes what the entry of an incomplete dataset has of people, and the address of its report.
    pub async fn erase_dataset(&self, dataset: &str) -> Result<(), Failure> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request
            .key("pk", AttributeValue::S(DatasetEntry::key(dataset)))
            .update_expression("REMOVE report, #names")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#names", "notify");
        won(request.send().await, format!("dynamodb:UpdateItem dataset {dataset}")).map(drop)
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
