//! Kills the process on the other end of a connection: the function that made a call.

use std::fs;

use anyhow::{Context, Result};

/// Kills the process that owns this loopback port. Returns whether there was one.
pub(super) fn kill_owner(port: u16) -> Result<bool> {
    let Some(inode) = inode_of(port)? else {
        return Ok(false);
    };
    let Some(pid) = owner_of(&inode)? else {
        return Ok(false);
    };
    // By its process id: it is a function of the emulator that this test started.
    let killed = std::process::Command::new("kill").args(["-KILL", &pid]).status().context("kill can't be run")?;
    Ok(killed.success())
}

/// The socket's inode, from the kernel's table: `sl local_address rem_address st … inode`.
fn inode_of(port: u16) -> Result<Option<String>> {
    let table = fs::read_to_string("/proc/net/tcp").context("/proc/net/tcp can't be read")?;
    let local = format!("0100007F:{port:04X}");
    let of_ours = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    Ok(of_ours
        .filter(|fields| fields.get(1) == Some(&local.as_str()))
        .find_map(|fields| fields.get(9).map(|inode| (*inode).to_owned())))
}

/// The process that holds the socket.
fn owner_of(inode: &str) -> Result<Option<String>> {
    let socket = format!("socket:[{inode}]");
    for process in fs::read_dir("/proc").context("/proc can't be read")?.flatten() {
        let name = process.file_name().to_string_lossy().into_owned();
        if !name.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        // A process may end at any time.
        let handles = fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten();
        let mut targets = handles.filter_map(|handle| fs::read_link(handle.path()).ok());
        if targets.any(|target| target.as_os_str() == socket.as_str()) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
