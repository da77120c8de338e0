//! The size and the first bytes of many objects, which needn't be read whole.

use std::collections::VecDeque;
use std::ops::Range;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use tokio::task::JoinHandle;
use tunedrop_run::MediumLook;

use super::{Objects, unreadable};
use crate::Failure;

/// How many objects are asked for at a time. With their first bytes, that is all that is held in memory.
const AT_A_TIME: usize = 32;

/// What is at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peek {
    /// An object.
    There {
        /// Its size in bytes.
        bytes: u64,
        /// The first of them: as many as were asked for, or all.
        head: Vec<u8>,
        /// Those behind them that the look asked for. None if the object was replaced since.
        tail: Vec<u8>,
    },
    /// Nothing.
    Missing,
    /// It can't be read, or S3 doesn't say whether it is there.
    Unreadable,
}

/// Looks at objects, whose answers come in order.
#[derive(Debug)]
pub struct Peeks<I> {
    client: Client,
    looks: I,
    coming: VecDeque<JoinHandle<Result<Peek, Failure>>>,
}

impl Objects {
    /// Looks at each of these objects, in whatever bucket. A look says which bytes it needs, and no more are read.
    pub fn peeks<I: IntoIterator<Item = MediumLook>>(&self, looks: I) -> Peeks<I::IntoIter> {
        Peeks { client: self.client.clone(), looks: looks.into_iter(), coming: VecDeque::new() }
    }
}

impl<I: Iterator<Item = MediumLook>> Peeks<I> {
    /// What is at the next address; `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<Peek>, Failure> {
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

impl<I> Drop for Peeks<I> {
    fn drop(&mut self) {
        self.coming.iter().for_each(JoinHandle::abort);
    }
}

async fn at(client: &Client, look: &MediumLook) -> Result<Peek, Failure> {
    let Some((bucket, key)) = look.location() else { return Ok(Peek::Missing) };
    let mut peek = peek(client, bucket, key, look.head_bytes()).await?;
    if let Peek::There { bytes, head, tail } = &mut peek
        && let Some(behind) = look.behind(*bytes, head)
    {
        *tail = read_behind(client, bucket, key, behind).await?;
    }
    Ok(peek)
}

/// More bytes of an object whose first ones were read; none where it was replaced or deleted since.
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

/// The first bytes of an answer, whatever its length.
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

/// The object's size and its first bytes, in one call if it can be read.
async fn peek(client: &Client, bucket: &str, key: &str, most: usize) -> Result<Peek, Failure> {
    // The address comes from a record, so no failure names it.
    let call = || "s3:GetObject of a medium".to_owned();
    let request = client.get_object().bucket(bucket).key(key).range(format!("bytes=0-{}", most.saturating_sub(1)));
    let mut answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => {
            return match error.code() {
                Some("InvalidRange") => Ok(Peek::There { bytes: 0, head: Vec::new(), tail: Vec::new() }),
                Some("NoSuchKey" | "NoSuchBucket" | "NotFound") => Ok(Peek::Missing),
                Some("AccessDenied" | "Forbidden") => listed(client, bucket, key).await,
                // Archived, or under somebody else's key: the job can't read it either.
                Some(code) if unreadable::of(code, error.message().unwrap_or_default()).is_some() => {
                    Ok(Peek::Unreadable)
                }
                _ => Err(Failure::new(call(), &error)),
            };
        }
    };
    let total = answer.content_range().and_then(|range| range.rsplit_once('/')?.1.parse().ok());
    let bytes = total.or(answer.content_length().and_then(|length| length.try_into().ok())).unwrap_or_default();
    let head = start(&mut answer.body, most).await?;
    Ok(Peek::There { bytes, head, tail: Vec::new() })
}

/// Without permission to list the whole bucket, S3 answers "forbidden" for an object that isn't there, too. A listing under
/// a prefix tells which.
async fn listed(client: &Client, bucket: &str, key: &str) -> Result<Peek, Failure> {
    match client.list_objects_v2().bucket(bucket).prefix(key).max_keys(1).send().await {
        Ok(answer) => {
            let there = answer.contents().iter().any(|object| object.key() == Some(key));
            Ok(if there { Peek::Unreadable } else { Peek::Missing })
        }
        Err(error) if matches!(error.code(), Some("AccessDenied" | "Forbidden")) => Ok(Peek::Unreadable),
        Err(error) => Err(Failure::new("s3:ListBucket of a medium".to_owned(), &error)),
    }
}
