//! Keeps web pages away from the servers of the local stack.
//!
//! A page that a developer has open can send requests to any port of loopback, and the emulator runs the code
//! that a request uploads. No AWS SDK sends `Origin`, `Referer` or `Sec-Fetch-*`; a browser sends at least one
//! of them (Fetch Standard, "Append a request `Origin` header"; Fetch Metadata, section 2). A page that reaches
//! loopback under a name of its own (DNS rebinding) sends that name as `Host`.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::header::{HOST, ORIGIN, REFERER};

/// Returns why a request with these headers is refused on `port`. `None` if it is accepted.
pub(crate) fn refusal(headers: &HeaderMap, port: u16) -> Option<&'static str> {
    let fetched = headers.keys().any(|name| name.as_str().starts_with("sec-fetch-"));
    if fetched || headers.contains_key(ORIGIN) || headers.contains_key(REFERER) {
        return Some("The local stack takes no requests from browsers: Origin, Referer and Sec-Fetch-* are refused");
    }
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_own(host.as_bytes(), port) => None,
        _ => Some("The local stack answers to 127.0.0.1 and localhost with its own port only: see the Host header"),
    }
}

fn is_own(host: &[u8], port: u16) -> bool {
    ["127.0.0.1", "localhost"].iter().any(|name| host.eq_ignore_ascii_case(format!("{name}:{port}").as_bytes()))
}

/// Answers such a request with 403 before any handler of an axum router sees it; the state is the router's port.
pub(crate) async fn keep_out(State(port): State<u16>, request: Request, next: Next) -> Response {
    match refusal(request.headers(), port) {
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
        None => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn refused(lines: &[(&str, &str)]) -> bool {
        let line = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap())
        };
        let mut headers = HeaderMap::new();
        for (name, value) in lines.iter().map(line) {
            headers.append(name, value);
        }
        refusal(&headers, 4566).is_some()
    }

    #[test]
    fn accepts_requests_of_an_sdk() {
        assert!(!refused(&[("host", "127.0.0.1:4566"), ("content-type", "application/x-amz-json-1.0")]));
        assert!(!refused(&[("host", "LocalHost:4566"), ("authorization", "AWS4-HMAC-SHA256 …")]));
    }

    #[test]
    fn refuses_requests_of_a_browser() {
        let own = ("host", "127.0.0.1:4566");
        for name in ["Origin", "Referer", "Sec-Fetch-Site", "sec-fetch-mode", "Sec-Fetch-Dest", "Sec-Fetch-User"] {
            assert!(refused(&[own, (name, "")]), "{name}");
        }
        assert!(refused(&[own, ("origin", "null")]));
        assert!(refused(&[own, ("origin", "http://127.0.0.1:4566")]));
    }

    #[test]
    fn refuses_a_foreign_host() {
        for host in [
            "evil.example:4566",
            "evil.example",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:4566.evil.example",
            "localhost.evil.example:4566",
            "bucket.localhost:4566",
            "[::1]:4566",
            "0.0.0.0:4566",
            "",
        ] {
            assert!(refused(&[("host", host)]), "{host}");
        }
        assert!(refused(&[]));
        assert!(refused(&[("host", "127.0.0.1:4566"), ("host", "evil.example")]));
    }
}
