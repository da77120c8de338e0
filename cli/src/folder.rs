//! A dataset's folder: the recipe, and the files it names.

use tunedrop_run::dropped::{PREFIX, RECIPES};
use tunedrop_run::{Recipe, RecipeScope, read_recipe};
use tunedrop_validation::{Catalogue, Code, Customization, Excerpt, Finding, Findings, MediaFolder, Role};

use crate::catalogue::{Rules, rules};
use crate::place::{Place, Unreadable};
use crate::set::Set;

/// More than a recipe may have, so that one that is too large is still seen to be.
const RECIPE_READ_MAX: usize = 1 << 20;

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
        recipes.extend(file.small(RECIPE_READ_MAX)?.map(|bytes| (file, bytes)));
    }
    let Some((file, bytes)) = recipes.first() else {
        return bare(folder, given);
    };
    let default_model = given.map(|rules| rules.model.alias.clone());
    let scope = RecipeScope { default_model, ..RecipeScope::default() };
    let (recipe, found) = read_recipe(bytes, &file.name(), &scope, catalogue);
    let mut findings = Findings::default();
    for mut finding in found.kept {
        finding.file = file.name();
        finding.excerpt = excerpt(bytes, &finding);
        findings.push(finding);
    }
    if recipes.len() > 1 {
        let message = "two recipes lie here, job.yaml and job.json; job.yaml was read".to_owned();
        findings.push(whole(Code::RecipeConflict, file, message, "delete one of them".to_owned()));
    }
    let model = recipe.model(catalogue);
    if let (Some(model), Some(given)) = (model, given)
        && model.alias != given.model.alias
    {
        let why = format!(
            "its recipe asks for {}, and --model says {}; leave one of them out",
            model.alias, given.model.alias
        );
        return Err(folder.because(why));
    }
    let customization = recipe.customization;
    if wanted.is_some_and(|wanted| wanted != customization) {
        return Err(folder.because(format!(
            "its recipe asks for {}, and --type for another; leave --type out",
            customization.as_str()
        )));
    }
    let rules = model.and_then(|model| rules(model, Some(customization)).ok());
    let files = files(folder, file, &recipe, &mut findings)?;
    Ok(Set { rules, files, recipe: Some(recipe), findings, media_folder: own_folder(folder) })
}

/// Where a dataset's media must be, for one that lies in a stack's bucket.
fn own_folder(folder: &Place) -> Option<MediaFolder> {
    let Place::Remote { bucket, key } = folder else { return None };
    let name = key.strip_prefix(PREFIX)?.strip_suffix('/')?;
    let is_dataset = !name.is_empty() && !name.contains('/');
    is_dataset.then(|| MediaFolder { bucket: Some(bucket.clone()), prefix: key.clone() })
}

/// A folder without a recipe: the files go by their names.
fn bare<'c>(folder: &Place, given: Option<Rules<'c>>) -> Result<Set<'c>, Unreadable> {
    let (train, validation) = (folder.join("train.jsonl"), folder.join("validation.jsonl"));
    if !train.exists()? {
        return Err(folder.because("the folder holds no job.yaml and no train.jsonl; name the files themselves"));
    }
    if given.is_none() {
        return Err(
            folder.because("the folder holds no job.yaml; say for which base model, such as `--model nova-lite`")
        );
    }
    let mut files = vec![(Role::Train, train)];
    if validation.exists()? {
        files.push((Role::Validation, validation));
    }
    let media_folder = own_folder(folder);
    Ok(Set { rules: given, files, recipe: None, findings: Findings::default(), media_folder })
}

/// The files that the recipe names; a finding for each that is not there.
fn files(
    folder: &Place,
    recipe_file: &Place,
    recipe: &Recipe,
    findings: &mut Findings,
) -> Result<Vec<(Role, Place)>, Unreadable> {
    let mut files = Vec::new();
    for (role, name) in recipe.files() {
        // A name that the recipe's check refuses may lead out of the folder.
        if findings.kept.iter().any(|finding| finding.pointer == format!("/{role}")) {
            continue;
        }
        let place = folder.join(name);
        if place.exists()? {
            files.push((if role == "train" { Role::Train } else { Role::Validation }, place));
        } else {
            let message = format!("the {role} file {name} is not in the folder");
            let help = format!("put it there, or name another under `{role}` in the recipe");
            findings.push(whole(Code::MissingFile, recipe_file, message, help));
        }
    }
    Ok(files)
}

fn whole(code: Code, file: &Place, message: String, help: String) -> Finding {
    Finding {
        code,
        severity: code.info().severity,
        file: file.name(),
        line: None,
        column: None,
        pointer: String::new(),
        message,
        help,
        excerpt: None,
    }
}

/// What stands around a fault in the recipe.
fn excerpt(bytes: &[u8], finding: &Finding) -> Option<Excerpt> {
    let line = bytes.split(|byte| *byte == b'\n').nth(finding.line?.checked_sub(1)? as usize)?;
    Some(Excerpt::around(line, finding.column?.checked_sub(1)? as usize))
}
