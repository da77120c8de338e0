//! What a write to the ledger asks for, and what it changes.

use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::Hold;
use tunedrop_run::decide::Write;

/// What else changes with a run's state. An attribute set to `None` is removed.
#[derive(Debug, Clone, Default)]
pub struct Change(pub(super) Vec<(&'static str, Option<AttributeValue>)>, pub(super) Vec<String>);

impl Change {
    /// What a decision writes beside the state. Whatever launch decides of a run, the time that it waited for files is over.
    pub fn of(write: Write) -> Change {
        let change = Change::default().number("lease_until", write.lease_until).set("waiting", write.waiting);
        let change = change.set("launch_after", None::<String>);
        let change = change.set("held_by", write.held_by.map(Hold::as_str));
        let change = change.number("unsure_until", write.unsure_until);
        match write.job_arn {
            Some(arn) => change.set("job_arn", Some(arn)),
            None => change,
        }
    }

    /// Forgets on every way that people were told of `state`: they are told of it once more.
    pub fn untold(mut self, state: &str) -> Change {
        self.1.extend(["", "chat ", "bus "].map(|way| format!("{way}{state}")));
        self
    }

    /// Sets `name`, or removes it.
    pub fn set(mut self, name: &'static str, value: Option<impl Into<String>>) -> Change {
        self.0.push((name, value.map(|value| AttributeValue::S(value.into()))));
        self
    }

    /// Sets the loss `name`, or removes it where it is no number that DynamoDB holds exactly enough: a training that
    /// diverged may tell NaN, and what DynamoDB refuses once it refuses for ever (38 digits, no NaN: developer guide,
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
