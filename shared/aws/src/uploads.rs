//! Uploads files over any connection: a request may take any time, as long as it makes progress.
//!
//! Each body and each part has a CRC32, which S3 checks before it stores the bytes. Large files are uploaded in parts,
//! several at a time. An object appears when it is complete, and not before.

mod transfer;

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use tokio::task::JoinSet;

use crate::Failure;
pub use transfer::Sent;
use transfer::{SILENCE, Transfer};

/// Bytes of a part, and the most that is sent in one request. At 1 Mbit/s it takes about a minute.
pub const UPLOAD_PART: u64 = 8 << 20;

/// The maximum number of parts of an upload (S3 user guide, "Amazon S3 multipart upload limits").
const PARTS_MAX: u64 = 10_000;

/// Parts in progress at a time. Their bytes are what an upload keeps in memory.
const AT_A_TIME: usize = 3;

/// Pauses before a failed request is repeated, after the SDK's own attempts. A network outage of less than a minute
/// interrupts nothing.
const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(30)];

/// Bytes of each part of a file of `bytes`. Only the last part has fewer.
pub fn part_size(bytes: u64) -> u64 {
    UPLOAD_PART.max(bytes.div_ceil(PARTS_MAX))
}

/// Where files are uploaded to.
#[derive(Debug, Clone)]
pub struct Uploads {
    client: Client,
    bucket: String,
}

impl Uploads {
    /// Creates an uploader. `config` is the one for uploads: [`Configs::uploads`](crate::Configs::uploads).
    pub fn new(config: &SdkConfig, bucket: String) -> Uploads {
        Uploads { client: Client::new(config), bucket }
    }

    /// Writes `key` in one request.
    pub async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str, sent: &Sent) -> Result<(), Failure> {
        let (bytes, checksum) = checked(bytes);
        let transfer = Transfer::new(sent);
        let request = || {
            let request = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
            request.checksum_crc32(&checksum).body(body(&bytes, &transfer)).send()
        };
        answered(&transfer, &format!("s3:PutObject {key}"), request).await?;
        Ok(())
    }

    /// Deletes `key`. A bucket with versions keeps what was there.
    pub async fn delete(&self, key: &str) -> Result<(), Failure> {
        let deleted = self.client.delete_object().bucket(&self.bucket).key(key).send().await;
        deleted.map(drop).map_err(|error| Failure::new(format!("s3:DeleteObject {key}"), &error))
    }

    /// Begins an upload of `key` in parts.
    pub async fn begin(&self, key: &str, content_type: &str) -> Result<Upload, Failure> {
        let request = || {
            let request = self.client.create_multipart_upload().bucket(&self.bucket).key(key);
            // The checksums of the parts are of the type that is named here, and the completion lists them: "present if
            // the multipart upload request was created with the CRC32 checksum algorithm".
            // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompletedPart.html
            let request = request.checksum_algorithm(ChecksumAlgorithm::Crc32).checksum_type(ChecksumType::Composite);
            request.content_type(content_type).send()
        };
        let call = format!("s3:CreateMultipartUpload {key}");
        let answer = answered(&Transfer::new(&Sent::default()), &call, request).await?;
        let id = answer.upload_id.unwrap_or_default();
        let target = Target { uploads: self.clone(), key: key.to_owned(), id };
        Ok(Upload { target: Arc::new(target), begun: 0, tasks: JoinSet::new(), parts: Vec::new() })
    }
}

/// An upload in parts.
#[derive(Debug)]
pub struct Upload {
    target: Arc<Target>,
    begun: i32,
    tasks: JoinSet<Result<CompletedPart, Failure>>,
    parts: Vec<CompletedPart>,
}

#[derive(Debug)]
struct Target {
    uploads: Uploads,
    key: String,
    id: String,
}

impl Upload {
    /// Starts to send the next part, once fewer than three others are in progress. An error may be that of an earlier
    /// part.
    pub async fn part(&mut self, bytes: Vec<u8>, sent: &Sent) -> Result<(), Failure> {
        while self.tasks.len() >= AT_A_TIME {
            self.one_done().await?;
        }
        self.begun += 1;
        let (target, number, sent) = (self.target.clone(), self.begun, sent.clone());
        self.tasks.spawn(async move { target.part(number, bytes, &sent).await });
        Ok(())
    }

