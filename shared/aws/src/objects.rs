//! Objects in the stack's bucket, every read and copy pinned to the version that was meant.

mod copy;
mod peek;
mod ranges;
mod unreadable;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use tunedrop_run::Unreadable;

use crate::Failure;
pub use peek::{Peek, Peeks};
pub use ranges::{Piece, Ranges};

/// An object as it lies there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The whole key.
    pub key: String,
    /// With its quotation marks, as S3 gives it.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// Milliseconds since 1970; S3 tells whole seconds.
    pub modified_ms: i64,
}

/// The first objects under a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// In the order of their keys.
    pub objects: Vec<Object>,
    /// Whether there are no more.
    pub is_whole: bool,
}

/// The bytes of an object, in the chunks in which they arrive.
#[derive(Debug)]
pub struct Body {
    stream: ByteStream,
    key: String,
}

impl Body {
    /// The next chunk; `None` at the end. The SDK has checked the length, and the checksum where S3 keeps one.
    pub async fn next(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, Failure> {
        self.stream.try_next().await.map_err(|error| Failure::new(format!("s3:GetObject {}", self.key), &error))
    }
}

/// What came of reading a small object.
#[derive(Debug)]
pub enum Small {
    /// All of its bytes.
    Bytes(Vec<u8>),
    /// It is gone, replaced by another version, or larger than was asked for.
    Changed,
    /// It is there, and can't be read.
    Unreadable(Unreadable),
}

/// The stack's bucket.
#[derive(Debug, Clone)]
pub struct Objects {
    client: Client,
    bucket: String,
    own_key: Option<String>,
}

impl Objects {
    /// One per process.
    pub fn new(config: &SdkConfig, bucket: String) -> Objects {
        Objects { client: Client::new(config), bucket, own_key: None }
    }

    /// With the bucket's own KMS key: what can't be decrypted with that one is the operator's fault, not an uploader's.
    pub fn with_key(self, own_key: Option<String>) -> Objects {
        Objects { own_key, ..self }
    }

    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The `s3://` address of `key`.
    pub fn address(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    /// The keys under `prefix`, in order, at most `most` of them.
    pub async fn keys(&self, prefix: &str, most: usize) -> Result<Vec<String>, Failure> {
        let call = || format!("s3:ListBucket {prefix}");
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Failure::new(call(), &error))?;
            keys.extend(page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key));
            if keys.len() >= most {
                keys.truncate(most);
                break;
            }
        }
        Ok(keys)
    }

    /// What lies at `key` now. Asked by a listing, not by HeadObject: that answers for a missing key with "forbidden"
    /// unless the whole bucket may be listed (S3 API reference, HeadObject), and ours may only under a prefix.
    pub async fn find(&self, key: &str) -> Result<Option<Object>, Failure> {
        // A key is the first of all that begin with it.
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(key).max_keys(1);
        let answer = request.send().await.map_err(|error| Failure::new(format!("s3:ListBucket {key}"), &error))?;
        Ok(answer.contents.unwrap_or_default().into_iter().filter_map(listed).find(|object| object.key == key))
    }

    /// The first objects under `prefix`, at most `most` of them, in one call.
    pub async fn listing(&self, prefix: &str, most: u16) -> Result<Listing, Failure> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).max_keys(most.into());
        let answer = request.send().await.map_err(|error| Failure::new(format!("s3:ListBucket {prefix}"), &error))?;
        let is_whole = !answer.is_truncated.unwrap_or_default();
        Ok(Listing { objects: answer.contents.unwrap_or_default().into_iter().filter_map(listed).collect(), is_whole })
    }

    /// Opens `key`; with `etag`, that version of it only. `None` where it is gone or another version lies there now.
    pub async fn open(&self, key: &str, etag: Option<&str>) -> Result<Option<Body>, Failure> {
        let request = self.client.get_object().bucket(&self.bucket).key(key).set_if_match(etag.map(str::to_owned));
        match request.send().await {
            Ok(answer) => Ok(Some(Body { stream: answer.body, key: key.to_owned() })),
            Err(error) => match error.as_service_error() {
                Some(GetObjectError::NoSuchKey(_)) => Ok(None),
                Some(other) if matches!(other.code(), Some("PreconditionFailed" | "NoSuchKey" | "NotFound")) => {
                    Ok(None)
                }
                _ => Err(Failure::new(format!("s3:GetObject {key}"), &error)),
            },
        }
    }

    /// Reads a small object whole; `None` where it is gone, changed, or larger than `most` bytes.
    pub async fn read(&self, key: &str, etag: Option<&str>, most: usize) -> Result<Option<Vec<u8>>, Failure> {
        let Some(mut body) = self.open(key, etag).await? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await? {
            bytes.extend_from_slice(chunk.as_ref());
            if bytes.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(bytes))
    }

    /// As [`read`](Objects::read) of exactly this version, and says why it can't be read where that is the object's fault.
    pub async fn small(&self, object: &Object, most: usize) -> Result<Small, Failure> {
        let request = self.client.get_object().bucket(&self.bucket).key(&object.key).if_match(&object.etag);
        let mut body = match request.send().await {
            Ok(answer) => Body { stream: answer.body, key: object.key.clone() },
            Err(error) if changed(error.code()) => return Ok(Small::Changed),
            Err(error) => {
                let own_key = self.own_key.as_deref();
                return match unreadable::why(&self.client, &self.bucket, &object.key, own_key, &error).await {
                    Some(why) => Ok(Small::Unreadable(why)),
                    None => Err(Failure::new(format!("s3:GetObject {}", object.key), &error)),
                };
            }
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await? {
            bytes.extend_from_slice(chunk.as_ref());
            if bytes.len() > most {
                return Ok(Small::Changed);
            }
        }
        Ok(Small::Bytes(bytes))
    }

    /// Writes `key`. Writing the same bytes again changes nothing that counts.
    pub async fn write(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<(), Failure> {
        let request =
            self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type).body(bytes.into());
        request.send().await.map_err(|error| Failure::new(format!("s3:PutObject {key}"), &error))?;
        Ok(())
    }
}

fn listed(object: aws_sdk_s3::types::Object) -> Option<Object> {
    Some(Object {
        key: object.key?,
        etag: object.e_tag.unwrap_or_default(),
        size: object.size.unwrap_or_default().max(0) as u64,
        modified_ms: object.last_modified.and_then(|time| time.to_millis().ok()).unwrap_or_default(),
    })
}

fn archived(code: Option<&str>) -> bool {
    unreadable::of(code.unwrap_or_default(), "") == Some(Unreadable::Archived)
}

fn changed(code: Option<&str>) -> bool {
    matches!(code, Some("PreconditionFailed" | "NoSuchKey" | "NotFound"))
}
