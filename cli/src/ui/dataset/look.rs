//! The check of a draft after each change: `tunedrop check` and `tunedrop estimate` on its folder, in one pass.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tunedrop_run::object_key::PREFIX;
use tunedrop_run::{OwnLookup, Recipe, RecipeScope, own_base, read_recipe};
use tunedrop_validation::{Catalogue, MediaFolder};

use super::drafts::Draft;
use super::offers::{Offer, offers};
use super::time::training_time;
use crate::catalogue::{Rules, find, rules};
use crate::check_result::CheckResult;
use crate::dataset::{Dataset, of_locations};
use crate::estimate::{self, EstimateArgs, ListArgs, Reader};
use crate::format;
use crate::init;
use crate::location::Location;
use crate::options::DataArgs;
use crate::ui::console::Console;
use crate::watched::watched;
use crate::write::whole_file;

/// Changes that follow each other faster are checked together: files of a folder arrive one after the other.
const PAUSE: Duration = Duration::from_millis(120);

/// The result of a check.
pub(super) struct Seen {
    pub(super) recipe_name: &'static str,
    pub(super) recipe_text: String,
    pub(super) recipe: Recipe,
    pub(super) rules: Option<Rules<'static>>,
    pub(super) result: CheckResult,
    /// Whether the recipe itself has an error.
    pub(super) has_recipe_error: bool,
    /// The training file and its rows, or why there is no estimate.
    pub(super) estimate: Result<Vec<Vec<(&'static str, String)>>, String>,
    /// How long earlier runs took; empty until that is known.
    pub(super) time: String,
    pub(super) offers: Vec<Offer>,
    /// Sections of the report.
    pub(super) findings: String,
    pub(super) data: String,
}

/// Begins a new revision, and checks it. An earlier check ends.
pub(super) fn again(console: &Arc<Console>, draft: &Arc<Draft>) {
    let revision = draft.changes();
    {
        let mut state = draft.state();
        let total = state.files.values().sum();
        state.checking = Some((Arc::default(), total));
    }
    let (console, draft) = (console.clone(), draft.clone());
    tokio::spawn(async move {
        tokio::time::sleep(PAUSE).await;
        // Another file arrives: its end begins a check.
        if draft.revision() != revision || !draft.state().arriving.is_empty() {
            return;
        }
        let own_base = own_base_of(&console, &draft).await;
        let worker = {
            let draft = draft.clone();
            tokio::task::spawn_blocking(move || look(&draft, revision, own_base))
        };
        let mut seen = worker.await;
        if let Ok(Ok(seen)) = &mut seen
            && let Some(rules) = seen.rules.filter(|_| seen.estimate.is_ok())
        {
            seen.time = training_time(&console, rules).await;
        }
        let mut state = draft.state();
        if draft.revision() != revision {
            return;
        }
        state.checking = None;
        match seen {
            Ok(Ok(seen)) => state.seen = Some(Arc::new(seen)),
            Ok(Err(error)) => state.notice = Some(format!("The check failed: {error:#}")),
            Err(_) => state.notice = Some("The check ended early. Change something to check again.".to_owned()),
        }
    });
}

/// What the ledger says about the run or deployment that the recipe continues from.
async fn own_base_of(console: &Console, draft: &Draft) -> OwnLookup {
    let Some((_, bytes)) = draft.recipe() else { return OwnLookup::AtUpload };
    match own_base(&bytes, &RecipeScope::default()) {
        Some(base) => console.ledger.own_base(&base).await.unwrap_or(OwnLookup::AtUpload),
        None => OwnLookup::AtUpload,
    }
}

/// Writes the recipe that follows the data, unless a person wrote one.
fn propose(draft: &Draft) -> anyhow::Result<()> {
    let chosen = {
        let state = draft.state();
        if state.has_own_recipe {
            return Ok(());
        }
        state.chosen.clone()
    };
    let catalogue = Catalogue::embedded();
    let chosen = chosen.map(|(alias, kind)| rules(find(catalogue, &alias)?, Some(kind))).transpose()?;
    let text = init::proposal(&draft.data(), chosen)?;
    let state = draft.state();
    if !state.has_own_recipe {
        whole_file(&draft.data().join("job.yaml"), text.as_bytes())?;
    }
    Ok(())
}

/// The draft as the command line sees it.
pub(super) fn dataset(data: &Path, name: &str, own_base: OwnLookup) -> anyhow::Result<Dataset<'static>> {
    let args = DataArgs { paths: Vec::new(), model: None, customization: None, role: None, catalogue: None, own_base };
    let (mut datasets, unreadable) =
        of_locations(vec![Location::Local(data.to_owned())], &args, Catalogue::embedded())?;
    if let Some(fault) = unreadable.first() {
        anyhow::bail!("{}", fault.why);
    }
    let mut dataset = datasets.pop().ok_or_else(|| anyhow::anyhow!("there is no dataset"))?;
    if !name.is_empty() {
        dataset.media_folder = Some(MediaFolder { bucket: None, prefix: format!("{PREFIX}{name}/") });
    }
    Ok(dataset)
}

