//! The ledger's items past our own code: as they lie in the table, and as a lost message would have left them.

use anyhow::{Context, Result};
use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::DatasetHead;

use crate::side::Side;
use crate::world::World;

impl World {
    /// An item of the ledger with every attribute, as the table has it.
    pub(crate) async fn item(
        &self,
        side: &Side,
        pk: &str,
    ) -> Result<std::collections::HashMap<String, AttributeValue>> {
        let request = self.dynamodb.get_item().table_name(side.deployed.table()?).consistent_read(true);
        let answer = request.key("pk", AttributeValue::S(pk.to_owned())).send().await?;
        answer.item.with_context(|| format!("no item {pk}"))
    }

    /// Lets nobody have been notified of what the item says, and nothing of it be over.
    pub(crate) async fn forget_told(&self, side: &Side, pk: &str) -> Result<()> {
        let request = self.dynamodb.update_item().table_name(side.deployed.table()?);
        let request = request.key("pk", AttributeValue::S(pk.to_owned()));
        let request =
            request.update_expression("SET told = :none, #open = :open").condition_expression("attribute_exists(pk)");
        let request = request.expression_attribute_names("#open", "open");
        let request = request.expression_attribute_values(":none", AttributeValue::M(Default::default()));
        request.expression_attribute_values(":open", AttributeValue::S("open".into())).send().await?;
        Ok(())
    }

    /// The dataset's head, once the ledger says that files are missing; the report is there a moment before.
    pub(crate) async fn incomplete(&self, side: &Side, dataset: &str) -> Result<DatasetHead> {
        self.until(&format!("{dataset} to be incomplete"), async || {
            side.ledger.head(dataset).await.ok()?.filter(|head| !head.waits_for.is_empty())
        })
        .await
    }

    /// Lets nothing of a dataset have been judged.
    pub(crate) async fn forget_head(&self, side: &Side, dataset: &str) -> Result<()> {
        let request = self.dynamodb.delete_item().table_name(side.deployed.table()?);
        request.key("pk", AttributeValue::S(format!("set#{dataset}"))).send().await?;
        Ok(())
    }

    /// Lets an item lack this mark, and be open again.
    pub(crate) async fn unmark(&self, side: &Side, pk: &str, mark: &str) -> Result<()> {
        let request = self.dynamodb.update_item().table_name(side.deployed.table()?);
        let request = request.key("pk", AttributeValue::S(pk.to_owned()));
        let request = request.update_expression("SET #open = :open REMOVE told.#mark");
        let request = request.condition_expression("attribute_exists(told.#mark)");
        let request = request.expression_attribute_names("#open", "open").expression_attribute_names("#mark", mark);
        request.expression_attribute_values(":open", AttributeValue::S("open".into())).send().await?;
        Ok(())
    }

    /// Lets an attribute of an item have this text.
    pub(crate) async fn set_text(&self, side: &Side, pk: &str, attribute: &str, text: &str) -> Result<()> {
        self.set(side, pk, "#name", attribute, text).await
    }

    /// Lets an item have this mark.
    pub(crate) async fn mark(&self, side: &Side, pk: &str, mark: &str) -> Result<()> {
        self.set(side, pk, "told.#name", mark, "2026-01-02T03:04:05.000Z").await
    }

    async fn set(&self, side: &Side, pk: &str, path: &str, name: &str, text: &str) -> Result<()> {
        let request = self.dynamodb.update_item().table_name(side.deployed.table()?);
        let request = request.key("pk", AttributeValue::S(pk.to_owned())).condition_expression("attribute_exists(pk)");
        let request = request.update_expression(format!("SET {path} = :text"));
        let request = request.expression_attribute_names("#name", name);
        request.expression_attribute_values(":text", AttributeValue::S(text.to_owned())).send().await?;
        Ok(())
    }
}
