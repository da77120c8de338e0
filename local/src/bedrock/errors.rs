//! Every error that the simulator returns, and its source.
//!
//! AWS documents the error codes of each operation, but hardly any messages. launch must interpret only codes and
//! messages that were observed. So each error here has the source where it was observed, or is labeled as invented.

mod table;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

pub use table::ERRORS;
pub(super) use table::*;

/// The source of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The code and the message were observed for this operation.
    Seen(&'static str),
    /// The message was observed for this operation. The code is a guess.
    Words(&'static str),
    /// The code and the message were observed for another operation.
    Elsewhere(&'static str),
    /// The message is a guess. So is the code, unless the API reference says when it is returned.
    Invented,
}

/// An error that the simulator returns.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The operations that return it.
    pub operation: &'static str,
    /// Its code.
    pub code: &'static str,
    /// Its message. `{}` is replaced with a part that depends on the request.
    pub words: &'static str,
    /// Its source.
    pub source: Source,
}

impl Known {
    /// Returns the error for an answer. Each of `parts` replaces a `{}`.
    pub(super) fn with(&self, parts: &[&dyn std::fmt::Display]) -> Refusal {
        let (mut words, mut parts) = (self.words.split("{}"), parts.iter());
        let mut message = words.next().unwrap_or_default().to_owned();
        for rest in words {
            message.extend(parts.next().map(ToString::to_string));
            message.push_str(rest);
        }
        Refusal::new(self.code, message)
    }

    /// Returns the error for an answer, if its message has no parts.
    pub(super) fn refusal(&self) -> Refusal {
        self.with(&[])
    }
}

/// An error in an answer: its code, HTTP status and message. It is a [`Known`] error, or one that a test has set.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: String,
    message: String,
}

impl Refusal {
    fn new(code: &str, message: String) -> Self {
        let status = match code {
            "AccessDeniedException" | "UnrecognizedClientException" | "MissingAuthenticationTokenException" => 403,
            "ResourceNotFoundException" | "UnknownOperationException" => 404,
            "ModelTimeoutException" => 408,
            "ModelErrorException" | "ModelStreamErrorException" => 424,
            "ThrottlingException" | "ModelNotReadyException" => 429,
            "InternalServerException" => 500,
            "ServiceUnavailableException" => 503,
            _ => 400,
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        Self { status, code: code.to_owned(), message }
    }

    /// The error's code.
    pub(super) fn code(&self) -> &str {
        &self.code
    }

    /// The error's message.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// Creates the error that a test has set with [`CallFault`](super::CallFault).
    pub(super) fn bent(code: &str, message: &str) -> Self {
        Self::new(code, message.to_owned())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let headers = [("x-amzn-errortype", self.code)];
        (self.status, headers, Json(json!({ "message": self.message }))).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::Source::{Elsewhere, Invented, Seen, Words};
    use super::*;

    /// Each error here should be observed in a real account one day. docs/reliability.md refers to this list.
    #[test]
    fn every_invented_error_is_listed() {
        let invented: Vec<String> = ERRORS
            .iter()
            .filter(|error| error.source == Invented)
            .map(|error| format!("{}: {}: {}", error.operation, error.code, error.words))
            .collect();
        let listed: Vec<&str> = include_str!("invented.txt").lines().collect();
        assert_eq!(invented, listed, "keep local/src/bedrock/invented.txt in step with the table");
    }

    #[test]
    fn every_other_error_has_a_source() {
        for error in ERRORS {
            if let Seen(at) | Words(at) | Elsewhere(at) = error.source {
                assert!(at.starts_with("https://"), "{error:?}");
            }
        }
        assert!(ERRORS.iter().any(|error| matches!(error.source, Seen(_))));
    }

    #[test]
    fn message_placeholders_are_replaced() {
        let refusal = HYPERPARAMETER_RANGE.with(&[&"6", &"epochCount", &1, &5]);
        assert_eq!(refusal.message, "The value 6 of the hyperparameter epochCount must be between 1 and 5");
        assert_eq!(JOB_NAME_IN_USE.refusal().message, "The provided job name is currently in use.");
    }
}
