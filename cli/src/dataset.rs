//! From the arguments to the datasets that are checked.

use anyhow::{bail, ensure};
use tunedrop_run::{DatasetSpec, Expectations, Recipe, data_name_doubt, data_name_fault, working_name};
use tunedrop_validation::{Catalogue, Code, Finding, Findings, MediaFolder, Role};

use crate::catalogue::{Rules, find, rules};
use crate::folder;
use crate::location::{Location, Unreadable};
use crate::options::DataArgs;

/// Files that are checked together.
pub(crate) struct Dataset<'c> {
    pub(crate) catalogue: &'c Catalogue,
    /// Absent if the recipe names no known model: the findings say so, and no file is read.
    pub(crate) rules: Option<Rules<'c>>,
    /// The folder's recipe, or its defaults.
    pub(crate) spec: Option<DatasetSpec>,
    /// The dataset folder. Without one, findings name files as they were typed.
    pub(crate) folder: Option<Location>,
    /// The files that exist, with their names in findings.
    pub(crate) files: Vec<(Role, String, Location)>,
    /// What the records must be like.
    pub(crate) expectations: Expectations,
    /// Findings on missing files, and on names that Bedrock rejects.
    pub(crate) missing: Findings,
    /// The folder that media must be in, if it is known.
    pub(crate) media_folder: Option<MediaFolder>,
    pub(crate) notes: Vec<String>,
}

impl Dataset<'_> {
    /// The folder's recipe, or the defaults without one.
    pub(crate) fn recipe(&self) -> Option<&Recipe> {
        self.spec.as_ref().map(|spec| &spec.recipe)
    }

    /// What can't be checked here, if the recipe continues from a run or a deployment of its stack.
    pub(crate) fn awaits_upload(&self) -> Option<String> {
        let recipe = self.recipe().filter(|recipe| recipe.own_model.is_none())?;
        let base = recipe.own_base()?.ok()?;
        Some(match self.rules {
            Some(rules) => format!(
                "the stack looks up base_model {base} when the recipe is uploaded; until then, `like` says that the rules of {} apply",
                rules.model.name
            ),
            None => format!(
                "the stack looks up base_model {base} when the recipe is uploaded, so the data isn't checked here; to check it, add the base model of that custom model to the recipe, such as `like: nova-lite`"
            ),
        })
    }
}

/// The datasets in the arguments, and the paths that can't be read.
///
/// Two files without `--role` are one dataset: training, then validation. A folder is a dataset. Any other file is one by
/// itself. The error is a usage error.
pub(crate) fn datasets<'c>(
    args: &DataArgs,
    catalogue: &'c Catalogue,
) -> anyhow::Result<(Vec<Dataset<'c>>, Vec<Unreadable>)> {
    of_locations(args.paths.iter().map(|path| Location::of(path)).collect(), args, catalogue)
}

/// The same of these locations instead of the paths.
pub(crate) fn of_locations<'c>(
    locations: Vec<Location>,
    args: &DataArgs,
    catalogue: &'c Catalogue,
) -> anyhow::Result<(Vec<Dataset<'c>>, Vec<Unreadable>)> {
    let customization = args.customization.map(Into::into);
    let given = match &args.model {
        Some(name) => Some(rules(find(catalogue, name)?, customization)?),
        None => None,
    };
    let stdin = locations.iter().filter(|location| **location == Location::Stdin).count();
    ensure!(stdin < 2, "standard input can be read only once; save it to a file first");
    let folders: Vec<bool> = locations.iter().map(Location::is_folder).collect();
    if given.is_none() && folders.contains(&false) {
        bail!("choose the base model, such as `--model nova-lite`; `tunedrop models` lists them");
    }
    if args.role.is_some() && folders.contains(&true) {
        bail!("--role is for files; in a folder, the recipe says what each file is for");
    }
    let of_files = |files: Vec<(Role, Location)>| Dataset {
        catalogue,
        rules: given,
        spec: None,
        folder: None,
        expectations: Expectations::default(),
        missing: Findings::default(),
        media_folder: None,
        notes: files.iter().filter_map(|(_, location)| name_note(location, given)).collect(),
        files: files.into_iter().map(|(role, location)| (role, location.name(), location)).collect(),
    };
    if let ([train, validation], None, [false, false]) = (locations.as_slice(), args.role, folders.as_slice()) {
        let files = vec![(Role::Train, train.clone()), (Role::Validation, validation.clone())];
        return Ok((vec![of_files(files)], Vec::new()));
    }
    let role = args.role.map_or(Role::Train, Into::into);
    let (mut datasets, mut unreadable) = (Vec::new(), Vec::new());
    for (location, is_folder) in locations.into_iter().zip(folders) {
        if !is_folder {
            let findings = address_fault(&location, given);
            datasets.push(Dataset { missing: findings, ..of_files(vec![(role, location)]) });
            continue;
        }
        match folder::dataset(&location, given, customization, &args.own_base, catalogue) {
            Ok(dataset) => datasets.push(dataset),
            Err(why) => unreadable.push(why),
        }
    }
    Ok((datasets, unreadable))
}

/// The note on a file on this machine whose name no job accepts in S3. The file itself is valid.
fn name_note(location: &Location, rules: Option<Rules>) -> Option<String> {
    let Location::Local(path) = location else { return None };
    let name = path.file_name()?.to_string_lossy();
    let Some(fault) = data_name_fault(&name) else {
        let doubt = data_name_doubt(&name, rules?.model)?;
        let works = working_name(&name);
        return Some(format!("Bedrock may reject a data file named {name}: {doubt}; upload it as {works} to be safe"));
    };
    Some(format!("Bedrock rejects a data file named {name}: {fault}; upload it as {}", working_name(&name)))
}

/// The finding on an object whose name no job accepts, or may not.
fn address_fault(location: &Location, rules: Option<Rules>) -> Findings {
    let mut findings = Findings::default();
    let Location::Remote { bucket: _, key } = location else { return findings };
    if let Some(fault) = data_name_fault(key) {
        let message = format!("Bedrock rejects a data file of this name: {fault}");
        let help = format!("copy it to {}", working_name(key));
        findings.push(Finding::of_file(Code::NearMissName, &location.name(), message, help));
    } else if let Some(doubt) = rules.and_then(|rules| data_name_doubt(key, rules.model)) {
        let message = format!("Bedrock may reject a data file of this name: {doubt}");
        let help = format!("copy it to {} to be safe", working_name(key));
        findings.push(Finding::of_file(Code::SourcesDisagree, &location.name(), message, help));
    }
    findings
}
