//! State between commands: the last stacks used, the address of the local stack, and private files such as copies of reports.
//!
//! All of it is in `$XDG_STATE_HOME/tunedrop`, or `~/.local/state/tunedrop`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use tunedrop_aws::Endpoints;

/// The file that `cargo local` writes while it runs.
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

/// The least time that a file of a private folder is kept. The next command that uses the folder deletes older ones.
const COPIES_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

fn folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("tunedrop"))
}

/// The running local stack.
pub(super) fn local() -> Result<Local> {
    let path = folder().context("no local stack can be found: neither XDG_STATE_HOME nor HOME is set")?;
    let Ok(text) = std::fs::read(path.join("local.json")) else {
        bail!("no local stack is running; start one with `cargo local`");
    };
    let file: LocalFile = serde_json::from_slice(&text).context("the local stack's file can't be read")?;
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

/// The folder for copies of reports. They may show data, so only its owner can read it.
///
/// A copy is replaced by the next one of the same run, and deleted after a day.
pub(crate) fn reports() -> Result<PathBuf> {
    private_folder("reports").context("a copy of the report can't be kept; choose a file with -o")
}

/// A folder of this name that only its owner can read. Its files are deleted when they are older than a day.
pub(crate) fn private_folder(name: &str) -> Result<PathBuf> {
    let folder = folder().context("neither XDG_STATE_HOME nor HOME is set")?.join(name);
    let cannot = || format!("{} can't be created", folder.display());
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
            // If it can't be deleted now, the next command tries again.
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
    /// A profile may later mean another account, which has another stack.
    pub(super) account: String,
    pub(super) stack: String,
}

impl Used {
    fn is_with(&self, profile: &str, region: &str) -> bool {
        self.profile == profile && self.region == region
    }
}

const USED: &str = "stacks.json";

/// The last stacks used. Empty if the file doesn't exist or can't be read.
fn used() -> Vec<Used> {
    let text = folder().and_then(|folder| std::fs::read(folder.join(USED)).ok());
    text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// The last stack used with this profile and Region.
pub(super) fn last(profile: &str, region: &str) -> Option<Used> {
    used().into_iter().find(|used| used.is_with(profile, region))
}

/// Remembers the stack. Errors are ignored.
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
        // Written atomically: another command may be reading it.
        let mut file = tempfile::NamedTempFile::new_in(&folder).ok()?;
        serde_json::to_writer_pretty(&mut file, &all).ok()?;
        file.persist(folder.join(USED)).ok().map(drop)
    };
    let _ = write();
}
