//! The bucket and the table that a deleted stack leaves, and their deletion.

mod versions;

use aws_config::SdkConfig;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::Failure;
pub use versions::Version;

/// Deletes data. Nothing else in this crate can.
#[derive(Debug, Clone)]
pub struct Remains {
    s3: aws_sdk_s3::Client,
    dynamodb: aws_sdk_dynamodb::Client,
}

impl Remains {
    /// Create one per process.
    pub fn new(config: &SdkConfig) -> Remains {
        Remains { s3: aws_sdk_s3::Client::new(config), dynamodb: aws_sdk_dynamodb::Client::new(config) }
    }

    /// Whether the bucket exists.
    pub async fn has_bucket(&self, bucket: &str) -> Result<bool, Failure> {
        match self.s3.head_bucket().bucket(bucket).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(false),
            Err(error) => Err(Failure::new(format!("s3:HeadBucket {bucket}"), &error)),
        }
    }

    /// Whether the table exists.
    pub async fn has_table(&self, table: &str) -> Result<bool, Failure> {
        match self.dynamodb.describe_table().table_name(table).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
                Ok(false)
            }
            Err(error) => Err(Failure::new(format!("dynamodb:DescribeTable {table}"), &error)),
        }
    }

    /// Deletes up to 1,000 versions and delete markers, which is the most that a request takes (API reference, DeleteObjects).
    /// Returns how many. 0 if the bucket is empty.
    pub async fn delete_versions(&self, bucket: &str) -> Result<u64, Failure> {
        let listed = self.s3.list_object_versions().bucket(bucket).max_keys(1000).send().await;
        let listed = listed.map_err(|error| Failure::new(format!("s3:ListObjectVersions {bucket}"), &error))?;
        let versions = listed.versions().iter().map(|one| (one.key(), one.version_id()));
        let markers = listed.delete_markers().iter().map(|one| (one.key(), one.version_id()));
        let mut objects = Vec::new();
        for (key, version) in versions.chain(markers) {
            let object =
                ObjectIdentifier::builder().key(key.unwrap_or_default()).set_version_id(version.map(Into::into));
            objects.extend(object.build().ok());
        }
        let count = objects.len() as u64;
        let call = || format!("s3:DeleteObjects {bucket}");
        // The only error is that there are no objects.
        let Ok(delete) =
            Delete::builder().set_objects(Some(objects).filter(|some| !some.is_empty())).quiet(true).build()
        else {
            return Ok(0);
        };
        let deleted = self.s3.delete_objects().bucket(bucket).delete(delete).send().await;
        let deleted = deleted.map_err(|error| Failure::new(call(), &error))?;
        match deleted.errors().first() {
            None => Ok(count),
            Some(error) => Err(Failure {
                call: call(),
                cause: format!("{}: {}", error.code().unwrap_or_default(), error.message().unwrap_or_default()),
                words: None,
            }),
        }
    }

    /// Deletes an empty bucket.
    pub async fn delete_bucket(&self, bucket: &str) -> Result<(), Failure> {
        let deleted = self.s3.delete_bucket().bucket(bucket).send().await;
        deleted.map(drop).map_err(|error| Failure::new(format!("s3:DeleteBucket {bucket}"), &error))
    }

    /// Deletes a table, and first its protection from deletion.
    pub async fn delete_table(&self, table: &str) -> Result<(), Failure> {
        let request = self.dynamodb.update_table().table_name(table).deletion_protection_enabled(false);
        request.send().await.map_err(|error| Failure::new(format!("dynamodb:UpdateTable {table}"), &error))?;
        let deleted = self.dynamodb.delete_table().table_name(table).send().await;
        deleted.map(drop).map_err(|error| Failure::new(format!("dynamodb:DeleteTable {table}"), &error))
    }
}
