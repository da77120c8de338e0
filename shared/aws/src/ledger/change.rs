//! What a write to the ledger asks for, and what it changes.

use aws_sdk_dynamodb::types::AttributeValue;
use tunedrop_run::decide::Write;

/// What a dataset's head must be like for a write to take place.
#[derive(Debug, Clone, Copy)]
pub enum HeadIs<'a> {
    /// No matter what.
    Anything,
    /// Its newest accepted run is not newer than this (RFC 3339).
    NotNewerThan(&'a str),
    /// What was judged last is still this.
    JudgedAs(Option<&'a str>),
}

/// What else changes with a run's state. An attribute set to `None` is removed.
#[derive(Debug, Clone, Default)]
pub struct Change(pub(super) Vec<(&'static str, Option<AttributeValue>)>);

impl Change {
    /// What a decision writes beside the state.
    pub fn of(write: Write) -> Change {
        let change = Change::default().number("lease_until", write.lease_until).set("waiting", write.waiting);
        match write.job_arn {
            Some(arn) => change.set("job_arn", Some(arn)),
            None => change,
        }
    }

    /// Sets `name`, or removes it.
    pub fn set(mut self, name: &'static str, value: Option<impl Into<String>>) -> Change {
        self.0.push((name, value.map(|value| AttributeValue::S(value.into()))));
        self
    }

    /// Sets the number `name`, or removes it.
    pub fn number(mut self, name: &'static str, value: Option<impl ToString>) -> Change {
        self.0.push((name, value.map(|value| AttributeValue::N(value.to_string()))));
        self
    }
}
