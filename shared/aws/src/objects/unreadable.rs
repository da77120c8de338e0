//! Objects that exist but can't be read: archived, or encrypted with a key that the stack doesn't have.
//!
//! The uploader can fix that, and is notified. A problem of the stack's own role or key looks similar, but the operator
//! must fix it. S3's answer alone doesn't always distinguish them: without kms:Decrypt on the object's key it may be
//! only "Access Denied" (boto/boto3 issue 2952), as without s3:GetObject. HeadObject shows the difference: it needs
//! s3:GetObject too, needs no key for an object with SSE-KMS (API reference, HeadObject), and returns the key.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use tunedrop_run::Unreadable;

/// Returns what a denied read of `key` shows. `None` if the object isn't the cause.
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
    // Both are ARNs. An id without the ARN would be the end of one.
    let is_own = own_key.is_some_and(|own| own == its || own.ends_with(&format!("/{its}")));
    (!is_own).then_some(Unreadable::ForeignKey)
}

/// Returns the cause that S3's answer shows (API reference, GetObject and CopyObject; "List of error codes" has
/// InvalidObjectState; KMS's own errors have `KMS.` before their names).
pub(super) fn of(code: &str, message: &str) -> Option<Unreadable> {
    match code {
        "InvalidObjectState" | "ObjectNotInActiveTierError" => Some(Unreadable::Archived),
        // The code has many causes. S3 returns it for a plain GetObject only if SSE-C's headers are missing.
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
