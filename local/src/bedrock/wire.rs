//! Bedrock's protocol, restJson1: answers, errors and times, and the first checks of every call.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::errors;
pub(super) use super::errors::Refusal;
use super::permissions::{self, Caller};
use super::state::Shared;

/// The result of a handler.
pub(super) type Answer = Result<Response, Refusal>;

/// A successful answer.
pub(super) fn answer(status: StatusCode, body: Value) -> Response {
    (status, Json(body)).into_response()
}

/// A successful answer with status 200.
pub(super) fn ok(body: Value) -> Response {
    answer(StatusCode::OK, body)
}

/// Parses a request's body. A body of the wrong shape is an error before its values are validated.
pub(super) fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| errors::BODY_BROKEN.with(&[&error]))
}

/// Formats a time like Bedrock: ISO 8601 in UTC, to the millisecond.
pub(super) fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Starts an operation: counts the call, applies the faults that are set for it, and identifies the caller.
pub(super) async fn enter(simulator: &Shared, operation: &str, headers: &HeaderMap) -> Result<Caller, Refusal> {
    simulator.count(operation);
    if let Some(refusal) = simulator.call_fault(operation, false) {
        return Err(refusal);
    }
    permissions::caller(simulator, headers).await
}

/// Ends an operation that changes something: a fault may lose the answer of a call that was carried out.
pub(super) fn leave(simulator: &Shared, operation: &str, response: Response) -> Answer {
    simulator.call_fault(operation, true).map_or(Ok(response), Err)
}

/// The error for an unknown operation.
pub(super) async fn unknown_operation() -> Refusal {
    errors::OPERATION_UNKNOWN.refusal()
}

/// Returns one page of a list: `maxResults` (1–1000) items from `nextToken` on, and the token of the next page.
pub(super) fn page<T>(
    items: Vec<T>,
    max: Option<&String>,
    token: Option<&String>,
) -> Result<(Vec<T>, Option<String>), Refusal> {
    let max = match max.map(|text| text.parse::<usize>()) {
        None => 100,
        Some(Ok(max @ 1..=1000)) => max,
        Some(_) => return Err(errors::PAGE_SIZE.refusal()),
    };
    let start = match token.map(|text| text.parse::<usize>()) {
        None => 0,
        Some(Ok(start)) => start,
        Some(Err(_)) => return Err(errors::PAGE_TOKEN.refusal()),
    };
    let more = items.len() > start + max;
    let page = items.into_iter().skip(start).take(max).collect();
    Ok((page, more.then(|| (start + max).to_string())))
}