    /// Waits for the parts. Then the object appears.
    pub async fn finish(&mut self) -> Result<(), Failure> {
        while !self.tasks.is_empty() {
            self.one_done().await?;
        }
        self.parts.sort_by_key(CompletedPart::part_number);
        let Target { uploads, key, id } = &*self.target;
        let request = || {
            let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts.clone())).build();
            let request = uploads.client.complete_multipart_upload().bucket(&uploads.bucket).key(key);
            request.upload_id(id).checksum_type(ChecksumType::Composite).multipart_upload(parts).send()
        };
        let call = format!("s3:CompleteMultipartUpload {key}");
        answered(&Transfer::new(&Sent::default()), &call, request).await?;
        Ok(())
    }

    /// Cancels what is in progress, and deletes what was sent. Otherwise its parts would be billed until the bucket's
    /// lifecycle rule deletes them.
    pub async fn abort(mut self) -> Result<(), Failure> {
        self.tasks.shutdown().await;
        let Target { uploads, key, id } = &*self.target;
        let request = || uploads.client.abort_multipart_upload().bucket(&uploads.bucket).key(key).upload_id(id).send();
        // Not repeated for a minute, because somebody who pressed Ctrl-C is waiting.
        request().await.map_err(|error| Failure::new(format!("s3:AbortMultipartUpload {key}"), &error))?;
        Ok(())
    }

    async fn one_done(&mut self) -> Result<(), Failure> {
        let Some(done) = self.tasks.join_next().await else { return Ok(()) };
        let done = done.map_err(|error| Failure::new(format!("s3:UploadPart {}", self.target.key), &error))?;
        self.parts.push(done?);
        Ok(())
    }
}

impl Target {
    async fn part(&self, number: i32, bytes: Vec<u8>, sent: &Sent) -> Result<CompletedPart, Failure> {
        let (bytes, checksum) = checked(bytes);
        let transfer = Transfer::new(sent);
        let Target { uploads, key, id } = self;
        let request = || {
            let request = uploads.client.upload_part().bucket(&uploads.bucket).key(key).upload_id(id);
            request.part_number(number).checksum_crc32(&checksum).body(body(&bytes, &transfer)).send()
        };
        let answer = answered(&transfer, &format!("s3:UploadPart {key}, part {number}"), request).await?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(answer.e_tag);
        Ok(part.checksum_crc32(checksum).build())
    }
}

/// Bytes, and their CRC32 in S3's form: in Base64, the most significant byte first.
fn checked(bytes: Vec<u8>) -> (Bytes, String) {
    let checksum = aws_smithy_types::base64::encode(crc32fast::hash(&bytes).to_be_bytes());
    (Bytes::from(bytes), checksum)
}

fn body(bytes: &Bytes, transfer: &Arc<Transfer>) -> ByteStream {
    ByteStream::new(transfer::body(bytes.clone(), transfer.clone()))
}

/// Sends a request until it is answered, or fails in a way that another attempt can't change.
async fn answered<T, E, F>(transfer: &Transfer, call: &str, request: impl Fn() -> F) -> Result<T, Failure>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    F: Future<Output = Result<T, SdkError<E>>>,
{
    let mut pauses = PAUSES.into_iter();
    loop {
        transfer.moves();
        let failure = tokio::select! {
            answer = request() => match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    let failure = Failure::new(call, &error);
                    if !passes(&error) {
                        return Err(failure);
                    }
                    failure
                }
            },
            () = transfer.silence() => Failure {
                call: call.to_owned(),
                cause: format!("timed out: nothing could be sent, and no answer came, for {} s", SILENCE.as_secs()),
                words: None,
            },
        };
        let Some(pause) = pauses.next() else { return Err(failure) };
        tokio::time::sleep(pause).await;
    }
}

/// Whether the same request may succeed later. S3 answers `RequestTimeout` if a body stops arriving.
fn passes<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        _ => matches!(error.code(), Some("InternalError" | "RequestTimeout" | "ServiceUnavailable" | "SlowDown")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_size_keeps_within_ten_thousand_parts() {
        assert_eq!(part_size(UPLOAD_PART + 1), UPLOAD_PART);
        assert_eq!(part_size(PARTS_MAX * UPLOAD_PART), UPLOAD_PART);
        let (huge, size) = (1 << 40, part_size(1 << 40));
        assert!(size > UPLOAD_PART && huge / size < PARTS_MAX && huge.div_ceil(size) <= PARTS_MAX);
    }

    /// The check value of CRC-32/ISO-HDLC for "123456789" is cbf43926.
    #[test]
    fn checksum_is_as_s3_has_it() {
        assert_eq!(checked(b"123456789".to_vec()).1, "y/Q5Jg==");
    }
}
