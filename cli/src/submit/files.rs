//! What of a folder is uploaded, and in which order.
//!
//! A link is followed only to what is in the folder itself and isn't hidden: a folder that came from somewhere else may
//! hold links to keys and credentials.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tunedrop_run::dropped::RECIPES;

use super::hold;
use crate::place::Place;
use crate::set::Set;

/// Far above any dataset; links to folders that hold links to folders can make more of a few files.
const FILES_MAX: usize = 1_000_000;

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

/// The recipe's name. It is not a link that leads out of the folder.
pub(super) fn recipe(dir: &Path) -> Result<&'static str> {
    let recipe = RECIPES.iter().copied().find(|name| dir.join(name).is_file());
    let recipe = recipe.context("the folder holds no recipe; make one with: tunedrop init")?;
    Folder::at(dir)?.real(&dir.join(recipe))?;
    Ok(recipe)
}

pub(super) fn of(dir: &Path, set: &Set) -> Result<Files> {
    let recipe = recipe(dir)?;
    let mut folder = Folder::at(dir)?;
    for entry in entries(dir)? {
        if entry.is_dir() {
            folder.below(&entry)?;
        }
    }
    for (_, _, place) in &set.files {
        if let Place::Local(path) = place {
            folder.file(path)?;
        }
    }
    folder.file(&dir.join(recipe))?;
    Ok(Files { hold: set.recipe().and_then(hold::recipe), all: folder.files, recipe })
}

/// The folder as it is walked through.
struct Folder<'d> {
    dir: &'d Path,
    /// Without links.
    real: PathBuf,
    /// The folders that are being read, without links: one that is met again leads in a circle.
    open: Vec<PathBuf>,
    files: Vec<File>,
}

impl<'d> Folder<'d> {
    fn at(dir: &'d Path) -> Result<Folder<'d>> {
        let real = dir.canonicalize().with_context(|| format!("{} can't be read", dir.display()))?;
        Ok(Folder { dir, open: vec![real.clone()], real, files: Vec::new() })
    }

    /// Where `path` really is.
    fn real(&self, path: &Path) -> Result<PathBuf> {
        let real = path.canonicalize().with_context(|| format!("{} can't be read", path.display()))?;
        let Ok(inside) = real.strip_prefix(&self.real) else {
            bail!(
                "{} is a link that leads out of the folder; nothing was uploaded. Copy what it points to into the folder, or remove the link",
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
        // Without links, so that one that is changed meanwhile leads nowhere else.
        self.files.push(File { path: real, key, bytes: metadata.len() });
        Ok(())
    }
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
