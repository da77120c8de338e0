//! What a service's failure looks like to a step.

use std::error::Error;

#[cfg(feature = "jobs")]
use aws_sdk_bedrock::error::{ProvideErrorMetadata, SdkError};

/// A call that didn't succeed; the step is repeated by its queue.
#[derive(Debug, thiserror::Error)]
#[error("{call}: {cause}")]
pub struct Failure {
    /// Service and operation, and on what: `s3:GetObject datasets/a/train.jsonl`.
    pub call: String,
    /// The error's code, or the service's words where they can't quote a record.
    pub cause: String,
    /// Bedrock's words, which may quote one: not part of the displayed text, so in no log unless they are redacted.
    pub words: Option<String>,
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
        Failure { call: call.into(), cause, words: None }
    }

    #[cfg(feature = "jobs")]
    /// A failed call to Bedrock: what the service answered is kept apart.
    pub(crate) fn of_bedrock<E, R>(call: impl Into<String>, error: &SdkError<E, R>) -> Failure
    where
        E: Error + ProvideErrorMetadata + 'static,
        R: std::fmt::Debug + 'static,
    {
        match error {
            SdkError::ServiceError(answer) => Failure {
                call: call.into(),
                cause: format!("Bedrock answered {}", answer.err().code().unwrap_or("with an error of no code")),
                words: answer.err().message().map(str::to_owned),
            },
            _ => Failure::new(call, error),
        }
    }

    /// With Bedrock's words, for the person whose command failed.
    pub fn whole(&self) -> String {
        self.words.iter().fold(self.to_string(), |text, words| format!("{text}: {words}"))
    }
}
