//! Ranged reads, against a server that answers correctly, or incorrectly in each way that would mix up bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tunedrop_aws::{Failure, Object, Objects, Piece};

use crate::support::{self, Reply, Request};

/// Two whole ranges and a piece.
const SIZE: usize = (16 << 20) + 12_345;

/// How the server behaves.
#[derive(Clone, Copy, PartialEq)]
enum Server {
    Right,
    IgnoresRange,
    ShiftsRange,
    /// The first answer of each connection ends in the middle.
    BreaksOnce,
    /// The object has another version from the second range on.
    Changes,
}

fn byte(at: usize) -> u8 {
    (at * 31 + at / 4096) as u8
}

fn answer(request: &Request, server: Server, asked: &AtomicUsize) -> Reply {
    let (first, last) =
        request.header("range").and_then(|range| range.strip_prefix("bytes=")?.split_once('-')).expect("a range");
    let (first, last): (usize, usize) = (first.parse().expect("a number"), last.parse().expect("a number"));
    assert_eq!(request.header("if-match"), Some("\"v1\""), "each read is pinned");
    let nth = asked.fetch_add(1, Ordering::SeqCst);
    if server == Server::Changes && first > 0 {
        return Reply::error("412 Precondition Failed", "PreconditionFailed", "");
    }
    let (first, last) = if server == Server::ShiftsRange { (first + 1, last + 1) } else { (first, last) };
    let body: Vec<u8> = (first..=last).map(byte).collect();
    let reply = match server {
        Server::IgnoresRange => Reply::ok(body),
        _ => Reply::new("206 Partial Content", body).with("content-range", &format!("bytes {first}-{last}/{SIZE}")),
    };
    let reply = reply.with("etag", "\"v1\"");
    if server == Server::BreaksOnce && nth == 0 { reply.breaking_off() } else { reply }
}

/// Reads the object from such a server. Returns its bytes, `None` if it changed, and the number of requests.
async fn read(server: Server) -> (Result<Option<Vec<u8>>, Failure>, usize) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let config = support::server(move |request| std::future::ready(answer(&request, server, &counter))).await;
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
