//! Who may use the console: the browser that opened its address, and no other page, user or machine.
//!
//! Every port of loopback can be called by every user of the machine, and by every web page that they have open. A page
//! that reaches loopback under a name of its own (DNS rebinding) sends that name as `Host`, and a page of another site
//! sends its own as `Origin`. Another user has neither the token nor the cookie.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use axum::extract::{Query, Request, State};
use axum::http::header::{COOKIE, HOST, HeaderName, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use blake3::Hash;
use serde::Deserialize;

use super::console::Console;
use super::page::Fault;

/// Bytes of a secret.
const SECRET: usize = 32;
/// Addresses that need no cookie: they show nothing of the stack.
const OPEN: [&str; 4] = ["/start", "/style.css", "/console.js", "/favicon.ico"];

/// What every response has, unless its handler sets it.
///
/// The policy for referrers is not `no-referrer`: with that, a browser sends `Origin: null` with a form (Fetch Standard,
/// "Append a request `Origin` header").
const HEADERS: [(&str, &str); 8] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// The secrets of this process. Only their hashes are kept: comparing two of those takes the same time for all values.
pub(super) struct Access {
    port: u16,
    /// `None` once it was used.
    token: Mutex<Option<Hash>>,
    /// The cookie that the token is exchanged for. It is handed out once.
    session: String,
    session_hash: Hash,
}

/// A random secret in hex.
fn secret() -> Result<String> {
    let mut bytes = [0; SECRET];
    getrandom::fill(&mut bytes).ok().context("the operating system gave no random bytes")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Access {
    /// Returns the token, which works once.
    pub(super) fn new(port: u16) -> Result<(Access, String)> {
        let (token, session) = (secret()?, secret()?);
        let session_hash = blake3::hash(session.as_bytes());
        let hash = Mutex::new(Some(blake3::hash(token.as_bytes())));
        Ok((Access { port, token: hash, session, session_hash }, token))
    }

    /// Browsers send the cookies of all ports of a host, so the name has the port.
    fn cookie(&self) -> String {
        format!("tunedrop-{}", self.port)
    }

    /// Why a request is refused; `None` if it is accepted.
    fn refusal(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<&'static str> {
        let Some(host) = only(headers, HOST).filter(|host| self.is_own(host)) else {
            return Some("The console answers to 127.0.0.1 and localhost with its own port only.");
        };
        if !matches!(*method, Method::GET | Method::HEAD) {
            if only(headers, ORIGIN).as_deref() != Some(&format!("http://{host}")) {
                return Some("Another web page sent this request.");
            }
            let site = only(headers, HeaderName::from_static("sec-fetch-site"));
            if site.is_some_and(|site| site != "same-origin") {
                return Some("Another web page sent this request.");
            }
        }
        if !OPEN.contains(&path) && !self.has_session(headers) {
            return Some(
                "This browser didn't open the console. Run `tunedrop ui` again, and use the browser that it opens.",
            );
        }
        None
    }

    fn is_own(&self, host: &str) -> bool {
        ["127.0.0.1", "localhost"].iter().any(|name| host == format!("{name}:{}", self.port))
    }

    fn has_session(&self, headers: &HeaderMap) -> bool {
        let name = self.cookie();
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split("; ")).filter_map(|pair| pair.split_once('='));
        pairs.any(|(key, value)| key == name && blake3::hash(value.as_bytes()) == self.session_hash)
    }

    /// Uses up the token. False for a wrong one, which changes nothing, and for one that was used.
    fn takes(&self, token: &str) -> bool {
        let mut kept = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let is_right = *kept == Some(blake3::hash(token.as_bytes()));
        if is_right {
            *kept = None;
        }
        is_right
    }
}

/// The header's value, if it is there once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (Some(one), None) => one.to_str().ok().map(str::to_owned),
        _ => None,
    }
}

/// Refuses what another page, user or machine sends, before any handler sees it, and adds the headers.
pub(super) async fn guard(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let refusal = console.access.refusal(request.method(), request.uri().path(), request.headers());
    let mut response = match refusal {
        Some(why) => Fault::new(StatusCode::FORBIDDEN, "Refused", why).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[derive(Deserialize)]
pub(super) struct Start {
    #[serde(default)]
    token: String,
}

/// Exchanges the token for the cookie, and leads to the first page.
///
/// It is no redirect: the request comes from a file, and a browser sends no strict cookie after a redirect of another
/// site's request. A page's own refresh is a request of this site.
pub(super) async fn start(
    State(console): State<Arc<Console>>,
    method: Method,
    headers: HeaderMap,
    Query(start): Query<Start>,
) -> Response {
    let page = Html(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>tunedrop</title><meta http-equiv=\"refresh\" content=\"0; url=/\"><p><a href=\"/\">Open the console</a></p></html>",
    );
    let access = &console.access;
    // A browser that only looks ahead must not use up the token.
    let is_visit = method == Method::GET && !headers.contains_key("sec-purpose");
    if is_visit && access.takes(&start.token) {
        let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", access.cookie(), access.session);
        return ([(SET_COOKIE, cookie)], page).into_response();
    }
    if access.has_session(&headers) {
        return page.into_response();
    }
    let why = "This address works once, and it was used, or it isn't complete. Run `tunedrop ui` again.";
    Fault::new(StatusCode::FORBIDDEN, "Refused", why).into_response()
}
