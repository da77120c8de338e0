//! The attributes that a write to the ledger changes.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use tunedrop_run::decide::Write;

use crate::Failure;
use tunedrop_run::decide::notify::{Channel, NotificationKey};
use tunedrop_run::{Blocker, Reserved, State};

/// The attributes that change together with a run's state. `None` removes an attribute.
#[derive(Debug, Clone, Default)]
pub struct Change(pub(super) Vec<(&'static str, Option<AttributeValue>)>, pub(super) Vec<String>);

impl Change {
    /// Returns the attributes of a decision. Whatever launch decides, the run no longer waits for files.
    pub fn of(write: Write) -> Change {
        let change =
            Change::default().number("lease_until", write.lease_until).set("blocked_reason", write.blocked_reason);
        let change = change.set("launch_after", None::<String>);
        let change = change.set("blocked_by", write.blocked_by.map(Blocker::as_str));
        let change = change.number("unconfirmed_until", write.unconfirmed_until);
        match write.job_arn {
            Some(arn) => change.set("job_arn", Some(arn)),
            None => change,
        }
    }

    /// Removes the marks of `state` on every channel, so that people are notified again.
    pub fn forget_notified(mut self, state: State) -> Change {
        self.1.extend(Channel::ALL.map(|channel| NotificationKey::State(state).mark(channel)));
        self
    }

    /// Sets `name`, or removes it.
    pub fn set(mut self, name: &'static str, value: Option<impl Into<String>>) -> Change {
        self.0.push((name, value.map(|value| AttributeValue::S(value.into()))));
        self
    }

    /// Sets `name` to a value of any type that an item can have.
    pub fn value(mut self, name: &'static str, value: &impl Serialize) -> Result<Change, Failure> {
        let value = serde_dynamo::to_attribute_value(value).map_err(|error| Failure::new(name, &error))?;
        self.0.push((name, Some(value)));
        Ok(self)
    }

    /// Sets what is reserved for the run, or removes it.
    pub fn reserved(mut self, reserved: &[Reserved]) -> Change {
        let one = |one: &Reserved| {
            AttributeValue::M(
                [
                    ("item".to_owned(), AttributeValue::S(one.item.clone())),
                    ("ticket".to_owned(), AttributeValue::S(one.ticket.clone())),
                    ("amount".to_owned(), AttributeValue::N(one.amount.to_string())),
                ]
                .into(),
            )
        };
        let all = reserved.iter().map(one).collect();
        self.0.push(("reserved", (!reserved.is_empty()).then_some(AttributeValue::L(all))));
        self
    }

    /// Sets the loss `name`, or removes it if DynamoDB can't store the number: a diverged training may report NaN, and
    /// DynamoDB would reject every attempt to write it (38 digits, no NaN: developer guide,
    /// "Supported data types and naming rules").
    pub fn loss(self, name: &'static str, value: Option<f64>) -> Change {
        self.number(name, value.filter(|loss| *loss == 0.0 || (1e-20..1e20).contains(&loss.abs())))
    }

    /// Sets the number `name`, or removes it.
    pub fn number(mut self, name: &'static str, value: Option<impl ToString>) -> Change {
        self.0.push((name, value.map(|value| AttributeValue::N(value.to_string()))));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{AttributeValue, Change};

    #[test]
    fn a_loss_that_no_table_takes_is_left_out() {
        for no_number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 1e-300] {
            assert_eq!(Change::default().loss("training_loss", Some(no_number)).0, [("training_loss", None)]);
        }
        for (loss, written) in [(0.0, "0"), (2.0889, "2.0889"), (-0.5, "-0.5")] {
            let change = Change::default().loss("training_loss", Some(loss));
            assert_eq!(change.0, [("training_loss", Some(AttributeValue::N(written.into())))]);
        }
    }
}
