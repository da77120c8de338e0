//! Objects in the stack's bucket. Every read and copy is pinned to a version.

mod copy;
mod probe;
mod ranges;
mod unreadable;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use tunedrop_run::Unreadable;

use crate::Failure;
pub use probe::{Probe, Probes};
pub use ranges::{Piece, Ranges};

/// The current version of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The key.
    pub key: String,
    /// The ETag, with quotation marks, as S3 returns it.
    pub etag: String,
    /// Size in bytes.
    pub size: u64,
    /// Last modification, in milliseconds since 1970; S3 has whole seconds.
    pub modified_ms: i64,
}

/// The first objects under a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Sorted by key.
    pub objects: Vec<Object>,
    /// Whether these are all objects.
    pub is_whole: bool,
}

/// The bytes of an object, in chunks as they arrive.
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

/// The result of reading a small object.
#[derive(Debug)]
pub enum Small {
    /// All of its bytes.
    Bytes(Vec<u8>),
    /// It was deleted, replaced by another version, or is larger than the limit.
    Changed,
    /// It exists, but can't be read.
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
    /// Create one per process.
    pub fn new(config: &SdkConfig, bucket: String) -> Objects {
        Objects { client: Client::new(config), bucket, own_key: None }
    }

    /// Sets the bucket's KMS key. An object that can't be decrypted with it is the operator's problem, not the uploader's.
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

    /// Returns the keys under `prefix`, in order, at most `most` of them.
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

    /// Returns the object at `key`, with a listing. For a missing key, HeadObject would answer "forbidden" unless the
    /// caller may list the whole bucket (S3 API reference, HeadObject), and the functions may list only some prefixes.
    pub async fn find(&self, key: &str) -> Result<Option<Object>, Failure> {
        // A key comes before all other keys that begin with it.
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

    /// Opens `key`; with `etag`, that version of it only. `None` if it is missing or another version is there now.
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

    /// Opens this version of `key`; `None` if it was deleted.
    pub async fn open_version(&self, key: &str, version: &str) -> Result<Option<Body>, Failure> {
        match self.client.get_object().bucket(&self.bucket).key(key).version_id(version).send().await {
            Ok(answer) => Ok(Some(Body { stream: answer.body, key: key.to_owned() })),
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "NoSuchVersion" | "NotFound")) => Ok(None),
            Err(error) => Err(Failure::new(format!("s3:GetObjectVersion {key}"), &error)),
        }
    }

    /// Reads a whole small object; `None` if it is missing, changed, or larger than `most` bytes.
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

    /// Like [`read`](Objects::read) of exactly this version, and returns why the object can't be read.
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

    /// Writes `key`. Writing the same bytes again has no effect on readers.
    pub async fn write(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<(), Failure> {
        let request =
            self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type).body(bytes.into());
        request.send().await.map_err(|error| Failure::new(format!("s3:PutObject {key}"), &error))?;
        Ok(())
    }
}

impl Objects {
    /// Writes `key`, unless there is an object. False if there is one, which may be this one: the SDK repeats a call whose
    /// answer is lost. (S3 user guide, "How to prevent object overwrites with conditional writes".)
    pub async fn write_new(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<bool, Failure> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        match request.if_none_match("*").body(bytes.into()).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(false),
            Err(error) => Err(Failure::new(format!("s3:PutObject {key}"), &error)),
        }
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
