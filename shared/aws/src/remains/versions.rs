//! Versions of some objects, and their deletion.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::Remains;
use crate::Failure;

/// The most versions that a request deletes (API reference, DeleteObjects).
const AT_ONCE: usize = 1000;

/// A version of an object, or a delete marker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The key.
    pub key: String,
    /// The version's id; `null` in a bucket that kept no versions.
    pub id: String,
    /// Bytes; 0 for a delete marker.
    pub size: u64,
    /// Whether it is a delete marker, without content.
    pub is_marker: bool,
    /// Whether it is the newest of its key.
    pub is_latest: bool,
}

impl Version {
    /// Key and id, which identify it.
    pub fn name(&self) -> (String, String) {
        (self.key.clone(), self.id.clone())
    }
}

impl Remains {
    /// Every version and delete marker below a prefix.
    pub async fn versions(&self, bucket: &str, prefix: &str) -> Result<Vec<Version>, Failure> {
        let (mut all, mut after) = (Vec::new(), (None, None));
        loop {
            let request = self.s3.list_object_versions().bucket(bucket).prefix(prefix).max_keys(1000);
            let page = request.set_key_marker(after.0.take()).set_version_id_marker(after.1.take()).send().await;
            let page = page.map_err(|error| Failure::new(format!("s3:ListObjectVersions {prefix}"), &error))?;
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            all.extend(page.versions().iter().map(|one| Version {
                key: text(one.key()),
                id: text(one.version_id()),
                size: one.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
                is_marker: false,
                is_latest: one.is_latest().unwrap_or_default(),
            }));
            all.extend(page.delete_markers().iter().map(|one| Version {
                key: text(one.key()),
                id: text(one.version_id()),
                size: 0,
                is_marker: true,
                is_latest: one.is_latest().unwrap_or_default(),
            }));
            if !page.is_truncated().unwrap_or_default() || page.next_key_marker().is_none() {
                return Ok(all);
            }
            after = (page.next_key_marker, page.next_version_id_marker);
        }
    }

    /// Deletes these versions. Those that don't exist any more count as deleted. `seen` gets the number of deleted ones.
    pub async fn delete(&self, bucket: &str, versions: &[Version], seen: impl Fn(usize)) -> Result<(), Failure> {
        let call = || format!("s3:DeleteObjects {bucket}");
        for (at, part) in versions.chunks(AT_ONCE).enumerate() {
            let object = |one: &Version| {
                let id = Some(one.id.clone()).filter(|id| !id.is_empty());
                ObjectIdentifier::builder().key(&one.key).set_version_id(id).build()
            };
            let objects: Result<Vec<_>, _> = part.iter().map(object).collect();
            let objects = objects.map_err(|error| Failure::new(call(), &error))?;
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
            let delete = delete.map_err(|error| Failure::new(call(), &error))?;
            let deleted = self.s3.delete_objects().bucket(bucket).delete(delete).send().await;
            let deleted = deleted.map_err(|error| Failure::new(call(), &error))?;
            // S3 answers 200 when it deletes none of them.
            if let Some(error) = deleted.errors().first() {
                let (code, message) = (error.code().unwrap_or_default(), error.message().unwrap_or_default());
                return Err(Failure { call: call(), cause: format!("{code}: {message}"), words: None });
            }
            seen(at * AT_ONCE + part.len());
        }
        Ok(())
    }

    /// Hides an object behind a delete marker, so that no older version becomes current when the newest one is deleted.
    pub async fn hide(&self, bucket: &str, key: &str) -> Result<(), Failure> {
        let deleted = self.s3.delete_object().bucket(bucket).key(key).send().await;
        deleted.map(drop).map_err(|error| Failure::new(format!("s3:DeleteObject {key}"), &error))
    }

    /// The tags of an object's newest version, key and value; none if there is no such object.
    pub async fn object_tags(&self, bucket: &str, key: &str) -> Result<Vec<(String, String)>, Failure> {
        match self.s3.get_object_tagging().bucket(bucket).key(key).send().await {
            Ok(answer) => Ok(answer.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect()),
            // The newest version is a delete marker, or there is none.
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "NoSuchTagSet" | "MethodNotAllowed")) => {
                Ok(Vec::new())
            }
            Err(error) => Err(Failure::new(format!("s3:GetObjectTagging {key}"), &error)),
        }
    }
}
