//! Uploads a folder's files, one after the other.

use std::fs;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::sync::Notify;
use tunedrop_aws::{Objects, Sent, UPLOAD_PART, Upload, Uploads, part_size};
use tunedrop_run::object_key::RECIPES;

use super::files::{File, Files};
use super::meter::Meter;
use crate::format::visible;
use crate::location::beginning;
use crate::print;
use crate::stack::{Stack, explain, or_interrupted};

/// The delay between the data and the recipe. S3 dates objects to the second, and the recipe must be newer.
const NEXT_SECOND: Duration = Duration::from_millis(1_200);

/// What interrupts an upload.
pub(crate) enum Stop {
    /// Ctrl-C.
    Pressed,
    /// Another task.
    Asked(Arc<Notify>),
}

impl Stop {
    /// The result; `None` if it was interrupted.
    async fn or<T>(&self, done: impl Future<Output = Result<T>>) -> Result<Option<T>> {
        match self {
            Stop::Pressed => or_interrupted(done).await,
            Stop::Asked(asked) => tokio::select! {
                biased;
                () = asked.notified() => Ok(None),
                done = done => done.map(Some),
            },
        }
    }
}

/// How an upload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Complete,
    /// It was interrupted before the first data file.
    BeforeData,
    /// It was interrupted, and nothing starts.
    BeforeRecipe,
}

/// Uploads the files in order, and prints what happens. Returns false after Ctrl-C; no file is left half uploaded.
pub(super) async fn upload(stack: &Stack, dataset: &str, files: &Files) -> Result<bool> {
    let meter = Meter::new(files.bytes());
    let ended = send(stack, dataset, files, &meter, &Stop::Pressed).await;
    meter.ends();
    match ended? {
        Ended::Complete => return Ok(true),
        Ended::BeforeData => print("Interrupted: no data file was uploaded\n")?,
        Ended::BeforeRecipe => print(
            "Interrupted: the recipe was not uploaded, so nothing starts. Run the command again to upload everything\n",
        )?,
    }
    Ok(false)
}

/// Uploads the files in order, and counts what is sent.
pub(crate) async fn upload_silently(
    stack: &Stack,
    dataset: &str,
    files: &Files,
    sent: Sent,
    stop: &Stop,
) -> Result<Ended> {
    send(stack, dataset, files, &Meter::silent(sent), stop).await
}

async fn send(stack: &Stack, dataset: &str, files: &Files, meter: &Meter, stop: &Stop) -> Result<Ended> {
    let (objects, uploads) = (stack.objects()?, stack.uploads()?);
    let folder = format!("datasets/{dataset}/");
    if stop.or(ready(stack, &objects, &folder, files)).await?.is_none() {
        return Ok(Ended::BeforeData);
    }
    // A run of a known dataset starts at once only if the recipe is its newest file.
    let known = stack.ledger()?.dataset(dataset).await.map_err(explain)?.is_some();
    for file in &files.all {
        meter.begins(&visible(&file.key));
        if known && file.key == files.recipe && stop.or(next_second()).await?.is_none() {
            return Ok(Ended::BeforeRecipe);
        }
        let key = format!("{folder}{}", file.key);
        if !meter.shown(upload_one(&uploads, &key, file, meter.sent(), stop)).await? {
            return Ok(Ended::BeforeRecipe);
        }
    }
    Ok(Ended::Complete)
}

async fn next_second() -> Result<()> {
    tokio::time::sleep(NEXT_SECOND).await;
    Ok(())
}

/// Checks that the folder in the bucket has no other recipe, and uploads the first recipe, so that nothing starts early.
async fn ready(stack: &Stack, objects: &Objects, folder: &str, files: &Files) -> Result<()> {
    for other in RECIPES.iter().filter(|name| **name != files.recipe) {
        let key = format!("{folder}{other}");
        if objects.find(&key).await.map_err(explain)?.is_some() {
            let bucket = stack.output("BucketName")?;
            bail!(
                "{key} exists already, and a dataset has one recipe: rename yours to {other}, or first run `aws s3 rm s3://{bucket}/{key}`"
            );
        }
    }
    if let Some(hold) = &files.hold {
        let key = format!("{folder}{}", files.recipe);
        objects.write(&key, hold.clone().into_bytes(), "application/json").await.map_err(explain)?;
    }
    Ok(())
}

/// Uploads a file: in one request up to the size of a part, else in parts. Returns false if it was interrupted.
async fn upload_one(uploads: &Uploads, key: &str, file: &File, sent: &Sent, stop: &Stop) -> Result<bool> {
    let kind = if key.ends_with(".jsonl") { "application/jsonl" } else { "application/octet-stream" };
    if file.bytes <= UPLOAD_PART {
        let bytes = beginning(&file.path, UPLOAD_PART as usize + 1).with_context(|| unreadable(file))?;
        ensure!(bytes.len() as u64 == file.bytes, "{}", changed(file));
        let done = async { uploads.put(key, bytes, kind, sent).await.map_err(explain) };
        return Ok(stop.or(done).await?.is_some());
    }
    let Some(mut upload) = stop.or(async { uploads.begin(key, kind).await.map_err(explain) }).await? else {
        return Ok(false);
    };
    match stop.or(parts(&mut upload, file, sent)).await {
        Ok(Some(())) => Ok(true),
        ended => {
            // Deletes the parts. If that fails, a rule of the bucket deletes them after a week.
            let _ = upload.abort().await;
            ended.map(|_| false)
        }
    }
}

async fn parts(upload: &mut Upload, file: &File, sent: &Sent) -> Result<()> {
    let mut source = fs::File::open(&file.path).with_context(|| unreadable(file))?;
    let (size, mut left) = (part_size(file.bytes), file.bytes);
    while left > 0 {
        let length = size.min(left);
        let mut part = Vec::with_capacity(length as usize);
        (&mut source).take(length).read_to_end(&mut part).with_context(|| unreadable(file))?;
        ensure!(part.len() as u64 == length, "{}", changed(file));
        upload.part(part, sent).await.map_err(explain)?;
        left -= length;
    }
    ensure!(source.read(&mut [0]).with_context(|| unreadable(file))? == 0, "{}", changed(file));
    upload.finish().await.map_err(explain)
}

fn unreadable(file: &File) -> String {
    format!("{} can't be read", file.path.display())
}

fn changed(file: &File) -> String {
    format!("{} changed during the upload; run the command again", file.path.display())
}
