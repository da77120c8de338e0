//! Runs the check of a dataset: opens its files and media, and collects the findings.

use tunedrop_quality::Quality;
use tunedrop_run::{Begun, DatasetCheck, FilePass, MediaHome, QualityLimits, QualityMode};
use tunedrop_validation::{Finding, Findings, Options, Role};

use crate::check_result::{CheckResult, FileResult};
use crate::dataset::Dataset;
use crate::location::{Location, Unreadable};
use crate::media;
use crate::near_miss;
use crate::placeholders;
use crate::progress::{Progress, Waiting};
use crate::read::{Opened, Refused, open_typed};

/// How a dataset is checked.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CheckOptions {
    /// Whether secrets and personal data are looked for. Absent: as the recipe says.
    pub(crate) sensitive: Option<bool>,
    /// Absent: as the recipe says.
    pub(crate) quality: Option<QualityMode>,
    /// Whether warnings block, also if the recipe doesn't say so.
    pub(crate) strict: bool,
}

/// Checks the dataset's files, and adds the findings to `outcome`.
pub(crate) fn check_dataset(dataset: Dataset, options: CheckOptions, outcome: &mut CheckResult) {
    let recipe = dataset.recipe();
    let quality = options.quality.or(recipe.map(|recipe| recipe.quality)).unwrap_or_default();
    let strict = options.strict || recipe.is_some_and(|recipe| recipe.strict);
    outcome.strict |= strict;
    outcome.notes.extend(dataset.notes.iter().cloned());
    outcome.notes.extend(dataset.awaits_upload());
    if dataset.rules.is_some() && recipe.is_some_and(|recipe| recipe.invocation_logs.is_some()) {
        outcome.notes.push("the recipe trains on Bedrock's invocation logs, which are not checked here".to_owned());
    }
    match dataset.rules {
        None if dataset.awaits_upload().is_some() => {}
        None => outcome.notes.push("no file was read: the recipe names no known model and type".to_owned()),
        Some(rules) => {
            let note = rules.model.withdrawn_note().filter(|note| !outcome.notes.contains(note));
            outcome.notes.extend(note);
        }
    }
    let mut check = match (&dataset.spec, dataset.rules) {
        (Some(spec), _) => DatasetCheck::new(spec, dataset.missing.errors == 0, dataset.catalogue),
        (None, Some(rules)) => DatasetCheck::of_files(rules),
        (None, None) => return,
    };
    let sensitive = options.sensitive.unwrap_or_else(|| recipe.is_some_and(|recipe| recipe.sensitive));
    check = check.with(Options { sensitive, ..Options::default() }).media_at(home(&dataset));
    let expectations = dataset.expectations.clone();
    if quality != QualityMode::Off || !expectations.is_empty() {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        check = check.with_quality(quality, expectations, QualityLimits { threads, bytes: None });
    }
    for (role, name, location) in &dataset.files {
        if let Err(why) = file(&mut check, *role, name, location, outcome) {
            outcome.unreadable.push(why);
        }
    }
    let waiting = (quality != QualityMode::Off).then(|| Waiting::new("comparing records"));
    let report = check.finish();
    drop(waiting);
    outcome.quality.extend(report.quality.map(|quality| named(&dataset, quality)));
    outcome.held_out = report.held_out;
    let mut of_set = dataset.spec.as_ref().map(|spec| spec.findings.clone()).unwrap_or_default();
    of_set.extend(dataset.missing.clone());
    of_set.extend(report.unread);
    let mut files: Vec<(String, FileResult)> = report
        .files
        .into_iter()
        .map(|mut file| {
            if let Some((.., location)) = dataset.files.iter().find(|(_, name, _)| *name == file.name) {
                near_miss::name_failing_conversion(&mut file.findings, location, file.rules, dataset.catalogue);
                placeholders::fill(&mut file.findings, location, file.rules);
            }
            let read = FileResult {
                path: shown(&dataset, &file.name),
                role: file.role,
                model: (file.rules.model.alias.clone(), file.rules.model.name.clone()),
                customization: file.rules.customization,
                record_tokens: file.rules.training.record_tokens,
                findings: file.findings,
                statistics: file.statistics,
            };
            (file.name, read)
        })
        .collect();
    for finding in report.across.kept {
        match files.iter_mut().find(|(name, _)| *name == finding.file) {
            Some((_, file)) => file.findings.push(finding),
            None => of_set.push(finding),
        }
    }
    for (_, file) in &mut files {
        file.findings.kept.sort_by_key(|finding: &Finding| (finding.line, finding.column));
    }
    for findings in files.iter_mut().map(|(_, file)| &mut file.findings).chain([&mut of_set]) {
        outcome.blocked |= findings.block(strict);
        name(&dataset, findings);
    }
    outcome.findings.extend(of_set);
    outcome.files.extend(files.into_iter().map(|(_, file)| file));
}

/// Checks one file. The error says why it can't be read.
fn file<'c>(
    check: &mut DatasetCheck<'c>,
    role: Role,
    name: &str,
    location: &Location,
    outcome: &mut CheckResult,
) -> Result<(), Unreadable> {
    let opened = open_typed(location)?;
    let Begun::Read(mut pass) = check.file(role, name, opened.bytes()) else {
        return Ok(());
    };
    match feed(opened, location, &mut pass) {
        Ok(()) => {}
        Err(Refused::ForGood(why)) => {
            check.unreadable(name, why);
            return Ok(());
        }
        Err(Refused::Here(why)) => return Err(why),
    }
    let wanted = check.end(pass);
    outcome.notes.extend(media::look(location, &wanted, check)?);
    Ok(())
}

fn feed(opened: Opened, location: &Location, pass: &mut FilePass) -> Result<(), Refused> {
    let mut progress = Progress::new(location);
    opened.read(location, &mut |bytes| {
        pass.feed(bytes);
        progress.advance(bytes.len());
        true
    })
}

fn home(dataset: &Dataset) -> MediaHome {
    let bucket = dataset.files.iter().find_map(|(_, _, location)| match location {
        Location::Remote { bucket, .. } => Some(bucket.clone()),
        _ => None,
    });
    MediaHome { folder: dataset.media_folder.clone(), bucket }
}

/// The result of the second look, with the files' names in the output.
fn named(dataset: &Dataset, mut quality: Quality) -> Quality {
    quality.files.iter_mut().for_each(|file| file.name = shown(dataset, &file.name));
    let places = quality.groups.iter_mut().flat_map(|group| &mut group.places);
    places.for_each(|place| place.file = shown(dataset, &place.file));
    quality
}

/// A file's name in the output.
fn shown(dataset: &Dataset, name: &str) -> String {
    dataset.folder.as_ref().map_or_else(|| name.to_owned(), |folder| folder.join(name).name())
}

fn name(dataset: &Dataset, findings: &mut Findings) {
    for finding in &mut findings.kept {
        finding.file = shown(dataset, &finding.file);
    }
}
