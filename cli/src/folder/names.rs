//! Names of a folder's data files that nearly are the names that are read.

use tunedrop_run::data_file::{DataFile, role_of};
use tunedrop_run::{DatasetSpec, data_name_fault, key_of, pointer_of, working_name};
use tunedrop_validation::{Code, Finding, Role};

use super::{TRAIN, VALIDATION};
use crate::location::Location;
use crate::near_miss::{Target, moved, remedy_of_file};

/// The finding on a file that the folder has under a name that is spelled in another way: `Train.jsonl`, `trian.jsonl`.
/// With `is_named`, the recipe can name that file instead.
pub(super) fn other_spelling(
    folder: &Location,
    recipe: &str,
    (role, name): (Role, &str),
    spec: &DatasetSpec,
    is_named: bool,
) -> Option<Finding> {
    let names = folder.names().ok()?;
    let taken = |found: &str| spec.wanted().iter().any(|(_, wanted)| *wanted == found);
    let other = spelled_like(name, names.iter().map(String::as_str).filter(|found| !taken(found)))?;
    let rename = moved(folder, other, name).help();
    let help = match data_name_fault(other) {
        None if is_named => format!("{rename}, or write `{}: {other}` in {recipe}", key_of(role)),
        _ => rename,
    };
    let what = if role == Role::Evaluation { "held-out" } else { role.as_str() };
    let message = format!("the {what} file is {name}, and the folder has {other}");
    Some(Finding::of_file(Code::NearMissName, other, message, help))
}

/// The one of these names that `name` is a slip of: first one that differs in case and signs only, then one with a slip.
fn spelled_like<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let plain =
        |name: &str| -> String { name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let names: Vec<&str> = names.filter(|found| found.to_ascii_lowercase().ends_with(".jsonl")).collect();
    let wanted = plain(name);
    let same = || names.iter().find(|found| plain(found) == wanted);
    let near = || {
        let distance = |found: &&str| strsim::osa_distance(&plain(found), &wanted);
        let nearest = names.iter().min_by_key(|found| distance(found));
        nearest.filter(|found| distance(found) <= 2 && wanted.len() >= 8)
    };
    same().or_else(near).copied()
}

/// Where the recipe names a file of another format that is in the folder, its content decides what to do, and the command
/// has its path.
pub(super) fn name_real_files(spec: &mut DatasetSpec, folder: &Location, target: Target) {
    let files: Vec<(Role, String)> =
        spec.recipe.files().into_iter().map(|(role, name)| (role, name.to_owned())).collect();
    for (role, name) in files.into_iter().filter(|(_, name)| !name.ends_with(".jsonl")) {
        let finding = spec.findings.kept.iter_mut().find(|finding| finding.pointer == pointer_of(role));
        let Some(finding) = finding.filter(|_| matches!(folder, Location::Local(dir) if dir.join(&name).is_file()))
        else {
            continue;
        };
        let to = DataFile::of_any(&name)
            .map_or_else(|| format!("{}.jsonl", role.as_str()), |file| working_name(&file.meant));
        let remedy = remedy_of_file(folder, &name, &to, target);
        finding.help = format!("{}, and write `{}: {to}` in the recipe", remedy.help(), key_of(role));
    }
}

/// Another data file of the folder for this role, which the recipe doesn't name.
pub(super) fn other_data(folder: &Location, role: Role, spec: &DatasetSpec) -> Option<String> {
    let names = folder.names().ok()?;
    let is_free = |name: &String| spec.wanted().iter().all(|(_, wanted)| wanted != name);
    let is_for = |name: &String| {
        let its = name.strip_suffix(".jsonl").map(role_of);
        // The name of a held-out file says as little as that of a validation file.
        its.is_some_and(|its| (role == Role::Train) == (its != Some(Role::Validation)))
    };
    names.into_iter().find(|name| is_for(name) && is_free(name) && data_name_fault(name).is_none())
}

/// What to do with a file that could be the training data if Bedrock accepted its name.
pub(super) fn rejected(folder: &Location) -> Option<String> {
    let names = folder.names().ok()?;
    let is_training = |name: &str| {
        name.strip_suffix(".jsonl").is_some_and(|stem| !stem.is_empty() && role_of(stem) != Some(Role::Validation))
    };
    let mut rejected = names.iter().filter(|name| is_training(name));
    rejected.find_map(|name| {
        let (fault, remedy) = (data_name_fault(name)?, moved(folder, name, TRAIN));
        Some(format!("it has {name}, but Bedrock rejects that name ({fault}): {}", remedy.help()))
    })
}

/// What to do with a file whose name is a slip of the training file's.
pub(super) fn misspelled(folder: &Location) -> Option<String> {
    let names = folder.names().ok()?;
    let other = spelled_like(TRAIN, names.iter().map(String::as_str))?;
    Some(format!("it has {other}: {}", moved(folder, other, TRAIN).help()))
}

/// What to do with data under a name that only a recipe can give.
pub(super) fn unnamed(folder: &Location) -> Option<String> {
    let Location::Local(dir) = folder else { return None };
    let names = folder.names().ok()?;
    let data = names.iter().find(|name| name.ends_with(".jsonl") && **name != VALIDATION)?;
    let dir = tunedrop_report::shell(&dir.to_string_lossy());
    Some(format!("it has {data}: write a recipe that names it with `tunedrop init {dir}`"))
}

#[cfg(test)]
mod tests {
    use super::spelled_like;

    #[test]
    fn recognizes_other_spellings_of_a_file_name() {
        let of = |name: &str, names: &[&str]| spelled_like(name, names.iter().copied()).map(str::to_owned);
        for other in ["Train.jsonl", "TRAIN.jsonl", "train .jsonl", "trian.jsonl", "train_.jsonl", "tran.jsonl"] {
            assert_eq!(of("train.jsonl", &["readme.md", other]).as_deref(), Some(other));
        }
        assert_eq!(of("my-data.jsonl", &["my_data.jsonl", "my-date.jsonl"]).as_deref(), Some("my_data.jsonl"));
        for other in ["validation.jsonl", "test.jsonl", "train.csv", "training.jsonl", "all.jsonl"] {
            assert_eq!(of("train.jsonl", &[other]), None, "{other}");
        }
    }
}
