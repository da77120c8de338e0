//! Reads objects in S3. AWS is called only for `s3://` addresses.

use std::sync::OnceLock;

use tokio::runtime::Runtime;
use tunedrop_aws::{Access, Failure, Object, Objects, Piece, Probe};
use tunedrop_run::{DatasetCheck, MediaWanted, Unreadable};
use tunedrop_validation::MediumSeen;

/// What to check after a failed call.
const HINT: &str = "check that credentials and Region are set, as for the AWS CLI, and that they may read the bucket";

/// A runtime with two threads: ranges are fetched while others are checked.
fn runtime() -> Result<&'static Runtime, String> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let start = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| format!("the async runtime can't start: {error}"))
    };
    RUNTIME.get_or_init(start).as_ref().map_err(Clone::clone)
}

fn explain(failure: Failure) -> String {
    format!("{}; {HINT}", failure.whole())
}

/// A client with the timeouts for people's machines.
async fn objects_in(bucket: &str) -> Objects {
    Objects::new(&Access::default().configs().await.all, bucket.to_owned())
}

/// An object that exists, and what reads it.
pub(crate) struct Found {
    objects: Objects,
    object: Object,
}

impl Found {
    /// The size in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.object.size
    }
}

/// Why an existing object wasn't read to its end.
pub(crate) enum Refused {
    /// Nobody can read it: it is archived, or its key is missing.
    ForGood(Unreadable),
    /// These credentials can't, or the call failed.
    Here(String),
}

/// The object at `key`. `None` if there is none.
pub(crate) fn find(bucket: &str, key: &str) -> Result<Option<Found>, String> {
    runtime()?.block_on(async {
        let objects = objects_in(bucket).await;
        let found = objects.find(key).await.map_err(explain)?;
        Ok(found.map(|object| Found { objects, object }))
    })
}

/// The keys under a prefix, up to the 1,000 of one call.
pub(crate) fn keys(bucket: &str, prefix: &str) -> Result<Vec<String>, String> {
    runtime()?.block_on(async {
        let listing = objects_in(bucket).await.listing(prefix, 1000).await.map_err(explain)?;
        Ok(listing.objects.into_iter().map(|object| object.key).collect())
    })
}

/// Reads the headers of the last file's media, and passes them to `check`.
pub(crate) fn look(bucket: &str, wanted: &MediaWanted, check: &mut DatasetCheck) -> Result<(), String> {
    runtime()?.block_on(async {
        let objects = objects_in(bucket).await;
        let mut probes = objects.probes(wanted.looks());
        for medium in &wanted.media {
            let Some(peek) = probes.next().await.map_err(explain)? else { break };
            let seen = match &peek {
                Probe::There { bytes, head, tail } => MediumSeen::There { bytes: *bytes, head, tail },
                Probe::Missing => MediumSeen::Missing,
                Probe::Unreadable => MediumSeen::Forbidden,
            };
            check.seen(medium, seen);
        }
        Ok(())
    })
}

/// Passes the bytes of an object to `take`, in order, until it returns false.
pub(crate) fn read(found: &Found, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), Refused> {
    runtime().map_err(Refused::Here)?.block_on(async {
        let mut ranges = found.objects.ranges(&found.object);
        loop {
            match ranges.next().await.map_err(|failure| Refused::Here(explain(failure)))? {
                Piece::Bytes(bytes) if take(&bytes) => {}
                Piece::Bytes(_) | Piece::End => return Ok(()),
                // The stack's role may be allowed to use the key.
                Piece::Unreadable(Unreadable::ForeignKey) => {
                    return Err(Refused::Here("it is encrypted with a KMS key that you may not use".to_owned()));
                }
                Piece::Unreadable(why) => return Err(Refused::ForGood(why)),
                Piece::Changed => {
                    return Err(Refused::Here("it was replaced while it was read; run the command again".to_owned()));
                }
            }
        }
    })
}
