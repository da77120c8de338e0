//! Objects that are written once.

use std::sync::{Arc, Mutex};

use tunedrop_aws::Objects;

use crate::support::{self, Reply, Request};

/// The result of a write of `evaluations/a/1/x` to a server that answers so, and what it was asked.
async fn write(answer: impl Fn() -> Reply + Send + Sync + 'static) -> (Result<bool, String>, Vec<String>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let config = support::server(move |request: Request| {
        let condition = request.header("if-none-match").unwrap_or("none").to_owned();
        let line = format!("{} {} {condition}", request.method, request.target);
        log.lock().expect("the log").push(line);
        let reply = answer();
        async move { reply }
    });
    let objects = Objects::new(&config.await, "b".to_owned());
    let result = objects.write_new("evaluations/a/1/x", b"{}\n".to_vec(), "application/x-ndjson").await;
    let asked = asked.lock().expect("the log").clone();
    (result.map_err(|failure| failure.call), asked)
}

/// S3 API reference, PutObject: `If-None-Match: *`, and 412 Precondition Failed if there is an object.
#[tokio::test]
async fn existing_object_is_never_replaced() {
    let (result, asked) = write(|| Reply::ok("")).await;
    assert_eq!(result, Ok(true));
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("PUT /") && asked[0].ends_with(" *"), "{asked:?}");
    let exists = || Reply::error("412 Precondition Failed", "PreconditionFailed", "At least one did not hold");
    assert_eq!(write(exists).await.0, Ok(false));
}

#[tokio::test]
async fn other_errors_are_failures() {
    for (status, code) in [("409 Conflict", "ConditionalRequestConflict"), ("403 Forbidden", "AccessDenied")] {
        let (result, _) = write(move || Reply::error(status, code, "no")).await;
        assert_eq!(result, Err("s3:PutObject evaluations/a/1/x".to_owned()), "{code}");
    }
}
