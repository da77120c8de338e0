//! Objects in S3. Nothing of AWS is touched before the first `s3://` address.

use std::sync::OnceLock;

use tokio::runtime::Runtime;
use tunedrop_aws::{Access, Failure, Object, Objects, Piece, Unreadable};
use tunedrop_validation::catalogue::MediaLimits;
use tunedrop_validation::{Findings, MediumMet};

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

async fn find(bucket: &str, key: &str) -> Result<(Objects, Option<Object>), String> {
    let objects = objects_in(bucket).await;
    let found = objects.find(key).await.map_err(explain)?;
    Ok((objects, found))
}

pub(crate) fn exists(bucket: &str, key: &str) -> Result<bool, String> {
    let (_, found) = runtime()?.block_on(find(bucket, key))?;
    Ok(found.is_some())
}

/// Looks at the media that records of `file` refer to.
pub(crate) fn look_at(bucket: &str, file: &str, media: &[MediumMet], limits: &MediaLimits) -> Result<Findings, String> {
    runtime()?.block_on(async {
        let objects = objects_in(bucket).await;
        objects.look_at(file, media, limits).await.map_err(explain)
    })
}

fn unreadable(why: Unreadable) -> &'static str {
    match why {
        Unreadable::Archived => "it is in an archive tier of S3; restore it first",
        Unreadable::CustomerKey => "it is encrypted with a customer-provided key (SSE-C), which S3 doesn't keep",
        Unreadable::ForeignKey => "it is encrypted with a KMS key that you may not use",
    }
}

/// The first bytes of an object, at most `most` of them; `None` where there is no such object.
pub(crate) fn beginning(bucket: &str, key: &str, most: usize) -> Result<Option<Vec<u8>>, String> {
    let mut bytes = Vec::new();
    let found = pieces(bucket, key, &mut |piece| {
        bytes.extend(piece.iter().take(most - bytes.len()));
        bytes.len() < most
    })?;
    Ok(found.map(|()| bytes))
}

/// Hands the bytes of an object to `take`, in order; `None` where there is no such object.
pub(crate) fn read(bucket: &str, key: &str, take: &mut dyn FnMut(&[u8])) -> Result<Option<()>, String> {
    pieces(bucket, key, &mut |piece| {
        take(piece);
        true
    })
}

/// Hands them on as long as `take` wants more.
fn pieces(bucket: &str, key: &str, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<Option<()>, String> {
    runtime()?.block_on(async {
        let (objects, Some(object)) = find(bucket, key).await? else {
            return Ok(None);
        };
        let mut ranges = objects.ranges(&object);
        loop {
            match ranges.next().await.map_err(explain)? {
                Piece::Bytes(bytes) if take(&bytes) => {}
                Piece::Bytes(_) => return Ok(Some(())),
                Piece::End => return Ok(Some(())),
                Piece::Unreadable(why) => return Err(unreadable(why).to_owned()),
                Piece::Changed => return Err("it was replaced while it was read; run this again".to_owned()),
            }
        }
    })
}
