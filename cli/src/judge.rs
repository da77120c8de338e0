//! Judging a set: each file in one pass, then what only shows across them.

use tunedrop_validation::{FileCheck, Finding, Findings, Options, Quotas, RecordIndex, Role, SetFile, check_set};

use crate::catalogue::Rules;
use crate::media;
use crate::outcome::{FileOutcome, Outcome};
use crate::read::read;
use crate::set::Set;

/// Reads the set's files, and adds what comes out to `outcome`.
pub(crate) fn judge(set: Set, options: Options, strict: bool, outcome: &mut Outcome) {
    let Set { rules, files, recipe, findings, media_folder } = set;
    let strict = strict || recipe.as_ref().is_some_and(|recipe| recipe.strict);
    outcome.strict |= strict;
    outcome.blocked |= findings.block(strict);
    outcome.findings.extend(findings);
    let Some(rules) = rules else {
        outcome.notes.push("no file was read, as the recipe names no model and type whose rules are known".to_owned());
        return;
    };
    if recipe.as_ref().is_some_and(|recipe| recipe.invocation_logs.is_some()) {
        outcome.notes.push("the recipe trains on Bedrock's invocation logs, which are not judged here".to_owned());
    }
    if let Some(note) = rules.model.withdrawn_note().filter(|note| !outcome.notes.contains(note)) {
        outcome.notes.push(note);
    }
    let mut read_files: Vec<FileOutcome> = Vec::new();
    let mut train_index: Option<RecordIndex> = None;
    for (role, place) in files {
        let check = FileCheck::new(&place.name(), rules.training, role, train_index.take()).with(options);
        let check = check.media_in(media_folder.clone());
        let looked = read(&place, check).and_then(|report| {
            let looked = media::look(&place, &report, &rules.training.media)?;
            Ok((report, looked))
        });
        match looked {
            Ok((mut report, (found, note))) => {
                report.findings.extend(found);
                outcome.notes.extend(note);
                train_index = Some(report.index);
                read_files.push(FileOutcome {
                    path: place.name(),
                    role,
                    model: (rules.model.alias.clone(), rules.model.name.clone()),
                    customization: rules.customization,
                    findings: report.findings,
                    statistics: report.statistics,
                });
            }
            Err(why) => outcome.unreadable.push(why),
        }
    }
    let quotas = Quotas { records: recipe.and_then(|recipe| recipe.quota_records) };
    for finding in across(&read_files, rules, &quotas).kept {
        if let Some(file) = read_files.iter_mut().find(|file| file.path == finding.file) {
            file.findings.push(finding);
        }
    }
    for file in &mut read_files {
        file.findings.kept.sort_by_key(|finding: &Finding| (finding.line, finding.column));
        outcome.blocked |= file.findings.block(strict);
    }
    outcome.files.extend(read_files);
}

/// What only shows across files: counts, sizes, whether a validation file is taken.
fn across(files: &[FileOutcome], rules: Rules, quotas: &Quotas) -> Findings {
    let of = |role: Role| {
        let file = files.iter().find(|file| file.role == role)?;
        Some(SetFile { name: &file.path, statistics: &file.statistics })
    };
    check_set(rules.model, rules.customization, of(Role::Train), of(Role::Validation), quotas)
}
