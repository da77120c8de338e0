//! Copies in parts, against a slow server that fails in each way that could leave parts in the bucket.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tunedrop_aws::{Failure, Object, Objects};

use crate::support::{self, Reply, Request};

const PART: u64 = 256 << 20;
/// How long the server copies one part.
const TAKES: Duration = Duration::from_millis(100);

/// How the server behaves.
#[derive(Clone, Copy, PartialEq)]
enum Server {
    Right,
    /// Another version is there from the sixth part on.
    Changes,
    /// The sixth part fails on every attempt.
    Fails,
}

/// What the server saw.
#[derive(Debug, Default)]
struct Seen {
    /// Parts in progress, and the most there were at a time.
    open: usize,
    most_open: usize,
    /// Number and range of each part.
    parts: Vec<(u32, String)>,
    copied: Vec<u32>,
    completed: Option<String>,
    aborted: bool,
    open_at_abort: usize,
    /// Parts that were started after the upload was aborted.
    late: usize,
    single: usize,
}

async fn answer(request: Request, server: Server, seen: Arc<Mutex<Seen>>) -> Reply {
    match (request.method.as_str(), request.query("partNumber")) {
        ("POST", _) if request.query("uploads").is_some() => {
            Reply::ok("<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
        }
        ("POST", _) => {
            seen.lock().expect("no test panicked").completed = Some(request.body);
            Reply::ok("<CompleteMultipartUploadResult/>")
        }
        ("DELETE", _) => {
            let mut seen = seen.lock().expect("no test panicked");
            (seen.aborted, seen.open_at_abort) = (true, seen.open);
            Reply::new("204 No Content", "")
        }
        (_, Some(number)) => {
            let number: u32 = number.parse().expect("a number");
            assert_eq!(request.header("x-amz-copy-source-if-match"), Some("\"v1\""), "each part is pinned");
            {
                let mut seen = seen.lock().expect("no test panicked");
                seen.open += 1;
                seen.most_open = seen.most_open.max(seen.open);
                seen.late += usize::from(seen.aborted);
                let range = request.header("x-amz-copy-source-range").expect("a range");
                seen.parts.push((number, range.to_owned()));
            }
            tokio::time::sleep(TAKES).await;
            let mut seen = seen.lock().expect("no test panicked");
            seen.open -= 1;
            match server {
                Server::Changes if number >= 6 => Reply::error("412 Precondition Failed", "PreconditionFailed", "no"),
                Server::Fails if number == 6 => Reply::error("403 Forbidden", "AccessDenied", "no"),
                _ => {
                    seen.copied.push(number);
                    Reply::ok(format!("<CopyPartResult><ETag>\"p{number}\"</ETag></CopyPartResult>"))
                }
            }
        }
        _ => {
            assert_eq!(request.header("x-amz-copy-source-if-match"), Some("\"v1\""), "the copy is pinned");
            seen.lock().expect("no test panicked").single += 1;
            Reply::ok("<CopyObjectResult><ETag>\"c\"</ETag></CopyObjectResult>")
        }
    }
}

/// Copies an object of this size. Returns the result, what the server saw, and the duration.
async fn copy(size: u64, server: Server) -> (Result<bool, Failure>, Seen, Duration) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let noted = Arc::clone(&seen);
    let config = support::server(move |request| answer(request, server, Arc::clone(&noted))).await;
    let objects = Objects::new(&config, "bucket".to_owned());
    let from = Object { key: "datasets/d/train.jsonl".to_owned(), etag: "\"v1\"".to_owned(), size, modified_ms: 0 };
    let begin = Instant::now();
    let outcome = objects.copy(&from, "runs/d-1/data/train.jsonl").await;
    let took = begin.elapsed();
    let seen = std::mem::take(&mut *seen.lock().expect("no test panicked"));
    (outcome, seen, took)
}

/// The training file of Claude 3 Haiku at its documented maximum.
#[tokio::test]
async fn four_parts_are_copied_at_a_time() {
    let (outcome, mut seen, took) = copy(40 * PART, Server::Right).await;
    assert!(outcome.expect("copied"));
    assert_eq!((seen.most_open, seen.copied.len(), seen.aborted), (4, 40, false));
    // Ten rounds of four parts. One part after the other would be forty rounds.
    assert!(took >= TAKES * 10 && took < TAKES * 40, "{took:?}");
    seen.parts.sort();
    for (at, (number, range)) in seen.parts.iter().enumerate() {
        let first = at as u64 * PART;
        assert_eq!(
            (*number as usize, range.as_str()),
            (at + 1, format!("bytes={first}-{}", first + PART - 1).as_str())
        );
    }
    let completed = seen.completed.expect("completed");
    let place = |number: usize| completed.find(&format!("<PartNumber>{number}</PartNumber>")).expect("named");
    assert!((2..=40).all(|number| place(number - 1) < place(number)), "the parts are named in order");
}

#[tokio::test]
async fn the_last_part_is_what_is_left() {
    let (outcome, seen, _) = copy(PART + 1, Server::Right).await;
    assert!(outcome.expect("copied"));
    assert!(seen.parts.contains(&(2, format!("bytes={PART}-{PART}"))), "{seen:?}");
}

#[tokio::test]
async fn a_small_object_is_copied_at_once() {
    let (outcome, seen, _) = copy(PART, Server::Right).await;
    assert!(outcome.expect("copied"));
    assert_eq!((seen.single, seen.parts.len()), (1, 0));
}

#[tokio::test]
async fn an_object_that_changed_is_not_copied() {
    let (outcome, seen, _) = copy(40 * PART, Server::Changes).await;
    assert!(!outcome.expect("answered"));
    assert!(seen.aborted && seen.completed.is_none(), "{seen:?}");
    assert!(seen.parts.len() < 14, "parts were begun after one had failed: {seen:?}");
}

/// A part that is copied after the upload is aborted would stay in the bucket, and be billed.
#[tokio::test]
async fn a_copy_that_fails_leaves_nothing_behind() {
    let (outcome, seen, _) = copy(40 * PART, Server::Fails).await;
    assert!(outcome.expect_err("failed").to_string().contains("s3:UploadPartCopy"));
    assert!(seen.aborted && seen.completed.is_none(), "{seen:?}");
    assert_eq!((seen.open_at_abort, seen.late), (0, 0), "{seen:?}");
}
