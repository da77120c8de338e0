//! Answers: the service's own, whole or broken off, and such as a service in trouble gives.

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

/// The connection is to be broken off.
#[derive(Debug, thiserror::Error)]
#[error("the connection is broken off")]
pub(super) struct Broken;

/// An answer's body: one piece, and after it perhaps the break.
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

/// What a service answered.
pub(super) struct Answered {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Carries the call out; a service that can't be reached breaks the connection.
pub(super) async fn forward(
    http: &reqwest::Client,
    target: &str,
    head: &Parts,
    body: Bytes,
) -> Result<Answered, Broken> {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut headers = head.headers.clone();
    // Of this connection, not of the call; the body is in our hands as a whole. The service refuses another's `Host`.
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
    /// As it came.
    pub(super) fn whole(self) -> Response<Body> {
        let piece = Some(self.body.clone());
        self.with(Body { piece, breaks: false })
    }

    /// Broken off in the middle of its body; an answer without one is promised a byte that never comes.
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

/// To a caller that may not ask at all.
pub(super) fn forbidden(why: &'static str) -> Response<Body> {
    let mut response = Response::new(Body { piece: Some(Bytes::from_static(why.as_bytes())), breaks: false });
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// As the service says that it is asked too often.
pub(super) fn throttled(call: &Call) -> Response<Body> {
    match call.service.as_str() {
        "s3" => refusal(call, StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
        "dynamodb" => refusal(call, StatusCode::BAD_REQUEST, "ProvisionedThroughputExceededException"),
        "sns" => refusal(call, StatusCode::TOO_MANY_REQUESTS, "Throttled"),
        "bedrock" => refusal(call, StatusCode::TOO_MANY_REQUESTS, "ThrottlingException"),
        _ => refusal(call, StatusCode::BAD_REQUEST, "ThrottlingException"),
    }
}

/// As the service says that it failed.
pub(super) fn failed(call: &Call) -> Response<Body> {
    let code = match call.service.as_str() {
        "s3" | "sns" => "InternalError",
        "dynamodb" => "InternalServerError",
        "bedrock" => "InternalServerException",
        _ => "InternalException",
    };
    refusal(call, StatusCode::INTERNAL_SERVER_ERROR, code)
}

/// An error in the words of the service's protocol: XML for S3 and SNS, JSON for the others.
fn refusal(call: &Call, status: StatusCode, code: &str) -> Response<Body> {
    let words = "The fault proxy was told to answer so";
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
