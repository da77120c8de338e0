//! Calls of a JSON protocol with the SDK's own signer and HTTP client, for services of which one call is used.

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
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Failure;

/// Attempts at a call that was throttled, or whose connection failed.
const ATTEMPTS: u32 = 3;
/// The most bytes of an answer: 500 metrics with 90 points each need about 3 MB.
const ANSWER_MAX: usize = 64 << 20;

/// An operation of a service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    /// Its name in permissions, such as `cloudwatch:GetMetricData`.
    pub(crate) call: &'static str,
    /// The service's name in messages.
    pub(crate) service: &'static str,
    /// The service's name in signatures.
    pub(crate) signed_as: &'static str,
    /// The header `x-amz-target`.
    pub(crate) target: &'static str,
    /// The header `content-type`.
    pub(crate) content_type: &'static str,
}

/// An operation's endpoint, and the caller's credentials.
#[derive(Debug)]
pub(crate) struct Signed {
    operation: Operation,
    connector: Connector,
    credentials: Option<SharedCredentialsProvider>,
    region: String,
    endpoint: String,
}

/// An answer.
struct Reply {
    status: u16,
    /// The error's code, if a header has it.
    kind: String,
    bytes: Vec<u8>,
}

/// The error of an answer that isn't 200.
#[derive(Deserialize)]
struct Fault {
    #[serde(rename = "__type", default)]
    kind: String,
}

impl Signed {
    /// `region`: that of the signature.
    pub(crate) fn new(operation: Operation, config: &SdkConfig, region: &str, endpoint: String) -> Signed {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(Duration::from_secs(3))
            .read_timeout(Duration::from_secs(20))
            .build();
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        let builder = Connector::builder().connector_settings(settings).proxy_config(proxy::ProxyConfig::from_env());
        Signed {
            operation,
            connector: builder.tls_provider(provider).build(),
            credentials: config.credentials_provider(),
            region: region.to_owned(),
            endpoint,
        }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, request: &Value) -> Result<T, Failure> {
        let body = request.to_string();
        let mut failure = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_millis(200 << attempt)).await;
            }
            match self.send(&body).await {
                Ok(Reply { status: 200, bytes, .. }) => {
                    // The error's own message may quote the answer.
                    return serde_json::from_slice(&bytes).map_err(|_| self.failed("the answer can't be read"));
                }
                Ok(Reply { status, kind, bytes }) => {
                    let in_body = serde_json::from_slice::<Fault>(&bytes).map(|fault| fault.kind).unwrap_or_default();
                    let kind = if in_body.is_empty() { kind } else { in_body };
                    let kind = kind.rsplit('#').next().unwrap_or_default().to_owned();
                    let repeats = status >= 500 || kind.contains("Throttl") || kind == "LimitExceededException";
                    failure = Some(self.failed(&format!("{} answered {status} {kind}", self.operation.service)));
                    if !repeats {
                        break;
                    }
                }
                Err(fault) => failure = Some(fault),
            }
        }
        Err(failure.unwrap_or_else(|| self.failed("no attempt was made")))
    }

    /// Sends a call once.
    async fn send(&self, body: &str) -> Result<Reply, Failure> {
        let Operation { call, signed_as, target, content_type, .. } = self.operation;
        let provider = self.credentials.as_ref().ok_or_else(|| self.failed("no credentials provider"))?;
        let identity = provider.provide_credentials().await.map_err(|error| Failure::new(call, &error))?.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(signed_as)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| Failure::new(call, &error))?
            .into();
        let headers = [("content-type", content_type), ("x-amz-target", target)];
        let signable = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", self.endpoint.as_str(), headers.into_iter(), signable);
        let signed = sign(signable.map_err(|error| Failure::new(call, &error))?, &parameters);
        let (signed, _) = signed.map_err(|error| Failure::new(call, &error))?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").map_err(|error| Failure::new(call, &error))?;
        request.set_uri(self.endpoint.as_str()).map_err(|error| Failure::new(call, &error))?;
        let all = headers.into_iter().chain(signed.headers());
        for (name, value) in all {
            request.headers_mut().insert(name.to_owned(), value.to_owned());
        }
        request.headers_mut().insert("user-agent", concat!("tunedrop/", env!("CARGO_PKG_VERSION")));
        let answer = self.connector.call(request).await.map_err(|error| Failure::new(call, &error))?;
        let status = answer.status().as_u16();
        let kind = answer.headers().get("x-amzn-errortype").unwrap_or_default().to_owned();
        let mut body = ByteStream::new(answer.into_body());
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            bytes.extend_from_slice(&chunk.map_err(|error| Failure::new(call, &error))?);
            if bytes.len() > ANSWER_MAX {
                return Err(self.failed("the answer is too large"));
            }
        }
        Ok(Reply { status, kind, bytes })
    }

    fn failed(&self, cause: &str) -> Failure {
        Failure { call: self.operation.call.to_owned(), cause: cause.to_owned(), words: None }
    }
}
