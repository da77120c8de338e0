//! The folder for an emulator's state: one that is kept, or none.

use std::fs::{self, File, TryLockError};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The folder of `--state`, locked while this value exists.
#[derive(Debug)]
pub(crate) struct StateFolder {
    path: PathBuf,
    _lock: File,
}

impl StateFolder {
    /// Opens or creates it.
    pub(crate) fn open(path: &Path) -> Result<StateFolder> {
        let context = || format!("the state folder {} could not be opened", path.display());
        fs::create_dir_all(path).with_context(context)?;
        let path = path.canonicalize().with_context(context)?;
        let lock = File::create(path.join("lock")).with_context(context)?;
        match lock.try_lock() {
            Ok(()) => Ok(StateFolder { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!("the state in {} is in use by another local stack", path.display()),
            Err(TryLockError::Error(error)) => Err(error).with_context(context),
        }
    }

    /// Returns the path of `name` in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Returns the port of the state, because the emulator writes it into the queues' addresses.
    pub(crate) fn port(&self) -> Option<u16> {
        fs::read_to_string(self.join("port")).ok()?.trim().parse().ok()
    }

    /// Stores the port for the next start.
    pub(crate) fn keep_port(&self, port: u16) -> Result<()> {
        let path = self.join("port");
        fs::write(&path, port.to_string()).with_context(|| format!("{} could not be written", path.display()))
    }
}

/// Returns the port to listen on: the requested one, the one of the state, or a free one.
pub(crate) fn choose_port(asked: Option<u16>, state: Option<&StateFolder>) -> Result<u16> {
    let kept = state.and_then(StateFolder::port);
    if let (Some(asked), Some(kept)) = (asked, kept)
        && asked != kept
    {
        bail!("the state belongs to port {kept} and can't be used on port {asked}: omit --port, or use another folder");
    }
    let wanted = asked.or(kept).unwrap_or(0);
    let listener = TcpListener::bind(("127.0.0.1", wanted)).with_context(|| format!("port {wanted} is not free"))?;
    Ok(listener.local_addr().context("the port is not known")?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_folder_keeps_its_port_and_has_one_user() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateFolder::open(folder.path()).unwrap();
        assert_eq!(state.port(), None);
        let port = choose_port(None, Some(&state)).unwrap();
        state.keep_port(port).unwrap();
        assert_eq!(choose_port(None, Some(&state)).unwrap(), port);
        assert!(choose_port(Some(port ^ 1), Some(&state)).unwrap_err().to_string().contains("can't be used on port"));
        assert!(StateFolder::open(folder.path()).unwrap_err().to_string().contains("in use"));
        drop(state);
        StateFolder::open(folder.path()).unwrap();
    }

    #[test]
    fn reports_a_port_in_use() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(choose_port(Some(port), None).unwrap_err().to_string(), format!("port {port} is not free"));
    }
}
