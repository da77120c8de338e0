//! Objects that are there and can't be read: archived, or encrypted with a key that the stack doesn't have.
//!
//! The uploader can fix that, and is notified. A fault of the stack's own role or key looks much the same, and is the
//! operator's to fix. S3's answer alone doesn't always do that: without kms:Decrypt on the object's key it
//! may say "Access Denied" and no more (boto/boto3 issue 2952), as it does without s3:GetObject. HeadObject shows the difference: it
//! needs s3:GetObject too, needs no key for an object under SSE-KMS (API reference, HeadObject), and names the key.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use tunedrop_run::Unreadable;

/// What a refused read of `key` shows; `None` where the fault isn't the object's.
pub(super) async fn why(
    client: &Client,
    bucket: &str,
    key: &str,
    own_key: Option<&str>,
    error: &impl ProvideErrorMetadata,
) -> Option<Unreadable> {
    let kind = of(error.code().unwrap_or_default(), error.message().unwrap_or_default())?;
    if kind != Unreadable::ForeignKey {
        return Some(kind);
    }
    let head = client.head_object().bucket(bucket).key(key).send().await.ok()?;
    let its = head.ssekms_key_id()?;
    // An ARN each; an id alone would be the end of one.
    let is_own = own_key.is_some_and(|own| own == its || own.ends_with(&format!("/{its}")));
    (!is_own).then_some(Unreadable::ForeignKey)
}

/// What S3's answer points to (API reference, GetObject and CopyObject; "List of error codes" has InvalidObjectState;
/// KMS's own errors come with `KMS.` before their names).
pub(super) fn of(code: &str, message: &str) -> Option<Unreadable> {
    match code {
        "InvalidObjectState" | "ObjectNotInActiveTierError" => Some(Unreadable::Archived),
        // The code stands for many things; of a plain GetObject S3 says this only where SSE-C's headers are missing.
        "InvalidRequest" if message.to_lowercase().contains("server side encryption") => Some(Unreadable::CustomerKey),
        "AccessDenied" => Some(Unreadable::ForeignKey),
        "KMS.DisabledException"
        | "KMS.KMSInvalidStateException"
        | "KMS.InvalidStateException"
        | "KMS.NotFoundException"
        | "KMS.AccessDeniedException"
        | "KMS.KeyUnavailableException"
        | "KMS.InvalidKeyUsageException" => Some(Unreadable::ForeignKey),
        _ => None,
    }
}
