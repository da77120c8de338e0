//! Classifies keys in the bucket: a file of a dataset, a misnamed one, or anything else.

mod display;

use tunedrop_validation::{Code, Finding};

use crate::data_file::{DataFile, DataFormat};
use crate::identity::dataset_fault;
use crate::{data_name_fault, working_name};

pub use display::{display_line, display_name};

/// The prefix of datasets, and the only one whose uploads start anything.
pub const PREFIX: &str = "datasets/";

/// The recipe's names, in the order of precedence.
pub const RECIPES: [&str; 2] = ["job.yaml", "job.json"];

/// The kind of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectKind {
    /// A recipe or a data file: its dataset is validated.
    DatasetFile {
        /// The dataset.
        dataset: String,
        /// The file, relative to the dataset's folder.
        file: String,
    },
    /// A misnamed file: people are notified once.
    NearMiss {
        /// The dataset's folder, which may be an invalid name.
        dataset: String,
        /// The problem, and the name that was probably meant.
        finding: Box<Finding>,
    },
    /// Not a file of a dataset: the reason.
    Ignored(&'static str),
}

/// Classifies the object at `key`.
pub fn classify(key: &str) -> ObjectKind {
    let Some(path) = key.strip_prefix(PREFIX) else {
        return ObjectKind::Ignored("outside datasets/");
    };
    if path.is_empty() || path.ends_with('/') {
        return ObjectKind::Ignored("a folder marker");
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    if is_temporary(path, name) {
        return ObjectKind::Ignored("left behind by a sync tool or an editor");
    }
    let meant = meant_name(name);
    let Some((dataset, file)) = path.split_once('/') else {
        if meant.is_none() {
            return ObjectKind::Ignored("not a file of a dataset");
        }
        let meant = meant.unwrap_or_default();
        let help = format!("upload it to a dataset's folder, such as datasets/my-dataset/{meant}");
        return near_miss(path, path, Code::NearMissName, "the file is outside a dataset's folder".into(), help);
    };
    let Some(meant) = meant else {
        return ObjectKind::Ignored("not a recipe, nor a .jsonl file");
    };
    if let Some(fault) = dataset_fault(dataset) {
        let help = format!("rename the folder, for example to datasets/{}/", suggested_dataset(dataset));
        return near_miss(dataset, path, Code::InvalidDatasetName, fault, help);
    }
    if RECIPES.contains(&name) && file != name {
        let help = format!("move it to datasets/{dataset}/{name}");
        let message = "a recipe is read only at the top of the dataset's folder".to_owned();
        return near_miss(dataset, path, Code::NearMissName, message, help);
    }
    if meant != name {
        let folder = &path[..path.len() - name.len()];
        let to = format!("{PREFIX}{folder}{meant}");
        let (message, help) = match DataFile::of(name).filter(|file| file.format != DataFormat::JsonLines) {
            Some(file) => (file.why(), format!("{}, and upload the result as {to}", file.steps(name, None, &meant))),
            None => (
                "only job.yaml, job.json and names that end in .jsonl are read".to_owned(),
                format!("upload it as {to}"),
            ),
        };
        return near_miss(dataset, path, Code::NearMissName, message, help);
    }
    if let Some(fault) = data_name_fault(file) {
        let message = format!("Bedrock refuses a data file of this name: {fault}");
        let help = format!("upload it as {PREFIX}{dataset}/{}, and write that name in the recipe", working_name(file));
        return near_miss(dataset, path, Code::NearMissName, message, help);
    }
    ObjectKind::DatasetFile { dataset: dataset.to_owned(), file: file.to_owned() }
}

fn near_miss(dataset: &str, path: &str, code: Code, message: String, help: String) -> ObjectKind {
    let finding = Finding::of_file(code, path, message, help);
    ObjectKind::NearMiss { dataset: dataset.to_owned(), finding: Box::new(finding) }
}

fn is_temporary(path: &str, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    path.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
        || name.ends_with('~')
        || name.starts_with("~$")
        || [".tmp", ".part", ".partial", ".crdownload", ".swp", ".lock"].iter().any(|end| lower.ends_with(end))
        || ["thumbs.db", "desktop.ini"].contains(&lower.as_str())
        || lower.ends_with("_$folder$")
}

/// Returns the valid name that `name` is, or was probably meant to be. `None` for any other file.
pub fn meant_name(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if RECIPES.contains(&name) {
        return Some(name.to_owned());
    }
    if ["job.yaml", "job.yml", "job.yaml.txt", "job.yml.txt", "job.toml"].contains(&lower.as_str()) {
        return Some("job.yaml".to_owned());
    }
    if lower == "job.json" || lower == "job.json.txt" {
        return Some("job.json".to_owned());
    }
    if name.ends_with(".jsonl") && name.len() > ".jsonl".len() {
        return Some(name.to_owned());
    }
    DataFile::of(name).map(|file| file.meant)
}

fn suggested_dataset(dataset: &str) -> String {
    let mut name = String::new();
    for c in dataset.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    name.truncate(40);
    let name = name.trim_end_matches('-');
    if name.is_empty() { "my-dataset".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests;
