//! Objects in S3. Nothing of AWS is touched before the first `s3://` address.

use std::sync::OnceLock;

use tokio::runtime::Runtime;
use tunedrop_aws::{Access, Failure, Object, Objects, Peek, Piece};
use tunedrop_run::{MediaWanted, SetCheck, Unreadable};
use tunedrop_validation::MediumSeen;

/// What a failed call most often means.
const HINT: &str = "are credentials and Region set, as for the AWS CLI, and may they read there?";

/// Ranges are fetched beside the checking.
fn runtime() -> Result<&'static Runtime, String> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let start = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().map_err(|error| format!("no async runtime: {error}"))
    };
    RUNTIME.get_or_init(start).as_ref().map_err(Clone::clone)
}

fn explain(failure: Failure) -> String {
    format!("{}; {HINT}", failure.whole())
}

/// With the settings of a person's machine, whose line may be slow.
async fn objects_in(bucket: &str) -> Objects {
    Objects::new(&Access::default().configs().await.all, bucket.to_owned())
}

/// Why an object that is there wasn't read to its end.
pub(crate) enum Refused {
    /// Whoever reads it: it is archived, or its key isn't kept.
    ForGood(Unreadable),
    /// With these credentials, or just now.
    Here(String),
}

/// The object at that key, and the bucket to read it from; `None` if there is none.
pub(crate) fn find(bucket: &str, key: &str) -> Result<Option<(Objects, Object)>, String> {
    runtime()?.block_on(async {
        let objects = objects_in(bucket).await;
        let found = objects.find(key).await.map_err(explain)?;
        Ok(found.map(|object| (objects, object)))
    })
}

/// Looks at the media of the file that was read last, and tells `check` what it saw.
pub(crate) fn look(bucket: &str, wanted: &MediaWanted, check: &mut SetCheck) -> Result<(), String> {
    runtime()?.block_on(async {
        let objects = objects_in(bucket).await;
        let mut peeks = objects.peeks(wanted.looks());
        for medium in &wanted.media {
            let Some(peek) = peeks.next().await.map_err(explain)? else { break };
            let seen = match &peek {
                Peek::There { bytes, head, tail } => MediumSeen::There { bytes: *bytes, head, tail },
                Peek::Missing => MediumSeen::Missing,
                Peek::Unreadable => MediumSeen::Forbidden,
            };
            check.seen(medium, seen);
        }
        Ok(())
    })
}

/// Hands the bytes of an object to `take`, in order, as long as that wants more.
pub(crate) fn read(objects: &Objects, object: &Object, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), Refused> {
    runtime().map_err(Refused::Here)?.block_on(async {
        let mut ranges = objects.ranges(object);
        loop {
            match ranges.next().await.map_err(|failure| Refused::Here(explain(failure)))? {
                Piece::Bytes(bytes) if take(&bytes) => {}
                Piece::Bytes(_) | Piece::End => return Ok(()),
                // The stack's role may use a key that these credentials may not.
                Piece::Unreadable(Unreadable::ForeignKey) => {
                    return Err(Refused::Here("it is encrypted with a KMS key that you may not use".to_owned()));
                }
                Piece::Unreadable(why) => return Err(Refused::ForGood(why)),
                Piece::Changed => {
                    return Err(Refused::Here("it was replaced while it was read; run this again".to_owned()));
                }
            }
        }
    })
}
