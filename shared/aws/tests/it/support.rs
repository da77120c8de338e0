//! A local server that replaces AWS.

use std::sync::Arc;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request, as the server read it.
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    head: String,
    pub(crate) body: String,
}

impl Request {
    async fn read(stream: &mut TcpStream) -> Option<Request> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut words = head.split_whitespace().map(str::to_owned);
        let (method, target) = (words.next()?, words.next()?);
        let mut request = Request { method, target, head, body: String::new() };
        let mut body = vec![0; request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)];
        stream.read_exact(&mut body).await.ok()?;
        request.body = String::from_utf8_lossy(&body).into_owned();
        Some(request)
    }

    /// A header's value; `name` is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(':'));
        headers.into_iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// A parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.into_iter().find(|(parameter, _)| *parameter == name).map(|(_, value)| value)
    }
}

/// The server's answer.
pub(crate) struct Reply {
    status: &'static str,
    headers: String,
    body: Vec<u8>,
    breaks_off: bool,
}

impl Reply {
    pub(crate) fn new(status: &'static str, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status, headers: String::new(), body: body.into(), breaks_off: false }
    }

    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Reply {
        Reply::new("200 OK", body)
    }

    /// An error of S3's.
    pub(crate) fn error(status: &'static str, code: &str, message: &str) -> Reply {
        Reply::new(status, format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Reply {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// The connection is closed after half of the body.
    pub(crate) fn breaking_off(self) -> Reply {
        Reply { breaks_off: true, ..self }
    }

    async fn write(&self, stream: &mut TcpStream) -> Option<()> {
        let (status, headers, length) = (self.status, &self.headers, self.body.len());
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n");
        let sent = if self.breaks_off { length / 2 } else { length };
        stream.write_all(&[head.as_bytes(), &self.body[..sent]].concat()).await.ok()?;
        (!self.breaks_off).then_some(())
    }
}

/// Starts a server that runs for the whole test and gives these answers. Returns a client's settings, without retries.
pub(crate) async fn server<F>(answer: impl Fn(Request) -> F + Send + Sync + 'static) -> SdkConfig
where
    F: Future<Output = Reply> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                while let Some(request) = Request::read(&mut stream).await {
                    answer(request).await.write(&mut stream).await?;
                }
                Some(())
            });
        }
    });
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::disabled())
        .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys("id", "key", None)))
        .build()
}
