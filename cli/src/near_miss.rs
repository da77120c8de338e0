//! Files of a dataset's folder that aren't read under their names, and how to make each one readable.
//!
//! Names come from the list that the cloud uses. A file on this machine is opened, and its content decides.

mod remedy;

use tunedrop_run::data_file::{DataFile, role_of};
use tunedrop_run::object_key::{RECIPES, meant_name};
use tunedrop_run::working_name;
use tunedrop_validation::{Catalogue, Code, Finding, Role};

use crate::catalogue::Rules;
use crate::location::{Location, Unreadable};
pub(crate) use remedy::{Remedy, moved, name_failing_conversion};

/// Endings of files that never contain data, whatever their names.
const OTHERS: [&str; 14] = [
    ".py",
    ".ipynb",
    ".sh",
    ".r",
    ".js",
    ".log",
    ".lock",
    ".tmp",
    ".part",
    ".crdownload",
    ".swp",
    ".png",
    ".jpg",
    ".mp4",
];

/// Endings of compressed files and archives.
const PACKED: [&str; 11] =
    [".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tar", ".gz", ".bz2", ".zst", ".xz", ".lz4", ".zip"];

/// A file that isn't read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NearMiss {
    pub(crate) name: String,
    /// The name that its content is read under.
    pub(crate) meant: String,
    /// Its role, according to its name.
    pub(crate) role: Option<Role>,
    /// Its format, according to its name. `None` for a recipe, and if only the content shows it.
    format: Option<DataFile>,
    /// Other files of the folder that `meant` could be the name of. Only one of them can have it.
    rivals: Vec<String>,
}

/// What the data is for.
#[derive(Clone, Copy)]
pub(crate) struct Target<'c> {
    pub(crate) catalogue: &'c Catalogue,
    /// The model and customization type. `None` if none was chosen.
    pub(crate) rules: Option<Rules<'c>>,
    /// Whether a person or a recipe chose them, so that they must not be changed.
    pub(crate) is_chosen: bool,
}

impl NearMiss {
    pub(crate) fn is_recipe(&self) -> bool {
        RECIPES.contains(&self.meant.as_str())
    }

    /// Returns the finding, with how to make the file readable as `to`.
    pub(crate) fn finding(&self, folder: &Location, to: &str, target: Target) -> Finding {
        let (why, remedy) = remedy::of(self, folder, to, target);
        Finding::of_file(Code::NearMissName, &self.name, why, remedy.help())
    }

    /// Returns why it isn't read, and how to make it readable as `to`.
    pub(crate) fn remedy(&self, folder: &Location, to: &str, target: Target) -> (String, Remedy) {
        remedy::of(self, folder, to, target)
    }
}

/// Returns how to convert a data file that has the right name but another format.
pub(crate) fn remedy_of_file(folder: &Location, name: &str, to: &str, target: Target) -> Remedy {
    let (meant, format) = (to.to_owned(), DataFile::of_any(name));
    let near = NearMiss { name: name.to_owned(), meant, role: None, format, rivals: Vec::new() };
    remedy::of(&near, folder, to, target).1
}

/// Returns the folder's near misses, sorted by name, except those next to the file that was meant. With `any`, a table
/// counts whatever its name: for a folder without other data. Files that would get the same name are one near miss.
pub(crate) fn near_misses(folder: &Location, any: bool) -> Result<Vec<NearMiss>, Unreadable> {
    let names = folder.names()?;
    let near = |name: &String| {
        near_miss(name, any).filter(|near| !names.contains(&near.meant) && !is_unpacked(name, near, &names, any))
    };
    let mut all: Vec<NearMiss> = Vec::new();
    for near in names.iter().filter_map(near) {
        match all.iter_mut().find(|first| first.meant == near.meant) {
            Some(first) => first.rivals.push(near.name),
            None => all.push(near),
        }
    }
    Ok(all)
}

/// Whether the content of a packed file is also in the folder: unpacking leaves `train.csv.gz` next to `train.csv`.
fn is_unpacked(name: &str, near: &NearMiss, names: &[String], any: bool) -> bool {
    let stem = |name: &str| {
        let lower = name.to_ascii_lowercase();
        PACKED.iter().find_map(|ending| lower.strip_suffix(ending).map(str::to_owned))
    };
    let Some(packed) = stem(name) else { return false };
    let is_content = |other: &str| {
        let other = other.to_ascii_lowercase();
        other.strip_prefix(&packed).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let mut others = names.iter().filter(|other| *other != name && stem(other).is_none() && is_content(other));
    others.any(|other| near_miss(other, any).is_some_and(|other| other.meant == near.meant))
}

fn near_miss(name: &str, any: bool) -> Option<NearMiss> {
    let lower = name.to_ascii_lowercase();
    let is_left_behind = name.starts_with(['.', '~']) || name.ends_with('~');
    if is_left_behind || OTHERS.iter().any(|ending| lower.ends_with(ending)) || name.ends_with(".jsonl") {
        return None;
    }
    let of = |meant: String, format| {
        let stem = meant.rsplit_once('.').map_or(meant.as_str(), |(stem, _)| stem);
        let (meant, role) = (working_name(&meant), role_of(stem));
        Some(NearMiss { name: name.to_owned(), meant, role, format, rivals: Vec::new() })
    };
    if let Some(recipe) = meant_name(name).filter(|meant| RECIPES.contains(&meant.as_str())) {
        let near = |meant| NearMiss { name: name.to_owned(), meant, role: None, format: None, rivals: Vec::new() };
        return (recipe != name).then(|| near(recipe));
    }
    if let Some(file) = if any { DataFile::of_any(name) } else { DataFile::of(name) } {
        return of(file.meant.clone(), Some(file));
    }
    // An ending without meaning, or none: `train`, `train.jsonl.bak`.
    let stem = lower.split('.').next().unwrap_or_default();
    role_of(stem).and_then(|_| of(format!("{stem}.jsonl"), None))
}

#[cfg(test)]
mod tests {
    use super::near_miss;

    #[test]
    fn finds_data_under_other_names_and_leaves_other_files_alone() {
        for (name, meant) in [
            ("Train.JSONL", "train.jsonl"),
            ("train", "train.jsonl"),
            ("train.jsonl.bak", "train.jsonl"),
            ("train.jsnol", "train.jsonl"),
            ("train.pkl", "train.jsonl"),
            ("Training data.xlsx", "training-data.jsonl"),
            ("job.yml", "job.yaml"),
        ] {
            assert_eq!(near_miss(name, false).map(|near| near.meant).as_deref(), Some(meant), "{name}");
        }
        for name in ["train.py", ".train.csv", "~$train.xlsx", "train.jsonl", "readme.md", "sales.csv", "job.yaml"] {
            assert_eq!(near_miss(name, false), None, "{name}");
        }
        assert!(near_miss("sales.csv", true).is_some() && near_miss("notes.txt", true).is_none());
    }
}
