//! The file with the address of the running stack, which `tunedrop … --local` reads.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::json;
use tunedrop_local::{ACCOUNT, REGION, SECRET, Stack};

/// The file with the address. Dropping this removes the file, unless another stack has replaced it.
pub(crate) struct AddressFile {
    path: PathBuf,
    text: String,
}

/// Writes `$XDG_STATE_HOME/tunedrop/local.json`, or the same file below `~/.local/state`. The last stack that started
/// wins.
pub(crate) fn write(stack: &Stack) -> Result<Option<AddressFile>> {
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
    Ok(Some(AddressFile { path, text }))
}

impl Drop for AddressFile {
    fn drop(&mut self) {
        if std::fs::read_to_string(&self.path).is_ok_and(|text| text == self.text) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
