//! Prints estimates, for people and as JSON.

use serde_json::{Value, json};
use tunedrop_run::{DeployPlan, Priced};
use tunedrop_validation::money::usd_range;
use tunedrop_validation::{Estimate, Statistics};

use super::Sourced;
use super::basis::Basis;
use super::evaluation::Evaluation;
use crate::catalogue::Rules;
use crate::format::{BOLD, bracket, counted, grouped, visible};

/// The estimate of one training file.
pub(crate) struct Page<'c> {
    pub(super) path: String,
    pub(super) rules: Rules<'c>,
    pub(super) statistics: Statistics,
    pub(super) epochs: Sourced<u64>,
    pub(super) price: Option<Sourced<f64>>,
    pub(super) estimate: Estimate,
    /// What the number of tokens rests on.
    pub(super) basis: Basis,
    /// Absent if the recipe asks for none.
    pub(super) evaluation: Option<Evaluation>,
    /// The recipe's deployment on provisioned throughput; absent if there is none.
    pub(super) throughput: Option<DeployPlan>,
    /// What an hour of a model unit costs; absent if that is unknown.
    pub(super) unit_hour: Option<Priced<f64>>,
}

/// Where an estimate is shown, which decides what the reader can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The command line.
    Terminal,
    /// The page of a draft, which has the recipe and the findings.
    Console,
}

impl Page<'_> {
    /// The estimate, for people: names and values.
    pub(crate) fn rows(&self, reader: Reader) -> Vec<(&'static str, String)> {
        rows(self, reader)
    }

    /// Whether a record is valid.
    pub(super) fn is_estimated(&self) -> bool {
        self.statistics.valid_records > 0
    }

    /// Whether most records have media. How many tokens Bedrock bills for an image, a video or a document isn't
    /// documented, so the texts alone say nothing about the cost.
    fn is_of_media(&self) -> bool {
        self.statistics.with_media * 2 > self.statistics.records
    }

    /// The cost, unless it is unknown.
    fn cost(&self) -> Option<(f64, f64)> {
        self.estimate.cost_usd.filter(|_| self.is_estimated() && !self.is_of_media())
    }
}

pub(super) fn human(pages: &[Page]) -> String {
    pages.iter().map(page).collect::<Vec<_>>().join("\n")
}

fn page(page: &Page) -> String {
    let (model, kind) = (visible(&page.rules.model.name), page.rules.customization.as_str());
    let mut text = format!("{BOLD}{}{BOLD:#} ({model}, {kind})\n", visible(&page.path));
    for (name, value) in page.rows(Reader::Terminal) {
        text.push_str(&format!("  {name:<11} {value}\n"));
    }
    text
}

fn rows(page: &Page, reader: Reader) -> Vec<(&'static str, String)> {
    let (unknown_price, why) = match reader {
        Reader::Terminal => ("try --price-list, or pass AWS's price as --price-per-1k", "`tunedrop check` says why"),
        Reader::Console => ("add AWS's price to the recipe as price_per_1k_tokens", "the findings say why"),
    };
    let Page { statistics, epochs, price, estimate, basis, evaluation, throughput, unit_hour, .. } = page;
    let mut rows = Vec::new();
    let mut row = |name: &'static str, value: String| rows.push((name, value));
    if !page.is_estimated() {
        let reason = match statistics.records {
            0 => "the file has no record".to_owned(),
            1 => "the file's only record is invalid".to_owned(),
            records => format!("all {} records are invalid", grouped(records)),
        };
        row("cost", format!("not estimated: {reason}; {why}"));
        return rows;
    }
    row("records", grouped(statistics.valid_records));
    row("characters", grouped(statistics.characters));
    row("tokens", format!("{}, {}", bracket(estimate.tokens), basis.origin(statistics)));
    if let Some(line) = basis.line(statistics) {
        row("sample", line);
    }
    row("epochs", format!("{} ({})", epochs.value, epochs.by));
    row("billed", format!("{} tokens", bracket(estimate.billed)));
    let media = statistics.with_media;
    if media > 0 {
        let has = if media == 1 { "has" } else { "have" };
        row(
            "media",
            format!(
                "not counted: {} {has} images, videos or documents, which Bedrock bills too",
                counted(media, "record")
            ),
        );
    }
    match (price, page.cost()) {
        _ if page.is_of_media() => {
            row("cost", "not estimated: AWS doesn't document how many tokens it bills for media".to_owned());
        }
        (Some(price), Some(cost)) => {
            row("price", format!("{} USD per 1,000 tokens ({})", price.value, visible(&price.by)));
            let texts = if media > 0 { ", for the texts alone" } else { "" };
            row("cost", format!("{}{texts}", usd_range(cost)));
        }
        _ => row("cost", format!("unknown price: {unknown_price}")),
    }
    if let Some(evaluation) = evaluation {
        row("evaluation", evaluation.line());
        if let Some(judge) = evaluation.judge_line() {
            row("judge", judge);
        }
    }
    if let Some(plan) = throughput {
        let lasts = plan.expires_after_s.map_or(String::new(), |seconds| format!("{} hours ", seconds / 3600));
        let price = match unit_hour {
            Some(price) => {
                let usd = price.usd * plan.capacity.model_units().map_or(1.0, f64::from);
                format!("{usd} USD per hour ({})", visible(&price.source.to_string()))
            }
            None => "unknown price".to_owned(),
        };
        row(
            "deployment",
            format!(
                "{}, billed by the hour until it is deleted, {lasts}after each change: {price}, and not part of the cost",
                plan.capacity
            ),
        );
    }
    let left_out = statistics.records - statistics.valid_records;
    if left_out > 0 {
        row(
            "left out",
            format!("{} of {} records, which are invalid; {why}", grouped(left_out), grouped(statistics.records)),
        );
    }
    rows
}

pub(super) fn json(pages: &[Page]) -> String {
    let object = json!({"version": 1, "files": pages.iter().map(object).collect::<Vec<_>>()});
    format!("{object:#}\n")
}

fn object(page: &Page) -> Value {
    let Page { path, rules, statistics, epochs, price, estimate, basis, evaluation, throughput, unit_hour } = page;
    json!({
        "path": path,
        "model": rules.model.alias,
        "type": rules.customization.as_str(),
        "records": statistics.records,
        "valid_records": statistics.valid_records,
        "records_with_media": statistics.with_media,
        "characters": statistics.characters,
        "tokens": page.is_estimated().then_some(estimate.tokens),
        "tokens_from": page.is_estimated().then(|| basis.origin(statistics)),
        "sample": basis.object(),
        "epochs": epochs.value,
        "epochs_from": epochs.by,
        "billed": page.is_estimated().then_some(estimate.billed),
        "price_per_1k_tokens": price.as_ref().map(|price| price.value),
        "price_from": price.as_ref().map(|price| price.by.as_str()),
        "cost_usd": page.cost().map(|(low, high)| json!({"low": low, "high": high})),
        "evaluation": evaluation.as_ref().map(Evaluation::object),
        "throughput": throughput.as_ref().map(|plan| json!({
            "model_units": plan.capacity.model_units(), "expires_after_s": plan.expires_after_s,
            "usd_per_hour": unit_hour.as_ref().map(|price| price.usd * plan.capacity.model_units().map_or(1.0, f64::from)),
        })),
    })
}
