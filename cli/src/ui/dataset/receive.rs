//! Receives a file: its bytes go to the draft's folder and through the dataset's check at the same time.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use tempfile::NamedTempFile;
use tokio::sync::mpsc;
use tunedrop_run::data_file::role_of;
use tunedrop_run::{Begun, DatasetCheck, DatasetSpec, RecipeFile, RecipeScope};
use tunedrop_validation::{Catalogue, Customization, Role, grouped};

use super::drafts::{BYTES_MAX, Draft, FILES_MAX};
use super::{look, names};
use crate::format::visible;
use crate::ui::console::Console;

/// Pieces between the connection and the disk. With pieces of at most some 100 kB, this bounds the memory of an upload.
const PIECES: usize = 8;
/// How often the page's numbers change.
const NEWS_EVERY: Duration = Duration::from_millis(200);
/// Findings that are shown before the file is complete.
const SHOWN: usize = 3;

/// A file that is being uploaded.
pub(super) struct Arriving {
    pub(super) total: Option<u64>,
    pub(super) done: AtomicU64,
    /// What the check found so far, in a sentence each.
    found: Mutex<Vec<String>>,
}

impl Arriving {
    pub(super) fn found(&self) -> Vec<String> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, found: Vec<String>) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }
}

/// What goes from the connection to the disk.
enum Piece {
    Bytes(Bytes),
    /// The file is complete. Without it, the upload was canceled.
    End,
}

/// Receives the file. The error says why it isn't in the draft, as a sentence for people.
pub(super) async fn receive(
    console: &Arc<Console>,
    draft: &Arc<Draft>,
    name: &str,
    total: Option<u64>,
    body: Body,
) -> Result<()> {
    if let Some(why) = names::fault(name) {
        bail!("{} wasn't taken: {why}", visible(name));
    }
    let arriving = begin(draft, name, total)?;
    let (sender, pieces) = mpsc::channel(PIECES);
    let worker = {
        let (console, draft, name) = (console.clone(), draft.clone(), name.to_owned());
        tokio::task::spawn_blocking(move || {
            let done = write(&draft, &name, &arriving, pieces);
            let is_empty = {
                let mut state = draft.state();
                state.arriving.remove(&name);
                state.files.is_empty()
            };
            // Also after a canceled upload, for which the check of the others waited. The browser may be gone.
            if !is_empty {
                look::again(&console, &draft);
            }
            done
        })
    };
    let mut stream = body.into_data_stream();
    let mut is_whole = true;
    while let Some(next) = stream.next().await {
        let Ok(bytes) = next else {
            is_whole = false;
            break;
        };
        // The worker ended early, and says why.
        if sender.send(Piece::Bytes(bytes)).await.is_err() {
            break;
        }
    }
    if is_whole {
        let _ = sender.send(Piece::End).await;
    }
    drop(sender);
    worker.await.context("the upload ended early")?
}

/// Checks the limits, and lists the file as arriving.
fn begin(draft: &Draft, name: &str, total: Option<u64>) -> Result<Arc<Arriving>> {
    let mut state = draft.state();
    let shown = visible(name);
    ensure!(state.sending.as_ref().is_none_or(|sending| sending.is_over()), "the draft is being uploaded to the stack");
    ensure!(!state.arriving.contains_key(name), "{shown} is being uploaded already");
    let count = state.files.len() + state.arriving.len();
    ensure!(
        count < FILES_MAX || state.files.contains_key(name),
        "a draft has at most {} files; use `tunedrop submit` for more",
        grouped(FILES_MAX as u64)
    );
    let more = total.unwrap_or_default();
    ensure!(taken(&state.files, name).saturating_add(more) <= BYTES_MAX, too_large());
    // A file and a folder can't have the same name.
    let is_below = |other: &String| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
    let is_above = |other: &String| name.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('/'));
    let conflict = state.files.keys().chain(state.arriving.keys()).find(|other| is_below(other) || is_above(other));
    if let Some(other) = conflict {
        bail!("{shown} wasn't taken: {} already exists, and a folder can't have the name of a file", visible(other));
    }
    let arriving = Arc::new(Arriving { total, done: AtomicU64::new(0), found: Mutex::default() });
    state.arriving.insert(name.to_owned(), arriving.clone());
    Ok(arriving)
}

