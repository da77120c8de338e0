//! Driving the check of a set: where its files and media are, and what is printed of them.

use tunedrop_run::{Begun, FilePass, MediaHome, SetCheck};
use tunedrop_validation::{Finding, Findings, Options, Role};

use crate::media;
use crate::outcome::{FileOutcome, Outcome};
use crate::place::{Place, Unreadable};
use crate::progress::Progress;
use crate::read::{Opened, Refused, open_typed};
use crate::set::Set;

/// Reads the set's files, and adds what comes out to `outcome`.
pub(crate) fn judge(set: Set, options: Options, strict: bool, outcome: &mut Outcome) {
    let recipe = set.recipe();
    let strict = strict || recipe.is_some_and(|recipe| recipe.strict);
    outcome.strict |= strict;
    outcome.notes.extend(set.notes.iter().cloned());
    if set.rules.is_some() && recipe.is_some_and(|recipe| recipe.invocation_logs.is_some()) {
        outcome.notes.push("the recipe trains on Bedrock's invocation logs, which are not judged here".to_owned());
    }
    match set.rules {
        None => outcome
            .notes
            .push("no file was read, as the recipe names no model and type whose rules are known".to_owned()),
        Some(rules) => {
            let note = rules.model.withdrawn_note().filter(|note| !outcome.notes.contains(note));
            outcome.notes.extend(note);
        }
    }
    let mut check = match (&set.spec, set.rules) {
        (Some(spec), _) => SetCheck::new(spec, set.missing.errors == 0, set.catalogue),
        (None, Some(rules)) => SetCheck::of_files(rules),
        (None, None) => return,
    };
    check = check.with(options).media_at(home(&set));
    for (role, name, place) in &set.files {
        if let Err(why) = file(&mut check, *role, name, place, outcome) {
            outcome.unreadable.push(why);
        }
    }
    let report = check.finish();
    let mut of_set = set.spec.as_ref().map(|spec| spec.findings.clone()).unwrap_or_default();
    of_set.extend(set.missing.clone());
    of_set.extend(report.unread);
    let mut files: Vec<(String, FileOutcome)> = report
        .files
        .into_iter()
        .map(|file| {
            let read = FileOutcome {
                path: shown(&set, &file.name),
                role: file.role,
                model: (file.rules.model.alias.clone(), file.rules.model.name.clone()),
                customization: file.rules.customization,
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
        name(&set, findings);
    }
    outcome.findings.extend(of_set);
    outcome.files.extend(files.into_iter().map(|(_, file)| file));
}

/// Checks one file; the error says why it can't be read here.
fn file<'c>(
    check: &mut SetCheck<'c>,
    role: Role,
    name: &str,
    place: &Place,
    outcome: &mut Outcome,
) -> Result<(), Unreadable> {
    let opened = open_typed(place)?;
    let Begun::Read(mut pass) = check.file(role, name, opened.bytes()) else {
        return Ok(());
    };
    match feed(opened, place, &mut pass) {
        Ok(()) => {}
        Err(Refused::ForGood(why)) => {
            check.unreadable(name, why);
            return Ok(());
        }
        Err(Refused::Here(why)) => return Err(why),
    }
    let wanted = check.end(pass);
    outcome.notes.extend(media::look(place, &wanted, check)?);
    Ok(())
}

fn feed(opened: Opened, place: &Place, pass: &mut FilePass) -> Result<(), Refused> {
    let mut progress = Progress::new(place);
    opened.read(place, &mut |bytes| {
        pass.feed(bytes);
        progress.advance(bytes.len());
        true
    })
}

fn home(set: &Set) -> MediaHome {
    let bucket = set.files.iter().find_map(|(_, _, place)| match place {
        Place::Remote { bucket, .. } => Some(bucket.clone()),
        _ => None,
    });
    MediaHome { folder: set.media_folder.clone(), bucket }
}

/// A file's name as the command line shows it.
fn shown(set: &Set, name: &str) -> String {
    set.folder.as_ref().map_or_else(|| name.to_owned(), |folder| folder.join(name).name())
}

fn name(set: &Set, findings: &mut Findings) {
    for finding in &mut findings.kept {
        finding.file = shown(set, &finding.file);
    }
}
