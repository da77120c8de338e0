//! Budgets: items with a sum, and an attribute for each reservation. The sum and the reservation change in one conditional
//! write, so two launches can't both take what is left.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::Reserved;
use tunedrop_run::decide::budget::{Taken, take};

use super::{Ledger, expires, won};
use crate::Failure;

/// A month's budget is kept for a year, for people who want to look at it.
const MONTH_KEPT_S: i64 = 400 * 86_400;
/// A day's tokens are kept another week.
const DAY_KEPT_S: i64 = 8 * 86_400;
/// Lost races in a row.
const TRIES: usize = 10;

type Item = HashMap<String, AttributeValue>;

impl Ledger {
    /// Reserves a part of a budget, if no more than `max` is reserved then. A repeated call reserves nothing more.
    pub async fn reserve(&self, one: &Reserved, max: u64) -> Result<Taken, Failure> {
        for _ in 0..TRIES {
            if let Some(room) = max.checked_sub(one.amount) {
                let add = self.add(one).expression_attribute_values(":room", number(room));
                let add = add.condition_expression(
                    "attribute_not_exists(#ticket) AND (attribute_not_exists(#total) OR #total <= :room)",
                );
                if won(add.send().await, format!("dynamodb:UpdateItem {}", one.item))? {
                    return Ok(Taken::Now);
                }
            }
            let item = self.item(&one.item).await?.unwrap_or_default();
            match take(item.contains_key(&attribute(one)), total(&item), one.amount, max) {
                // Something was released in the meantime.
                Taken::Now => {}
                other => return Ok(other),
            }
        }
        Err(Failure::new(format!("dynamodb:UpdateItem {}", one.item), &Busy))
    }

    /// Makes a reservation again, whatever is left.
    pub async fn restore(&self, one: &Reserved) -> Result<(), Failure> {
        let add = self.add(one).condition_expression("attribute_not_exists(#ticket) OR #ticket = :zero");
        let add = add.expression_attribute_values(":zero", number(0));
        won(add.send().await, format!("dynamodb:UpdateItem {}", one.item)).map(|_| ())
    }

    /// Gives a reservation back, so that it can be made again. A repeated call changes nothing.
    pub async fn give_back(&self, one: &Reserved) -> Result<(), Failure> {
        self.take_out(one, "REMOVE #ticket ADD #total :minus").await
    }

    /// Cancels a reservation: it stays, and counts nothing. A repeated call changes nothing.
    pub async fn cancel(&self, one: &Reserved) -> Result<(), Failure> {
        let nothing = Reserved { amount: 0, ..one.clone() };
        let add = self.add(&nothing).condition_expression("attribute_not_exists(#ticket)");
        if won(add.send().await, format!("dynamodb:UpdateItem {}", one.item))? {
            return Ok(());
        }
        self.take_out(one, "SET #ticket = :zero ADD #total :minus").await
    }

    async fn take_out(&self, one: &Reserved, expression: &str) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let item = self.item(&one.item).await?.unwrap_or_default();
            let amount = item.get(&attribute(one)).and_then(read);
            let Some(amount) = amount.filter(|amount| *amount > 0) else { return Ok(()) };
            let request = self.budget_item(&one.item).update_expression(expression);
            let mut request = request
                .condition_expression("#ticket = :amount")
                .expression_attribute_names("#ticket", attribute(one))
                .expression_attribute_names("#total", "total")
                .expression_attribute_values(":amount", number(amount))
                .expression_attribute_values(":minus", AttributeValue::N(format!("-{amount}")));
            if expression.contains(":zero") {
                request = request.expression_attribute_values(":zero", number(0));
            }
            if won(request.send().await, format!("dynamodb:UpdateItem {}", one.item))? {
                return Ok(());
            }
        }
        Err(Failure::new(format!("dynamodb:UpdateItem {}", one.item), &Busy))
    }

    /// Returns how much of a budget is reserved.
    pub async fn reserved_in(&self, item: &str) -> Result<u64, Failure> {
        Ok(total(&self.item(item).await?.unwrap_or_default()))
    }

    fn budget_item(&self, item: &str) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("pk", AttributeValue::S(item.to_owned()))
    }

    /// Adds a reservation; the caller adds a condition.
    fn add(&self, one: &Reserved) -> UpdateItemFluentBuilder {
        let kept_s = if one.item.starts_with("tokens#") { DAY_KEPT_S } else { MONTH_KEPT_S };
        self.budget_item(&one.item)
            .update_expression("SET #kind = :kind, expires_at = :expires, #ticket = :amount ADD #total :amount")
            .expression_attribute_names("#kind", "kind")
            .expression_attribute_names("#ticket", attribute(one))
            .expression_attribute_names("#total", "total")
            .expression_attribute_values(":kind", AttributeValue::S("budget".to_owned()))
            .expression_attribute_values(":expires", expires(kept_s))
            .expression_attribute_values(":amount", number(one.amount))
    }
}

/// A reservation's attribute. No other attribute has this beginning.
fn attribute(one: &Reserved) -> String {
    format!("run#{}", one.ticket)
}

fn number(amount: u64) -> AttributeValue {
    AttributeValue::N(amount.to_string())
}

fn read(value: &AttributeValue) -> Option<u64> {
    value.as_n().ok()?.parse().ok()
}

fn total(item: &Item) -> u64 {
    item.get("total").and_then(read).unwrap_or_default()
}

/// Too many other writes.
#[derive(Debug, thiserror::Error)]
#[error("the budget was changed by others again and again")]
struct Busy;
