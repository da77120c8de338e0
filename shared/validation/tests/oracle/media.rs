//! What a medium must be.

use tunedrop_validation::catalogue::MediaFormats;

use super::shapes::{Block, Location, Medium, Object, Source};

/// Checks a block that is a medium, in the user's turn or not. Returns its address. With `nullable`, an owner that is
/// null counts as absent.
pub(crate) fn address<'b>(
    block: &'b Block,
    by_user: bool,
    nullable: bool,
    taken: &MediaFormats,
) -> Result<&'b str, String> {
    let none = Vec::new();
    let (Object(medium), formats, disputed) = match block {
        Block::Image(medium) => (medium, &taken.images, &taken.images_disputed),
        Block::Video(medium) => (medium, &taken.videos, &taken.videos_disputed),
        Block::Document(medium) => (medium, &taken.documents, &none),
        Block::Text(_) | Block::ReasoningContent(_) => return Err("no medium".to_owned()),
    };
    let Medium { format, source: Object(Source { location: Object(Location { uri, bucket_owner }) }), .. } = medium;
    if !by_user {
        return Err("the assistant shows a medium".to_owned());
    }
    if !formats.contains(format) && !disputed.contains(format) {
        return Err("this format is not taken".to_owned());
    }
    let is_account = |owner: &String| owner.len() == 12 && owner.bytes().all(|byte| byte.is_ascii_digit());
    if bucket_owner.as_ref().is_some_and(|owner| !owner.as_ref().map_or(nullable, is_account)) {
        return Err("no account".to_owned());
    }
    if is_address(uri) { Ok(uri) } else { Err("no address of a medium".to_owned()) }
}

/// `s3://<bucket>/<key>`, of the characters that the Nova guide names, at most 1,024 of them.
pub(crate) fn is_address(uri: &str) -> bool {
    let Some((bucket, key)) = uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let good_bucket = (3..=63).contains(&bucket.len())
        && bucket.bytes().all(inner)
        && edge(bucket.as_bytes().first())
        && edge(bucket.as_bytes().last());
    let good_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    uri.len() <= 1024 && good_bucket && key.split('/').all(good_part)
}
