//! Copies inside S3, of exactly the version that was validated.

use std::collections::VecDeque;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, TaggingDirective};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::task::JoinHandle;

use super::{Object, Objects, archived, changed};
use crate::Failure;

/// CopyObject copies objects of up to 5 GB (S3 user guide, "Copying objects"), but answers only when it is done. In
/// parts, each call ends well within its timeout.
const COPY_MAX: u64 = 256 << 20;
const PART: u64 = 256 << 20;

/// Characters of a key that aren't encoded: RFC 3986's unreserved characters, and slashes.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Parts that S3 copies at a time. The bytes stay in S3, so only S3's own speed matters.
const AT_A_TIME: usize = 4;

/// The result of copying a part.
#[expect(clippy::large_enum_variant, reason = "a few at a time, and taken apart at once")]
enum Part {
    Copied(CompletedPart),
    /// Another version is there now, or it was archived.
    Changed,
}

impl Objects {
    /// Copies exactly the version `from` inside S3. False if another version is there now, or if it was archived since
    /// it was read. Reading it again shows which.
    pub async fn copy(&self, from: &Object, to: &str) -> Result<bool, Failure> {
        if from.size > COPY_MAX {
            return self.copy_in_parts(from, to).await;
        }
        let request = self
            .client
            .copy_object()
            .bucket(&self.bucket)
            .key(to)
            .copy_source(self.source(&from.key))
            .copy_source_if_match(&from.etag)
            // Copying tags too would need more permissions, and nothing here reads them.
            .tagging_directive(TaggingDirective::Replace);
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if changed(error.code()) || archived(error.code()) => Ok(false),
            Err(error) => Err(Failure::new(format!("s3:CopyObject {}", from.key), &error)),
        }
    }

    async fn copy_in_parts(&self, from: &Object, to: &str) -> Result<bool, Failure> {
        let fail = |error: &dyn std::error::Error| Failure::new(format!("s3:UploadPartCopy {}", from.key), error);
        let upload = self.client.create_multipart_upload().bucket(&self.bucket).key(to).send().await;
        let upload = upload.map_err(|error| fail(&error))?;
        let id = upload.upload_id().unwrap_or_default();
        let copy = PartCopy {
            client: self.client.clone(),
            bucket: self.bucket.clone(),
            source: self.source(&from.key),
            from: from.clone(),
            to: to.to_owned(),
            upload: id.to_owned(),
        };
        let parts = match copy.all().await {
            Ok(Some(parts)) => parts,
            stopped => {
                // Parts that are left over would be billed. The bucket's lifecycle rule deletes them if this fails.
                let abort = self.client.abort_multipart_upload().bucket(&self.bucket).key(to).upload_id(id);
                let _ = abort.send().await;
                return stopped.map(|_| false);
            }
        };
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let complete = self.client.complete_multipart_upload().bucket(&self.bucket).key(to).upload_id(id);
        complete.multipart_upload(parts).send().await.map_err(|error| fail(&error))?;
        Ok(true)
    }

    /// Returns the value of `x-amz-copy-source`, which must be percent-encoded.
    fn source(&self, key: &str) -> String {
        format!("{}/{}", self.bucket, utf8_percent_encode(key, KEPT))
    }
}

/// A copy in parts.
#[derive(Clone)]
struct PartCopy {
    client: Client,
    bucket: String,
    source: String,
    from: Object,
    to: String,
    upload: String,
}

impl PartCopy {
    /// Copies all parts, in order. `None` if the object changed in the meantime.
    ///
    /// After a part fails, no other is started, and those in progress are awaited: a part that ends after the upload
    /// was aborted would stay, and would be billed (S3 API reference, AbortMultipartUpload).
    async fn all(&self) -> Result<Option<Vec<CompletedPart>>, Failure> {
        let (mut parts, mut failed, mut has_changed) = (Vec::new(), None, false);
        let mut coming: VecDeque<JoinHandle<Result<Part, Failure>>> = VecDeque::new();
        let (mut start, mut number) = (0, 1);
        loop {
            let goes_on = failed.is_none() && !has_changed;
            while goes_on && coming.len() < AT_A_TIME && start < self.from.size {
                let end = (start + PART).min(self.from.size);
                let copy = self.clone();
                coming.push_back(tokio::spawn(async move { copy.part(number, start, end - 1).await }));
                (start, number) = (end, number + 1);
            }
            let Some(next) = coming.pop_front() else { break };
            match next.await {
                Ok(Ok(Part::Copied(part))) => parts.push(part),
                Ok(Ok(Part::Changed)) => has_changed = true,
                Ok(Err(failure)) => failed = failed.or(Some(failure)),
                Err(error) => failed = failed.or_else(|| Some(self.failure(&error))),
            }
        }
        match failed {
            // Whatever else failed, the object is a different one now.
            _ if has_changed => Ok(None),
            Some(failure) => Err(failure),
            None => Ok(Some(parts)),
        }
    }

    /// Copies bytes `first` to `last`.
    async fn part(&self, number: i32, first: u64, last: u64) -> Result<Part, Failure> {
        let part = self.client.upload_part_copy().bucket(&self.bucket).key(&self.to).upload_id(&self.upload);
        let part = part
            .part_number(number)
            .copy_source(&self.source)
            .copy_source_if_match(&self.from.etag)
            .copy_source_range(format!("bytes={first}-{last}"));
        match part.send().await {
            Ok(answer) => {
                // S3 may answer 200, and then fail while it copies (API reference, UploadPartCopy).
                let Some(etag) = answer.copy_part_result.and_then(|result| result.e_tag) else {
                    let call = format!("s3:UploadPartCopy {}", self.from.key);
                    return Err(Failure { call, cause: "the answer names no part".to_owned(), words: None });
                };
                Ok(Part::Copied(CompletedPart::builder().part_number(number).e_tag(etag).build()))
            }
            Err(error) if changed(error.code()) || archived(error.code()) => Ok(Part::Changed),
            Err(error) => Err(self.failure(&error)),
        }
    }

    fn failure(&self, error: &dyn std::error::Error) -> Failure {
        Failure::new(format!("s3:UploadPartCopy {}", self.from.key), error)
    }
}
