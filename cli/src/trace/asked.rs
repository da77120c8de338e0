//! The records that a command is about.

use std::path::Path;

use anyhow::{Context, Result, bail};
use tunedrop_run::trace_index::{TraceKey, Wanted};

/// The records of a file, or those with a text.
pub(crate) enum Asked {
    /// JSON Lines.
    Records(Vec<u8>),
    Text(String),
}

impl Asked {
    /// Reads the file of `--record`, or takes the text of `--match`.
    pub(crate) fn read(record: Option<&Path>, matching: Option<&str>) -> Result<Asked> {
        match (record, matching) {
            (Some(file), _) => {
                let bytes = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
                if bytes.trim_ascii().is_empty() {
                    bail!("{} has no records", file.display());
                }
                Ok(Asked::Records(bytes))
            }
            (None, Some(text)) if !text.trim().is_empty() => Ok(Asked::Text(text.to_owned())),
            _ => bail!("--match needs a text"),
        }
    }

    /// What to search in the files and indexes of a stack with this key.
    pub(crate) fn wanted(&self, key: TraceKey) -> Wanted {
        match self {
            Asked::Records(lines) => Wanted::records(key, lines),
            Asked::Text(text) => Wanted::Text(text.clone()),
        }
    }
}
