//! Puts a release's zips and template into a bucket.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use indicatif::HumanBytes;
use tunedrop_aws::{Account, Objects, Remains, Sent, Uploads};

use super::release::{Entry, Release};
use crate::format::counted;
use crate::note;
use crate::stack::{Connection, explain};

/// The bucket that `cargo local` makes for the functions of the local stack.
pub(super) const LOCAL_BUCKET: &str = "tunedrop-local-artifacts";

/// The most keys that S3 lists in a call. A release has fewer.
const LISTED: u16 = 1000;

/// Checks that the bucket is one that Lambda can read code from: "An Amazon S3 bucket in the same AWS Region as your function"
/// (API reference, FunctionCode).
pub(super) async fn check(connection: &Connection, bucket: &str) -> Result<()> {
    let region = &connection.region;
    let hint = format!("the bucket must be in {region}, and you need permission to use it");
    match Remains::new(&connection.configs.all).has_bucket(bucket).await {
        Ok(true) => {}
        Ok(false) => bail!("there is no bucket {bucket}; create it with `aws s3 mb s3://{bucket} --region {region}`"),
        Err(failure) => return Err(explain(failure).context(hint)),
    }
    match Account::new(&connection.configs).bucket_region(bucket).await.map_err(explain)? {
        Some(other) if other != *region => bail!(
            "bucket {bucket} is in {other}, and the stack in {region}: Lambda reads code from buckets of its own Region only"
        ),
        _ => Ok(()),
    }
}

/// Uploads the files that the bucket doesn't have yet. Returns the template's address.
pub(super) async fn upload(connection: &Connection, release: &Release, bucket: &str, zips: &[Entry]) -> Result<String> {
    let prefix = release.prefix();
    let objects = Objects::new(&connection.configs.all, bucket.to_owned());
    // A key never changes its content, so a size that is right is enough. Without permission to list, all are uploaded.
    let present: BTreeMap<String, u64> = match objects.listing(&prefix, LISTED).await {
        Ok(listing) => listing.objects.into_iter().map(|object| (object.key, object.size)).collect(),
        Err(_) => BTreeMap::new(),
    };
    let uploads = Uploads::new(&connection.configs.uploads, bucket.to_owned());
    let (mut count, mut bytes) = (0, 0);
    for entry in zips.iter().chain([release.template()?]) {
        let key = format!("{prefix}{}", entry.name);
        if present.get(&key) == Some(&entry.bytes) {
            continue;
        }
        let content_type = if entry.name.ends_with(".zip") { "application/zip" } else { "application/json" };
        let content = release.read(entry).await?;
        uploads.put(&key, content, content_type, &Sent::default()).await.map_err(explain)?;
        (count, bytes) = (count + 1, bytes + entry.bytes);
    }
    note(&match count {
        0 => format!("The files are in s3://{bucket}/{prefix} already"),
        _ => format!("Uploaded {}, {}, to s3://{bucket}/{prefix}", counted(count, "file"), HumanBytes(bytes)),
    });
    Ok(address(&connection.region, bucket, &format!("{prefix}{}", super::release::TEMPLATE)))
}

/// The address of an object for CloudFormation, which "must start with https://" (API reference, CreateChangeSet).
fn address(region: &str, bucket: &str, key: &str) -> String {
    // https://docs.aws.amazon.com/general/latest/gr/s3.html
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://s3.{region}.{suffix}/{bucket}/{key}")
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_have_the_domain_of_the_region() {
        assert_eq!(address("us-east-1", "b", "k/t.json"), "https://s3.us-east-1.amazonaws.com/b/k/t.json");
        assert_eq!(address("cn-north-1", "b", "k"), "https://s3.cn-north-1.amazonaws.com.cn/b/k");
    }
}
