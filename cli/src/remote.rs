//! Objects in S3. Nothing of AWS is touched before the first `s3://` address.

use std::sync::OnceLock;

use tokio::runtime::Runtime;
use tunedrop_aws::{Failure, Object, Objects, Piece};
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

async fn find(bucket: &str, key: &str) -> Result<(Objects, Option<Object>), String> {
    let objects = Objects::new(&tunedrop_aws::config().await, bucket.to_owned());
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
        let objects = Objects::new(&tunedrop_aws::config().await, bucket.to_owned());
        objects.look_at(file, media, limits).await.map_err(explain)
    })
}

/// Hands the bytes of an object to `take`, in order; `None` where there is no such object.
pub(crate) fn read(bucket: &str, key: &str, take: &mut dyn FnMut(&[u8])) -> Result<Option<()>, String> {
    runtime()?.block_on(async {
        let (objects, Some(object)) = find(bucket, key).await? else {
            return Ok(None);
        };
        let mut ranges = objects.ranges(&object);
        loop {
            match ranges.next().await.map_err(explain)? {
                Piece::Bytes(bytes) => take(&bytes),
                Piece::End => return Ok(Some(())),
                Piece::Changed => return Err("it was replaced while it was read; run this again".to_owned()),
            }
        }
    })
}
