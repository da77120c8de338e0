//! The section `budget`: what the runs of a dataset or an owner may cost in a month.

use tunedrop_validation::Code;

use super::check::invalid;
use super::reader::Reader;
use crate::yaml::{Node, Value};
use crate::{BudgetOf, Recipe, RecipeBudget};

impl Reader<'_> {
    /// `None` for a value that isn't a section.
    pub(super) fn budget(&mut self, node: &Node, at: &str) -> Option<RecipeBudget> {
        let (mut per_month_usd, mut by) = (None, BudgetOf::default());
        for (entry, at) in self.entries(node, at, &["per_month_usd", "by"]) {
            match entry.key.as_str() {
                "per_month_usd" => per_month_usd = self.number(&entry.value, &at),
                _ => {
                    let choices = [("dataset", BudgetOf::Dataset), ("owner", BudgetOf::Owner)];
                    by = self.choice(&entry.value, &at, &choices).unwrap_or(by);
                }
            }
        }
        if matches!(node.value, Value::Map(_)) && !self.has(&format!("{at}/per_month_usd")) {
            let message = "the budget has no `per_month_usd`".to_owned();
            self.at(at, Code::RecipeMissingKey, message, "add `per_month_usd: 100`".to_owned());
        }
        Some(RecipeBudget { per_month_usd: per_month_usd?, by })
    }
}

/// Checks that an owner's budget has an owner.
pub(super) fn check(recipe: &Recipe, reader: &mut Reader<'_>) {
    if recipe.budget.is_some_and(|budget| budget.by == BudgetOf::Owner) && recipe.owner().is_none() {
        let help = "add the tag `owner` to `tags`, or write `by: dataset`";
        invalid(reader, "/budget/by", "the recipe has no tag `owner`, whose budget this is", help);
    }
}
