//! The dataset's own folder, in which the media of its records must be.

use super::MediumKind;
use crate::Code;

/// A folder in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaFolder {
    /// The bucket; `None` if only the folder is known.
    pub bucket: Option<String>,
    /// The prefix of its keys, with a slash at the end.
    pub prefix: String,
}

impl MediaFolder {
    /// Returns a code and a message if a medium isn't in the folder, or `None` if it is. The message doesn't contain
    /// the address.
    ///
    /// `.` and `..` in a key have no meaning in S3, but a program that reads the address may resolve them. So a key
    /// with them counts as outside.
    pub(crate) fn fault(&self, uri: &str, kind: MediumKind) -> Option<(Code, String)> {
        let (bucket, key) = uri.strip_prefix("s3://")?.split_once('/')?;
        if self.bucket.as_deref().is_some_and(|ours| ours != bucket) {
            return Some((
                Code::MediumInAnotherBucket,
                format!("the {} is in another bucket than the records", kind.name()),
            ));
        }
        let dots = key.split('/').any(|part| matches!(part, "." | ".."));
        (dots || !key.starts_with(&self.prefix)).then(|| {
            let message = format!("the {} isn't in the dataset's own folder, {}", kind.name(), self.prefix);
            (Code::MediumOutsideFolder, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_addresses_outside_the_folder() {
        let folder = MediaFolder { bucket: Some("ours".to_owned()), prefix: "datasets/mine/".to_owned() };
        let code = |uri: &str| folder.fault(uri, MediumKind::Image).map(|(code, _)| code);
        assert_eq!(code("s3://ours/datasets/mine/img/x.png"), None);
        for uri in [
            "s3://ours/datasets/other/x.png",
            "s3://ours/datasets/mine2/x.png",
            "s3://ours/datasets/x.png",
            "s3://ours/runs/other-123/data/x.png",
            "s3://ours/datasets/mine/../other/x.png",
            "s3://ours/datasets/mine/./x.png",
        ] {
            assert_eq!(code(uri), Some(Code::MediumOutsideFolder), "{uri}");
        }
        assert_eq!(code("s3://theirs/datasets/mine/x.png"), Some(Code::MediumInAnotherBucket));
        let anywhere = MediaFolder { bucket: None, ..folder };
        assert_eq!(anywhere.fault("s3://theirs/datasets/mine/x.png", MediumKind::Video), None);
        assert!(anywhere.fault("s3://theirs/datasets/other/x.png", MediumKind::Video).is_some());
    }
}
