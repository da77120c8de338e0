//! What pages have in common: the frame around them, and the page for an error.

use anyhow::Error;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::activity::Activity;
use crate::format::visible;

/// The page in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    /// Runs, and the pages of one.
    Runs,
    Dataset,
    Compare,
    Playground,
    Inventory,
    /// None of them.
    Elsewhere,
}

/// The navigation: a page's address and its name.
const PAGES: [(Here, &str, &str); 5] = [
    (Here::Runs, "/", "Runs"),
    (Here::Dataset, "/dataset", "New dataset"),
    (Here::Compare, "/compare", "Compare"),
    (Here::Playground, "/playground", "Playground"),
    (Here::Inventory, "/inventory", "Inventory"),
];

/// What is around a page. A template that extends `ui/layout.html` has it as the field `frame`.
pub(crate) struct Frame {
    /// Escaped by the template.
    pub(crate) title: String,
    pub(crate) here: Here,
    /// The stack's name; empty if the page doesn't show it.
    pub(crate) stack: String,
    /// Its Region.
    pub(crate) place: String,
    /// Addresses of scripts besides `/console.js`.
    pub(crate) scripts: Vec<&'static str>,
    /// Whether a browser without scripts should ask for the page again soon.
    pub(crate) is_unfinished: bool,
    /// What happened last, the newest first.
    pub(super) activity: Vec<Activity>,
    /// Why the page may be out of date.
    pub(super) notice: Option<String>,
}

impl Frame {
    pub(super) fn new(title: &str, here: Here) -> Frame {
        Frame {
            title: visible(title),
            here,
            stack: String::new(),
            place: String::new(),
            scripts: Vec::new(),
            is_unfinished: false,
            activity: Vec::new(),
            notice: None,
        }
    }

    /// The navigation: address, name, and whether it is this page.
    pub(crate) fn pages(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        PAGES.iter().map(|(here, address, name)| (*address, *name, *here == self.here))
    }
}

/// A page, or why there is none.
pub(crate) type Answer = Result<Response, Fault>;

/// Renders a page.
pub(crate) fn html(page: &impl Template) -> Answer {
    Ok(Html(page.render().map_err(Error::from)?).into_response())
}

/// Why there is no page.
#[derive(Debug)]
pub(crate) struct Fault {
    status: StatusCode,
    title: &'static str,
    words: String,
}

impl Fault {
    pub(crate) fn new(status: StatusCode, title: &'static str, words: impl Into<String>) -> Fault {
        Fault { status, title, words: words.into() }
    }
}

/// A failed call to AWS.
impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::new(StatusCode::BAD_GATEWAY, "A call to AWS failed", format!("{error:#}"))
    }
}

#[derive(Template)]
#[template(path = "ui/fault.html")]
struct FaultPage {
    frame: Frame,
    words: String,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let page = FaultPage { frame: Frame::new(self.title, Here::Elsewhere), words: visible(&self.words) };
        let text = page.render().unwrap_or_else(|_| page.words.clone());
        (self.status, Html(text)).into_response()
    }
}

/// A time of the ledger, to the second, for `<time>`: the value of `datetime`, and the text.
pub(crate) fn moment(at: &str) -> (String, String) {
    let text = at.get(..19).unwrap_or(at).replace('T', " ");
    (visible(at), visible(&text))
}

/// The page for every other address.
pub(super) async fn not_found() -> Fault {
    Fault::new(StatusCode::NOT_FOUND, "Page not found", "The console has no page at this address.")
}
