//! What of a folder is uploaded, and in which order.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tunedrop_run::dropped::RECIPES;

use super::hold;
use crate::place::Place;
use crate::set::Set;

/// What goes up, and in which order.
#[derive(Debug)]
pub(super) struct Files {
    /// The recipe that goes first, so that nothing starts before all are there.
    pub(super) hold: Option<String>,
    /// Media that records may refer to come first, for they are looked at when the set is judged; then the data, then
    /// the recipe, which makes the set whole.
    pub(super) all: Vec<File>,
    /// The recipe's name.
    pub(super) recipe: &'static str,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) path: PathBuf,
    /// Below the dataset's prefix.
    pub(super) key: String,
    pub(super) bytes: u64,
}

pub(super) fn of(dir: &Path, set: &Set) -> Result<Files> {
    let recipe = RECIPES.iter().copied().find(|name| dir.join(name).is_file());
    let recipe = recipe.context("the folder holds no recipe; make one with: tunedrop init")?;
    let mut files = Vec::new();
    for entry in entries(dir)? {
        if entry.is_dir() {
            below(dir, &entry, &mut files)?;
        }
    }
    for (_, place) in &set.files {
        if let Place::Local(path) = place {
            files.push(file(dir, path)?);
        }
    }
    files.push(file(dir, &dir.join(recipe))?);
    Ok(Files { hold: set.recipe.as_ref().and_then(hold::recipe), all: files, recipe })
}

fn below(dir: &Path, folder: &Path, files: &mut Vec<File>) -> Result<()> {
    for entry in entries(folder)? {
        if entry.is_dir() {
            below(dir, &entry, files)?;
        } else {
            files.push(file(dir, &entry)?);
        }
    }
    Ok(())
}

/// In order of their names; hidden ones are nobody's data.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = || format!("{} can't be read", folder.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            entries.push(entry.path());
        }
    }
    entries.sort();
    Ok(entries)
}

fn file(dir: &Path, path: &Path) -> Result<File> {
    let bytes = fs::metadata(path).with_context(|| format!("{} can't be read", path.display()))?.len();
    let key = path.strip_prefix(dir).unwrap_or(path).to_string_lossy().replace('\\', "/");
    Ok(File { path: path.to_owned(), key, bytes })
}
