//! What a key in the bucket is: part of a set, nearly so, or none of our business.

mod shown;

use tunedrop_validation::{Code, Finding};

use crate::identity::dataset_fault;
use crate::{data_name_fault, working_name};

pub use shown::{shown, shown_line};

/// The prefix under which people drop datasets, and the only one that triggers.
pub const PREFIX: &str = "datasets/";

/// The recipe's names, in the order in which they are looked for.
pub const RECIPES: [&str; 2] = ["job.yaml", "job.json"];

/// Endings of compressed files.
pub const PACKED: [&str; 5] = [".gz", ".zip", ".bz2", ".zst", ".xz"];

/// Endings of tables, all of which `tunedrop convert` reads.
pub const TABLES: [&str; 6] = [".csv", ".tsv", ".parquet", ".arrow", ".feather", ".xlsx"];

/// What was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dropped {
    /// A recipe or a data file: the set it belongs to is evaluated.
    Part {
        /// The dataset.
        dataset: String,
        /// The file, relative to the dataset's folder.
        file: String,
    },
    /// A name that was probably meant to be another: told once.
    NearMiss {
        /// The dataset, or what stands in its place.
        dataset: String,
        /// What is wrong, and which name was meant.
        finding: Box<Finding>,
    },
    /// Nothing of ours.
    Ignored(&'static str),
}

/// Tells what the object at `key` is.
pub fn classify(key: &str) -> Dropped {
    let Some(path) = key.strip_prefix(PREFIX) else {
        return Dropped::Ignored("outside datasets/");
    };
    if path.is_empty() || path.ends_with('/') {
        return Dropped::Ignored("a folder marker");
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    if is_dropping(path, name) {
        return Dropped::Ignored("left behind by a sync tool or an editor");
    }
    let meant = meant_name(name);
    let Some((dataset, file)) = path.split_once('/') else {
        if meant.is_none() {
            return Dropped::Ignored("not a file of a dataset");
        }
        let meant = meant.unwrap_or_default();
        let help = format!("put it in a folder of its own, such as datasets/my-dataset/{meant}");
        return near_miss(path, path, Code::NearMissName, "the file lies outside any dataset's folder".into(), help);
    };
    let Some(meant) = meant else {
        return Dropped::Ignored("not a recipe, nor a .jsonl file");
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
        let (message, help) = match packing(name) {
            Some(how) => (
                format!("the file is {how}, which Bedrock doesn't read"),
                format!("turn it into plain JSON Lines and drop it as {PREFIX}{folder}{meant}"),
            ),
            None => (
                "only job.yaml, job.json and names that end in .jsonl are read".to_owned(),
                format!("drop it as {PREFIX}{folder}{meant}"),
            ),
        };
        return near_miss(dataset, path, Code::NearMissName, message, help);
    }
    if let Some(fault) = data_name_fault(file) {
        let message = format!("Bedrock refuses a data file of this name: {fault}");
        let help = format!("drop it as {PREFIX}{dataset}/{}, and write that name in the recipe", working_name(file));
        return near_miss(dataset, path, Code::NearMissName, message, help);
    }
    Dropped::Part { dataset: dataset.to_owned(), file: file.to_owned() }
}

fn near_miss(dataset: &str, path: &str, code: Code, message: String, help: String) -> Dropped {
    let finding = Finding::of_file(code, path, message, help);
    Dropped::NearMiss { dataset: dataset.to_owned(), finding: Box::new(finding) }
}

fn is_dropping(path: &str, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    path.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
        || name.ends_with('~')
        || name.starts_with("~$")
        || [".tmp", ".part", ".partial", ".crdownload", ".swp", ".lock"].iter().any(|end| lower.ends_with(end))
        || ["thumbs.db", "desktop.ini"].contains(&lower.as_str())
        || lower.ends_with("_$folder$")
}

/// The name that `name` is, or was probably meant to be; `None` for somebody else's file.
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
    let unpacked = PACKED.iter().find_map(|end| lower.strip_suffix(end));
    let bare = unpacked.unwrap_or(&lower);
    let bare = bare.strip_suffix(".txt").unwrap_or(bare);
    let stem =
        [".jsonl", ".json", ".ndjson", ".jsonlines", ".jsonls", ".jl"].iter().find_map(|end| bare.strip_suffix(end));
    // A table is taken for data only where it bears a data file's name: folders hold all sorts of things.
    let table = || {
        let stem = TABLES.iter().find_map(|end| bare.strip_suffix(end))?;
        ["train", "training", "validation", "valid", "val"].contains(&stem).then_some(stem)
    };
    let stem = stem.or_else(table)?;
    if stem.is_empty() {
        return None;
    }
    Some(format!("{stem}.jsonl"))
}

/// What stands between a near miss and plain JSON Lines, where it isn't only the name.
fn packing(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    if PACKED.iter().any(|end| lower.ends_with(end)) {
        return Some("compressed");
    }
    if TABLES.iter().any(|end| lower.ends_with(end)) {
        return Some("a table");
    }
    None
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
