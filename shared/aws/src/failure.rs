//! The error of a failed call to a service.

use std::error::Error;

#[cfg(feature = "jobs")]
use aws_sdk_bedrock::error::{ProvideErrorMetadata, SdkError};

/// A call that failed. Its queue delivers the message again, and the step is repeated.
#[derive(Debug, thiserror::Error)]
#[error("{call}: {cause}")]
pub struct Failure {
    /// Service, operation and resource: `s3:GetObject datasets/a/train.jsonl`.
    pub call: String,
    /// The error's code, or the service's message if it can't quote a record.
    pub cause: String,
    /// Bedrock's message, which may quote a record. It isn't part of the displayed text, so it isn't logged unless it
    /// is redacted.
    pub words: Option<String>,
}

impl Failure {
    pub(crate) fn new(call: impl Into<String>, error: &dyn Error) -> Failure {
        // The useful part of an SDK error is at the end of its chain.
        let mut cause = error.to_string();
        let mut next = error.source();
        while let Some(source) = next {
            cause = format!("{cause}: {source}");
            next = source.source();
        }
        Failure { call: call.into(), cause, words: None }
    }

    #[cfg(feature = "jobs")]
    /// Returns the error of a failed call to Bedrock, with the service's answer in a field of its own.
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

    /// Whether the caller lacks a permission.
    pub fn is_denied(&self) -> bool {
        ["AccessDenied", "UnauthorizedOperation", "not authorized"].iter().any(|word| self.cause.contains(word))
    }

    /// Returns the error with Bedrock's message, for the person whose command failed.
    pub fn whole(&self) -> String {
        self.words.iter().fold(self.to_string(), |text, words| format!("{text}: {words}"))
    }
}
