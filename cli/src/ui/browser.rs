//! Opens the console in the browser.

use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use tempfile::{Builder, NamedTempFile};
use tokio::process::Command;
use tokio::time::timeout;

use crate::stack::private_folder;

/// How long the system's opener may take to fail. Some openers run as long as the browser does.
const FAILS_WITHIN: Duration = Duration::from_secs(3);

/// The private file that leads the browser to the address. It is deleted with this value.
///
/// The opener gets its path as an argument, which every user of the machine can read. The address has the token.
pub(super) struct Opened {
    _file: NamedTempFile,
}

impl Opened {
    /// `None` if the browser didn't open.
    pub(super) async fn new(address: &str) -> Option<Opened> {
        let file = written(address)?;
        let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
        let mut command = Command::new(opener);
        command.arg(file.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        match timeout(FAILS_WITHIN, child.wait()).await {
            Ok(Ok(status)) if !status.success() => None,
            Ok(Err(_)) => None,
            _ => Some(Opened { _file: file }),
        }
    }
}

/// A file that only its owner can read.
fn written(address: &str) -> Option<NamedTempFile> {
    let mut file = Builder::new().prefix("open-").suffix(".html").tempfile_in(private_folder("ui").ok()?).ok()?;
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>tunedrop</title><meta name=\"referrer\" content=\"no-referrer\"><meta http-equiv=\"refresh\" content=\"0; url={address}\"><p><a href=\"{address}\">Open the console</a></p></html>\n"
    );
    file.write_all(page.as_bytes()).and_then(|()| file.flush()).ok()?;
    Some(file)
}
