//! When models were last invoked, from CloudWatch.
//!
//! This is one call of CloudWatch's JSON protocol (botocore 1.44.8, `cloudwatch/2010-08-01`), with the SDK's own signer and
//! HTTP client. The crate aws-sdk-cloudwatch would add eight crates, among them a second, older HTTP stack.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use serde::Deserialize;
use serde_json::{Value, json};
use tunedrop_run::Timestamp;

use crate::Failure;
use crate::signed::{Operation, Signed};

const GET_METRIC_DATA: Operation = Operation {
    call: "cloudwatch:GetMetricData",
    service: "CloudWatch",
    signed_as: "monitoring",
    target: "GraniteServiceVersion20100801.GetMetricData",
    content_type: "application/x-amz-json-1.0",
};
/// The most metrics of a call (API reference, GetMetricData).
const QUERIES: usize = 500;
/// Seconds of a day, and of a data point. CloudWatch keeps points of an hour or more for 455 days.
const DAY_S: i64 = 86_400;
/// CloudWatch's count of a model's invocations.
#[derive(Debug)]
pub struct Invocations {
    signed: Signed,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    metric_data_results: Vec<Series>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Series {
    id: String,
    #[serde(default)]
    timestamps: Vec<Moment>,
    #[serde(default)]
    values: Vec<f64>,
}

/// Seconds since 1970, or RFC 3339.
#[derive(Deserialize)]
#[serde(untagged)]
enum Moment {
    Seconds(f64),
    Text(String),
}

impl Moment {
    /// The day in UTC, as `YYYY-MM-DD`.
    fn day(&self) -> Option<String> {
        let time = match self {
            Moment::Seconds(seconds) => Timestamp::from_second(*seconds as i64).ok()?,
            Moment::Text(text) => text.parse::<Timestamp>().ok()?,
        };
        Some(time.to_string().chars().take(10).collect())
    }
}

impl Invocations {
    /// Create one per process.
    pub fn new(config: &SdkConfig) -> Invocations {
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let endpoint = config.endpoint_url().map_or_else(|| endpoint(&region), str::to_owned);
        Invocations { signed: Signed::new(GET_METRIC_DATA, config, &region, endpoint) }
    }

    /// The last day (`YYYY-MM-DD`) on which each of these model ids was invoked, in the last `days` days. Ids that weren't
    /// invoked are absent. `seen` gets the number of ids that were looked up so far.
    pub async fn last(
        &self,
        ids: &[String],
        days: i64,
        now: Timestamp,
        seen: impl Fn(usize),
    ) -> Result<BTreeMap<String, String>, Failure> {
        let mut last: BTreeMap<String, String> = BTreeMap::new();
        // Whole days, so that a day's point isn't split.
        let end = (now.as_second() / DAY_S + 1) * DAY_S;
        for (at, part) in ids.chunks(QUERIES).enumerate() {
            let mut request = json!({
                "StartTime": end - days * DAY_S,
                "EndTime": end,
                "ScanBy": "TimestampDescending",
                "MetricDataQueries": queries(part),
            });
            loop {
                let answer: Answer = self.signed.get(&request).await?;
                for series in &answer.metric_data_results {
                    let Some(id) = series.id.strip_prefix('m').and_then(|n| part.get(n.parse::<usize>().ok()?)) else {
                        continue;
                    };
                    let points = series.timestamps.iter().zip(&series.values);
                    let day = points.filter(|(_, value)| **value > 0.0).filter_map(|(time, _)| time.day()).max();
                    if let Some(day) = day {
                        let known = last.entry(id.clone()).or_default();
                        *known = day.max(std::mem::take(known));
                    }
                }
                match answer.next_token {
                    Some(token) => request["NextToken"] = Value::String(token),
                    None => break,
                }
            }
            seen(at * QUERIES + part.len());
        }
        Ok(last)
    }
}

/// A query for each id: the sum of its invocations for each day.
fn queries(ids: &[String]) -> Vec<Value> {
    let query = |(n, id): (usize, &String)| {
        json!({
            "Id": format!("m{n}"),
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Bedrock",
                    "MetricName": "Invocations",
                    "Dimensions": [{ "Name": "ModelId", "Value": id }],
                },
                "Period": DAY_S,
                "Stat": "Sum",
            },
        })
    };
    ids.iter().enumerate().map(query).collect()
}

/// CloudWatch's endpoint (AWS General Reference, "Amazon CloudWatch endpoints and quotas").
fn endpoint(region: &str) -> String {
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://monitoring.{region}.{suffix}/")
}