fn look(draft: &Arc<Draft>, revision: u64, own_base: OwnLookup) -> anyhow::Result<Seen> {
    propose(draft)?;
    draft.list_again();
    let (name, read) = {
        let state = draft.state();
        (state.name.clone(), state.checking.as_ref().map(|(read, _)| read.clone()).unwrap_or_default())
    };
    let (data, catalogue) = (draft.data(), Catalogue::embedded());
    let dataset =
        dataset(&data, &name, own_base.clone()).map_err(|error| anyhow::anyhow!(draft.shown(&format!("{error:#}"))))?;
    let (recipe_name, bytes) = draft.recipe().unwrap_or(("job.yaml", Vec::new()));
    let scope = RecipeScope { own_base, ..RecipeScope::default() };
    let (recipe, of_recipe) = read_recipe(&bytes, recipe_name, &scope, catalogue);
    let args = EstimateArgs {
        data: DataArgs {
            paths: Vec::new(),
            model: None,
            customization: None,
            role: None,
            catalogue: None,
            own_base: OwnLookup::AtUpload,
        },
        epochs: None,
        price_per_1k: None,
        list: ListArgs::default(),
        json: false,
    };
    let rules = dataset.rules;
    let awaits = dataset.awaits_upload();
    let (mut result, pages) = {
        let (draft, read) = (draft.clone(), read);
        let watch = move |bytes| {
            read.store(bytes, Ordering::Relaxed);
            draft.revision() == revision
        };
        watched(Box::new(watch), || estimate::checked((vec![dataset], Vec::new()), &args))
    };
    let offers = offers(&data, rules, &recipe, &result);
    rename(draft, &mut result);
    let estimate = match pages {
        Ok(pages) if pages.is_empty() => Err(awaits.unwrap_or_else(|| "There is no training file yet.".to_owned())),
        Ok(pages) => Ok(pages.iter().map(|page| page.rows(Reader::Console)).collect()),
        Err(error) => Err(format!("{error:#}.")),
    };
    let report = format::report(&result);
    let report = tunedrop_report::DatasetReport { catalogue_model: None, show_excerpts: true, ..report };
    Ok(Seen {
        recipe_name,
        recipe_text: String::from_utf8_lossy(&bytes).into_owned(),
        recipe,
        rules,
        has_recipe_error: of_recipe.errors > 0,
        estimate,
        time: String::new(),
        offers,
        findings: report.findings_section(),
        data: report.data_section(),
        result,
    })
}

/// Gives files the names that they have in the draft.
fn rename(draft: &Draft, result: &mut CheckResult) {
    for file in &mut result.files {
        file.path = draft.shown(&file.path);
    }
    for fault in &mut result.unreadable {
        (fault.path, fault.why) = (draft.shown(&fault.path), draft.shown(&fault.why));
    }
    for note in &mut result.notes {
        *note = draft.shown(note);
    }
    let of_files = result.files.iter_mut().map(|file| &mut file.findings);
    for findings in of_files.chain([&mut result.findings]) {
        for finding in &mut findings.kept {
            finding.file = draft.shown(&finding.file);
            finding.message = draft.shown(&finding.message);
            finding.help = draft.shown(&finding.help);
        }
    }
}

/// Replaces a file of the draft with another of its folders' files.
pub(super) fn place(draft: &Draft, from: &Path, name: &str) -> anyhow::Result<()> {
    let to = draft.data().join(name);
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::rename(from, &to)?;
    Ok(())
}
