//! The files of a folder to upload, in their order.
//!
//! A link is followed only to a file that is in the folder and isn't hidden: a folder from another person may contain links
//! to keys and credentials.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tunedrop_run::object_key::RECIPES;

use super::hold;
use crate::dataset::Dataset;
use crate::location::Location;

/// The most files in an upload. Links to folders with links can multiply a few files.
const FILES_MAX: usize = 1_000_000;

/// The files to upload, in their order.
#[derive(Debug)]
pub(crate) struct Files {
    /// A first recipe that keeps the dataset incomplete during the upload.
    pub(super) hold: Option<String>,
    /// First the media, which are checked with the data; then the data files and the JSON schemas; then the recipe, which
    /// completes the dataset.
    pub(super) all: Vec<File>,
    /// The recipe's name.
    pub(super) recipe: &'static str,
}

impl Files {
    /// The size of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.all.iter().map(|file| file.bytes).sum()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.all.len() as u64
    }
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    pub(super) path: PathBuf,
    /// Below the dataset's prefix.
    pub(super) key: String,
    pub(super) bytes: u64,
}

/// The recipe's name. A link that leads out of the folder is an error.
pub(super) fn recipe(dir: &Path) -> Result<&'static str> {
    let recipe = RECIPES.iter().copied().find(|name| dir.join(name).is_file());
    let recipe = recipe.context("the folder has no recipe; write one with `tunedrop init`")?;
    Folder::at(dir)?.real(&dir.join(recipe))?;
    Ok(recipe)
}

pub(crate) fn of(dir: &Path, dataset: &Dataset) -> Result<Files> {
    let recipe = recipe(dir)?;
    let mut folder = Folder::at(dir)?;
    for entry in entries(dir)? {
        if entry.is_dir() {
            folder.below(&entry)?;
        }
    }
    for (_, _, location) in &dataset.files {
        if let Location::Local(path) = location {
            folder.file(path)?;
        }
    }
    let expected = dataset.recipe().map(|recipe| recipe.expect.as_slice()).unwrap_or_default();
    let schemas: BTreeSet<&str> = expected.iter().filter_map(|one| one.json_schema.as_deref()).collect();
    for schema in schemas {
        folder.file(&dir.join(schema))?;
    }
    folder.file(&dir.join(recipe))?;
    Ok(Files { hold: dataset.recipe().and_then(hold::recipe), all: folder.files, recipe })
}

/// The folder, while it is read.
struct Folder<'d> {
    dir: &'d Path,
    /// Without links.
    real: PathBuf,
    /// The folders that are being read, without links. A folder that is in the list twice is a loop.
    open: Vec<PathBuf>,
    files: Vec<File>,
}

impl<'d> Folder<'d> {
    fn at(dir: &'d Path) -> Result<Folder<'d>> {
        let real = dir.canonicalize().with_context(|| format!("{} can't be read", dir.display()))?;
        Ok(Folder { dir, open: vec![real.clone()], real, files: Vec::new() })
    }

    /// The path without links.
    fn real(&self, path: &Path) -> Result<PathBuf> {
        let real = path.canonicalize().with_context(|| format!("{} can't be read", path.display()))?;
        let Ok(inside) = real.strip_prefix(&self.real) else {
            bail!(
                "{} is a link that leads out of the folder; nothing was uploaded. Copy its target into the folder, or remove the link",
                path.display()
            );
        };
        let hidden = inside.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
        ensure!(!hidden, "{} is a link to a hidden file; nothing was uploaded. Remove the link", path.display());
        Ok(real)
    }

    fn below(&mut self, folder: &Path) -> Result<()> {
        let real = self.real(folder)?;
        if self.open.contains(&real) {
            bail!("{} is a link to a folder that it is in; nothing was uploaded. Remove the link", folder.display());
        }
        self.open.push(real);
        for entry in entries(folder)? {
            if entry.is_dir() { self.below(&entry)? } else { self.file(&entry)? }
        }
        self.open.pop();
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<()> {
        let real = self.real(path)?;
        let metadata = fs::metadata(&real).with_context(|| format!("{} can't be read", path.display()))?;
        ensure!(metadata.is_file(), "{} is neither a file nor a folder; nothing was uploaded", path.display());
        ensure!(self.files.len() < FILES_MAX, "the folder has more than {FILES_MAX} files; nothing was uploaded");
        let key = path.strip_prefix(self.dir).unwrap_or(path).to_string_lossy().replace('\\', "/");
        // Without links, so that a changed link has no effect.
        self.files.push(File { path: real, key, bytes: metadata.len() });
        Ok(())
    }
}

/// The entries of a folder, by name, without hidden ones.
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
