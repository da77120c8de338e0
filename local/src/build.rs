//! Builds the workspace's binaries, in the profile of the running process.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

/// The functions' binaries, as the template names them.
pub const FUNCTIONS: [&str; 8] = [
    "tunedrop-validate",
    "tunedrop-launch",
    "tunedrop-record",
    "tunedrop-deploy",
    "tunedrop-evaluate",
    "tunedrop-notify",
    "tunedrop-sweep",
    "tunedrop-clean",
];

/// Where build results are.
#[derive(Clone, Debug)]
pub struct Binaries {
    /// The folder with the binaries, such as `target/debug`.
    pub folder: PathBuf,
    /// Cargo's target folder; the emulator is installed below it.
    pub target: PathBuf,
}

/// The workspace's root.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Builds every binary of the workspace with the cargo that runs this process, or the one on the path. Cargo shows its
/// progress on standard error. It takes little time if nothing changed.
pub async fn functions() -> Result<Binaries> {
    let binaries = places()?;
    let profile = match binaries.folder.file_name().and_then(|name| name.to_str()) {
        None | Some("debug") => "dev",
        Some(name) => name,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command.args(["build", "--workspace", "--bins", "--profile", profile]).current_dir(workspace());
    // Cargo marks its target folder. A folder below it for one `--target` would be the wrong one.
    if binaries.target.join("CACHEDIR.TAG").exists() {
        command.arg("--target-dir").arg(&binaries.target);
    }
    let status = command.kill_on_drop(true).status().await;
    let status = status.with_context(|| format!("{} could not be started", cargo.display()))?;
    if !status.success() {
        bail!("the functions could not be built: cargo build ended with {status}");
    }
    check(binaries)
}

/// Returns what was built before, without building.
pub fn built() -> Result<Binaries> {
    check(places()?)
}

/// Returns what was built before into `folder`, such as another profile's. The emulator stays below the own target
/// folder.
pub fn built_in(folder: PathBuf) -> Result<Binaries> {
    check(Binaries { folder, ..places()? })
}

/// Finds the folder from the running program: `target/debug/tunedrop-local` or, as a test, `target/debug/deps/<name>`.
fn places() -> Result<Binaries> {
    let running = std::env::current_exe().context("the running program's own path is not known")?;
    from_executable(&running).with_context(|| format!("{} is not in a target folder of cargo's", running.display()))
}

fn from_executable(running: &Path) -> Option<Binaries> {
    let folder = running.parent()?;
    let folder = if folder.ends_with("deps") || folder.ends_with("examples") { folder.parent()? } else { folder };
    Some(Binaries { folder: folder.to_owned(), target: folder.parent()?.to_owned() })
}

fn check(binaries: Binaries) -> Result<Binaries> {
    let missing: Vec<&str> = FUNCTIONS.into_iter().filter(|name| !binaries.folder.join(name).is_file()).collect();
    if !missing.is_empty() {
        bail!("not built in {}: {}", binaries.folder.display(), missing.join(", "));
    }
    Ok(binaries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_target_folder_from_a_program_and_from_a_test() {
        for running in ["/w/target/debug/tunedrop-local", "/w/target/debug/deps/e2e-0123"] {
            let places = from_executable(Path::new(running)).unwrap();
            assert_eq!(places.folder, Path::new("/w/target/debug"));
            assert_eq!(places.target, Path::new("/w/target"));
        }
    }
}
