//! Writing a file so that nobody ever sees half of it, and never over what is read.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

/// A file that appears under its name when it is whole.
pub(crate) struct Output {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
    force: bool,
}

impl Output {
    /// Refuses a file that is there already, unless `force`; the one that is read, always.
    pub(crate) fn new(path: &Path, input: &Path, force: bool) -> anyhow::Result<Output> {
        if is_same(path, input) {
            bail!("{} is what is read; name another file with -o", path.display());
        }
        if path.exists() && !force {
            bail!("{} is there already; name another file, or write over it with --force", path.display());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = NamedTempFile::new_in(folder).with_context(|| {
            format!("no file can be made in {}; check that it is there, and yours", folder.display())
        })?;
        Ok(Output { file: BufWriter::with_capacity(1 << 20, file), path: path.to_owned(), force })
    }

    /// Adds one line.
    pub(crate) fn line(&mut self, line: &[u8]) -> anyhow::Result<()> {
        let written = self.file.write_all(line).and_then(|()| self.file.write_all(b"\n"));
        written.with_context(|| format!("{} can't be written; check the disk's space", self.path.display()))
    }

    /// Gives the file its name.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let cannot = || format!("{} can't be written; check the disk's space", self.path.display());
        let file = self.file.into_inner().map_err(|error| error.into_error()).with_context(cannot)?;
        let made = if self.force { file.persist(&self.path) } else { file.persist_noclobber(&self.path) };
        let made = made.map_err(|error| error.error).with_context(cannot)?;
        // A temporary file is its owner's alone; a new file is as the others are.
        readable(&made).with_context(cannot)
    }
}

/// Writes a file whole, over one that is there; it is its owner's alone.
pub(crate) fn whole_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(bytes)?;
        file.persist(path).map(drop).map_err(|error| error.error)
    });
    written.with_context(|| format!("{} can't be written; check that the folder is there, and yours", path.display()))
}

#[cfg(unix)]
fn readable(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &File) -> std::io::Result<()> {
    Ok(())
}

/// Whether two names lead to one file, through whatever links.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if let (Ok(one), Ok(other)) = (fs::metadata(one), fs::metadata(other)) {
            return (one.dev(), one.ino()) == (other.dev(), other.ino());
        }
    }
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}
