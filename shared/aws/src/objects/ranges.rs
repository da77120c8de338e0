//! Reads a large object in ranges, several at a time, because one connection to S3 is slower than a function can
//! validate.
//!
//! Each answer is pinned to one version by its ETag, and must be the range that was requested. The checksum of the
//! whole object, which a single GET would check, isn't available for ranges.

use std::collections::VecDeque;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ErrorMetadata, ProvideErrorMetadata};
use tokio::task::JoinHandle;
use tunedrop_run::Unreadable;

use super::{Object, Objects, changed, unreadable};
use crate::Failure;

/// Bytes of a range, and how many ranges are in progress at a time. Their product is the memory that this uses at most.
const RANGE: u64 = 8 << 20;
const AT_A_TIME: usize = 4;

/// How often a connection that breaks within a range is retried. An error response is never retried.
const TRIES: usize = 3;

/// The next piece of an object.
#[derive(Debug)]
pub enum Piece {
    /// The bytes that follow the previous ones.
    Bytes(Vec<u8>),
    /// The end of the object.
    End,
    /// The object has another version now, or was deleted.
    Changed,
    /// The object exists, but can't be read.
    Unreadable(Unreadable),
}

/// An object that is being downloaded, in order.
#[derive(Debug)]
pub struct Ranges {
    client: Client,
    bucket: String,
    own_key: Option<String>,
    object: Object,
    asked: u64,
    coming: VecDeque<JoinHandle<Result<Got, Failure>>>,
}

impl Objects {
    /// Reads exactly the version `object`, from its beginning to its end.
    pub fn ranges(&self, object: &Object) -> Ranges {
        Ranges {
            client: self.client.clone(),
            bucket: self.bucket.clone(),
            own_key: self.own_key.clone(),
            object: object.clone(),
            asked: 0,
            coming: VecDeque::new(),
        }
    }
}

impl Ranges {
    /// Returns the next piece, at most 8 MiB. After anything but bytes, there is nothing more to read.
    pub async fn next(&mut self) -> Result<Piece, Failure> {
        while self.coming.len() < AT_A_TIME && self.asked < self.object.size {
            let first = self.asked;
            self.asked = (first + RANGE).min(self.object.size);
            let range = read(self.client.clone(), self.bucket.clone(), self.object.clone(), first, self.asked - 1);
            self.coming.push_back(tokio::spawn(range));
        }
        let Some(next) = self.coming.pop_front() else {
            return Ok(Piece::End);
        };
        let failed = |error| Failure::new(format!("s3:GetObject {}", self.object.key), &error);
        Ok(match next.await.map_err(failed)?? {
            Got::Bytes(bytes) => Piece::Bytes(bytes),
            Got::Changed => Piece::Changed,
            Got::Refused(refusal) => {
                let own_key = self.own_key.as_deref();
                match unreadable::why(&self.client, &self.bucket, &self.object.key, own_key, &refusal.answer).await {
                    Some(why) => Piece::Unreadable(why),
                    None => return Err(refusal.failure),
                }
            }
        })
    }
}

impl Drop for Ranges {
    fn drop(&mut self) {
        self.coming.iter().for_each(JoinHandle::abort);
    }
}

/// The result of one range.
#[derive(Debug)]
enum Got {
    Bytes(Vec<u8>),
    Changed,
    /// An error that the object may have caused.
    Refused(Box<Refusal>),
}

#[derive(Debug)]
struct Refusal {
    answer: ErrorMetadata,
    failure: Failure,
}

/// Bytes `first` to `last`.
async fn read(client: Client, bucket: String, object: Object, first: u64, last: u64) -> Result<Got, Failure> {
    let call = || format!("s3:GetObject {} bytes {first}-{last}", object.key);
    let mut tries = 1;
    loop {
        let request = client.get_object().bucket(&bucket).key(&object.key).if_match(&object.etag);
        let answer = match request.range(format!("bytes={first}-{last}")).send().await {
            Ok(answer) => answer,
            // A range that begins after the end: the object is a different one, and shorter.
            Err(error) if changed(error.code()) || error.code() == Some("InvalidRange") => return Ok(Got::Changed),
            Err(error) => {
                let (answer, failure) = (error.meta().clone(), Failure::new(call(), &error));
                return Ok(Got::Refused(Box::new(Refusal { answer, failure })));
            }
        };
        let expected = format!("bytes {first}-{last}/{}", object.size);
        let range = answer.content_range().unwrap_or("the whole object").to_owned();
        if range != expected {
            return Err(Failure { call: call(), cause: format!("answered with {range}, not {expected}"), words: None });
        }
        match answer.body.collect().await.map(|bytes| bytes.to_vec()) {
            Ok(bytes) if bytes.len() as u64 == last + 1 - first => return Ok(Got::Bytes(bytes)),
            Ok(bytes) if tries == TRIES => {
                return Err(Failure {
                    call: call(),
                    cause: format!("only {} bytes arrived", bytes.len()),
                    words: None,
                });
            }
            Err(error) if tries == TRIES => return Err(Failure::new(call(), &error)),
            _ => tries += 1,
        }
    }
}
