//! The upload.

use std::fs;
use std::io::{IsTerminal, Read};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use tunedrop_aws::{Objects, UPLOAD_PART, Upload};
use tunedrop_run::dropped::RECIPES;

use super::files::{File, Files};
use crate::format::visible;
use crate::place::beginning;
use crate::print;
use crate::stack::{Stack, explain, or_interrupted};

/// S3 dates objects to the second. A recipe that is uploaded this long after the data is newer than the data by S3's clock.
const NEXT_SECOND: Duration = Duration::from_millis(1_200);

/// Uploads the files in order; false where Ctrl-C ended it, with nothing half there.
pub(super) async fn upload(stack: &Stack, dataset: &str, files: &Files) -> Result<bool> {
    let objects = stack.objects()?;
    let folder = format!("datasets/{dataset}/");
    if or_interrupted(ready(stack, &objects, &folder, files)).await?.is_none() {
        print("Interrupted; nothing of the data was uploaded\n")?;
        return Ok(false);
    }
    // A dataset that was uploaded before is trained at once only if its recipe is its newest file.
    let known = stack.ledger()?.head(dataset).await.map_err(explain)?.is_some();
    let bar = bar(files.all.iter().map(|file| file.bytes).sum());
    for file in &files.all {
        bar.set_message(visible(&file.key));
        if known && file.key == files.recipe && or_interrupted(next_second()).await?.is_none() {
            return interrupted(&bar);
        }
        if !upload_one(&objects, &format!("{folder}{}", file.key), file, &bar).await? {
            return interrupted(&bar);
        }
    }
    bar.finish_and_clear();
    Ok(true)
}

async fn next_second() -> Result<()> {
    tokio::time::sleep(NEXT_SECOND).await;
    Ok(())
}

fn interrupted(bar: &ProgressBar) -> Result<bool> {
    bar.finish_and_clear();
    print("Interrupted; the recipe was not uploaded, so nothing starts; the same command begins anew\n")?;
    Ok(false)
}

/// Sees that no other recipe lies there, and that nothing starts before the last file has come.
async fn ready(stack: &Stack, objects: &Objects, folder: &str, files: &Files) -> Result<()> {
    for other in RECIPES.iter().filter(|name| **name != files.recipe) {
        let key = format!("{folder}{other}");
        if objects.find(&key).await.map_err(explain)?.is_some() {
            let bucket = stack.output("BucketName")?;
            bail!(
                "{key} lies there already, and a set has one recipe: call yours {other}, or first: aws s3 rm s3://{bucket}/{key}"
            );
        }
    }
    if let Some(hold) = &files.hold {
        let key = format!("{folder}{}", files.recipe);
        objects.write(&key, hold.clone().into_bytes(), "application/json").await.map_err(explain)?;
    }
    Ok(())
}

/// As many bytes as a part has go at once; a larger file goes in parts, and appears when it is whole.
async fn upload_one(objects: &Objects, key: &str, file: &File, bar: &ProgressBar) -> Result<bool> {
    let unreadable = || format!("{} can't be read", file.path.display());
    if file.bytes <= UPLOAD_PART as u64 {
        let bytes = beginning(&file.path, UPLOAD_PART + 1).with_context(unreadable)?;
        ensure!(bytes.len() as u64 == file.bytes, "{} was changed while it was uploaded", file.path.display());
        let kind = if key.ends_with(".jsonl") { "application/jsonl" } else { "application/octet-stream" };
        let Some(()) = or_interrupted(async { objects.write(key, bytes, kind).await.map_err(explain) }).await? else {
            return Ok(false);
        };
        bar.inc(file.bytes);
        return Ok(true);
    }
    let mut upload = objects.upload(key).await.map_err(explain)?;
    match or_interrupted(parts(&mut upload, file, bar)).await {
        Ok(Some(())) => upload.finish().await.map_err(explain).map(|()| true),
        ended => {
            // What was sent is forgotten; where even that fails, the bucket's own rule does it after a week.
            let _ = upload.abort().await;
            ended.map(|_| false)
        }
    }
}

async fn parts(upload: &mut Upload<'_>, file: &File, bar: &ProgressBar) -> Result<()> {
    let unreadable = || format!("{} can't be read", file.path.display());
    let mut source = fs::File::open(&file.path).with_context(unreadable)?;
    loop {
        let mut part = Vec::with_capacity(UPLOAD_PART);
        (&mut source).take(UPLOAD_PART as u64).read_to_end(&mut part).with_context(unreadable)?;
        if part.is_empty() {
            return Ok(());
        }
        let sent = part.len() as u64;
        upload.part(part).await.map_err(explain)?;
        bar.inc(sent);
    }
}

/// On a terminal only.
fn bar(bytes: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} [{wide_bar}] {bytes} of {total_bytes}, {eta} left");
    ProgressBar::new(bytes).with_style(style.expect("the template is a constant"))
}
