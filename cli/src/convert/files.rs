//! Writes the images that records contain; deletes them if the command fails.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::{TempDir, TempPath};
use tunedrop_reshape::Picture;

use crate::write::is_same;

/// Images that get their names when all of them are complete.
pub(super) struct Images<'p> {
    output: &'p Path,
    input: &'p Path,
    force: bool,
    hidden: Option<TempDir>,
    names: Vec<String>,
}

impl<'p> Images<'p> {
    /// Writes them into the folder of `output`.
    pub(super) fn beside(output: &'p Path, input: &'p Path, force: bool) -> Images<'p> {
        Images { output, input, force, hidden: None, names: Vec::new() }
    }

    /// The folder, as a path that can be opened.
    fn folder(&self) -> &'p Path {
        self.output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// Adds an image. Rejects an existing file unless `force`, and always the input.
    pub(super) fn add(&mut self, picture: &Picture) -> anyhow::Result<()> {
        let path = self.output.with_file_name(&picture.name);
        if is_same(&path, self.input) {
            bail!("{} is the input, and an image would overwrite it; name another output with -o", path.display());
        }
        if fs::symlink_metadata(&path).is_ok() && !self.force {
            bail!("{} exists, and an image would overwrite it; use --force, or another name with -o", path.display());
        }
        let hidden = match &self.hidden {
            Some(hidden) => hidden,
            None => self.hidden.insert(TempDir::new_in(self.folder()).with_context(|| self.write_error())?),
        };
        let written = fs::write(hidden.path().join(&picture.name), &picture.bytes);
        self.names.push(picture.name.clone());
        written.with_context(|| self.write_error())
    }

    /// Gives the images their names.
    pub(super) fn finish(self) -> anyhow::Result<Placed> {
        let mut placed = Placed { count: 0, new: Vec::new() };
        let Some(hidden) = &self.hidden else { return Ok(placed) };
        for name in &self.names {
            let path = self.output.with_file_name(name);
            let is_new = fs::symlink_metadata(&path).is_err();
            let file = TempPath::try_from_path(hidden.path().join(name)).with_context(|| self.write_error())?;
            let moved = if self.force { file.persist(&path) } else { file.persist_noclobber(&path) };
            moved.map_err(|error| error.error).with_context(|| self.write_error())?;
            placed.count += 1;
            placed.new.extend(is_new.then_some(path));
        }
        Ok(placed)
    }

    fn write_error(&self) -> String {
        format!(
            "can't write an image to {}; check the free disk space and that you can write to the folder",
            self.folder().display()
        )
    }
}

/// Images under their names. Deletes the new ones when dropped, unless they were kept.
pub(super) struct Placed {
    count: u64,
    new: Vec<PathBuf>,
}

impl Placed {
    /// Keeps them; returns how many there are.
    pub(super) fn keep(mut self) -> u64 {
        self.new.clear();
        self.count
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        for path in &self.new {
            // The command fails anyway, and says why.
            let _ = fs::remove_file(path);
        }
    }
}
