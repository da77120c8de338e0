//! Reads a dataset folder: the recipe, and the files that it names.

mod expect;
mod names;

use tunedrop_run::object_key::{PREFIX, RECIPES};
use tunedrop_run::{DatasetSpec, OwnLookup, RECIPE_READ_MAX, RecipeFile, RecipeScope, key_of};
use tunedrop_validation::{Catalogue, Customization, Finding, Findings, MediaFolder, Role};

use crate::catalogue::{DEFAULT_MODEL, Rules, find, rules};
use crate::dataset::Dataset;
use crate::location::{Location, Unreadable};
use crate::near_miss::{NearMiss, Target, near_misses};
use crate::read::{Opened, Refused, open};
use expect::expected;
pub(crate) use expect::of_file as of_expect_file;
use names::{misspelled, other_data, other_spelling, rejected, unnamed};

/// The training file without a recipe.
const TRAIN: &str = "train.jsonl";

/// The usual name of a validation file.
const VALIDATION: &str = "validation.jsonl";

/// Reads the dataset in this folder. `given` and `wanted` are `--model` and `--type`; `own_base` is what the ledger says about
/// the run or deployment that the recipe continues from.
pub(crate) fn dataset<'c>(
    folder: &Location,
    given: Option<Rules<'c>>,
    wanted: Option<Customization>,
    own_base: &OwnLookup,
    catalogue: &'c Catalogue,
) -> Result<Dataset<'c>, Unreadable> {
    let mut recipes = Vec::new();
    for name in RECIPES {
        let file = folder.join(name);
        recipes.extend(open(&file)?.map(|opened| (name, file, opened)));
    }
    let (there, recipe) = (recipes.len(), recipes.first().map_or(RECIPES[0], |(name, ..)| *name));
    let spec = match recipes.into_iter().next() {
        Some((name, file, opened)) => {
            let spec = read(name, &file, opened, given, own_base, catalogue)?;
            contradiction(&spec, given, wanted, catalogue).map_or(Ok(spec), |why| Err(folder.because(why)))?
        }
        None => without_recipe(folder, given, catalogue)?,
    };
    let spec = if there > 1 { spec.with_second_recipe() } else { spec };
    let rules = spec.rules(catalogue);
    let default = || default_rules(catalogue, Some(spec.recipe.customization));
    let target = match (rules, &spec.recipe.base_model) {
        (None, None) => Target { catalogue, rules: default(), is_chosen: false },
        (None, Some(_)) if spec.recipe.own_base().is_some() => Target { catalogue, rules: default(), is_chosen: false },
        (None, Some(written)) => {
            let meant = catalogue.meant(written).and_then(|model| Rules::of(model, spec.recipe.customization));
            Target { catalogue, rules: meant, is_chosen: true }
        }
        _ => Target { catalogue, rules, is_chosen: true },
    };
    let mut spec = spec;
    names::name_real_files(&mut spec, folder, target);
    let (mut files, mut absent) = (Vec::new(), Vec::new());
    for (role, name) in spec.wanted() {
        let location = folder.join(name);
        if location.exists()? {
            files.push((role, name.to_owned(), location));
        } else {
            absent.push((role, name));
        }
    }
    // A folder in S3 is listed only if something is missing.
    let is_listed = matches!(folder, Location::Local(_)) || !absent.is_empty();
    let mut near = if is_listed { near_misses(folder, false).unwrap_or_default() } else { Vec::new() };
    let mut missing = Findings::default();
    for (role, name) in absent {
        let of_role = || near.iter().position(|near| near.role == Some(role) && !near.is_recipe());
        missing.push(match near.iter().position(|near| near.meant == name).or_else(of_role) {
            Some(at) => near.remove(at).finding(folder, name, target),
            None => match other_spelling(folder, recipe, (role, name), &spec, there > 0) {
                Some(finding) => finding,
                None => {
                    let mut finding = missing_file(folder, recipe, role, name, target, &mut near);
                    let other = (there > 0).then(|| other_data(folder, role, &spec)).flatten();
                    finding.help.extend(other.map(|other| format!(", such as `{}: {other}`", key_of(role))));
                    finding
                }
            },
        });
    }
    let ignored = |near: &NearMiss| {
        let (why, remedy) = near.remedy(folder, &near.meant, target);
        format!("{} isn't read: {why}; {}", near.name, remedy.help())
    };
    let mut notes: Vec<String> = near.iter().map(ignored).collect();
    if there == 0 && folder.join(VALIDATION).exists()? {
        notes.push(format!(
            "{} was not read: a validation file needs a job.yaml that names it",
            folder.join(VALIDATION).name()
        ));
    }
    let media_folder = own_folder(folder);
    let (expectations, faults) = expected(&spec.recipe_name, &spec.recipe.expect, folder)?;
    spec.findings.extend(faults);
    Ok(Dataset {
        expectations,
        catalogue,
        rules,
        spec: Some(spec),
        folder: Some(folder.clone()),
        files,
        missing,
        media_folder,
        notes,
    })
}

