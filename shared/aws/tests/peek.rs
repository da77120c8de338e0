//! Looking at media, against a server that has some of them, and keeps others to itself.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tunedrop_aws::{Objects, Peek};
use tunedrop_run::MediaWanted;
use tunedrop_validation::catalogue::MediaLimits;
use tunedrop_validation::{MediumKind, MediumMet};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06";

/// The answer to a request for this path: status, headers, body. `bytes=0-63` is what is always asked for.
fn answer(head: &str) -> (&'static str, String, Vec<u8>) {
    let error =
        |status, code: &str| (status, String::new(), format!("<Error><Code>{code}</Code></Error>").into_bytes());
    let listing =
        |keys: &str| ("200 OK", String::new(), format!("<ListBucketResult>{keys}</ListBucketResult>").into_bytes());
    let part = |size: u64, body: &[u8]| {
        ("206 Partial Content", format!("content-range: bytes 0-63/{size}\r\n"), body.to_vec())
    };
    match head.split_whitespace().nth(1).unwrap_or_default() {
        path if path.contains("prefix=hidden") => listing("<Contents><Key>hidden</Key></Contents>"),
        path if path.contains("prefix=gone") => listing("<Contents><Key>gone-not-quite</Key></Contents>"),
        path if path.contains("prefix=") => error("403 Forbidden", "AccessDenied"),
        path if path.contains("/good") => part(1000, PNG),
        path if path.contains("/large") => part(20_000_000, PNG),
        path if path.contains("/text") => part(1000, b"hello"),
        path if path.contains("/empty") => error("416 Range Not Satisfiable", "InvalidRange"),
        path if path.contains("/missing") => error("404 Not Found", "NoSuchKey"),
        _ => error("403 Forbidden", "AccessDenied"),
    }
}

async fn serve(mut stream: TcpStream) -> Option<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8_lossy(&head).to_lowercase();
        assert!(
            head.contains("prefix=") || head.contains("range: bytes=0-63\r\n"),
            "no more than the head is asked for"
        );
        let (status, headers, body) = answer(&head);
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), &body].concat()).await.ok()?;
    }
}

/// What is seen at each of these keys.
async fn look_at(keys: &[String]) -> Vec<Peek> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
    let serving = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys("id", "key", None)))
        .build();
    let objects = Objects::new(&config, "bucket".to_owned());
    let medium = |key: &String| MediumMet {
        kind: MediumKind::Image,
        uri: format!("s3://bucket/{key}"),
        format: Some("png".to_owned()),
        line: 1,
        column: 1,
        pointer: String::new(),
    };
    let wanted = MediaWanted::new(keys.iter().map(medium).collect(), MediaLimits::default(), 0);
    let mut peeks = objects.peeks(wanted.looks());
    let mut seen = Vec::new();
    while let Some(peek) = peeks.next().await.expect("looked at") {
        seen.push(peek);
    }
    serving.abort();
    seen
}

#[tokio::test]
async fn each_object_is_seen_for_what_it_is() {
    let keys = ["good", "large", "text", "empty", "missing", "hidden", "gone", "secret"].map(str::to_owned);
    let there = |bytes, head: &[u8]| Peek::There { bytes, head: head.to_vec(), tail: Vec::new() };
    let expected = [
        there(1000, PNG),
        there(20_000_000, PNG),
        there(1000, b"hello"),
        there(0, b""),
        Peek::Missing,
        Peek::Unreadable,
        Peek::Missing,
        Peek::Unreadable,
    ];
    assert_eq!(look_at(&keys).await, expected);
}

#[tokio::test]
async fn more_objects_than_are_asked_for_at_a_time_come_in_order() {
    let is_missing = |at: usize| at % 50 == 7;
    let keys: Vec<String> =
        (0..200).map(|at| format!("{}/{at}", if is_missing(at) { "missing" } else { "good" })).collect();
    let seen = look_at(&keys).await;
    let missing: Vec<_> = (0..seen.len()).filter(|at| seen[*at] == Peek::Missing).collect();
    assert_eq!((seen.len(), missing), (200, vec![7, 57, 107, 157]));
}
