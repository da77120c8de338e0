//! When models were last invoked, from CloudWatch.
//!
//! This is one call of CloudWatch's JSON protocol (botocore 1.44.8, `cloudwatch/2010-08-01`), with the SDK's own signer and
//! HTTP client. The crate aws-sdk-cloudwatch would add eight crates, among them a second, older HTTP stack.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::{Connector, proxy, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde::Deserialize;
use serde_json::{Value, json};
use tunedrop_run::Timestamp;

use crate::Failure;

const CALL: &str = "cloudwatch:GetMetricData";
/// The most metrics of a call (API reference, GetMetricData).
const QUERIES: usize = 500;
/// Seconds of a day, and of a data point. CloudWatch keeps points of an hour or more for 455 days.
const DAY_S: i64 = 86_400;
/// Attempts at a call that was throttled, or whose connection failed.
const ATTEMPTS: u32 = 3;
/// The most bytes of an answer: 500 metrics with 90 points each need about 3 MB.
const ANSWER_MAX: usize = 64 << 20;

/// CloudWatch's count of a model's invocations.
#[derive(Debug)]
pub struct Invocations {
    connector: Connector,
    credentials: Option<SharedCredentialsProvider>,
    region: String,
    endpoint: String,
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

/// The error of an answer that isn't 200.
#[derive(Deserialize)]
struct Fault {
    #[serde(rename = "__type", default)]
    kind: String,
}

impl Invocations {
    /// Create one per process.
    pub fn new(config: &SdkConfig) -> Invocations {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(Duration::from_secs(3))
            .read_timeout(Duration::from_secs(20))
            .build();
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        let builder = Connector::builder().connector_settings(settings).proxy_config(proxy::ProxyConfig::from_env());
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let endpoint = config.endpoint_url().map_or_else(|| endpoint(&region), str::to_owned);
        Invocations {
            connector: builder.tls_provider(provider).build(),
            credentials: config.credentials_provider(),
            region,
            endpoint,
        }
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
                let answer: Answer = self.get(&request).await?;
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

    async fn get(&self, request: &Value) -> Result<Answer, Failure> {
        let body = request.to_string();
        let mut failure = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_millis(200 << attempt)).await;
            }
            match self.send(&body).await {
                Ok((200, bytes)) => {
                    // The error's own message may quote the answer.
                    return serde_json::from_slice(&bytes).map_err(|_| failed("the answer can't be read"));
                }
                Ok((status, bytes)) => {
                    let kind = serde_json::from_slice::<Fault>(&bytes).map(|fault| fault.kind).unwrap_or_default();
                    let kind = kind.rsplit('#').next().unwrap_or_default().to_owned();
                    let repeats = status >= 500 || kind.contains("Throttl");
                    failure = Some(failed(&format!("CloudWatch answered {status} {kind}")));
                    if !repeats {
                        break;
                    }
                }
                Err(fault) => failure = Some(fault),
            }
        }
        Err(failure.unwrap_or_else(|| failed("no attempt was made")))
    }

    /// Sends a call once. Returns the status and the body.
    async fn send(&self, body: &str) -> Result<(u16, Vec<u8>), Failure> {
        let provider = self.credentials.as_ref().ok_or_else(|| failed("no credentials provider"))?;
        let identity = provider.provide_credentials().await.map_err(|error| Failure::new(CALL, &error))?.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("monitoring")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| Failure::new(CALL, &error))?
            .into();
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "GraniteServiceVersion20100801.GetMetricData"),
        ];
        let signable = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", self.endpoint.as_str(), headers.into_iter(), signable);
        let signed = sign(signable.map_err(|error| Failure::new(CALL, &error))?, &parameters);
        let (signed, _) = signed.map_err(|error| Failure::new(CALL, &error))?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").map_err(|error| Failure::new(CALL, &error))?;
        request.set_uri(self.endpoint.as_str()).map_err(|error| Failure::new(CALL, &error))?;
        let all = headers.into_iter().chain(signed.headers());
        for (name, value) in all {
            request.headers_mut().insert(name.to_owned(), value.to_owned());
        }
        request.headers_mut().insert("user-agent", concat!("tunedrop/", env!("CARGO_PKG_VERSION")));
        let answer = self.connector.call(request).await.map_err(|error| Failure::new(CALL, &error))?;
        let status = answer.status().as_u16();
        let mut body = ByteStream::new(answer.into_body());
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            bytes.extend_from_slice(&chunk.map_err(|error| Failure::new(CALL, &error))?);
            if bytes.len() > ANSWER_MAX {
                return Err(failed("the answer is too large"));
            }
        }
        Ok((status, bytes))
    }
}

fn failed(cause: &str) -> Failure {
    Failure { call: CALL.to_owned(), cause: cause.to_owned(), words: None }
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
