//! The page that asks models: one prompt, and the answers of up to four side by side.

mod answer;
mod sides;

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::{Result, ensure};
use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Form, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::stream::unfold;
use serde_json::Value;
use tunedrop_aws::Question;

use super::assets;
use super::console::Console;
use super::page::{Answer, Frame, Here, html};
use crate::format::visible;
use sides::{Offered, Sides, sides};

const SCRIPT: &str = include_str!("../../templates/ui/playground.js");
/// Models at a time.
const ASKED: usize = 4;
/// The longest prompt with its system prompt, in bytes.
const PROMPT_MAX: usize = 1 << 20;

pub(super) fn routes() -> Router<Arc<Console>> {
    let form = || DefaultBodyLimit::max(4 * PROMPT_MAX);
    Router::new()
        .route("/playground", get(show).post(answers).layer(form()))
        .route("/playground/ask", post(stream).layer(form()))
        .route("/playground.js", get(|| async { assets::script(SCRIPT) }))
}

#[derive(Template)]
#[template(path = "ui/playground.html")]
struct PlaygroundPage {
    frame: Frame,
    /// Value, title, price, and whether it is asked.
    models: Vec<(String, String, String, bool)>,
    others: Vec<(String, String, Option<String>)>,
    prompt: String,
    system: String,
    max_tokens: String,
    temperature: String,
    fault: Option<String>,
    /// Title, text, and the line below it. Without the script.
    answers: Vec<(String, String, String)>,
    asked_max: usize,
}

/// What the form sent.
type Sent = Vec<(String, String)>;

fn value<'s>(sent: &'s Sent, name: &str) -> &'s str {
    sent.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

fn page(console: &Console, sides: Sides, sent: &Sent) -> PlaygroundPage {
    let mut frame = console.frame("Playground", Here::Playground);
    frame.scripts.push("/playground.js");
    let chosen: Vec<&str> = sent.iter().filter(|(key, _)| key == "model").map(|(_, value)| value.as_str()).collect();
    let is_first = sent.is_empty();
    let row = |(at, one): (usize, &Offered)| {
        let is_chosen = if is_first { at < 2 } else { chosen.contains(&one.value.as_str()) };
        (one.value.clone(), one.side.title.clone(), one.words(), is_chosen)
    };
    let models = sides.offered.iter().enumerate().map(row).collect();
    PlaygroundPage {
        frame,
        models,
        others: sides.others,
        prompt: value(sent, "prompt").to_owned(),
        system: value(sent, "system").to_owned(),
        max_tokens: value(sent, "max_tokens").to_owned(),
        temperature: value(sent, "temperature").to_owned(),
        fault: None,
        answers: Vec::new(),
        asked_max: ASKED,
    }
}

async fn show(State(console): State<Arc<Console>>) -> Answer {
    let sides = sides(&console).await?;
    html(&page(&console, sides, &Vec::new()))
}

/// The question in the form.
fn question(sent: &Sent) -> Result<Question> {
    // A form sends line feeds as CR LF.
    let get = |name: &str| value(sent, name).replace("\r\n", "\n");
    let (prompt, system) = (get("prompt"), get("system"));
    ensure!(!prompt.trim().is_empty(), "write a prompt first");
    ensure!(prompt.len() + system.len() <= PROMPT_MAX, "the prompt has more than {} KiB", PROMPT_MAX >> 10);
    let number = |name: &str| Some(value(sent, name).trim().to_owned()).filter(|text| !text.is_empty());
    let max_tokens = number("max_tokens").map(|text| text.parse().ok().filter(|tokens: &i32| *tokens > 0));
    ensure!(max_tokens != Some(None), "the maximum of tokens must be a whole number of at least 1");
    let temperature = number("temperature").map(|text| text.parse().ok().filter(|t: &f32| (0.0..=1.0).contains(t)));
    ensure!(temperature != Some(None), "the temperature must be a number from 0 to 1");
    Ok(Question {
        prompt,
        system: Some(system).filter(|system| !system.trim().is_empty()),
        max_tokens: max_tokens.flatten(),
        temperature: temperature.flatten(),
    })
}

/// The answers in a page, for a browser without the script.
async fn answers(State(console): State<Arc<Console>>, Form(sent): Form<Sent>) -> Answer {
    let sides = sides(&console).await?;
    let mut page = page(&console, sides, &sent);
    let asked: Vec<String> = page.models.iter().filter(|(.., is_chosen)| *is_chosen).map(|one| one.0.clone()).collect();
    let question = question(&sent).and_then(|question| {
        ensure!(!asked.is_empty(), "choose a model first");
        ensure!(asked.len() <= ASKED, "choose at most {ASKED} models");
        Ok(question)
    });
    let question = match question {
        Ok(question) => question,
        Err(error) => {
            page.fault = Some(visible(&format!("{error:#}")));
            return html(&page);
        }
    };
    let mut running = Vec::new();
    for value in asked {
        if let Some(offered) = find(&console, &value).await? {
            running.push((offered.side.title.clone(), answer::lines(console.clone(), offered, question.clone())));
        }
    }
    for (title, mut lines) in running {
        let (mut text, mut end) = (String::new(), String::new());
        while let Some(line) = lines.recv().await {
            let line: Value = serde_json::from_str(&line).unwrap_or_default();
            text.push_str(line["text"].as_str().unwrap_or_default());
            end.push_str(line["done"].as_str().or(line["error"].as_str()).unwrap_or_default());
        }
        page.answers.push((title, text, end));
    }
    html(&page)
}

/// The model of this value, if it answers now.
async fn find(console: &Console, value: &str) -> Result<Option<Offered>> {
    Ok(sides(console).await?.offered.into_iter().find(|one| one.value == value))
}

/// One answer, as it arrives: a JSON object on each line.
async fn stream(State(console): State<Arc<Console>>, Form(sent): Form<Sent>) -> Response {
    let refuse = |words: String| {
        (StatusCode::UNPROCESSABLE_ENTITY, [(CONTENT_TYPE, "text/plain; charset=utf-8")], visible(&words))
    };
    let question = match question(&sent) {
        Ok(question) => question,
        Err(error) => return refuse(format!("{error:#}")).into_response(),
    };
    let offered = match find(&console, value(&sent, "model")).await {
        Ok(Some(offered)) => offered,
        Ok(None) => return refuse("this model doesn't answer any longer; reload the page".to_owned()).into_response(),
        Err(error) => return refuse(format!("{error:#}")).into_response(),
    };
    let lines = answer::lines(console, offered, question);
    let body = unfold(lines, |mut lines| async move {
        let line = lines.recv().await?;
        Some((Ok::<_, Infallible>(line), lines))
    });
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(body)).into_response()
}
