//! Reads and writes S3 with the permissions of the job's role.

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::{Client, Config};

use super::state::Simulator;
use super::{iam, permissions};

/// The key of the object with which Bedrock tests its output prefix.
const PROBE: &str = ".write_access_check_file.tmp";

/// Returns a client with the permissions of the job's role.
///
/// The emulator rejects `AssumeRole` if the trust policy asks for `aws:SourceArn`, which it never sets. So the trust
/// policy is checked here, and the session is a federated one with the role's policies and nothing else.
pub(super) async fn open(simulator: &Simulator, role_arn: &str, job_arn: &str) -> Result<Client, String> {
    let credentials = if simulator.config.auth {
        let role = role_arn.rsplit('/').next().unwrap_or_default();
        match session(simulator, role, job_arn).await {
            Ok(credentials) => credentials,
            Err(error) => {
                tracing::warn!(error, role_arn, "Bedrock can't take on the job's role");
                return Err(format!(
                    "Could not assume provided IAM role {role_arn}. \
                     Make sure its trust policy names bedrock.amazonaws.com"
                ));
            }
        }
    } else {
        Credentials::new(&simulator.config.account, "test", None, None, "simulator")
    };
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(simulator.config.region.clone()))
        .endpoint_url(&simulator.config.emulator)
        .force_path_style(true)
        .credentials_provider(credentials)
        .build();
    Ok(Client::from_conf(config))
}

async fn session(simulator: &Simulator, role: &str, job_arn: &str) -> Result<Credentials, String> {
    if !permissions::trusts_bedrock(simulator, role, job_arn).await? {
        return Err("its trust policy does not name Bedrock for this job".to_owned());
    }
    let mut statements = Vec::new();
    for mut policy in iam::policies(simulator, role).await? {
        match policy["Statement"].take() {
            serde_json::Value::Array(all) => statements.extend(all),
            one => statements.push(one),
        }
    }
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let parameters = [("Name", "bedrock"), ("Policy", policy.as_str())];
    let answer = iam::query(simulator, "sts", "GetFederationToken", "2011-06-15", &parameters).await?;
    let part = |name| iam::first(&answer, name).ok_or_else(|| format!("STS gave no {name}"));
    Ok(Credentials::new(part("AccessKeyId")?, part("SecretAccessKey")?, Some(part("SessionToken")?), None, "simulator"))
}

/// Reads a whole object.
pub(super) async fn read(s3: &Client, uri: &str) -> Result<Vec<u8>, String> {
    let (bucket, key) = split(uri);
    let read = async {
        let object = s3
            .get_object()
            .bucket(bucket)
            .key(key)
            .send()
            .await
            .map_err(|error| DisplayErrorContext(error).to_string())?;
        object.body.collect().await.map(|body| body.to_vec()).map_err(|error| error.to_string())
    };
    read.await.map_err(|error: String| {
        tracing::info!(error, uri, "the job can't read its data");
        format!("Could not validate GetObject permissions to access Amazon S3 bucket: {bucket} at key {key}")
    })
}

/// Writes an object.
pub(super) async fn write(s3: &Client, uri: &str, bytes: Vec<u8>) -> Result<(), String> {
    let (bucket, key) = split(uri);
    let written = s3.put_object().bucket(bucket).key(key).body(bytes.into()).send().await;
    written.map(drop).map_err(|error| {
        tracing::info!(error = %DisplayErrorContext(error), uri, "the job can't write its output");
        format!(
            "Amazon S3 perms missing (PutObject): Could not validate PutObject permissions \
             to access Amazon S3 bucket: {bucket} at key {key}"
        )
    })
}

/// Writes a test object below the output prefix, and deletes it if the role may.
pub(super) async fn probe(s3: &Client, output: &str) -> Result<(), String> {
    let uri = format!("{}/{PROBE}", output.trim_end_matches('/'));
    write(s3, &uri, Vec::new()).await?;
    let (bucket, key) = split(&uri);
    // The role in Bedrock's guide has no permission to delete. Then the test object stays, as on AWS.
    drop(s3.delete_object().bucket(bucket).key(key).send().await);
    Ok(())
}

/// Returns the size of an object that a record refers to, if it exists.
pub(super) async fn size(s3: &Client, uri: &str) -> Option<u64> {
    let (bucket, key) = split(uri);
    let head = s3.head_object().bucket(bucket).key(key).send().await.ok()?;
    head.content_length().and_then(|length| u64::try_from(length).ok())
}

/// Returns one page of the keys below an address.
pub(super) async fn below(s3: &Client, uri: &str) -> Result<Vec<String>, String> {
    let (bucket, prefix) = split(uri);
    let listed = s3.list_objects_v2().bucket(bucket).prefix(prefix).send().await;
    let listed = listed
        .map_err(|_| format!("Could not validate ListBucket permissions to access Amazon S3 bucket: {bucket}"))?;
    Ok(listed.contents().iter().filter_map(|object| object.key()).map(|key| format!("s3://{bucket}/{key}")).collect())
}

/// Returns the bucket and the key of an S3 address.
pub(super) fn split(uri: &str) -> (&str, &str) {
    let rest = uri.strip_prefix("s3://").unwrap_or(uri);
    rest.split_once('/').unwrap_or((rest, ""))
}
