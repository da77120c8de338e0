//! Reads and validates a job's data.

use aws_sdk_s3::Client;

use super::models::Model;
use super::records::Medium;
use super::request::CreateRequest;
use super::{data, storage};

/// The data of a job.
pub(super) struct Data {
    pub(super) training: Vec<u8>,
    pub(super) validation: Option<Vec<u8>>,
}

/// Reads and validates the job's data.
pub(super) async fn read(s3: &Client, request: &CreateRequest, model: &'static Model) -> Result<Data, String> {
    let kind = request.kind().to_owned();
    let Some(uri) = request.training_uri() else { return read_logs(s3, request).await };
    let training = storage::read(s3, uri).await?;
    let (training, read) = judge(training, uri, model, &kind).await?;
    let media = read.media;
    let (mut validation, mut validated) = (None, None);
    for uri in request.validation_uris() {
        let (bytes, file) = judge(storage::read(s3, uri).await?, uri, model, &kind).await?;
        validated = Some(validated.unwrap_or(0) + file.records);
        validation.get_or_insert_with(Vec::new).extend(bytes);
    }
    data::count(read.records, validated, model, &kind)?;
    data::media(&media, uri)?;
    for medium in &media {
        check_medium(s3, medium).await?;
    }
    Ok(Data { training, validation })
}

async fn judge(bytes: Vec<u8>, uri: &str, model: &'static Model, kind: &str) -> Result<(Vec<u8>, data::File), String> {
    let (uri, kind) = (uri.to_owned(), kind.to_owned());
    let judged = tokio::task::spawn_blocking(move || data::read(&bytes, &uri, model, &kind).map(|file| (bytes, file)));
    judged.await.map_err(|error| error.to_string())?
}

/// Checks that invocation logs exist. They are compressed with gzip, and their content isn't checked.
async fn read_logs(s3: &Client, request: &CreateRequest) -> Result<Data, String> {
    let logs = request.training_data_config.as_ref().and_then(|data| data.invocation_logs_config.as_ref());
    let uri = logs
        .and_then(|logs| logs.invocation_log_source.as_ref())
        .and_then(|place| place.s3_uri.as_deref())
        .unwrap_or_default();
    let found = storage::below(s3, uri).await?;
    let log = found.iter().find(|uri| uri.ends_with(".gz"));
    let first = log.ok_or_else(|| format!("No invocation logs were found at {uri}"))?;
    Ok(Data { training: storage::read(s3, first).await?, validation: None })
}

async fn check_medium(s3: &Client, medium: &Medium) -> Result<(), String> {
    let most = if medium.video { 50 } else { 10 } << 20;
    match storage::size(s3, &medium.uri).await {
        Some(size) if size <= most => Ok(()),
        Some(_) => Err(format!("The media file {} is larger than {} MB", medium.uri, most >> 20)),
        None => {
            let (bucket, key) = storage::split(&medium.uri);
            Err(format!("Could not validate GetObject permissions to access Amazon S3 bucket: {bucket} at key {key}"))
        }
    }
}
