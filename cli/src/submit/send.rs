//! Uploads a folder's files, one after the other.

use std::fs;
use std::io::Read;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
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

/// Uploads the files in order. Returns false after Ctrl-C; no file is left half uploaded.
pub(super) async fn upload(stack: &Stack, dataset: &str, files: &Files) -> Result<bool> {
    let (objects, uploads) = (stack.objects()?, stack.uploads()?);
    let folder = format!("datasets/{dataset}/");
    if or_interrupted(ready(stack, &objects, &folder, files)).await?.is_none() {
        print("Interrupted: no data file was uploaded\n")?;
        return Ok(false);
    }
    // A run of a known dataset starts at once only if the recipe is its newest file.
    let known = stack.ledger()?.dataset(dataset).await.map_err(explain)?.is_some();
    let meter = Meter::new(files.all.iter().map(|file| file.bytes).sum());
    for file in &files.all {
        meter.begins(&visible(&file.key));
        if known && file.key == files.recipe && or_interrupted(next_second()).await?.is_none() {
            return interrupted(&meter);
        }
        let key = format!("{folder}{}", file.key);
        if !meter.shown(upload_one(&uploads, &key, file, meter.sent())).await? {
            return interrupted(&meter);
        }
    }
    meter.ends();
    Ok(true)
}

async fn next_second() -> Result<()> {
    tokio::time::sleep(NEXT_SECOND).await;
    Ok(())
}

fn interrupted(meter: &Meter) -> Result<bool> {
    meter.ends();
    print("Interrupted: the recipe was not uploaded, so nothing starts. Run the command again to upload everything\n")?;
    Ok(false)
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

/// Uploads a file: in one request up to the size of a part, else in parts. Returns false after Ctrl-C.
async fn upload_one(uploads: &Uploads, key: &str, file: &File, sent: &Sent) -> Result<bool> {
    let kind = if key.ends_with(".jsonl") { "application/jsonl" } else { "application/octet-stream" };
    if file.bytes <= UPLOAD_PART {
        let bytes = beginning(&file.path, UPLOAD_PART as usize + 1).with_context(|| unreadable(file))?;
        ensure!(bytes.len() as u64 == file.bytes, "{}", changed(file));
        let done = async { uploads.put(key, bytes, kind, sent).await.map_err(explain) };
        return Ok(or_interrupted(done).await?.is_some());
    }
    let Some(mut upload) = or_interrupted(async { uploads.begin(key, kind).await.map_err(explain) }).await? else {
        return Ok(false);
    };
    match or_interrupted(parts(&mut upload, file, sent)).await {
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
