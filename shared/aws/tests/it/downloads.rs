//! Downloads: redirects, limits and errors.

use tunedrop_aws::Downloads;

use crate::support::{self, Reply, Request};

/// The address of a server with a file, redirects to it, and an endless one.
async fn server() -> String {
    let config = support::server(|request: Request| {
        let reply = match request.target.as_str() {
            "/release/file" => Reply::ok("content"),
            "/latest/file" => Reply::new("302 Found", "").with("location", "/release/file"),
            "/endless" => Reply::new("302 Found", "").with("location", "/endless"),
            "/plain" => Reply::new("302 Found", "").with("location", "http://example.com/file"),
            "/interrupted" => Reply::ok("content").breaking_off(),
            _ => Reply::new("404 Not Found", "no"),
        };
        async move { reply }
    });
    config.await.endpoint_url().expect("its address").to_owned()
}

#[tokio::test]
async fn a_redirect_leads_to_the_file() {
    let (server, downloads) = (server().await, Downloads::default());
    assert_eq!(downloads.get(&format!("{server}/release/file"), 7).await.expect("a file"), b"content");
    assert_eq!(downloads.get(&format!("{server}/latest/file"), 7).await.expect("a file"), b"content");
}

#[tokio::test]
async fn what_is_not_the_file_is_an_error() {
    let (server, downloads) = (server().await, Downloads::default());
    for (path, most, why) in [
        ("/release/file", 6, "it has more than 6 bytes"),
        ("/missing", 7, "the server answered 404"),
        ("/endless", 7, "more than 5 redirects"),
        ("/plain", 7, "http://example.com/file is neither https nor on this machine"),
        ("/interrupted", 7, ""),
    ] {
        let failure = downloads.get(&format!("{server}{path}"), most).await.expect_err(path);
        assert!(failure.to_string().contains(why), "{path}: {failure}");
    }
}
