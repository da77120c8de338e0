//! Ranged reads against a server that answers rightly, and wrongly in each way that would mix bytes up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tunedrop_aws::{Failure, Object, Objects, Piece};

/// Two whole ranges and a piece.
const SIZE: usize = (16 << 20) + 12_345;

/// How the server behaves.
#[derive(Clone, Copy, PartialEq)]
enum Server {
    Right,
    IgnoresRange,
    ShiftsRange,
    /// The first answer of each connection breaks off in the middle.
    BreaksOnce,
    /// Another version lies there from the second range on.
    Changes,
}

fn byte(at: usize) -> u8 {
    (at * 31 + at / 4096) as u8
}

/// Answers requests on one connection.
async fn serve(mut stream: TcpStream, server: Server, asked: Arc<AtomicUsize>) -> Option<()> {
    let mut head = Vec::new();
    loop {
        head.clear();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let text = String::from_utf8_lossy(&head).to_lowercase();
        let (_, range) = text.split_once("range: bytes=")?;
        let (first, rest) = range.split_once('-')?;
        let first: usize = first.parse().ok()?;
        let last: usize = rest.split("\r\n").next()?.parse().ok()?;
        assert!(text.contains("if-match: \"v1\""), "each read is pinned");
        let nth = asked.fetch_add(1, Ordering::SeqCst);
        if server == Server::Changes && first > 0 {
            let body = "<Error><Code>PreconditionFailed</Code></Error>";
            let head = format!("HTTP/1.1 412 Precondition Failed\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(head.as_bytes()).await.ok()?;
            continue;
        }
        let (first, last) = if server == Server::ShiftsRange { (first + 1, last + 1) } else { (first, last) };
        let (status, range) = match server {
            Server::IgnoresRange => ("200 OK", String::new()),
            _ => ("206 Partial Content", format!("content-range: bytes {first}-{last}/{SIZE}\r\n")),
        };
        let body: Vec<u8> = (first..=last).map(byte).collect();
        let head = format!("HTTP/1.1 {status}\r\n{range}etag: \"v1\"\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await.ok()?;
        if server == Server::BreaksOnce && nth == 0 {
            stream.write_all(&body[..body.len() / 2]).await.ok()?;
            return None;
        }
        stream.write_all(&body).await.ok()?;
    }
}

/// Reads the object from such a server: its bytes, `None` where it changed; and how often the server was asked.
async fn read(server: Server) -> (Result<Option<Vec<u8>>, Failure>, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let serving = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, server, counter.clone()));
        }
    });
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys("id", "key", None)))
        .build();
    let objects = Objects::new(&config, "bucket".to_owned());
    let object = Object { key: "k".to_owned(), etag: "\"v1\"".to_owned(), size: SIZE as u64, modified_ms: 0 };
    let mut ranges = objects.ranges(&object);
    let mut bytes = Vec::new();
    let outcome = loop {
        match ranges.next().await {
            Ok(Piece::Bytes(more)) => bytes.extend(more),
            Ok(Piece::End) => break Ok(Some(bytes)),
            Ok(Piece::Changed) => break Ok(None),
            Ok(Piece::Unreadable(why)) => panic!("{why:?}"),
            Err(failure) => break Err(failure),
        }
    };
    serving.abort();
    (outcome, asked.load(Ordering::SeqCst))
}

fn whole() -> Vec<u8> {
    (0..SIZE).map(byte).collect()
}

#[tokio::test]
async fn ranges_come_in_order_and_whole() {
    let (outcome, asked) = read(Server::Right).await;
    assert!(outcome.expect("read") == Some(whole()));
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn an_answer_to_another_question_is_refused() {
    for server in [Server::IgnoresRange, Server::ShiftsRange] {
        let failure = read(server).await.0.expect_err("refused");
        assert!(failure.cause.starts_with("answered with"), "{failure}");
    }
}

#[tokio::test]
async fn a_range_that_breaks_off_is_read_again() {
    let (outcome, asked) = read(Server::BreaksOnce).await;
    assert!(outcome.expect("read") == Some(whole()));
    assert_eq!(asked, 4);
}

#[tokio::test]
async fn another_version_is_noticed() {
    assert_eq!(read(Server::Changes).await.0.expect("answered"), None);
}
