//! Bedrock's wire: restJson1 answers and errors, times, and the checks every call passes first.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::permissions::{self, Caller};
use super::world::Shared;

/// What a handler gives back.
pub(super) type Answer = Result<Response, Refusal>;

/// An error of Bedrock's API: its code, HTTP status and words.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: String,
    pub(super) message: String,
}

impl Refusal {
    /// A refusal under one of the codes Bedrock documents for model customization.
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        let status = match code {
            "AccessDeniedException" | "UnrecognizedClientException" | "MissingAuthenticationTokenException" => 403,
            "ResourceNotFoundException" | "UnknownOperationException" => 404,
            "ThrottlingException" => 429,
            "InternalServerException" => 500,
            "ServiceUnavailableException" => 503,
            _ => 400,
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        Self { status, code: code.to_owned(), message: message.into() }
    }

    /// A request that is wrong in itself.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// A thing that does not exist.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFoundException", message)
    }

    /// A thing that exists already, or is in a state that forbids the call.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new("ConflictException", message)
    }

    /// A quota that is used up.
    pub(super) fn quota(message: impl Into<String>) -> Self {
        Self::new("ServiceQuotaExceededException", message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let headers = [("x-amzn-errortype", self.code)];
        (self.status, headers, Json(json!({ "message": self.message }))).into_response()
    }
}

/// A successful answer.
pub(super) fn answer(status: StatusCode, body: Value) -> Response {
    (status, Json(body)).into_response()
}

/// A successful answer with status 200.
pub(super) fn ok(body: Value) -> Response {
    answer(StatusCode::OK, body)
}

/// Reads a request's body; what is not the shape at all never reaches the validation of its values.
pub(super) fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| Refusal::new("SerializationException", error.to_string()))
}

/// A time as Bedrock writes it: ISO 8601 in UTC, to the millisecond.
pub(super) fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Every operation starts here: it is counted, meets the faults set for it, and its caller is found.
pub(super) async fn enter(standin: &Shared, operation: &str, headers: &HeaderMap) -> Result<Caller, Refusal> {
    standin.count(operation);
    if let Some(refusal) = standin.call_fault(operation, false) {
        return Err(refusal);
    }
    permissions::caller(standin, headers).await
}

/// Every operation that changes something ends here: a fault may lose the answer of a call that was carried out.
pub(super) fn leave(standin: &Shared, operation: &str, response: Response) -> Answer {
    standin.call_fault(operation, true).map_or(Ok(response), Err)
}

/// What the service does not know.
pub(super) async fn unknown_operation() -> Refusal {
    Refusal::new("UnknownOperationException", "The requested operation is not recognized by the service.")
}

/// One page of a list: `maxResults` (1–1000) items from `nextToken` on, and the token of the next.
pub(super) fn page<T>(
    items: Vec<T>,
    max: Option<&String>,
    token: Option<&String>,
) -> Result<(Vec<T>, Option<String>), Refusal> {
    let max = match max.map(|text| text.parse::<usize>()) {
        None => 100,
        Some(Ok(max @ 1..=1000)) => max,
        Some(_) => return Err(Refusal::validation("maxResults must be between 1 and 1000")),
    };
    let start = match token.map(|text| text.parse::<usize>()) {
        None => 0,
        Some(Ok(start)) => start,
        Some(Err(_)) => return Err(Refusal::validation("The provided nextToken is invalid")),
    };
    let more = items.len() > start + max;
    let page = items.into_iter().skip(start).take(max).collect();
    Ok((page, more.then(|| (start + max).to_string())))
}
