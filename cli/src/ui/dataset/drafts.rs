//! Drafts: datasets that aren't uploaded yet. Each is a private folder, which is deleted when the console ends.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};
use tempfile::{Builder, TempDir};
use tunedrop_run::object_key::RECIPES;
use tunedrop_validation::Customization;

use super::look::Seen;
use super::offers::Preview;
use super::receive::Arriving;
use super::send::Sending;
use crate::stack::private_folder;

/// Drafts at a time.
pub(super) const DRAFTS_MAX: usize = 20;
/// Files of a draft.
pub(super) const FILES_MAX: usize = 10_000;
/// Bytes of a draft: 20 GiB.
pub(super) const BYTES_MAX: u64 = 20 << 30;
/// Length of an id in bytes; twice this in hex.
const ID: usize = 8;

/// All drafts of this process.
#[derive(Default)]
pub(crate) struct Drafts {
    all: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    /// The folder of all drafts, and the file that is locked while this process runs.
    root: Option<(TempDir, File)>,
    drafts: BTreeMap<String, Arc<Draft>>,
    /// The console ended.
    is_closed: bool,
}

/// A new draft's id.
pub(super) fn new_id() -> Result<String> {
    let mut bytes = [0; ID];
    getrandom::fill(&mut bytes).ok().context("the operating system gave no random bytes")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn is_id(text: &str) -> bool {
    text.len() == 2 * ID && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

impl Drafts {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The draft with this id.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Draft>> {
        self.open().drafts.get(id).cloned()
    }

    /// All drafts, the oldest first.
    pub(super) fn list(&self) -> Vec<Arc<Draft>> {
        self.open().drafts.values().cloned().collect()
    }

    /// The draft with this id. A new one is created for an id that isn't known.
    pub(super) fn find_or_create(&self, id: &str) -> Result<Arc<Draft>> {
        let mut open = self.open();
        if let Some(draft) = open.drafts.get(id) {
            return Ok(draft.clone());
        }
        if open.is_closed || !is_id(id) {
            bail!("there is no such draft");
        }
        if open.drafts.len() >= DRAFTS_MAX {
            bail!("{DRAFTS_MAX} drafts are open; delete one first");
        }
        if open.root.is_none() {
            open.root = Some(root()?);
        }
        let parent = open.root.as_ref().map(|(root, _)| root.path().join(id)).context("no folder")?;
        let draft = Arc::new(Draft::new(id.to_owned(), parent)?);
        open.drafts.insert(id.to_owned(), draft.clone());
        Ok(draft)
    }

    /// Deletes a draft.
    pub(super) fn delete(&self, id: &str) {
        if let Some(draft) = self.open().drafts.remove(id) {
            draft.changes();
            // What can't be deleted now goes with the folder of all drafts.
            let _ = fs::remove_dir_all(&draft.folder);
        }
    }

    /// Deletes all drafts. No new one is created afterwards.
    pub(crate) fn close(&self) {
        let mut open = self.open();
        open.is_closed = true;
        for draft in std::mem::take(&mut open.drafts).into_values() {
            draft.changes();
        }
        // Deletes the folder.
        open.root = None;
    }
}

/// A private folder, with a lock that says that its process runs. Folders of processes that were killed are deleted.
fn root() -> Result<(TempDir, File)> {
    let home = private_folder("drafts")?;
    for entry in fs::read_dir(&home).with_context(|| format!("{} can't be read", home.display()))?.flatten() {
        let lock = File::open(entry.path().join("lock"));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let mut builder = Builder::new();
    builder.prefix("drafts-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let cannot = || format!("a folder can't be created in {}", home.display());
    let root = builder.tempdir_in(&home).with_context(cannot)?;
    let lock = File::create(root.path().join("lock")).with_context(cannot)?;
    lock.try_lock().ok().with_context(cannot)?;
    Ok((root, lock))
}

/// One draft.
pub(super) struct Draft {
    pub(super) id: String,
    folder: PathBuf,
    /// Increases with every change, which stops the work on earlier ones.
    revision: AtomicU64,
    state: Mutex<State>,
}

/// What a draft is at the moment.
#[derive(Default)]
pub(super) struct State {
    /// The dataset's name.
    pub(super) name: String,
    /// The files below the folder and their sizes.
    pub(super) files: BTreeMap<String, u64>,
    /// Files that are being uploaded.
    pub(super) arriving: BTreeMap<String, Arc<Arriving>>,
    /// Whether a person wrote or changed the recipe. Otherwise, it follows the data.
    pub(super) has_own_recipe: bool,
    /// The model and the type that a person chose.
    pub(super) chosen: Option<(String, Customization)>,
    /// The result of the last check.
    pub(super) seen: Option<Arc<Seen>>,
    /// Bytes read by the check in progress, and all of them.
    pub(super) checking: Option<(Arc<AtomicU64>, u64)>,
    /// What a button would change.
    pub(super) preview: Option<Preview>,
    /// The upload to the stack.
    pub(super) sending: Option<Arc<Sending>>,
    /// The question before the upload.
    pub(super) question: Option<String>,
    /// What didn't work.
    pub(super) notice: Option<String>,
}

impl Draft {
    fn new(id: String, folder: PathBuf) -> Result<Draft> {
        let draft = Draft { id, folder, revision: AtomicU64::new(0), state: Mutex::default() };
        for folder in [draft.data(), draft.parts(), draft.aside()] {
            fs::create_dir_all(&folder).with_context(|| format!("{} can't be created", folder.display()))?;
        }
        Ok(draft)
    }

    /// The dataset's folder.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Files that aren't complete.
    pub(super) fn parts(&self) -> PathBuf {
        self.folder.join("parts")
    }

    /// Results that a person hasn't confirmed.
    pub(super) fn aside(&self) -> PathBuf {
        self.folder.join("aside")
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn revision(&self) -> u64 {
        self.revision.load(Ordering::SeqCst)
    }

    /// Begins a new revision.
    pub(super) fn changes(&self) -> u64 {
        self.revision.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The recipe's name and text. `None` without one.
    pub(super) fn recipe(&self) -> Option<(&'static str, Vec<u8>)> {
        RECIPES.iter().find_map(|name| Some((*name, fs::read(self.data().join(name)).ok()?)))
    }

    /// Removes the draft's folder from a text, so that files have the names that they have on the page.
    pub(super) fn shown(&self, text: &str) -> String {
        let data = self.data();
        let data = data.to_string_lossy();
        let named = Some(self.state().name.clone()).filter(|name| !name.is_empty());
        let named = named.unwrap_or_else(|| "the folder".to_owned());
        let aside = self.aside();
        text.replace(&format!("{data}/"), "").replace(&*data, &named).replace(&format!("{}/", aside.display()), "")
    }

    /// Lists the files again, after something else than an upload changed them.
    pub(super) fn list_again(&self) {
        let mut files = BTreeMap::new();
        list(&self.data(), "", &mut files);
        self.state().files = files;
    }
}

fn list(folder: &Path, prefix: &str, files: &mut BTreeMap<String, u64>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.metadata() {
            Ok(about) if about.is_dir() => list(&entry.path(), &format!("{name}/"), files),
            Ok(about) => {
                files.insert(name, about.len());
            }
            Err(_) => {}
        }
    }
}
