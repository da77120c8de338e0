//! A dataset's folder: the recipe, and the files it names.

use tunedrop_run::dropped::{PREFIX, RECIPES};
use tunedrop_run::{RECIPE_READ_MAX, RecipeFile, RecipeScope, SetSpec};
use tunedrop_validation::{Catalogue, Customization, Findings, MediaFolder};

use crate::catalogue::Rules;
use crate::near_miss::{NearMiss, near_misses};
use crate::place::{Place, Unreadable};
use crate::read::{Opened, Refused, open};
use crate::set::Set;

/// The training file where no recipe names another.
const TRAIN: &str = "train.jsonl";

/// What people call a validation file.
const VALIDATION: &str = "validation.jsonl";

/// The set in this folder. `given` and `wanted` are what the command line says of model and type.
pub(crate) fn set<'c>(
    folder: &Place,
    given: Option<Rules<'c>>,
    wanted: Option<Customization>,
    catalogue: &'c Catalogue,
) -> Result<Set<'c>, Unreadable> {
    let mut recipes = Vec::new();
    for name in RECIPES {
        let file = folder.join(name);
        recipes.extend(open(&file)?.map(|opened| (name, file, opened)));
    }
    let (there, recipe) = (recipes.len(), recipes.first().map_or(RECIPES[0], |(name, ..)| *name));
    let spec = match recipes.into_iter().next() {
        Some((name, file, opened)) => {
            let spec = read(name, &file, opened, given, catalogue)?;
            contradiction(&spec, given, wanted, catalogue).map_or(Ok(spec), |why| Err(folder.because(why)))?
        }
        None => without_recipe(folder, given, catalogue)?,
    };
    let mut near = near(folder, spec.recipe.model(catalogue).map(|model| model.alias.as_str()));
    let spec = if there > 1 { spec.with_second_recipe() } else { spec };
    let (mut files, mut missing) = (Vec::new(), Findings::default());
    for (role, name) in spec.wanted() {
        let place = folder.join(name);
        if place.exists()? {
            files.push((role, name.to_owned(), place));
        } else if let Some(at) = near.iter().position(|near| near.meant == name) {
            missing.push(near.remove(at).finding());
        } else {
            missing.push(SetSpec::missing_file(recipe, role, name));
        }
    }
    let ignored = |near: &NearMiss| format!("{} isn't read: {}; run `{}`", near.name, near.why, near.command);
    let mut notes: Vec<String> = near.iter().map(ignored).collect();
    if there == 0 && folder.join(VALIDATION).exists()? {
        notes.push(format!(
            "{} was not read: without a job.yaml that names it, a dataset has no validation file",
            folder.join(VALIDATION).name()
        ));
    }
    let (rules, media_folder) = (spec.rules(catalogue), own_folder(folder));
    Ok(Set { catalogue, rules, spec: Some(spec), folder: Some(folder.clone()), files, missing, media_folder, notes })
}

fn read(
    name: &str,
    file: &Place,
    opened: Opened,
    given: Option<Rules>,
    catalogue: &Catalogue,
) -> Result<SetSpec, Unreadable> {
    let default_model = given.map(|rules| rules.model.alias.clone());
    let scope = RecipeScope { default_model, ..RecipeScope::default() };
    let spec = |file| SetSpec::of_recipe(name, file, &scope, catalogue);
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

/// What the recipe says against the command line.
fn contradiction(
    spec: &SetSpec,
    given: Option<Rules>,
    wanted: Option<Customization>,
    catalogue: &Catalogue,
) -> Option<String> {
    let asked = spec.recipe.customization;
    if let (Some(model), Some(given)) = (spec.recipe.model(catalogue), given)
        && model.alias != given.model.alias
    {
        return Some(format!(
            "its recipe asks for {}, and --model says {}; leave one of them out",
            model.alias, given.model.alias
        ));
    }
    wanted
        .is_some_and(|wanted| wanted != asked)
        .then(|| format!("its recipe asks for {}, and --type for another; leave --type out", asked.as_str()))
}

/// A folder without a recipe is what a stack with `--model` as its default model would take it for.
fn without_recipe(folder: &Place, given: Option<Rules>, catalogue: &Catalogue) -> Result<SetSpec, Unreadable> {
    let near = near(folder, given.map(|given| given.model.alias.as_str()));
    if let Some(recipe) = near.iter().find(|near| near.is_recipe()) {
        let (name, command) = (&recipe.name, &recipe.command);
        return Err(folder.because(format!("the folder holds {name} but no {}: run `{command}`", recipe.meant)));
    }
    let named_nearly = near.iter().find(|near| near.meant == TRAIN);
    if !folder.join(TRAIN).exists()? && (named_nearly.is_none() || given.is_none()) {
        return Err(folder.because(match named_nearly {
            Some(near) => format!("the folder holds {} but no {TRAIN}: run `{}`", near.name, near.command),
            None => format!("the folder holds no job.yaml and no {TRAIN}; name the files themselves"),
        }));
    }
    let Some(given) = given else {
        return Err(
            folder.because("the folder holds no job.yaml; say for which base model, such as `--model nova-lite`")
        );
    };
    Ok(SetSpec::without_recipe(Some(&given.model.alias), given.customization, catalogue))
}

/// The folder's files whose names are nearly right. Only a folder on this machine is listed, as data is found by name;
/// where that fails, nothing is said of them.
fn near(folder: &Place, model: Option<&str>) -> Vec<NearMiss> {
    let Place::Local(path) = folder else { return Vec::new() };
    let given = format!("--model {}", model.unwrap_or("MODEL"));
    near_misses(path, &given, false).unwrap_or_default()
}

/// Where a dataset's media must be, for one that is in a stack's bucket.
fn own_folder(folder: &Place) -> Option<MediaFolder> {
    let Place::Remote { bucket, key } = folder else { return None };
    let name = key.strip_prefix(PREFIX)?.strip_suffix('/')?;
    let is_dataset = !name.is_empty() && !name.contains('/');
    is_dataset.then(|| MediaFolder { bucket: Some(bucket.clone()), prefix: key.clone() })
}
