//! Cost Explorer's GetCostAndUsage (awsJson1_1), by tag and usage type.
//!
//! A finished job is billed for its training, and its custom model for a month of storage. Prices and tokens are the
//! simulator's own: a token is four bytes of the training file. Cost Explorer's delay isn't simulated.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::job::Status;
use super::permissions;
use super::prices;
use super::state::{Shared, SimulatorState};
use super::wire::{self, Answer, ok};

const TARGET: &str = "AWSInsightsIndexService.GetCostAndUsage";
/// US dollars for 1,000 tokens of training, and for a month of a custom model.
const TRAINING: f64 = 0.002;
const STORAGE: f64 = 1.95;

/// What tests change in Cost Explorer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CostSettings {
    /// Keys of tags that aren't active cost allocation tags.
    pub inactive_tags: Vec<String>,
    /// Maximum number of groups of a page. 0: 100.
    pub page: usize,
}

/// The members that the simulator supports.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    time_period: Period,
    granularity: String,
    metrics: Vec<String>,
    filter: Filter,
    group_by: Vec<Group>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Period {
    start: String,
    end: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    tags: Tags,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tags {
    key: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    r#type: String,
    key: String,
}

/// `POST /`, which the Price List has too.
pub(super) async fn by_target(state: State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    match headers.get("x-amz-target").and_then(|target| target.to_str().ok()) {
        Some(TARGET) => get_cost_and_usage(state, headers, bytes).await,
        _ => prices::get_products(state, headers, bytes).await,
    }
}

async fn get_cost_and_usage(State(simulator): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let caller = wire::enter(&simulator, "GetCostAndUsage", &headers).await?;
    permissions::require(&simulator, &caller, "ce:GetCostAndUsage", "*").await?;
    let request: Request = wire::body(&bytes)?;
    let by_usage = matches!(request.group_by.as_slice(), [one] if one.r#type == "DIMENSION" && one.key == "USAGE_TYPE");
    let known = request.granularity == "MONTHLY" && request.metrics == ["UnblendedCost"] && by_usage;
    if !known || request.time_period.start >= request.time_period.end {
        return Err(errors::BODY_BROKEN.with(&[&"the simulator knows monthly unblended costs by usage type only"]));
    }
    let Tags { key, values } = &request.filter.tags;
    let is_active = !simulator.faults().costs.inactive_tags.contains(key);
    let rows = if is_active { billed(&simulator.state(), key, values) } else { Vec::new() };
    let size = Some(simulator.faults().costs.page).filter(|size| *size > 0).map(|size| size.to_string());
    let (page, next) = wire::page(rows, size.as_ref(), request.next_page_token.as_ref())?;
    let groups: Vec<Value> = page
        .iter()
        .map(|(usage_type, usd)| {
            json!({ "Keys": [usage_type], "Metrics": { "UnblendedCost": { "Amount": format!("{usd:.10}"), "Unit": "USD" } } })
        })
        .collect();
    let mut answer = json!({
        "GroupDefinitions": [{ "Type": "DIMENSION", "Key": "USAGE_TYPE" }],
        "ResultsByTime": [{
            "TimePeriod": { "Start": request.time_period.start, "End": request.time_period.end },
            "Total": {},
            "Groups": groups,
            "Estimated": true,
        }],
        "DimensionValueAttributes": [],
    });
    if let Some(next) = next {
        answer["NextPageToken"] = json!(next);
    }
    Ok(ok(answer))
}

/// Usage type and US dollars of what has one of these values of the tag.
fn billed(state: &SimulatorState, key: &str, values: &[String]) -> Vec<(String, f64)> {
    let is_tagged = |arn: &str| {
        let value = state.tags.get(arn).and_then(|tags| tags.get(key));
        value.is_some_and(|value| values.contains(value))
    };
    let trained = state.jobs.iter().filter(|job| job.status == Status::Completed && is_tagged(&job.arn));
    let trained = trained
        .map(|job| (usage(job.model.id, "Customization-Training"), job.billed_tokens as f64 / 1_000.0 * TRAINING));
    let stored = state.models.iter().filter(|model| is_tagged(&model.arn));
    let stored = stored.map(|model| (usage(model.model.id, "Customization-Storage"), STORAGE));
    trained.chain(stored).collect()
}

/// `USE1-NovaLite-Customization-Training`. The family is made of the identifier; only Nova's real ones look like that.
fn usage(model: &str, what: &str) -> String {
    let name = model.split('.').nth(1).unwrap_or(model);
    let words = name.split(['-', ':']).take_while(|word| !word.starts_with('v'));
    let family: String = words
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
        })
        .collect();
    format!("USE1-{family}-{what}")
}
