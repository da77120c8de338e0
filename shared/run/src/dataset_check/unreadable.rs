//! Files that exist but can't be read.

use tunedrop_validation::{Code, Finding};

/// Why a file can't be read, if its uploader can fix it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is in an archive tier, and must be restored first.
    Archived,
    /// It is encrypted with a key that the uploader supplied and that S3 doesn't keep (SSE-C).
    CustomerKey,
    /// It is encrypted with a KMS key other than the stack's, which the stack may not use or which is disabled.
    ForeignKey,
}

/// Returns the finding about such a file, whose name is relative to the dataset's folder.
pub(super) fn finding(name: &str, why: Unreadable) -> Finding {
    let (message, help) = match why {
        Unreadable::Archived => (
            "this file can't be read: it is archived in S3 Glacier, or in an archive tier",
            "upload it again in the storage class STANDARD; restoring it starts nothing",
        ),
        Unreadable::CustomerKey => (
            "this file can't be read: it is encrypted with a key that only the uploader has (SSE-C)",
            "upload it again without a key of your own: the bucket encrypts it",
        ),
        Unreadable::ForeignKey => (
            "this file can't be read: it is encrypted with a KMS key that the stack can't use",
            "upload it again without a key of your own: the bucket encrypts it",
        ),
    };
    Finding::of_file(Code::UnreadableObject, name, message.to_owned(), help.to_owned())
}