fn too_large() -> String {
    format!("a draft has at most {} GiB; use `tunedrop submit` for more", BYTES_MAX >> 30)
}

/// Bytes of all files but the one that is replaced.
fn taken(files: &std::collections::BTreeMap<String, u64>, name: &str) -> u64 {
    files.iter().filter(|(other, _)| *other != name).map(|(_, bytes)| bytes).sum()
}

/// Writes the file, and checks it. A canceled one leaves nothing.
fn write(draft: &Draft, name: &str, arriving: &Arriving, mut pieces: mpsc::Receiver<Piece>) -> Result<()> {
    let shown = visible(name);
    let cannot = || format!("{shown} can't be written; check the free disk space");
    let mut part = NamedTempFile::new_in(draft.parts()).with_context(cannot)?;
    let before = taken(&draft.state().files, name);
    let (spec, role) = (spec(draft), role(name));
    let mut check = DatasetCheck::new(&spec, false, Catalogue::embedded());
    let mut pass = match name.ends_with(".jsonl").then(|| check.file(role, name, arriving.total)) {
        Some(Begun::Read(pass)) => Some(pass),
        _ => None,
    };
    let (mut done, mut said) = (0_u64, Instant::now());
    loop {
        match pieces.blocking_recv() {
            Some(Piece::Bytes(bytes)) => {
                done += bytes.len() as u64;
                ensure!(before.saturating_add(done) <= BYTES_MAX, too_large());
                part.write_all(&bytes).with_context(cannot)?;
                if let Some(pass) = &mut pass {
                    pass.feed(&bytes);
                }
                arriving.done.store(done, Ordering::Relaxed);
                if said.elapsed() > NEWS_EVERY {
                    said = Instant::now();
                    arriving.set(pass.as_ref().and_then(|pass| pass.so_far()).map(news).unwrap_or_default());
                }
            }
            Some(Piece::End) => break,
            None => bail!("the upload of {shown} was canceled"),
        }
    }
    ensure!(arriving.total.is_none_or(|total| total == done), "the upload of {shown} isn't complete");
    let path = draft.data().join(name);
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).with_context(cannot)?;
    part.persist(&path).map_err(|error| error.error).with_context(cannot)?;
    let mut state = draft.state();
    state.files.insert(name.to_owned(), done);
    state.has_own_recipe |= is_recipe(name);
    state.preview = None;
    state.question = None;
    Ok(())
}

pub(super) fn is_recipe(name: &str) -> bool {
    tunedrop_run::object_key::RECIPES.contains(&name)
}

/// The rules for a file while it arrives: those of the recipe, else those of the format that its first record has.
fn spec(draft: &Draft) -> DatasetSpec {
    let (catalogue, is_own) = (Catalogue::embedded(), draft.state().has_own_recipe);
    match draft.recipe().filter(|_| is_own) {
        Some((name, bytes)) => {
            DatasetSpec::of_recipe(name, RecipeFile::Bytes(&bytes), &RecipeScope::default(), catalogue)
        }
        None => DatasetSpec::without_recipe(None, Customization::FineTuning, catalogue),
    }
}

fn role(name: &str) -> Role {
    let stem = name.strip_suffix(".jsonl").unwrap_or(name);
    role_of(stem).unwrap_or(Role::Train)
}

/// The number of errors and warnings, and the first of them.
fn news((findings, records): (&tunedrop_validation::Findings, u64)) -> Vec<String> {
    let mut news = vec![format!(
        "{} records, {} errors and {} warnings so far",
        grouped(records),
        grouped(findings.errors),
        grouped(findings.warnings)
    )];
    news.extend(findings.kept.iter().take(SHOWN).map(|finding| {
        let line = finding.line.map_or_else(String::new, |line| format!("line {}: ", grouped(line)));
        visible(&format!("{line}{}", finding.message))
    }));
    news
}
