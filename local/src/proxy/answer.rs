//! Answers: the service's own, complete or interrupted, and those of a service with a failure.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::Frame;
use hyper::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING,
};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use super::Call;

/// The connection must be interrupted.
#[derive(Debug, thiserror::Error)]
#[error("the connection is broken off")]
pub(super) struct Broken;

/// An answer's body: one piece, and then perhaps the interruption.
pub(super) struct Body {
    piece: Option<Bytes>,
    breaks: bool,
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let body = self.get_mut();
        Poll::Ready(match body.piece.take() {
            Some(piece) => Some(Ok(Frame::data(piece))),
            None if body.breaks => Some(Err(Broken)),
            None => None,
        })
    }
}

/// A service's answer.
pub(super) struct Answered {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Carries out the call. If the service can't be reached, the connection breaks.
pub(super) async fn forward(
    http: &reqwest::Client,
    target: &str,
    head: &Parts,
    body: Bytes,
) -> Result<Answered, Broken> {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut headers = head.headers.clone();
    // Headers of this connection are not those of the call. The body is complete. The service rejects another `Host`.
    for own in [CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING] {
        headers.remove(own);
    }
    let request = http.request(head.method.clone(), format!("{target}{path}")).headers(headers).body(body);
    let answer = request.send().await.map_err(|error| {
        tracing::debug!(%error, "the fault proxy could not reach the service");
        Broken
    })?;
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(CONNECTION);
    headers.remove(TRANSFER_ENCODING);
    let body = answer.bytes().await.map_err(|_| Broken)?;
    Ok(Answered { status, headers, body })
}

impl Answered {
    /// Returns the answer unchanged.
    pub(super) fn whole(self) -> Response<Body> {
        let piece = Some(self.body.clone());
        self.with(Body { piece, breaks: false })
    }

    /// Interrupted in the middle of its body. An answer without a body announces a byte that never comes.
    pub(super) fn half(mut self) -> Response<Body> {
        if self.body.is_empty() {
            self.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("1"));
        } else {
            self.headers.insert(CONTENT_LENGTH, HeaderValue::from(self.body.len()));
        }
        let half = self.body.slice(..self.body.len() / 2);
        self.with(Body { piece: Some(half).filter(|half| !half.is_empty()), breaks: true })
    }

    fn with(self, body: Body) -> Response<Body> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Returns the answer to a caller that isn't allowed to call.
pub(super) fn forbidden(why: &'static str) -> Response<Body> {
    let mut response = Response::new(Body { piece: Some(Bytes::from_static(why.as_bytes())), breaks: false });
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// Returns the answer of a service that throttles.
pub(super) fn throttled(call: &Call) -> Response<Body> {
    match call.service.as_str() {
        "s3" => refusal(call, StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
        "dynamodb" => refusal(call, StatusCode::BAD_REQUEST, "ProvisionedThroughputExceededException"),
        "sns" => refusal(call, StatusCode::TOO_MANY_REQUESTS, "Throttled"),
        "bedrock" => refusal(call, StatusCode::TOO_MANY_REQUESTS, "ThrottlingException"),
        _ => refusal(call, StatusCode::BAD_REQUEST, "ThrottlingException"),
    }
}

/// Returns the answer of a service that fails.
pub(super) fn failed(call: &Call) -> Response<Body> {
    let code = match call.service.as_str() {
        "s3" | "sns" => "InternalError",
        "dynamodb" => "InternalServerError",
        "bedrock" => "InternalServerException",
        _ => "InternalException",
    };
    refusal(call, StatusCode::INTERNAL_SERVER_ERROR, code)
}

/// Returns an error in the service's protocol: XML for S3 and SNS, JSON for the others.
fn refusal(call: &Call, status: StatusCode, code: &str) -> Response<Body> {
    let words = "The fault proxy was set to answer like this";
    let (kind, text) = match call.service.as_str() {
        "s3" => ("application/xml", format!("<Error><Code>{code}</Code><Message>{words}</Message></Error>")),
        "sns" => (
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Receiver</Type><Code>{code}</Code><Message>{words}</Message></Error></ErrorResponse>"
            ),
        ),
        _ => ("application/json", format!("{{\"__type\":\"{code}\",\"message\":\"{words}\"}}")),
    };
    let mut response = Response::new(Body { piece: Some(Bytes::from(text)), breaks: false });
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(code) = HeaderValue::from_str(code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}
