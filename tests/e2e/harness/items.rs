//! Direct access to the ledger's items, also to change them to what a lost message would leave.

use anyhow::{Context, Result};
use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::DatasetEntry;

use crate::harness::Harness;
use crate::stack::DeployedStack;

impl Harness {
    /// Returns an item of the ledger with every attribute.
    pub(crate) async fn item(
        &self,
        side: &DeployedStack,
        pk: &str,
    ) -> Result<std::collections::HashMap<String, AttributeValue>> {
        let request = self.dynamodb.get_item().table_name(side.deployed.table()?).consistent_read(true);
        let answer = request.key("pk", AttributeValue::S(pk.to_owned())).send().await?;
        answer.item.with_context(|| format!("no item {pk}"))
    }

    /// Removes all marks of an item, and opens it again.
    pub(crate) async fn remove_marks(&self, side: &DeployedStack, pk: &str) -> Result<()> {
        let request = self.dynamodb.update_item().table_name(side.deployed.table()?);
        let request = request.key("pk", AttributeValue::S(pk.to_owned()));
        let request = request
            .update_expression("SET notified = :none, #open = :open")
            .condition_expression("attribute_exists(pk)");
        let request = request.expression_attribute_names("#open", "open");
        let request = request.expression_attribute_values(":none", AttributeValue::M(Default::default()));
        request.expression_attribute_values(":open", AttributeValue::S("open".into())).send().await?;
        Ok(())
    }

    /// Returns the dataset's entry, once the ledger says that files are missing. The report is written just before.
    pub(crate) async fn incomplete(&self, side: &DeployedStack, dataset: &str) -> Result<DatasetEntry> {
        self.until(&format!("{dataset} to be incomplete"), async || {
            side.ledger.dataset(dataset).await.ok()?.filter(|head| !head.missing_files.is_empty())
        })
        .await
    }

    /// Makes a dataset look as if it had never been validated.
    pub(crate) async fn forget_head(&self, side: &DeployedStack, dataset: &str) -> Result<()> {
        let request = self.dynamodb.delete_item().table_name(side.deployed.table()?);
        request.key("pk", AttributeValue::S(format!("dataset#{dataset}"))).send().await?;
        Ok(())
    }

    /// Removes this mark from an item, and opens it again.
    pub(crate) async fn unmark(&self, side: &DeployedStack, pk: &str, mark: &str) -> Result<()> {
        let request = self.dynamodb.update_item().table_name(side.deployed.table()?);
        let request = request.key("pk", AttributeValue::S(pk.to_owned()));
        let request = request.update_expression("SET #open = :open REMOVE notified.#mark");
        let request = request.condition_expression("attribute_exists(notified.#mark)");
        let request = request.expression_attribute_names("#open", "open").expression_attribute_names("#mark", mark);
        request.expression_attribute_values(":open", AttributeValue::S("open".into())).send().await?;
        Ok(())
    }

    /// Sets a text attribute of an item.
    pub(crate) async fn set_text(&self, side: &DeployedStack, pk: &str, attribute: &str, text: &str) -> Result<()> {
        self.set(side, pk, "#name", attribute, text).await
    }

    async fn set(&self, side: &DeployedStack, pk: &str, path: &str, name: &str, text: &str) -> Result<()> {
        let request = self.dynamodb.update_item().table_name(side.deployed.table()?);
        let request = request.key("pk", AttributeValue::S(pk.to_owned())).condition_expression("attribute_exists(pk)");
        let request = request.update_expression(format!("SET {path} = :text"));
        let request = request.expression_attribute_names("#name", name);
        request.expression_attribute_values(":text", AttributeValue::S(text.to_owned())).send().await?;
        Ok(())
    }
}
