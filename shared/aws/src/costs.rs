//! What AWS billed, from Cost Explorer.
//!
//! One call of its JSON protocol (API reference, "GetCostAndUsage"; the target is `AWSInsightsIndexService`). The crate
//! aws-sdk-costexplorer has some fifty operations, of which this is one.

use aws_config::SdkConfig;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;
use crate::signed::{Operation, Signed};

const GET_COST_AND_USAGE: Operation = Operation {
    call: "ce:GetCostAndUsage",
    service: "Cost Explorer",
    signed_as: "ce",
    target: "AWSInsightsIndexService.GetCostAndUsage",
    content_type: "application/x-amz-json-1.1",
};
/// The only Region with an endpoint, whatever the Region of the costs
/// (<https://docs.aws.amazon.com/general/latest/gr/billing.html>).
const REGION: &str = "us-east-1";
const ENDPOINT: &str = "https://ce.us-east-1.amazonaws.com/";
/// Maximum number of pages. Each is billed as a request.
const PAGES_MAX: u32 = 10;

/// The client of Cost Explorer.
#[derive(Debug)]
pub struct Costs {
    signed: Signed,
}

/// What was billed in a period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Billed {
    /// Usage type and US dollars, for each month.
    pub rows: Vec<(String, f64)>,
    /// Whether AWS calls a part of it an estimate, because the month's bill isn't final.
    pub is_estimated: bool,
    /// How many requests were sent.
    pub requests: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    results_by_time: Vec<Period>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Period {
    #[serde(default)]
    groups: Vec<Group>,
    #[serde(default)]
    estimated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    #[serde(default)]
    keys: Vec<String>,
    metrics: Metrics,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metrics {
    unblended_cost: Amount,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Amount {
    amount: String,
    unit: String,
}

impl Costs {
    /// Create one per process.
    pub fn new(config: &SdkConfig) -> Costs {
        let endpoint = config.endpoint_url().map_or_else(|| ENDPOINT.to_owned(), |url| format!("{url}/"));
        Costs { signed: Signed::new(GET_COST_AND_USAGE, config, REGION, endpoint) }
    }

    /// Returns what was billed for resources with this tag, from the first day to the last one, which isn't included. Each
    /// request is billed.
    ///
    /// # Errors
    ///
    /// Cost Explorer fails or denies, or an amount isn't in US dollars.
    pub async fn by_tag(&self, key: &str, value: &str, first: &str, last: &str) -> Result<Billed, Failure> {
        let mut request = json!({
            "TimePeriod": { "Start": first, "End": last },
            "Granularity": "MONTHLY",
            "Metrics": ["UnblendedCost"],
            "Filter": { "Tags": { "Key": key, "Values": [value], "MatchOptions": ["EQUALS"] } },
            "GroupBy": [{ "Type": "DIMENSION", "Key": "USAGE_TYPE" }],
        });
        let mut billed = Billed::default();
        loop {
            let answer: Answer = self.signed.get(&request).await?;
            billed.requests += 1;
            for period in answer.results_by_time {
                billed.is_estimated |= period.estimated && !period.groups.is_empty();
                for group in period.groups {
                    billed.rows.push(row(group)?);
                }
            }
            match answer.next_page_token.filter(|_| billed.requests < PAGES_MAX) {
                Some(token) => request["NextPageToken"] = Value::String(token),
                None => return Ok(billed),
            }
        }
    }
}

fn row(group: Group) -> Result<(String, f64), Failure> {
    let Amount { amount, unit } = group.metrics.unblended_cost;
    let failed =
        |cause: &str| Failure { call: GET_COST_AND_USAGE.call.to_owned(), cause: cause.to_owned(), words: None };
    if unit != "USD" {
        return Err(failed("an amount isn't in US dollars"));
    }
    let usd = amount.parse::<f64>().map_err(|_| failed("an amount isn't a number"))?;
    Ok((group.keys.into_iter().next().unwrap_or_default(), usd))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer in the form of the API reference's example.
    #[test]
    fn reads_an_answer() {
        let answer = json!({
            "GroupDefinitions": [{ "Type": "DIMENSION", "Key": "USAGE_TYPE" }],
            "ResultsByTime": [{
                "TimePeriod": { "Start": "2026-11-01", "End": "2026-12-01" },
                "Total": {},
                "Groups": [{
                    "Keys": ["USE1-NovaLite-Customization-Training"],
                    "Metrics": { "UnblendedCost": { "Amount": "2.1033", "Unit": "USD" } },
                }],
                "Estimated": true,
            }],
        });
        let mut answer: Answer = serde_json::from_value(answer).expect("an answer");
        assert!(answer.next_page_token.is_none() && answer.results_by_time[0].estimated);
        let group = answer.results_by_time.remove(0).groups.remove(0);
        assert_eq!(row(group).ok(), Some(("USE1-NovaLite-Customization-Training".to_owned(), 2.1033)));
    }

    #[test]
    fn other_currencies_and_broken_amounts_are_failures() {
        let group = |amount: &str, unit: &str| Group {
            keys: Vec::new(),
            metrics: Metrics { unblended_cost: Amount { amount: amount.to_owned(), unit: unit.to_owned() } },
        };
        assert!(row(group("1", "CNY")).is_err() && row(group("one", "USD")).is_err());
    }
}
