//! Downloads files over HTTPS, with the HTTP client that the SDK already has.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::{Connector, proxy, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use crate::Failure;

/// Redirects that are followed. A release on GitHub has one.
const REDIRECTS: usize = 5;

/// Downloads files. It sends no credentials.
#[derive(Debug)]
pub struct Downloads {
    connector: Connector,
}

impl Default for Downloads {
    fn default() -> Downloads {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(60))
            .build();
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        // `HTTPS_PROXY` and `NO_PROXY`, as for other programs.
        let builder = Connector::builder().connector_settings(settings).proxy_config(proxy::ProxyConfig::from_env());
        Downloads { connector: builder.tls_provider(provider).build() }
    }
}

impl Downloads {
    /// Returns the file at `url`. It is an error if it has more than `most` bytes.
    pub async fn get(&self, url: &str, most: u64) -> Result<Vec<u8>, Failure> {
        let failed = |cause: String| Failure { call: format!("GET {url}"), cause, words: None };
        let mut at = url.to_owned();
        for _ in 0..=REDIRECTS {
            if !is_allowed(&at) {
                return Err(failed(format!("{at} is neither https nor on this machine")));
            }
            let mut request = HttpRequest::get(&at).map_err(|error| failed(error.to_string()))?;
            request.headers_mut().insert("user-agent", concat!("tunedrop/", env!("CARGO_PKG_VERSION")));
            let answer = self.connector.call(request).await;
            let answer = answer.map_err(|error| Failure::new(format!("GET {url}"), &error))?;
            let status = answer.status();
            let location = answer.headers().get("location").map(str::to_owned);
            match (status.as_u16(), location) {
                (301 | 302 | 303 | 307 | 308, Some(location)) => at = joined(&at, &location),
                _ if status.is_success() => {
                    let mut body = ByteStream::new(answer.into_body());
                    let mut bytes = Vec::new();
                    while let Some(chunk) = body.next().await {
                        bytes.extend_from_slice(&chunk.map_err(|error| Failure::new(format!("GET {url}"), &error))?);
                        if bytes.len() as u64 > most {
                            return Err(failed(format!("it has more than {most} bytes")));
                        }
                    }
                    return Ok(bytes);
                }
                (code, _) => return Err(failed(format!("the server answered {code}"))),
            }
        }
        Err(failed(format!("more than {REDIRECTS} redirects")))
    }
}

/// Whether a download is protected against changes: the hashes of a release come from the same server.
fn is_allowed(url: &str) -> bool {
    let host = |rest: &str| rest.split(['/', ':', '?']).next().unwrap_or_default().to_owned();
    url.starts_with("https://")
        || url.strip_prefix("http://").is_some_and(|rest| ["127.0.0.1", "localhost"].contains(&host(rest).as_str()))
}

/// The address that a redirect names: a whole one, or a path of the same server.
fn joined(from: &str, location: &str) -> String {
    if location.contains("://") {
        return location.to_owned();
    }
    let host_from = from.find("://").map_or(0, |at| at + 3);
    let path_from = from[host_from..].find('/').map_or(from.len(), |at| host_from + at);
    if location.starts_with('/') {
        return format!("{}{location}", &from[..path_from]);
    }
    let path = from.split(['?', '#']).next().unwrap_or(from);
    let folder = path.rfind('/').filter(|at| *at >= path_from).map_or(from.len(), |at| at + 1);
    format!("{}{location}", &from[..folder])
}

#[cfg(test)]
mod tests {
    use super::{is_allowed, joined};

    #[test]
    fn only_https_and_this_machine_are_allowed() {
        for url in ["https://example.com/a", "http://127.0.0.1:8080/a", "http://localhost/a"] {
            assert!(is_allowed(url), "{url}");
        }
        for url in [
            "http://example.com/a",
            "http://127.0.0.1.example.com/a",
            "ftp://localhost/a",
            "http://localhost@example.com/a",
        ] {
            assert!(!is_allowed(url), "{url}");
        }
    }

    #[test]
    fn redirects_may_be_relative() {
        assert_eq!(joined("https://a.example/x/y?z", "https://b.example/"), "https://b.example/");
        assert_eq!(joined("https://a.example/x/y?z", "/w"), "https://a.example/w");
        assert_eq!(joined("https://a.example/x/y?z=/", "w"), "https://a.example/x/w");
    }
}
