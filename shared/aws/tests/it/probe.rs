//! Probing media, against a server that has some objects and denies access to others.

use tunedrop_aws::{Objects, Probe};
use tunedrop_run::MediaWanted;
use tunedrop_validation::catalogue::MediaLimits;
use tunedrop_validation::{MediumKind, MediumMet};

use crate::support::{self, Reply, Request};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06";

/// The answer to a request. Every probe requests `bytes=0-63`.
fn answer(request: &Request) -> Reply {
    let listing = |keys: &str| Reply::ok(format!("<ListBucketResult>{keys}</ListBucketResult>"));
    let part = |size: u64, body: &[u8]| {
        Reply::new("206 Partial Content", body).with("content-range", &format!("bytes 0-63/{size}"))
    };
    match request.query("prefix") {
        Some("hidden") => return listing("<Contents><Key>hidden</Key></Contents>"),
        Some("gone") => return listing("<Contents><Key>gone-not-quite</Key></Contents>"),
        Some(_) => return Reply::error("403 Forbidden", "AccessDenied", ""),
        None => assert_eq!(request.header("range"), Some("bytes=0-63"), "no more than the head is asked for"),
    }
    match request.target.as_str() {
        path if path.contains("/good") => part(1000, PNG),
        path if path.contains("/large") => part(20_000_000, PNG),
        path if path.contains("/text") => part(1000, b"hello"),
        path if path.contains("/empty") => Reply::error("416 Range Not Satisfiable", "InvalidRange", ""),
        path if path.contains("/missing") => Reply::error("404 Not Found", "NoSuchKey", ""),
        _ => Reply::error("403 Forbidden", "AccessDenied", ""),
    }
}

/// Returns the result for each of these keys.
async fn look_at(keys: &[String]) -> Vec<Probe> {
    let config = support::server(|request| std::future::ready(answer(&request))).await;
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
    let mut probes = objects.probes(wanted.looks());
    let mut seen = Vec::new();
    while let Some(probe) = probes.next().await.expect("looked at") {
        seen.push(probe);
    }
    seen
}

#[tokio::test]
async fn each_object_is_seen_for_what_it_is() {
    let keys = ["good", "large", "text", "empty", "missing", "hidden", "gone", "secret"].map(str::to_owned);
    let there = |bytes, head: &[u8]| Probe::There { bytes, head: head.to_vec(), tail: Vec::new() };
    let expected = [
        there(1000, PNG),
        there(20_000_000, PNG),
        there(1000, b"hello"),
        there(0, b""),
        Probe::Missing,
        Probe::Unreadable,
        Probe::Missing,
        Probe::Unreadable,
    ];
    assert_eq!(look_at(&keys).await, expected);
}

#[tokio::test]
async fn more_objects_than_are_asked_for_at_a_time_come_in_order() {
    let is_missing = |at: usize| at % 50 == 7;
    let keys: Vec<String> =
        (0..200).map(|at| format!("{}/{at}", if is_missing(at) { "missing" } else { "good" })).collect();
    let seen = look_at(&keys).await;
    let missing: Vec<_> = (0..seen.len()).filter(|at| seen[*at] == Probe::Missing).collect();
    assert_eq!((seen.len(), missing), (200, vec![7, 57, 107, 157]));
}
