//! Uploads a draft to the stack as `tunedrop submit` does, and waits for the result.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use indicatif::HumanBytes;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tunedrop_aws::Sent;
use tunedrop_run::OwnLookup;

use super::drafts::Draft;
use super::look;
use crate::format::{counted, visible};
use crate::stack::explain;
use crate::submit::{Ended, Files, Stop, Validated, files_of, name_fault, upload_silently, validated};
use crate::ui::console::Console;

/// How long to wait for the result of the validation.
const MINUTES: u64 = 15;

/// An upload to the stack.
pub(super) struct Sending {
    pub(super) dataset: String,
    pub(super) bytes: u64,
    pub(super) sent: Sent,
    stop: Arc<Notify>,
    step: AtomicU8,
    result: Mutex<Option<Result<Validated, String>>>,
}

/// Where an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Uploading,
    Validating,
    Over,
}

impl Sending {
    pub(super) fn step(&self) -> Step {
        match self.step.load(Ordering::SeqCst) {
            0 => Step::Uploading,
            1 => Step::Validating,
            _ => Step::Over,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.step() == Step::Over
    }

    /// Stops the upload before the recipe.
    pub(super) fn cancel(&self) {
        self.stop.notify_one();
    }

    /// The result, with what a page shows of it.
    pub(super) fn with_result<T>(&self, show: impl FnOnce(&Result<Validated, String>) -> T) -> Option<T> {
        self.result.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(show)
    }

    fn ends(&self, result: Result<Validated, String>) {
        *self.result.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        self.step.store(2, Ordering::SeqCst);
    }
}

/// What an upload would do, in a sentence. The error says why nothing can be uploaded.
pub(super) async fn question(console: &Console, draft: &Arc<Draft>) -> Result<String> {
    let name = ready(draft)?;
    let files = files(draft).await?;
    let known = console.ledger.dataset(&name).await.map_err(explain)?;
    let is_used = known.is_some_and(|head| head.latest_run.is_some() || head.rejected_run.is_some());
    let (count, size) = (counted(files.count(), "file"), HumanBytes(files.bytes()));
    let stack = visible(&console.stack.name);
    let cost = {
        let state = draft.state();
        let rows = state.seen.as_ref().and_then(|seen| seen.estimate.as_ref().ok()?.first().cloned());
        let cost = rows.into_iter().flatten().find(|(name, _)| *name == "cost").map(|(_, value)| value);
        match cost {
            Some(cost) if cost.ends_with("USD") => format!("Training is estimated to cost {cost}."),
            _ => "The cost of the training is unknown.".to_owned(),
        }
    };
    let update = if is_used {
        format!(" Dataset {name} exists: its files with the same names are replaced, and a new run starts.")
    } else {
        String::new()
    };
    Ok(format!("Upload {count} ({size}) as dataset {name} to stack {stack}, and start a run?{update} {cost}"))
}

/// The dataset's name, if the draft can be uploaded.
fn ready(draft: &Draft) -> Result<String> {
    let state = draft.state();
    if state.name.is_empty() {
        bail!("give the dataset a name first");
    }
    if let Some(why) = name_fault(&state.name) {
        bail!("{why}");
    }
    if state.checking.is_some() || !state.arriving.is_empty() {
        bail!("wait until the files are checked");
    }
    match &state.seen {
        Some(seen) if seen.result.valid() => Ok(state.name.clone()),
        Some(_) => bail!("fix the errors first"),
        None => bail!("add files first"),
    }
}

async fn files(draft: &Arc<Draft>) -> Result<Files> {
    let draft = draft.clone();
    tokio::task::spawn_blocking(move || {
        let name = draft.state().name.clone();
        let data = draft.data();
        let dataset = look::dataset(&data, &name, OwnLookup::AtUpload)?;
        files_of(&data, &dataset).map_err(|error| anyhow::anyhow!(draft.shown(&format!("{error:#}"))))
    })
    .await
    .context("the files can't be listed")?
}

/// Begins the upload.
pub(super) async fn begin(console: &Arc<Console>, draft: &Arc<Draft>) -> Result<()> {
    let dataset = ready(draft)?;
    let files = files(draft).await?;
    let sending = Arc::new(Sending {
        dataset,
        bytes: files.bytes(),
        sent: Sent::default(),
        stop: Arc::default(),
        step: AtomicU8::new(0),
        result: Mutex::default(),
    });
    {
        let mut state = draft.state();
        if state.sending.as_ref().is_some_and(|sending| !sending.is_over()) {
            bail!("the upload is in progress already");
        }
        (state.sending, state.question, state.preview) = (Some(sending.clone()), None, None);
    }
    let (console, handle) = (console.clone(), Handle::current());
    // The progress of an upload isn't shared between threads, so it stays on one.
    tokio::task::spawn_blocking(move || {
        let result = handle.block_on(send(&console, &sending, &files));
        sending.ends(result.map_err(|error| format!("{error:#}")));
    });
    Ok(())
}

async fn send(console: &Console, sending: &Sending, files: &Files) -> Result<Validated> {
    let stop = Stop::Asked(sending.stop.clone());
    match upload_silently(&console.stack, &sending.dataset, files, sending.sent.clone(), &stop).await? {
        Ended::Complete => {}
        Ended::BeforeData => bail!("Canceled: no data file was uploaded."),
        Ended::BeforeRecipe => bail!("Canceled: the recipe was not uploaded, so nothing starts."),
    }
    sending.step.store(1, Ordering::SeqCst);
    validated(&console.stack, &sending.dataset, MINUTES).await
}
