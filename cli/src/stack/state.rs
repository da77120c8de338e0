//! What is kept between commands: the stacks used last, where a local stack listens, and copies of reports.
//!
//! All of it is in `$XDG_STATE_HOME/tunedrop`, or `~/.local/state/tunedrop`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use tunedrop_aws::Endpoints;

/// What `cargo local` leaves for us while it runs.
#[derive(Debug, Deserialize)]
struct LocalFile {
    stack: String,
    endpoint: String,
    bedrock: String,
    region: String,
    access_key: String,
    secret: String,
}

/// A local stack.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) stack: String,
    pub(super) endpoints: Endpoints,
}

/// How long a copy of a report stays, at least; the next `tunedrop report` removes it.
const COPIES_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

fn folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("tunedrop"))
}

/// The local stack that runs now.
pub(super) fn local() -> Result<Local> {
    let path = folder().context("neither XDG_STATE_HOME nor HOME is set, so no local stack can be found")?;
    let Ok(text) = std::fs::read(path.join("local.json")) else {
        bail!("no local stack is up; start one with: cargo local");
    };
    let file: LocalFile =
        serde_json::from_slice(&text).context("what the local stack wrote of itself can't be read")?;
    Ok(Local {
        stack: file.stack,
        endpoints: Endpoints {
            all: file.endpoint,
            bedrock: file.bedrock,
            region: file.region,
            key: (file.access_key, file.secret),
        },
    })
}

/// The folder for the copies of reports that `tunedrop report` opens. They may show data, so it is its owner's alone.
///
/// A copy is written over by the next one of the same run, and removed once it is a day old.
pub(crate) fn reports() -> Result<PathBuf> {
    let folder =
        folder().context("neither XDG_STATE_HOME nor HOME is set; say where to write with -o")?.join("reports");
    let cannot = || format!("{} can't be made", folder.display());
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).with_context(cannot)?;
    #[cfg(unix)]
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700)).with_context(cannot)?;
    for entry in std::fs::read_dir(&folder).with_context(cannot)?.flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        if modified.and_then(|then| then.elapsed().ok()).is_some_and(|age| age > COPIES_KEPT) {
            // Whatever keeps it from being removed is there the next time, too.
            let _ = std::fs::remove_file(entry.path());
        }
    }
    Ok(folder)
}

/// The stack that was used last with a profile in a Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Used {
    pub(super) profile: String,
    pub(super) region: String,
    /// A profile may come to mean another account: there, the stack is another one.
    pub(super) account: String,
    pub(super) stack: String,
}

impl Used {
    fn is_with(&self, profile: &str, region: &str) -> bool {
        self.profile == profile && self.region == region
    }
}

const USED: &str = "stacks.json";

/// Nothing where there is no such file, or it can't be read.
fn used() -> Vec<Used> {
    let text = folder().and_then(|folder| std::fs::read(folder.join(USED)).ok());
    text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// The stack used last with this profile in this Region.
pub(super) fn last(profile: &str, region: &str) -> Option<Used> {
    used().into_iter().find(|used| used.is_with(profile, region))
}

/// Remembers it, where that is possible; nothing depends on it.
pub(super) fn remember(now: Used) {
    let mut all = used();
    if all.contains(&now) {
        return;
    }
    all.retain(|used| !used.is_with(&now.profile, &now.region));
    all.push(now);
    let write = || -> Option<()> {
        let folder = folder()?;
        std::fs::create_dir_all(&folder).ok()?;
        // Whole or not at all: another command may read it now.
        let mut file = tempfile::NamedTempFile::new_in(&folder).ok()?;
        serde_json::to_writer_pretty(&mut file, &all).ok()?;
        file.persist(folder.join(USED)).ok().map(drop)
    };
    let _ = write();
}
