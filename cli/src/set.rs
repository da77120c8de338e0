//! From what was typed to the sets that are judged.

use anyhow::{bail, ensure};
use tunedrop_run::{Recipe, SetSpec, data_name_fault, working_name};
use tunedrop_validation::{Catalogue, Code, Finding, Findings, MediaFolder, Role};

use crate::catalogue::{Rules, find, rules};
use crate::folder;
use crate::options::DataArgs;
use crate::place::{Place, Unreadable};

/// Files that are judged together.
pub(crate) struct Set<'c> {
    pub(crate) catalogue: &'c Catalogue,
    /// Absent where a recipe names no model that is known: then its findings say so, and no file is read.
    pub(crate) rules: Option<Rules<'c>>,
    /// What a folder asks for.
    pub(crate) spec: Option<SetSpec>,
    /// The folder that findings are about files of; without one, they name files as they were typed.
    pub(crate) folder: Option<Place>,
    /// The files that are there, by the names that findings have for them.
    pub(crate) files: Vec<(Role, String, Place)>,
    /// Findings on files that the recipe names and that are not there, and on names that Bedrock refuses.
    pub(crate) missing: Findings,
    /// Where the media must be that records refer to, where it is known.
    pub(crate) media_folder: Option<MediaFolder>,
    pub(crate) notes: Vec<String>,
}

impl Set<'_> {
    /// A folder's recipe, or what holds without one.
    pub(crate) fn recipe(&self) -> Option<&Recipe> {
        self.spec.as_ref().map(|spec| &spec.recipe)
    }
}

/// The sets that the arguments name, and what could not be read of them.
///
/// Two files without `--role` are one set: training, then validation. A folder is a set. Any other file is one by itself.
/// The error is for arguments that make no sense.
pub(crate) fn sets<'c>(args: &DataArgs, catalogue: &'c Catalogue) -> anyhow::Result<(Vec<Set<'c>>, Vec<Unreadable>)> {
    let customization = args.customization.map(Into::into);
    let given = match &args.model {
        Some(name) => Some(rules(find(catalogue, name)?, customization)?),
        None => None,
    };
    let places: Vec<Place> = args.paths.iter().map(|path| Place::of(path)).collect();
    let stdin = places.iter().filter(|place| **place == Place::Stdin).count();
    ensure!(stdin < 2, "standard input can be read once only; save it to a file first");
    let folders: Vec<bool> = places.iter().map(Place::is_folder).collect();
    if given.is_none() && folders.contains(&false) {
        bail!("say for which base model, such as `--model nova-lite`; `tunedrop models` lists them");
    }
    if args.role.is_some() && folders.contains(&true) {
        bail!("--role is for files; in a folder the recipe, or a file's name, says what it is for");
    }
    let of_files = |files: Vec<(Role, Place)>| Set {
        catalogue,
        rules: given,
        spec: None,
        folder: None,
        files: files.into_iter().map(|(role, place)| (role, place.name(), place)).collect(),
        missing: Findings::default(),
        media_folder: None,
        notes: Vec::new(),
    };
    if let ([train, validation], None, [false, false]) = (places.as_slice(), args.role, folders.as_slice()) {
        let files = vec![(Role::Train, train.clone()), (Role::Validation, validation.clone())];
        return Ok((vec![of_files(files)], Vec::new()));
    }
    let role = args.role.map_or(Role::Train, Into::into);
    let (mut sets, mut unreadable) = (Vec::new(), Vec::new());
    for (place, is_folder) in places.into_iter().zip(folders) {
        if !is_folder {
            let findings = address_fault(&place);
            sets.push(Set { missing: findings, ..of_files(vec![(role, place)]) });
            continue;
        }
        match folder::set(&place, given, customization, catalogue) {
            Ok(set) => sets.push(set),
            Err(why) => unreadable.push(why),
        }
    }
    Ok((sets, unreadable))
}

/// An object that no job can be launched with; on this machine a file may still be renamed when it is uploaded.
fn address_fault(place: &Place) -> Findings {
    let mut findings = Findings::default();
    let Place::Remote { bucket: _, key } = place else { return findings };
    if let Some(fault) = data_name_fault(key) {
        let message = format!("Bedrock refuses a data file of this name: {fault}");
        let help = format!("copy it to {}", working_name(key));
        findings.push(Finding::of_file(Code::NearMissName, &place.name(), message, help));
    }
    findings
}
