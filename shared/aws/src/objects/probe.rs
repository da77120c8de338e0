//! The size and the first bytes of many objects that needn't be read completely.

use std::collections::VecDeque;
use std::ops::Range;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use tokio::task::JoinHandle;
use tunedrop_run::MediumLook;

use super::{Objects, unreadable};
use crate::Failure;

/// How many objects are probed at a time. Their first bytes are all that is in memory.
const AT_A_TIME: usize = 32;

/// The result of probing an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// An object.
    There {
        /// Its size in bytes.
        bytes: u64,
        /// Its first bytes: as many as were requested, or all.
        head: Vec<u8>,
        /// More bytes that the probe requested. Empty if the object was replaced in the meantime.
        tail: Vec<u8>,
    },
    /// No object.
    Missing,
    /// The object can't be read, or S3 doesn't say whether it exists.
    Unreadable,
}

/// Probes objects, and returns the results in order.
#[derive(Debug)]
pub struct Probes<I> {
    client: Client,
    looks: I,
    coming: VecDeque<JoinHandle<Result<Probe, Failure>>>,
}

impl Objects {
    /// Probes each of these objects, in any bucket. The probe says which bytes it needs, and no others are read.
    pub fn probes<I: IntoIterator<Item = MediumLook>>(&self, looks: I) -> Probes<I::IntoIter> {
        Probes { client: self.client.clone(), looks: looks.into_iter(), coming: VecDeque::new() }
    }
}

impl<I: Iterator<Item = MediumLook>> Probes<I> {
    /// Returns the result for the next address. `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<Probe>, Failure> {
        while self.coming.len() < AT_A_TIME
            && let Some(look) = self.looks.next()
        {
            let client = self.client.clone();
            self.coming.push_back(tokio::spawn(async move { at(&client, &look).await }));
        }
        let Some(next) = self.coming.pop_front() else {
            return Ok(None);
        };
        let failed = |error| Failure::new("s3:GetObject of a medium".to_owned(), &error);
        Ok(Some(next.await.map_err(failed)??))
    }
}

impl<I> Drop for Probes<I> {
    fn drop(&mut self) {
        self.coming.iter().for_each(JoinHandle::abort);
    }
}

async fn at(client: &Client, look: &MediumLook) -> Result<Probe, Failure> {
    let Some((bucket, key)) = look.location() else { return Ok(Probe::Missing) };
    let mut probe = probe(client, bucket, key, look.head_bytes()).await?;
    if let Probe::There { bytes, head, tail } = &mut probe
        && let Some(behind) = look.behind(*bytes, head)
    {
        *tail = read_behind(client, bucket, key, behind).await?;
    }
    Ok(probe)
}

/// Returns more bytes of an object whose first bytes were read. Empty if it was replaced or deleted in the meantime.
async fn read_behind(client: &Client, bucket: &str, key: &str, range: Range<u64>) -> Result<Vec<u8>, Failure> {
    let call = || "s3:GetObject of a medium".to_owned();
    let request = client.get_object().bucket(bucket).key(key).range(format!("bytes={}-{}", range.start, range.end - 1));
    match request.send().await {
        Ok(mut answer) => start(&mut answer.body, (range.end - range.start) as usize).await,
        Err(error) if matches!(error.code(), Some("InvalidRange" | "NoSuchKey" | "NotFound" | "AccessDenied")) => {
            Ok(Vec::new())
        }
        Err(error) => Err(Failure::new(call(), &error)),
    }
}

/// Returns the first bytes of an answer of any length.
async fn start(body: &mut ByteStream, most: usize) -> Result<Vec<u8>, Failure> {
    let mut read = Vec::new();
    while read.len() < most
        && let Some(chunk) =
            body.try_next().await.map_err(|error| Failure::new("s3:GetObject of a medium".to_owned(), &error))?
    {
        read.extend_from_slice(&chunk[..chunk.len().min(most - read.len())]);
    }
    Ok(read)
}

/// Returns the object's size and its first bytes, in one call if it can be read.
async fn probe(client: &Client, bucket: &str, key: &str, most: usize) -> Result<Probe, Failure> {
    // The address comes from a record, so no error contains it.
    let call = || "s3:GetObject of a medium".to_owned();
    let request = client.get_object().bucket(bucket).key(key).range(format!("bytes=0-{}", most.saturating_sub(1)));
    let mut answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => {
            return match error.code() {
                Some("InvalidRange") => Ok(Probe::There { bytes: 0, head: Vec::new(), tail: Vec::new() }),
                Some("NoSuchKey" | "NoSuchBucket" | "NotFound") => Ok(Probe::Missing),
                Some("AccessDenied" | "Forbidden") => listed(client, bucket, key).await,
                // Archived, or encrypted with another key: the job can't read it either.
                Some(code) if unreadable::of(code, error.message().unwrap_or_default()).is_some() => {
                    Ok(Probe::Unreadable)
                }
                _ => Err(Failure::new(call(), &error)),
            };
        }
    };
    let total = answer.content_range().and_then(|range| range.rsplit_once('/')?.1.parse().ok());
    let bytes = total.or(answer.content_length().and_then(|length| length.try_into().ok())).unwrap_or_default();
    let head = start(&mut answer.body, most).await?;
    Ok(Probe::There { bytes, head, tail: Vec::new() })
}

/// Without permission to list the whole bucket, S3 answers "forbidden" for a missing object too. A listing under a
/// prefix distinguishes the two.
async fn listed(client: &Client, bucket: &str, key: &str) -> Result<Probe, Failure> {
    match client.list_objects_v2().bucket(bucket).prefix(key).max_keys(1).send().await {
        Ok(answer) => {
            let there = answer.contents().iter().any(|object| object.key() == Some(key));
            Ok(if there { Probe::Unreadable } else { Probe::Missing })
        }
        Err(error) if matches!(error.code(), Some("AccessDenied" | "Forbidden")) => Ok(Probe::Unreadable),
        Err(error) => Err(Failure::new("s3:ListBucket of a medium".to_owned(), &error)),
    }
}
