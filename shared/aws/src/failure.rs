//! What a service's failure looks like to a step.

use std::error::Error;

/// A call that didn't succeed; the step is repeated by its queue.
#[derive(Debug, thiserror::Error)]
#[error("{call}: {cause}")]
pub struct Failure {
    /// Service and operation, and on what: `s3:GetObject datasets/a/train.jsonl`.
    pub call: String,
    /// The service's words.
    pub cause: String,
}

impl Failure {
    pub(crate) fn new(call: impl Into<String>, error: &dyn Error) -> Failure {
        // An SDK error says what matters only further down its chain.
        let mut cause = error.to_string();
        let mut next = error.source();
        while let Some(source) = next {
            cause = format!("{cause}: {source}");
            next = source.source();
        }
        Failure { call: call.into(), cause }
    }
}
