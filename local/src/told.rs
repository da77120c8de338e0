//! Tells the command line where the stack that is up listens: `tunedrop … --local` reads it.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::json;
use tunedrop_local::{ACCOUNT, REGION, SECRET, Stack};

/// The file; it goes with this, where it is still ours.
pub(crate) struct Told {
    path: PathBuf,
    text: String,
}

/// Writes `$XDG_STATE_HOME/tunedrop/local.json`, or that below `~/.local/state`; the stack started last is the one told.
pub(crate) fn tell(stack: &Stack) -> Result<Option<Told>> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let Some(state) = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state"))) else {
        return Ok(None);
    };
    let folder = state.join("tunedrop");
    let path = folder.join("local.json");
    let text = json!({
        "stack": stack.deployment().name,
        "endpoint": stack.endpoint(),
        "bedrock": stack.bedrock_endpoint(),
        "region": REGION,
        "access_key": ACCOUNT,
        "secret": SECRET,
    })
    .to_string();
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, &text));
    written.with_context(|| format!("{} could not be written", path.display()))?;
    Ok(Some(Told { path, text }))
}

impl Drop for Told {
    fn drop(&mut self) {
        if std::fs::read_to_string(&self.path).is_ok_and(|text| text == self.text) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
