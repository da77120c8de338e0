//! What a deleted stack leaves: which requests delete it.

use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use tunedrop_aws::{Remains, Version};

use crate::support::{self, Reply, Request};

/// The requests that a server got: method, target and body.
type Asked = Arc<Mutex<Vec<(String, String, String)>>>;

async fn server(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (SdkConfig, Asked) {
    let asked = Asked::default();
    let log = Arc::clone(&asked);
    let config = support::server(move |request: Request| {
        let target = request.header("x-amz-target").unwrap_or(&request.target).to_owned();
        log.lock().expect("the log").push((request.method.clone(), target, request.body.clone()));
        let reply = answer(&request);
        async move { reply }
    });
    (config.await, asked)
}

/// API reference, ListObjectVersions and DeleteObjects.
#[tokio::test]
async fn versions_and_markers_are_deleted_by_id() {
    let page = "<ListVersionsResult><IsTruncated>true</IsTruncated>\
                <Version><Key>a b</Key><VersionId>1</VersionId></Version>\
                <DeleteMarker><Key>a b</Key><VersionId>2</VersionId></DeleteMarker></ListVersionsResult>";
    let (config, asked) = server(move |request| match request.method.as_str() {
        "GET" => Reply::ok(page),
        _ => Reply::ok("<DeleteResult/>"),
    })
    .await;
    assert_eq!(Remains::new(&config).delete_versions("b").await.expect("deleted"), 2);
    let asked = asked.lock().expect("the log").clone();
    assert!(asked[0].1.contains("versions") && asked[0].1.contains("max-keys=1000"), "{}", asked[0].1);
    let body = &asked[1].2;
    for part in
        ["<Key>a b</Key><VersionId>1</VersionId>", "<Key>a b</Key><VersionId>2</VersionId>", "<Quiet>true</Quiet>"]
    {
        assert!(body.contains(part), "{body}");
    }
}

#[tokio::test]
async fn an_empty_bucket_needs_no_deletion() {
    let (config, asked) = server(|_| Reply::ok("<ListVersionsResult/>")).await;
    assert_eq!(Remains::new(&config).delete_versions("b").await.expect("answered"), 0);
    assert_eq!(asked.lock().expect("the log").len(), 1);
}

/// S3 answers 200 when it deletes none of them.
#[tokio::test]
async fn a_version_that_stays_is_a_failure() {
    let (config, _) = server(|request| match request.method.as_str() {
        "GET" => Reply::ok(
            "<ListVersionsResult><Version><Key>a</Key><VersionId>1</VersionId></Version></ListVersionsResult>",
        ),
        _ => Reply::ok(
            "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>",
        ),
    })
    .await;
    let failure = Remains::new(&config).delete_versions("b").await.expect_err("it stays");
    assert_eq!(failure.to_string(), "s3:DeleteObjects b: AccessDenied: no");
}

/// API reference, UpdateTable and DeleteTable.
#[tokio::test]
async fn a_table_loses_its_protection_first() {
    let (config, asked) = server(|_| Reply::ok("{}").with("content-type", "application/x-amz-json-1.0")).await;
    Remains::new(&config).delete_table("t").await.expect("deleted");
    let asked = asked.lock().expect("the log").clone();
    assert!(
        asked[0].1.ends_with("UpdateTable") && asked[0].2.contains("\"DeletionProtectionEnabled\":false"),
        "{asked:?}"
    );
    assert!(asked[1].1.ends_with("DeleteTable") && asked[1].2.contains("\"TableName\":\"t\""), "{asked:?}");
}

#[tokio::test]
async fn missing_data_is_no_failure() {
    let (config, _) = server(|request| match request.method.as_str() {
        "HEAD" => Reply::new("404 Not Found", ""),
        _ => Reply::new(
            "400 Bad Request",
            "{\"__type\": \"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException\"}",
        )
        .with("content-type", "application/x-amz-json-1.0"),
    })
    .await;
    let remains = Remains::new(&config);
    assert!(!remains.has_bucket("b").await.expect("answered"));
    assert!(!remains.has_table("t").await.expect("answered"));
}

/// API reference, ListObjectVersions: the next page begins after both markers.
#[tokio::test]
async fn every_page_of_versions_is_listed_below_the_prefix() {
    let (config, asked) = server(|request| {
        assert_eq!(request.query("prefix"), Some("runs%2Fbot-1%2F"), "{}", request.target);
        Reply::ok(match request.query("key-marker") {
            None => {
                "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker>\
                 <NextVersionIdMarker>1</NextVersionIdMarker>\
                 <Version><Key>a</Key><VersionId>1</VersionId><Size>7</Size></Version></ListVersionsResult>"
            }
            Some(_) => {
                "<ListVersionsResult><IsTruncated>false</IsTruncated>\
                 <DeleteMarker><Key>b</Key><VersionId>2</VersionId></DeleteMarker></ListVersionsResult>"
            }
        })
    })
    .await;
    let versions = Remains::new(&config).versions("b", "runs/bot-1/").await.expect("versions");
    let found: Vec<_> = versions.iter().map(|one| (one.key.as_str(), one.id.as_str(), one.size)).collect();
    assert_eq!(found, [("a", "1", 7), ("b", "2", 0)]);
    assert!(asked.lock().expect("the log")[1].1.contains("version-id-marker=1"));
}

#[tokio::test]
async fn listed_versions_are_deleted_and_one_that_stays_is_a_failure() {
    let version =
        |n: usize| Version { key: format!("k{n}"), id: format!("v{n}"), size: 0, is_marker: false, is_latest: true };
    let versions: Vec<Version> = (0..1001).map(version).collect();
    let (config, asked) = server(|_| Reply::ok("<DeleteResult/>")).await;
    Remains::new(&config).delete("b", &versions, |_| ()).await.expect("deleted");
    let asked = asked.lock().expect("the log").clone();
    let counts: Vec<usize> = asked.iter().map(|(_, _, body)| body.matches("<VersionId>").count()).collect();
    assert_eq!(counts, [1000, 1]);
    let stays =
        "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>";
    let (config, _) = server(move |_| Reply::ok(stays)).await;
    assert!(Remains::new(&config).delete("b", &versions[..1], |_| ()).await.is_err());
}
