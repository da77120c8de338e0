//! Writes a file atomically, and never over the input.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

/// A file that gets its name when it is complete.
pub(crate) struct Output {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
    force: bool,
}

impl Output {
    /// Rejects an existing file unless `force`, and always the input.
    pub(crate) fn new(path: &Path, input: &Path, force: bool) -> anyhow::Result<Output> {
        if path == Path::new("-") {
            bail!("the output can't go to standard output; name a file instead of -");
        }
        if is_same(path, input) {
            bail!("{} is the input; name another file with -o", path.display());
        }
        if path.exists() && !force {
            bail!("{} already exists; name another file, or overwrite it with --force", path.display());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = NamedTempFile::new_in(folder).with_context(|| {
            format!(
                "can't create a file in {}; check that the folder exists and that you can write to it",
                folder.display()
            )
        })?;
        Ok(Output { file: BufWriter::with_capacity(1 << 20, file), path: path.to_owned(), force })
    }

    /// Adds one line.
    pub(crate) fn line(&mut self, line: &[u8]) -> anyhow::Result<()> {
        let written = self.file.write_all(line).and_then(|()| self.file.write_all(b"\n"));
        written.with_context(|| format!("can't write {}; check the free disk space", self.path.display()))
    }

    /// Gives the file its name.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let error_text = || format!("can't write {}; check the free disk space", self.path.display());
        let file = self.file.into_inner().map_err(|error| error.into_error()).with_context(error_text)?;
        let made = if self.force { file.persist(&self.path) } else { file.persist_noclobber(&self.path) };
        let made = made.map_err(|error| error.error).with_context(error_text)?;
        // A temporary file is private to its owner. A new file gets the usual permissions.
        readable(&made).with_context(error_text)
    }
}

/// Writes a file atomically, replacing an existing one. Only its owner can read it.
pub(crate) fn whole_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(bytes)?;
        file.persist(path).map(drop).map_err(|error| error.error)
    });
    written.with_context(|| {
        format!("can't write {}; check that the folder exists and that you can write to it", path.display())
    })
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

/// Whether two outputs would be the same file, which may not exist yet.
pub(crate) fn is_same_output(one: &Path, other: &Path) -> bool {
    let resolved = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some((fs::canonicalize(folder).ok()?, path.file_name()?.to_owned()))
    };
    one == other || is_same(one, other) || resolved(one).is_some_and(|one| resolved(other).as_ref() == Some(&one))
}

/// Whether two paths are the same file, also through links.
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