/// Returns the finding about a missing file. If the folder has other data, it says what to do with that, which then has
/// no note of its own.
fn missing_file(
    folder: &Location,
    recipe: &str,
    role: Role,
    name: &str,
    target: Target,
    noted: &mut Vec<NearMiss>,
) -> Finding {
    let mut finding = DatasetSpec::missing_file(recipe, role, name);
    if role == Role::Train
        && let Some(near) = any_data(folder)
    {
        let (_, remedy) = near.remedy(folder, name, target);
        finding.help.push_str(&format!("; to use {}, {}", near.name, remedy.help()));
        noted.retain(|other| other.name != near.name);
    }
    finding
}

/// Returns a file of the folder that could be the training data, whatever its name.
fn any_data(folder: &Location) -> Option<NearMiss> {
    let near = near_misses(folder, true).unwrap_or_default();
    near.into_iter().find(|near| !near.is_recipe() && near.role != Some(Role::Validation))
}

fn read(
    name: &str,
    file: &Location,
    opened: Opened,
    given: Option<Rules>,
    own_base: &OwnLookup,
    catalogue: &Catalogue,
) -> Result<DatasetSpec, Unreadable> {
    let default_model = given.map(|rules| rules.model.alias.clone());
    let scope = RecipeScope { default_model, own_base: own_base.clone(), ..RecipeScope::default() };
    let spec = |file| DatasetSpec::of_recipe(name, file, &scope, catalogue);
    if let Some(bytes) = opened.bytes().filter(|bytes| *bytes > RECIPE_READ_MAX as u64) {
        return Ok(spec(RecipeFile::TooLarge(bytes)));
    }
    let mut bytes = Vec::new();
    let read = opened.read(file, &mut |piece: &[u8]| {
        bytes.extend(piece.iter().take(RECIPE_READ_MAX - bytes.len()));
        bytes.len() < RECIPE_READ_MAX
    });
    match read {
        Ok(()) => Ok(spec(RecipeFile::Bytes(&bytes))),
        Err(Refused::ForGood(why)) => Ok(spec(RecipeFile::Unreadable(why))),
        Err(Refused::Here(why)) => Err(why),
    }
}

/// How the recipe contradicts the command line.
fn contradiction(
    spec: &DatasetSpec,
    given: Option<Rules>,
    wanted: Option<Customization>,
    catalogue: &Catalogue,
) -> Option<String> {
    let asked = spec.recipe.customization;
    if let (Some(model), Some(given)) = (spec.recipe.model(catalogue), given)
        && model.alias != given.model.alias
    {
        return Some(format!(
            "its recipe names {}, and --model names {}; remove one of them",
            model.alias, given.model.alias
        ));
    }
    wanted
        .is_some_and(|wanted| wanted != asked)
        .then(|| format!("its recipe says {}, and --type says another type; remove --type", asked.as_str()))
}

/// Returns the model for commands without a chosen one. As in `init`, the data may select another.
fn default_rules(catalogue: &Catalogue, wanted: Option<Customization>) -> Option<Rules<'_>> {
    rules(find(catalogue, DEFAULT_MODEL).ok()?, wanted).ok()
}

/// The dataset in a folder without a recipe, as a stack with `--model` as its default model would read it.
fn without_recipe<'c>(
    folder: &Location,
    given: Option<Rules<'c>>,
    catalogue: &'c Catalogue,
) -> Result<DatasetSpec, Unreadable> {
    let has_data = folder.join(TRAIN).exists()?;
    // A folder in S3 is listed only if something is missing.
    let is_listed = matches!(folder, Location::Local(_)) || !has_data;
    let near = if is_listed { near_misses(folder, false).unwrap_or_default() } else { Vec::new() };
    let default = || default_rules(catalogue, None);
    let target = Target { catalogue, rules: given.or_else(default), is_chosen: given.is_some() };
    if let Some(recipe) = near.iter().find(|near| near.is_recipe()) {
        let (_, remedy) = recipe.remedy(folder, &recipe.meant, target);
        let (name, help) = (&recipe.name, remedy.help());
        return Err(folder.because(format!("the folder has {name}, but no {}: {help}", recipe.meant)));
    }
    let data = near.into_iter().find(|near| near.meant == TRAIN || near.role == Some(Role::Train));
    if !has_data && (data.is_none() || given.is_none()) {
        let data = data.or_else(|| any_data(folder));
        return Err(folder.because(match data {
            Some(near) => {
                let (why, remedy) = near.remedy(folder, TRAIN, target);
                format!("the folder has no job.yaml and no {TRAIN}. It has {}, but {why}: {}", near.name, remedy.help())
            }
            None => {
                let instead = rejected(folder).or_else(|| misspelled(folder)).or_else(|| unnamed(folder));
                let instead = instead.unwrap_or_else(|| "pass the files themselves".to_owned());
                format!("the folder has no job.yaml and no {TRAIN}; {instead}")
            }
        }));
    }
    let Some(given) = given else {
        return Err(folder.because("the folder has no job.yaml; choose the base model, such as `--model nova-lite`"));
    };
    Ok(DatasetSpec::without_recipe(Some(&given.model.alias), given.customization, catalogue))
}

/// The folder that a dataset's media must be in, if the dataset is in a stack's bucket.
fn own_folder(folder: &Location) -> Option<MediaFolder> {
    let Location::Remote { bucket, key } = folder else { return None };
    let name = key.strip_prefix(PREFIX)?.strip_suffix('/')?;
    let is_dataset = !name.is_empty() && !name.contains('/');
    is_dataset.then(|| MediaFolder { bucket: Some(bucket.clone()), prefix: key.clone() })
}
