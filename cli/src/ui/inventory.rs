//! The page of the inventory: custom models, deployments and provisioned throughput at Bedrock, from any creator.
//!
//! Reading it takes calls for each line, some of which are billed. So it is read when the page is opened, and again when
//! asked.

mod known;
mod rows;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use indicatif::ProgressBar;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tunedrop_run::Timestamp;

use super::console::Console;
use super::page::{Answer, Frame, Here, html};
use crate::format::visible;
use crate::inventory::{Wanted, gather};
pub(super) use known::Known;
use rows::{DeploymentRow, Life, ModelRow, Page};

/// How many days back invocations are looked for, as `tunedrop inventory` does.
const DAYS: i64 = 90;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/inventory", get(show).post(again))
}

/// The query. Values that aren't known match nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Filter {
    /// Who made it: a value of [`rows::MAKERS`].
    made: String,
    /// `yes` or `no`: whether it was used.
    used: String,
    /// Bedrock's identifier of the base model.
    model: String,
}

impl Filter {
    fn is_empty(&self) -> bool {
        self.made.is_empty() && self.used.is_empty() && self.model.is_empty()
    }

    /// The address of the page with this filter.
    fn address(&self) -> String {
        let pairs = [("made", &self.made), ("used", &self.used), ("model", &self.model)];
        let set = pairs.iter().filter(|(_, value)| !value.is_empty());
        let set: Vec<String> =
            set.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))).collect();
        if set.is_empty() { "/inventory".to_owned() } else { format!("/inventory?{}", set.join("&")) }
    }
}

#[derive(Template)]
#[template(path = "ui/inventory.html")]
struct InventoryPage {
    frame: Frame,
    named: String,
    filter: Filter,
    is_filtered: bool,
    /// Value, text, and whether it is chosen.
    makers: Vec<(&'static str, &'static str, bool)>,
    bases: Vec<String>,
    is_reading: bool,
    fault: Option<String>,
    /// When it was read, and what was found. Absent until then.
    read: Option<((String, String), Page)>,
    models: Vec<ModelRow>,
    deployments: Vec<DeploymentRow>,
    lives: Vec<Life>,
}

/// Reads the inventory, unless it is being read.
fn read(console: &Arc<Console>) {
    if !console.inventory.begin() {
        return;
    }
    let console = console.clone();
    tokio::spawn(async move {
        let (stack, runtime) = (console.stack.clone(), Handle::current());
        let wanted = Wanted { days: DAYS, price_list: false };
        // Nothing is shown in the terminal.
        let read = move || runtime.block_on(gather(&stack, wanted, Timestamp::now(), ProgressBar::hidden()));
        let found = spawn_blocking(read).await.map_err(anyhow::Error::from).and_then(|found| found);
        console.inventory.end(found);
        console.live.announce();
    });
}

async fn show(State(console): State<Arc<Console>>, Query(filter): Query<Filter>) -> Answer {
    console.live.refresh(&console.ledger).await;
    if console.inventory.is_new() {
        read(&console);
    }
    html(&page(&console, filter))
}

/// Reads it again, and leads back to the page.
async fn again(State(console): State<Arc<Console>>, Form(filter): Form<Filter>) -> Response {
    read(&console);
    Redirect::to(&filter.address()).into_response()
}

fn page(console: &Console, filter: Filter) -> InventoryPage {
    let seen = console.inventory.seen();
    let mut frame = console.frame("Inventory", Here::Inventory);
    frame.is_unfinished = seen.is_reading;
    let mut page = InventoryPage {
        frame,
        named: console.stack.named.clone(),
        is_filtered: !filter.is_empty(),
        makers: rows::MAKERS.iter().map(|(value, text)| (*value, *text, *value == filter.made)).collect(),
        bases: Vec::new(),
        is_reading: seen.is_reading,
        fault: seen.fault.as_deref().map(visible),
        read: None,
        models: Vec::new(),
        deployments: Vec::new(),
        lives: Vec::new(),
        filter,
    };
    let Some((at, found)) = seen.found else { return page };
    let Filter { made, used, model } = &page.filter;
    let fits = |maker: &tunedrop_run::inventory::Maker, base: Option<&str>, last: Option<&str>| {
        let was_used = match (&found.invocations_since, last) {
            (None, _) => "unknown",
            (_, Some(_)) => "yes",
            (_, None) => "no",
        };
        (made.is_empty() || made == rows::made(maker, &console.stack.name))
            && (used.is_empty() || used == was_used)
            && (model.is_empty() || base == Some(model))
    };
    let mirror = console.live.mirror();
    let models = found.models.iter();
    let models = models.filter(|one| fits(&one.made_by, one.base_model.as_deref(), one.last_invoked.as_deref()));
    page.models = models.map(|one| ModelRow::of(one, &found)).collect();
    let deployments = found.deployments.iter();
    let deployments =
        deployments.filter(|one| fits(&one.made_by, one.base_model.as_deref(), one.last_invoked.as_deref()));
    page.deployments = deployments.map(|one| DeploymentRow::of(one, &found, &console.stack.name, &mirror)).collect();
    page.bases = found.base_models.iter().map(|one| one.model.clone()).collect();
    page.lives = found.base_models.iter().filter(|one| model.is_empty() || *model == one.model).map(Life::of).collect();
    page.read = Some((super::page::moment(&at), Page::of(&found)));
    page
}
