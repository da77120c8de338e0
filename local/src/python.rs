//! The emulator's virtual environment: it is created once for each set of pins and version of Python, and then reused.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use tokio::process::Command;

/// The pinned packages, with hashes.
const REQUIREMENTS: &str = include_str!("../emulator/requirements.txt");
/// The version that ministack requires.
const LEAST: (u32, u32) = (3, 10);
/// Tried in this order. Systems with an old `python3` often have a newer one under its full name.
const NAMES: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
/// Prints the version, and whether virtual environments can be created.
const PROBE: &str = "
import importlib.util, sys
print(*sys.version_info[:2], all(importlib.util.find_spec(name) for name in ('venv', 'ensurepip')))";

/// A Python installation.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    name: String,
    version: (u32, u32),
    venv: bool,
}

/// Returns the interpreter of the emulator's environment, which is installed if it is missing. If another process is
/// installing it, waits for that.
pub(crate) async fn environment(target: &Path) -> Result<PathBuf> {
    let mut found = Vec::new();
    for name in NAMES {
        found.extend(probe(name).await);
    }
    let python = choose(found)?;
    let home = target.join("tunedrop");
    fs::create_dir_all(&home).with_context(|| format!("{} could not be created", home.display()))?;
    let folder = home.join(format!("emulator-{}", fingerprint(&python)));
    let (stamp, interpreter) = (folder.join("installed"), folder.join("bin").join("python"));
    let _lock = lock(&home.join("emulator.lock")).await?;
    if stamp.exists() && interpreter.exists() {
        return Ok(interpreter);
    }
    install(&python.name, &folder, &interpreter).await?;
    fs::write(&stamp, "").with_context(|| format!("{} could not be written", stamp.display()))?;
    Ok(interpreter)
}

async fn install(python: &str, folder: &Path, interpreter: &Path) -> Result<()> {
    eprintln!("Installing the emulator into {} (once)", folder.display());
    let mut make = Command::new(python);
    // An interrupted attempt may have left an incomplete environment: `--clear` starts over.
    make.args(["-m", "venv", "--clear"]).arg(folder);
    run(make, "the virtual environment could not be created").await?;
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)
        .with_context(|| format!("{} could not be written", requirements.display()))?;
    let mut pip = Command::new(interpreter);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]);
    pip.arg("--requirement").arg(&requirements);
    run(pip, "the emulator could not be installed").await
}

async fn run(mut command: Command, failure: &str) -> Result<()> {
    let output: Output = command.kill_on_drop(true).output().await.with_context(|| failure.to_owned())?;
    if !output.status.success() {
        let printed = [output.stdout, output.stderr].concat();
        bail!("{failure} ({}):\n{}", output.status, String::from_utf8_lossy(&printed).trim_end());
    }
    Ok(())
}

/// Checks `name`. `None` if it doesn't exist.
async fn probe(name: &str) -> Option<Found> {
    let output = Command::new(name).args(["-c", PROBE]).kill_on_drop(true).output().await.ok()?;
    parse_probe(name, &String::from_utf8_lossy(&output.stdout))
}

fn parse_probe(name: &str, printed: &str) -> Option<Found> {
    let mut words = printed.split_whitespace();
    let version = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Found { name: name.to_owned(), version, venv: words.next()? == "True" })
}

/// Returns the first suitable one. The error says what to install.
fn choose(found: Vec<Found>) -> Result<Found> {
    let wanted = format!("Python {}.{} or newer", LEAST.0, LEAST.1);
    let newest = found.iter().map(|python| python.version).max();
    let mut fit: Vec<Found> = found.into_iter().filter(|python| python.version >= LEAST).collect();
    match (fit.iter().position(|python| python.venv), newest) {
        (Some(first), _) => Ok(fit.swap_remove(first)),
        (None, None) => bail!("no python3 on the path: the local stack's emulator needs {wanted}; please install it"),
        (None, Some((major, minor))) if fit.is_empty() => {
            bail!("python3 is {major}.{minor}: the local stack's emulator needs {wanted}; please install it")
        }
        (None, Some(_)) => bail!(
            "{} has no venv module, which the local stack's emulator is installed with; \
             please install it (on Debian and Ubuntu: apt install python3-venv)",
            fit[0].name
        ),
    }
}

/// Other pins or another Python have another folder.
fn fingerprint(python: &Found) -> String {
    let digest = Sha256::new()
        .chain_update(REQUIREMENTS)
        .chain_update(format!("{}.{}", python.version.0, python.version.1))
        .finalize();
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Holds the lock file while the returned value exists. It polls, so that Ctrl-C works while it waits.
async fn lock(path: &Path) -> Result<File> {
    let file = File::create(path).with_context(|| format!("{} could not be created", path.display()))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} could not be locked", path.display()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(name: &str, minor: u32, venv: bool) -> Found {
        Found { name: name.into(), version: (3, minor), venv }
    }

    #[test]
    fn reads_what_the_probe_prints() {
        assert_eq!(parse_probe("python3", "3 11 True\n"), Some(python("python3", 11, true)));
        assert_eq!(parse_probe("python3", "3 9 False"), Some(python("python3", 9, false)));
        assert_eq!(parse_probe("python3", ""), None);
    }

    #[test]
    fn skips_a_python_that_is_too_old_or_lacks_venv() {
        let found = vec![python("python3", 9, true), python("python3.13", 13, false), python("python3.12", 12, true)];
        assert_eq!(choose(found).unwrap().name, "python3.12");
    }

    #[test]
    fn says_what_to_install() {
        let error = |found| choose(found).unwrap_err().to_string();
        assert!(error(vec![]).starts_with("no python3 on the path"));
        assert!(
            error(vec![python("python3", 9, true)])
                .starts_with("python3 is 3.9: the local stack's emulator needs Python 3.10")
        );
        assert!(error(vec![python("python3", 11, false)]).contains("apt install python3-venv"));
    }
}
