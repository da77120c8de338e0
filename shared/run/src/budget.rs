//! Budgets: what the runs of a month or a day may bill together.
//!
//! A budget is an item of the ledger with the sum of its reservations. A launch reserves the most that its run can bill,
//! after it claimed the run and before it creates the job. What is reserved, and when it is released, is decided in
//! [`decide::budget`](crate::decide::budget).

use serde::{Deserialize, Serialize};
use tunedrop_validation::grouped;
use tunedrop_validation::money::{at_least, at_most};

use crate::guard::{billed_tokens, recipe_limits, stack_limits};
use crate::{Plan, Run, StackGuards, Timestamp};

/// The recipe's budget of a month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RecipeBudget {
    /// US dollars for the runs that are launched in a calendar month (UTC).
    pub per_month_usd: f64,
    /// Whose runs count.
    #[serde(default)]
    pub by: BudgetOf,
}

/// Whose runs a recipe's budget counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BudgetOf {
    /// Those of the dataset.
    #[default]
    Dataset,
    /// Those of every dataset with the same tag `owner`.
    Owner,
}

/// The names of the limits in sentences.
pub(crate) const STACK_MONTH: &str = "the stack's MaxCostPerMonthUsd";
pub(crate) const STACK_DAY: &str = "the stack's MaxTokensPerDay";
pub(crate) const RECIPE_MONTH: &str = "the recipe's budget.per_month_usd";

/// What is counted. The ledger has whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Millionths of a US dollar.
    MicroUsd,
    /// Tokens.
    Tokens,
}

/// A budget that a launch counts under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// The ledger's key.
    pub item: String,
    /// The most that may be reserved.
    pub max: u64,
    /// The most that the run can bill.
    pub amount: u64,
    limit: &'static str,
    unit: Unit,
    /// The first day of the next period, as `YYYY-MM-DD`.
    next: String,
}

/// A part of a budget that is reserved for a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reserved {
    /// The budget's key in the ledger.
    pub item: String,
    /// The name of the reservation: a repeated launch makes the same one.
    pub ticket: String,
    /// Tokens, or millionths of a US dollar.
    pub amount: u64,
}

impl Budget {
    /// Why the run isn't launched now, if this much is left.
    pub fn reason(&self, left: u64) -> String {
        let (limit, next) = (self.limit, &self.next);
        let (max, left, amount) = match self.unit {
            Unit::Tokens => {
                let tokens = |amount| format!("{} tokens", grouped(amount));
                (tokens(self.max), tokens(left), tokens(self.amount))
            }
            Unit::MicroUsd => {
                let of = |text| format!("{text} USD");
                let left = at_least(in_usd(left));
                (of(in_usd(self.max).to_string()), of(left), of(at_most(in_usd(self.amount))))
            }
        };
        format!(
            "{limit} is {max}, of which {left} are left, and the run could bill up to {amount}; the budget starts again at 00:00 UTC on {next}"
        )
    }
}

/// US dollars of millionths.
pub fn in_usd(micros: u64) -> f64 {
    micros as f64 / 1e6
}

/// The key of the stack's budget of a month (`YYYY-MM`).
pub fn month_item(month: &str) -> String {
    format!("budget#{month}")
}

/// The key of a recipe's budget of a month.
pub fn recipe_item(month: &str, of: BudgetOf, name: &str) -> String {
    match of {
        BudgetOf::Dataset => format!("budget#{month}#dataset#{name}"),
        BudgetOf::Owner => format!("budget#{month}#owner#{name}"),
    }
}

/// The key of the stack's tokens of a day (`YYYY-MM-DD`).
pub fn day_item(day: &str) -> String {
    format!("tokens#{day}")
}

/// Returns the budgets that the run counts under, the narrowest first. The guards must have allowed the run: they refuse what
/// has no upper bound, and what exceeds a budget alone.
pub fn budgets(run: &Run, plan: &Plan, stack: &StackGuards, now: Timestamp) -> Vec<Budget> {
    let (month, day) = (now.strftime("%Y-%m").to_string(), now.strftime("%Y-%m-%d").to_string());
    let mut all = Vec::new();
    let mut usd = |item: String, max: f64, cost: Result<f64, String>, limit| {
        let Ok(cost) = cost else { return };
        let (max, amount) = ((max * 1e6).floor() as u64, (cost * 1e6).ceil() as u64);
        all.push(Budget { item, max, amount, limit, unit: Unit::MicroUsd, next: next_month(now) });
    };
    if let Some(budget) = plan.budget {
        let name = match budget.by {
            BudgetOf::Dataset => run.dataset.as_str(),
            BudgetOf::Owner => run.owner.as_deref().unwrap_or("unknown"),
        };
        let item = recipe_item(&month, budget.by, name);
        usd(item, budget.per_month_usd, recipe_limits(plan).cost_at_most(plan), RECIPE_MONTH);
    }
    if let Some(max) = stack.max_cost_per_month_usd {
        usd(month_item(&month), max, stack_limits(plan, stack).cost_at_most(plan), STACK_MONTH);
    }
    if let (Some(max), Ok(amount)) = (stack.max_tokens_per_day, billed_tokens(plan)) {
        all.push(Budget {
            item: day_item(&day),
            max,
            amount,
            limit: STACK_DAY,
            unit: Unit::Tokens,
            next: next_day(now),
        });
    }
    all
}

fn next_month(now: Timestamp) -> String {
    let date = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    date.first_of_month().saturating_add(jiff::Span::new().months(1)).to_string()
}

fn next_day(now: Timestamp) -> String {
    now.to_zoned(jiff::tz::TimeZone::UTC).date().saturating_add(jiff::Span::new().days(1)).to_string()
}

#[cfg(test)]
mod tests;
