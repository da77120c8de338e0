//! The page of a draft.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use askama::Template;
use indicatif::HumanBytes;

use super::drafts::{BYTES_MAX, Draft, FILES_MAX};
use super::form::Form;
use super::offers::{Offer, Preview};
use super::receive::Arriving;
use super::send::{Sending, Step};
use crate::format::{counted, grouped, visible};
use crate::submit::Validated;
use crate::ui::page::Frame;

/// Folders and files that are listed.
const LISTED: usize = 50;

#[derive(Template)]
#[template(path = "ui/dataset.html")]
pub(super) struct DatasetPage {
    pub(super) frame: Frame,
    pub(super) id: String,
    /// Other drafts: id, and what they are.
    pub(super) others: Vec<(String, String)>,
    pub(super) limits: String,
    pub(super) files_max: usize,
    pub(super) bytes_max: u64,
    pub(super) view: View,
}

/// What changes while a draft is worked on.
#[derive(Default)]
pub(super) struct View {
    /// The dataset's name.
    pub(super) name: String,
    pub(super) notice: Option<String>,
    /// Whether the page should be read again soon.
    pub(super) is_busy: bool,
    pub(super) status: String,
    /// The class of the status: `good`, `bad`, `wait`, or empty.
    pub(super) tone: &'static str,
    /// Name, size, and a note.
    pub(super) files: Vec<(String, String, &'static str)>,
    pub(super) more_files: usize,
    pub(super) arriving: Vec<ArrivingView>,
    /// Value, title and reason.
    pub(super) offers: Vec<(String, String, &'static str)>,
    pub(super) preview: Option<PreviewView>,
    /// HTML of the report.
    pub(super) findings: String,
    pub(super) data: String,
    pub(super) notes: Vec<String>,
    pub(super) form: Option<Form>,
    pub(super) recipe_name: &'static str,
    pub(super) recipe_text: String,
    pub(super) estimate: Vec<Vec<(&'static str, String)>>,
    pub(super) no_estimate: Option<String>,
    /// Why it can't be uploaded.
    pub(super) blocked: Option<&'static str>,
    pub(super) question: Option<String>,
    pub(super) sending: Option<SendingView>,
    /// Whether nothing is being uploaded to the stack.
    pub(super) is_idle: bool,
}

pub(super) struct ArrivingView {
    pub(super) name: String,
    pub(super) detail: String,
    pub(super) found: Vec<String>,
}

pub(super) struct PreviewView {
    pub(super) title: String,
    pub(super) is_ready: bool,
    pub(super) error: Option<String>,
    pub(super) notes: Vec<String>,
    pub(super) samples: Vec<(String, String)>,
}

pub(super) struct SendingView {
    pub(super) words: String,
    /// Bytes sent, and all of them, while it uploads.
    pub(super) progress: Option<(u64, u64)>,
    pub(super) is_over: bool,
    pub(super) is_failed: bool,
    /// The run that it led to.
    pub(super) run: Option<String>,
    /// Whether the run was accepted, so that its page is next.
    pub(super) is_accepted: bool,
}

/// The limits of a draft, in a sentence.
pub(super) fn limits() -> String {
    format!("At most {} files and {} GiB. Hidden files are skipped.", grouped(FILES_MAX as u64), BYTES_MAX >> 30)
}

impl View {
    /// What a page shows. A notice stays until the next action.
    pub(super) fn of(draft: &Draft) -> View {
        let revision = draft.revision();
        let mut state = draft.state();
        let notice = state.notice.clone();
        // A change makes a preview useless.
        if state.preview.as_ref().is_some_and(|preview| preview.revision != revision) {
            state.preview = None;
        }
        let mut view = View { name: state.name.clone(), notice, ..View::default() };
        view.arriving = state.arriving.iter().map(|(name, one)| arriving(name, one)).collect();
        (view.files, view.more_files) = listed(&state.files);
        view.preview = state.preview.as_ref().map(preview);
        view.question = state.question.clone();
        view.sending = state.sending.as_deref().map(sending);
        let checking = state.checking.as_ref().map(|(read, total)| (read.load(Ordering::Relaxed), *total));
        let is_sending = view.sending.as_ref().is_some_and(|sending| !sending.is_over);
        view.is_idle = !is_sending;
        let is_working = view.preview.as_ref().is_some_and(|preview| !preview.is_ready);
        view.is_busy = checking.is_some() || !view.arriving.is_empty() || is_sending || is_working;
        (view.status, view.tone) = match (checking, &state.seen) {
            _ if !view.arriving.is_empty() => {
                (format!("Receiving {}", counted(view.arriving.len() as u64, "file")), "wait")
            }
            (Some((read, total)), _) if total > 0 => {
                (format!("Checking: {} of {}", HumanBytes(read.min(total)), HumanBytes(total)), "wait")
            }
            (Some(_), _) => ("Checking".to_owned(), "wait"),
            (None, Some(seen)) if state.files.len() > 1 || state.has_own_recipe => {
                let (headline, is_valid) = headline(seen);
                (headline, if is_valid { "good" } else { "bad" })
            }
            _ => (String::new(), ""),
        };
        let Some(seen) = state.seen.clone().filter(|_| state.files.keys().any(|name| name != "job.yaml")) else {
            view.blocked = Some("Add files first.");
            return view;
        };
        view.offers = seen.offers.iter().map(|one| (one.value(), visible(&one.title()), one.reason())).collect();
        view.findings.clone_from(&seen.findings);
        view.data.clone_from(&seen.data);
        view.notes = seen
            .result
            .unreadable
            .iter()
            .map(|one| visible(&format!("{} can't be read: {}.", one.path, one.why)))
            .collect();
        view.notes.extend(seen.result.notes.iter().map(|note| visible(&format!("{note}."))));
        view.form = Form::of(&seen, &state.files);
        (view.recipe_name, view.recipe_text) = (seen.recipe_name, seen.recipe_text.clone());
        match &seen.estimate {
            Ok(files) => {
                view.estimate.clone_from(files);
                if let Some(rows) = view.estimate.first_mut().filter(|_| !seen.time.is_empty()) {
                    rows.push(("time", seen.time.clone()));
                }
            }
            Err(why) => view.no_estimate = Some(visible(why)),
        }
        view.blocked = match () {
            () if checking.is_some() || !view.arriving.is_empty() => Some("The files are being checked."),
            () if seen.has_recipe_error => Some("Fix the recipe first."),
            () if !seen.result.valid() => Some("Fix the errors first."),
            () if state.name.is_empty() => Some("Give the dataset a name first."),
            () => None,
        };
        view
    }
}

fn headline(seen: &super::look::Seen) -> (String, bool) {
    let (errors, warnings) = (seen.result.errors(), seen.result.warnings());
    let count: u64 = seen.result.files.iter().map(|file| file.statistics.records).sum();
    let records = counted(count, "record");
    match (seen.result.valid(), errors, warnings) {
        (true, _, 0) => (format!("Valid: {records}"), true),
        (true, _, warnings) => (format!("Valid: {records}, {}", counted(warnings, "warning")), true),
        (false, 0, 0) => ("A file can't be read".to_owned(), false),
        (false, 0, warnings) => {
            (format!("Invalid: fix {}, because the recipe is strict", counted(warnings, "warning")), false)
        }
        (false, errors, _) => {
            let among = if count > 0 { format!(", in {records}") } else { String::new() };
            (format!("Invalid: fix {}{among}", counted(errors, "error")), false)
        }
    }
}

fn arriving(name: &str, one: &Arriving) -> ArrivingView {
    let done = HumanBytes(one.done.load(Ordering::Relaxed));
    let detail = one.total.map_or_else(|| done.to_string(), |total| format!("{done} of {}", HumanBytes(total)));
    ArrivingView { name: visible(name), detail, found: one.found() }
}

/// Files at the top, and folders with their sizes.
fn listed(files: &BTreeMap<String, u64>) -> (Vec<(String, String, &'static str)>, usize) {
    let mut rows: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (name, bytes) in files {
        let row = match name.split_once('/') {
            Some((folder, _)) => rows.entry(format!("{folder}/")).or_default(),
            None => rows.entry(name.clone()).or_default(),
        };
        (row.0, row.1) = (row.0 + 1, row.1 + bytes);
    }
    let more = rows.len().saturating_sub(LISTED);
    let row = |(name, (count, bytes)): (String, (u64, u64))| {
        let size = HumanBytes(bytes);
        let is_folder = name.ends_with('/');
        let note = match () {
            () if is_folder || name.ends_with(".jsonl") => "",
            () if super::receive::is_recipe(&name) => "recipe",
            () => "isn't uploaded",
        };
        (name, if is_folder { format!("{}, {size}", counted(count, "file")) } else { size.to_string() }, note)
    };
    (rows.into_iter().take(LISTED).map(row).collect(), more)
}

fn preview(preview: &Preview) -> PreviewView {
    let Preview { offer, outcome, .. } = preview;
    let title = visible(&Offer::title(offer));
    let (mut notes, mut samples, mut error) = (Vec::new(), Vec::new(), None);
    match outcome {
        None => {}
        Some(Err(why)) => error = Some(visible(why)),
        Some(Ok(made)) => {
            notes = made.notes.iter().map(|note| visible(note)).collect();
            samples = made.samples.iter().map(|(a, b)| (visible(a), visible(b))).collect();
        }
    }
    PreviewView { title, is_ready: outcome.is_some(), error, notes, samples }
}

fn sending(sending: &Sending) -> SendingView {
    let view = |words: String| SendingView {
        words,
        progress: None,
        is_over: false,
        is_failed: false,
        run: None,
        is_accepted: false,
    };
    let (sent, all) = (sending.sent.bytes().min(sending.bytes), sending.bytes);
    match sending.step() {
        Step::Uploading => SendingView {
            progress: Some((sent, all)),
            ..view(format!("Uploading {}: {} of {}", sending.dataset, HumanBytes(sent), HumanBytes(all)))
        },
        Step::Validating => view("Uploaded. The stack validates the dataset.".to_owned()),
        Step::Over => {
            let shown = sending.with_result(|result| match result {
                Ok(Validated::Accepted(run)) => {
                    let words = format!("The stack accepted the dataset: run {run}");
                    SendingView { run: Some(run.to_string()), is_accepted: true, ..view(words) }
                }
                Ok(Validated::Rejected(run)) => {
                    let words = format!("The stack rejected the dataset: run {run}");
                    SendingView { run: Some(run.to_string()), is_failed: true, ..view(words) }
                }
                Ok(Validated::Incomplete(missing)) => {
                    let words = visible(&format!("The dataset is incomplete: {} is missing", missing.join(", ")));
                    SendingView { is_failed: true, ..view(words) }
                }
                Err(why) => SendingView { is_failed: true, ..view(visible(why)) },
            });
            SendingView { is_over: true, ..shown.unwrap_or_else(|| view(String::new())) }
        }
    }
}
