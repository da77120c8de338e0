//! The first bytes of many objects: what records refer to is looked at, and not read whole.

use std::collections::VecDeque;
use std::ops::Range;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use tokio::task::JoinHandle;
use tunedrop_validation::catalogue::MediaLimits;
use tunedrop_validation::{Findings, MediumMet, MediumSeen, check_medium, wanted_behind};

use super::{Objects, unreadable};
use crate::Failure;

/// How many objects are asked for at a time.
const AT_A_TIME: usize = 32;

/// What lies at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Peek {
    There { bytes: u64, head: Vec<u8>, tail: Vec<u8> },
    Missing,
    Forbidden,
}

impl Peek {
    fn seen(&self) -> MediumSeen<'_> {
        match self {
            Peek::There { bytes, head, tail } => MediumSeen::There { bytes: *bytes, head, tail },
            Peek::Missing => MediumSeen::Missing,
            Peek::Forbidden => MediumSeen::Forbidden,
        }
    }
}

impl Objects {
    /// Looks at the media that records of `file` refer to, in whatever bucket, and tells what is wrong with them.
    pub async fn look_at(&self, file: &str, media: &[MediumMet], limits: &MediaLimits) -> Result<Findings, Failure> {
        let (mut findings, mut coming, mut asked) = (Findings::default(), VecDeque::new(), media.iter());
        for medium in media {
            while coming.len() < AT_A_TIME
                && let Some(next) = asked.next()
            {
                coming.push_back(ask(&self.client, next, limits));
            }
            let Some(peek) = coming.pop_front() else { break };
            let failed = |error| Failure::new("s3:GetObject of a medium".to_owned(), &error);
            let peek = peek.await.map_err(failed)??;
            check_medium(file, medium, limits, peek.seen()).into_iter().for_each(|finding| findings.push(finding));
        }
        Ok(findings)
    }
}

fn ask(client: &Client, medium: &MediumMet, limits: &MediaLimits) -> JoinHandle<Result<Peek, Failure>> {
    let (client, medium, limits) = (client.clone(), medium.clone(), limits.clone());
    tokio::spawn(async move {
        let Some((bucket, key)) = medium.location() else { return Ok(Peek::Missing) };
        let mut peek = peek(&client, bucket, key, limits.head_bytes(medium.kind)).await?;
        if let Peek::There { bytes, head, tail } = &mut peek
            && let Some(behind) = wanted_behind(&medium, &limits, *bytes, head)
        {
            *tail = read_behind(&client, bucket, key, behind).await?;
        }
        Ok(peek)
    })
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

/// The object's size and its first bytes, in one call where it may be read.
async fn peek(client: &Client, bucket: &str, key: &str, most: usize) -> Result<Peek, Failure> {
    // The address stands in a record, so it is not named.
    let call = || "s3:GetObject of a medium".to_owned();
    let request = client.get_object().bucket(bucket).key(key).range(format!("bytes=0-{}", most.saturating_sub(1)));
    let mut answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => {
            return match error.code() {
                Some("InvalidRange") => Ok(Peek::There { bytes: 0, head: Vec::new(), tail: Vec::new() }),
                Some("NoSuchKey" | "NoSuchBucket" | "NotFound") => Ok(Peek::Missing),
                Some("AccessDenied" | "Forbidden") => listed(client, bucket, key).await,
                // Archived, or under a key of somebody else's: as good as forbidden, for the job can't read it either.
                Some(code) if unreadable::of(code, error.message().unwrap_or_default()).is_some() => {
                    Ok(Peek::Forbidden)
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

/// Who may not list the whole bucket hears "forbidden" of what isn't there, too; a listing under a prefix tells.
async fn listed(client: &Client, bucket: &str, key: &str) -> Result<Peek, Failure> {
    match client.list_objects_v2().bucket(bucket).prefix(key).max_keys(1).send().await {
        Ok(answer) => {
            let there = answer.contents().iter().any(|object| object.key() == Some(key));
            Ok(if there { Peek::Forbidden } else { Peek::Missing })
        }
        Err(error) if matches!(error.code(), Some("AccessDenied" | "Forbidden")) => Ok(Peek::Forbidden),
        Err(error) => Err(Failure::new("s3:ListBucket of a medium".to_owned(), &error)),
    }
}
