//! Bedrock's wire: restJson1 answers and errors, times, and the checks every call passes first.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::errors;
pub(super) use super::errors::Refusal;
use super::permissions::{self, Caller};
use super::world::Shared;

/// What a handler gives back.
pub(super) type Answer = Result<Response, Refusal>;

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
    serde_json::from_slice(bytes).map_err(|error| errors::BODY_BROKEN.with(&[&error]))
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
    errors::OPERATION_UNKNOWN.refusal()
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
