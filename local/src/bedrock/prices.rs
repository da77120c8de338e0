//! The AWS Price List's GetProducts (awsJson1_1), with the prices of Bedrock that others recorded.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::permissions;
use super::state::Shared;
use super::wire::{self, Answer, ok};

/// Usage type, Region, US dollars and unit. Answers of GetProducts as others recorded them in August 2026, and usage types of
/// a bill of 2025; `shared/validation/src/models.toml` has the same sources. The unit of storage is a guess: the record has
/// it in words.
const RECORDED: [(&str, &str, &str, &str); 11] = [
    ("USE1-Nova2.0Lite-Customization-Training", "us-east-1", "0.0037800000", "1K tokens"),
    ("USE1-Nova2.0Lite-Customization-Storage", "us-east-1", "1.9500000000", "Model/month"),
    ("USE1-Nova2.0Lite-input-tokens-custom-model", "us-east-1", "0.0003000000", "1K tokens"),
    ("USE1-Nova2.0Lite-output-tokens-custom-model", "us-east-1", "0.0025000000", "1K tokens"),
    ("USE1-Nova2.0Lite-input-tokens", "us-east-1", "0.0003300000", "1K tokens"),
    ("USE1-Nova2.0Lite-output-tokens", "us-east-1", "0.0027500000", "1K tokens"),
    ("USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-ModelUnits", "us-east-1", "60.5000000000", "hour"),
    ("USE1-Nova2.0Lite-ProvisionedThroughput-1month-ModelUnits", "us-east-1", "55.0000000000", "hour"),
    ("USE1-NovaMicro-Customization-Training", "us-east-1", "0.0010000000", "1K tokens"),
    ("USE1-NovaLite-ProvisionedThroughput-NoCommit-ModelUnits", "us-east-1", "108.1500000000", "hour"),
    ("USW2-Llama3-3-70B-Customization-Training", "us-west-2", "0.0033000000", "1K tokens"),
];

/// What tests change in the Price List.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PriceFaults {
    /// More products.
    pub more: Vec<ListedPrice>,
    /// The beginnings of usage types that the list lacks.
    pub without: Vec<String>,
    /// Maximum number of products of a page. 0: 100, as on AWS.
    pub page: usize,
}

/// A product with its price.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedPrice {
    /// Such as `USE1-NovaPro-Customization-Training`.
    pub usage_type: String,
    /// The Region's code.
    pub region: String,
    /// US dollars, as the list writes them.
    pub usd: String,
    /// Such as `1K tokens`.
    pub unit: String,
}

/// The request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    service_code: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    next_token: Option<String>,
    max_results: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    r#type: String,
    field: String,
    value: String,
}

/// `POST /` with `X-Amz-Target: AWSPriceListService.GetProducts`
pub(super) async fn get_products(State(simulator): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    if target != Some("AWSPriceListService.GetProducts") {
        return Err(errors::OPERATION_UNKNOWN.refusal());
    }
    let caller = wire::enter(&simulator, "GetProducts", &headers).await?;
    permissions::require(&simulator, &caller, "pricing:GetProducts", "*").await?;
    let request: Request = wire::body(&bytes)?;
    let faults = simulator.faults().prices.clone();
    let all = if request.service_code.as_deref() == Some("AmazonBedrock") { products(&faults) } else { Vec::new() };
    let fits = |product: &Value| {
        let attributes = &product["product"]["attributes"];
        request.filters.iter().all(|one| one.r#type == "TERM_MATCH" && attributes[&one.field] == one.value.as_str())
    };
    let found: Vec<String> = all.iter().filter(|product| fits(product)).map(Value::to_string).collect();
    let most = if faults.page == 0 { 100 } else { faults.page };
    let size = request.max_results.unwrap_or(100).min(most).to_string();
    let (page, next) = wire::page(found, Some(&size), request.next_token.as_ref())?;
    let mut answer = json!({ "FormatVersion": "aws_v1", "PriceList": page });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(ok(answer))
}

fn products(faults: &PriceFaults) -> Vec<Value> {
    let recorded = RECORDED.iter().map(|(usage_type, region, usd, unit)| ListedPrice {
        usage_type: (*usage_type).to_owned(),
        region: (*region).to_owned(),
        usd: (*usd).to_owned(),
        unit: (*unit).to_owned(),
    });
    let lacks = |price: &ListedPrice| faults.without.iter().any(|prefix| price.usage_type.starts_with(prefix));
    let all = recorded.filter(|price| !lacks(price)).chain(faults.more.iter().cloned());
    all.enumerate().map(|(at, price)| product(at, &price)).collect()
}

/// A product in the list's form: terms below SKUs and rate codes that have no meaning.
fn product(at: usize, price: &ListedPrice) -> Value {
    let sku = format!("SKU{at:04}");
    let (term, rate) = (format!("{sku}.JRTCKXETXF"), format!("{sku}.JRTCKXETXF.6YS6EN2CT7"));
    let dimension = json!({ "unit": price.unit, "rateCode": rate, "pricePerUnit": { "USD": price.usd } });
    json!({
        "product": {
            "sku": sku,
            "attributes": {
                "servicecode": "AmazonBedrock",
                "usagetype": price.usage_type,
                "regionCode": price.region,
            },
        },
        "serviceCode": "AmazonBedrock",
        "terms": { "OnDemand": { term: { "priceDimensions": { rate: dimension } } } },
    })
}
