//! How an estimate is shown.

use serde_json::{Value, json};
use tunedrop_validation::{Estimate, Statistics};

use super::Said;
use crate::catalogue::Rules;
use crate::format::{BOLD, bracket, grouped, visible};

/// What is known of one training file.
pub(super) struct Page<'c> {
    pub(super) path: String,
    pub(super) rules: Rules<'c>,
    pub(super) statistics: Statistics,
    pub(super) epochs: Said<u64>,
    pub(super) price: Option<Said<f64>>,
    pub(super) estimate: Estimate,
}

impl Page<'_> {
    /// Whether there is a record to estimate.
    pub(super) fn is_estimated(&self) -> bool {
        self.statistics.valid_records > 0
    }
}

pub(super) fn human(pages: &[Page]) -> String {
    pages.iter().map(page).collect::<Vec<_>>().join("\n")
}

fn page(page: &Page) -> String {
    let Page { path, rules, statistics, epochs, price, estimate } = page;
    let (model, kind) = (visible(&rules.model.name), rules.customization.as_str());
    let mut text = format!("{BOLD}{}{BOLD:#} ({model}, {kind})\n", visible(path));
    let mut row = |name: &str, value: String| text.push_str(&format!("  {name:<11} {value}\n"));
    if !page.is_estimated() {
        let reason = match statistics.records {
            0 => "the file has no record".to_owned(),
            1 => "the file's only record is invalid".to_owned(),
            records => format!("all {} records are invalid", grouped(records)),
        };
        row("cost", format!("not estimated: {reason}; `tunedrop check` says why"));
        return text;
    }
    row("records", grouped(statistics.valid_records));
    row("characters", grouped(statistics.characters));
    row("tokens", format!("{}, estimated", bracket(estimate.tokens)));
    row("epochs", format!("{} ({})", epochs.value, epochs.by));
    row("billed", format!("{} tokens", bracket(estimate.billed)));
    match (price, estimate.cost_usd) {
        (Some(price), Some((low, high))) => {
            row("price", format!("{} USD per 1,000 tokens ({})", price.value, price.by));
            row("cost", format!("{low:.2} to {high:.2} USD"));
        }
        _ => row("cost", "price unknown; see AWS's pricing page, and give it as --price-per-1k".to_owned()),
    }
    let left_out = statistics.records - statistics.valid_records;
    if left_out > 0 {
        row(
            "left out",
            format!(
                "{} of {} records, which are not valid; `tunedrop check` says why",
                grouped(left_out),
                grouped(statistics.records)
            ),
        );
    }
    text
}

pub(super) fn json(pages: &[Page]) -> String {
    let object = json!({"version": 1, "files": pages.iter().map(object).collect::<Vec<_>>()});
    format!("{object:#}\n")
}

fn object(page: &Page) -> Value {
    let Page { path, rules, statistics, epochs, price, estimate } = page;
    json!({
        "path": path,
        "model": rules.model.alias,
        "type": rules.customization.as_str(),
        "records": statistics.records,
        "valid_records": statistics.valid_records,
        "characters": statistics.characters,
        "tokens": page.is_estimated().then_some(estimate.tokens),
        "epochs": epochs.value,
        "epochs_from": epochs.by,
        "billed": page.is_estimated().then_some(estimate.billed),
        "price_per_1k_tokens": price.as_ref().map(|price| price.value),
        "price_from": price.as_ref().map(|price| price.by),
        "cost_usd": estimate.cost_usd.filter(|_| page.is_estimated()).map(|(low, high)| json!({"low": low, "high": high})),
    })
}
