//! What is left of a stack's budgets.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tunedrop_aws::{Failure, Ledger};
use tunedrop_run::Timestamp;
use tunedrop_run::budget::{day_item, month_item};
use tunedrop_validation::grouped;
use tunedrop_validation::money::usd;

/// A budget of the stack, and what is reserved in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BudgetLine {
    parameter: &'static str,
    /// The month or the day.
    period: String,
    max: f64,
    reserved: f64,
    is_usd: bool,
}

/// The stack's budgets of now. Empty if its parameters set none.
pub(super) async fn of(ledger: &Ledger, parameters: &BTreeMap<String, String>) -> Result<Vec<BudgetLine>, Failure> {
    let now = Timestamp::now();
    let (month, day) = (now.strftime("%Y-%m").to_string(), now.strftime("%Y-%m-%d").to_string());
    let mut lines = Vec::new();
    for (parameter, item, period, is_usd) in
        [("MaxCostPerMonthUsd", month_item(&month), month, true), ("MaxTokensPerDay", day_item(&day), day, false)]
    {
        let Some(max) = parameters.get(parameter).and_then(|max| max.parse::<f64>().ok()) else { continue };
        let reserved = ledger.reserved_in(&item).await? as f64 / if is_usd { 1e6 } else { 1.0 };
        lines.push(BudgetLine { parameter, period, max, reserved, is_usd });
    }
    Ok(lines)
}

impl BudgetLine {
    /// For people: `MaxCostPerMonthUsd  12.00 USD of 100.00 USD reserved in 2026-12, 88.00 USD left`.
    pub(super) fn text(&self) -> String {
        let Self { parameter, period, max, reserved, is_usd } = self;
        let left = (max - reserved).max(0.0);
        match is_usd {
            true => {
                format!("{parameter}  {} of {} reserved in {period}, {} left", usd(*reserved), usd(*max), usd(left))
            }
            false => format!(
                "{parameter}  {} of {} tokens reserved on {period}, {} left",
                grouped(*reserved as u64),
                grouped(*max as u64),
                grouped(left as u64)
            ),
        }
    }

    pub(super) fn object(&self) -> Value {
        json!({"parameter": self.parameter, "period": self.period, "max": self.max, "reserved": self.reserved})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_is_left_also_of_a_budget_that_was_lowered() {
        let line =
            |max, reserved, is_usd| BudgetLine { parameter: "P", period: "2026-12".to_owned(), max, reserved, is_usd };
        assert_eq!(line(100.0, 12.0, true).text(), "P  12.00 USD of 100.00 USD reserved in 2026-12, 88.00 USD left");
        assert_eq!(line(5.0, 12.0, true).text(), "P  12.00 USD of 5.00 USD reserved in 2026-12, 0 USD left");
        assert_eq!(line(5000.0, 1200.0, false).text(), "P  1,200 of 5,000 tokens reserved on 2026-12, 3,800 left");
    }
}
