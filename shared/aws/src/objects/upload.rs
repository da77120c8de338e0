//! Uploads of files, in parts, so that progress can be shown and nothing is half there.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::Objects;
use crate::Failure;

/// Bytes of a part. 10,000 of them are more than 300 GB (S3 user guide, "Multipart upload limits").
pub const UPLOAD_PART: usize = 32 << 20;

/// An upload under way; the object appears when it is finished, and not before.
#[derive(Debug)]
pub struct Upload<'o> {
    objects: &'o Objects,
    key: String,
    id: String,
    parts: Vec<CompletedPart>,
}

impl Objects {
    /// Begins an upload of `key`.
    pub async fn upload(&self, key: &str) -> Result<Upload<'_>, Failure> {
        let answer = self.client.create_multipart_upload().bucket(&self.bucket).key(key).send().await;
        let answer = answer.map_err(|error| Failure::new(format!("s3:CreateMultipartUpload {key}"), &error))?;
        let id = answer.upload_id.unwrap_or_default();
        Ok(Upload { objects: self, key: key.to_owned(), id, parts: Vec::new() })
    }
}

impl Upload<'_> {
    /// Adds the next [`UPLOAD_PART`] bytes; only the last part may have fewer.
    pub async fn part(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let request = self.objects.client.upload_part().bucket(&self.objects.bucket).key(&self.key);
        let request = request.upload_id(&self.id).part_number(number).body(ByteStream::from(bytes));
        let answer = request.send().await;
        let answer = answer.map_err(|error| Failure::new(format!("s3:UploadPart {}", self.key), &error))?;
        self.parts.push(CompletedPart::builder().part_number(number).set_e_tag(answer.e_tag).build());
        Ok(())
    }

    /// The object appears.
    pub async fn finish(self) -> Result<(), Failure> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts)).build();
        let request = self.objects.client.complete_multipart_upload().bucket(&self.objects.bucket).key(&self.key);
        let answer = request.upload_id(&self.id).multipart_upload(parts).send().await;
        answer.map_err(|error| Failure::new(format!("s3:CompleteMultipartUpload {}", self.key), &error))?;
        Ok(())
    }

    /// Forgets what was uploaded.
    pub async fn abort(self) -> Result<(), Failure> {
        let request = self.objects.client.abort_multipart_upload().bucket(&self.objects.bucket).key(&self.key);
        let answer = request.upload_id(&self.id).send().await;
        answer.map_err(|error| Failure::new(format!("s3:AbortMultipartUpload {}", self.key), &error))?;
        Ok(())
    }
}
