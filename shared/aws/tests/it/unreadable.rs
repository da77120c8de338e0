//! Objects that S3 doesn't return, against a server that denies each with S3's errors. The text after S3's "Access
//! Denied" differs by account and policy, so only the code and HeadObject's answer are used.

use tunedrop_aws::{Failure, Object, Objects, Piece, Small};
use tunedrop_run::Unreadable;

use crate::support::{self, Reply, Request};

const OWN_KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/own";
const OTHER_KEY: &str = "arn:aws:kms:us-east-1:444455556666:key/other";

fn answer(request: &Request) -> Reply {
    let refused = |status, code: &str, message: &str| match request.method.as_str() {
        "HEAD" => Reply::new(status, ""),
        _ => Reply::error(status, code, message),
    };
    let encrypted = |key: &str| {
        Reply::ok("")
            .with("x-amz-server-side-encryption", "aws:kms")
            .with("x-amz-server-side-encryption-aws-kms-key-id", key)
    };
    let name = request.target.trim_start_matches("/bucket/").split('?').next().unwrap_or_default();
    match (request.method.as_str(), name) {
        (_, "archived") => {
            refused("403 Forbidden", "InvalidObjectState", "The operation is not valid for the object's storage class")
        }
        (_, "customer-key") => refused(
            "400 Bad Request",
            "InvalidRequest",
            "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
        ),
        ("HEAD", "other-key" | "disabled-key") => encrypted(OTHER_KEY),
        ("HEAD", "own-key" | "own-key-disabled") => encrypted(OWN_KEY),
        ("HEAD", "plain") => Reply::ok("").with("x-amz-server-side-encryption", "AES256"),
        (_, "disabled-key" | "own-key-disabled") => {
            refused("400 Bad Request", "KMS.DisabledException", &format!("{OTHER_KEY} is disabled."))
        }
        (_, "bad-request") => refused("400 Bad Request", "InvalidRequest", "Missing required header"),
        (_, "busy-key") => refused("400 Bad Request", "KMS.ThrottlingException", "Rate exceeded"),
        // `broken-role` too: neither GetObject nor HeadObject is allowed.
        _ => refused("403 Forbidden", "AccessDenied", "Access Denied"),
    }
}

/// Reads such an object in ranges and as a whole. The results must agree.
async fn read(key: &str) -> Result<Unreadable, Failure> {
    let config = support::server(|request| std::future::ready(answer(&request))).await;
    let objects = Objects::new(&config, "bucket".to_owned()).with_key(Some(OWN_KEY.to_owned()));
    let object = Object { key: key.to_owned(), etag: "\"v1\"".to_owned(), size: 10, modified_ms: 0 };
    let ranged = match objects.ranges(&object).next().await {
        Ok(Piece::Unreadable(why)) => Ok(why),
        Ok(other) => panic!("{key}: {other:?}"),
        Err(failure) => Err(failure),
    };
    let whole = match objects.small(&object, 100).await {
        Ok(Small::Unreadable(why)) => Ok(why),
        Ok(other) => panic!("{key}: {other:?}"),
        Err(failure) => Err(failure),
    };
    assert_eq!(ranged.as_ref().ok(), whole.as_ref().ok(), "{key}");
    ranged
}

#[tokio::test]
async fn distinguishes_an_archived_object_from_a_failure() {
    assert_eq!(read("archived").await.expect("answered"), Unreadable::Archived);
}

#[tokio::test]
async fn distinguishes_a_customer_provided_key_from_another_bad_request() {
    assert_eq!(read("customer-key").await.expect("answered"), Unreadable::CustomerKey);
    read("bad-request").await.expect_err("a fault of ours");
}

#[tokio::test]
async fn an_object_under_a_foreign_kms_key_is_its_uploaders_fault() {
    for key in ["other-key", "disabled-key"] {
        assert_eq!(read(key).await.expect("answered"), Unreadable::ForeignKey, "{key}");
    }
}

#[tokio::test]
async fn a_broken_role_or_the_stacks_own_key_is_not_the_uploaders_fault() {
    for key in ["broken-role", "own-key", "own-key-disabled", "plain", "busy-key"] {
        let failure = read(key).await.expect_err("the operator's");
        assert!(failure.call.starts_with("s3:GetObject"), "{key}: {failure}");
    }
}
