//! Runs the binary, and reads its output.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The output and exit code of a run.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
        Ran { code: output.status.code().expect("it exits"), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// The last line of the output.
    pub(crate) fn verdict(&self) -> &str {
        self.out.lines().last().unwrap_or_default()
    }
}

/// The binary in this folder, with an empty environment.
pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunedrop"));
    command.current_dir(folder).args(args).env_clear().stdin(Stdio::null());
    command
}

pub(crate) fn tunedrop(folder: &Path, args: &[&str]) -> Ran {
    command(folder, args).output().expect("the binary runs").into()
}

/// Runs it with these bytes on standard input.
pub(crate) fn fed(folder: &Path, args: &[&str], bytes: &[u8]) -> Ran {
    let mut command = command(folder, args);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    child.stdin.take().expect("a pipe").write_all(bytes).expect("it reads to the end");
    child.wait_with_output().expect("it ends").into()
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, bytes).expect("it can be written");
    }
    folder
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

/// The findings of the first file.
pub(crate) fn findings(page: &Value) -> &Vec<Value> {
    page["files"][0]["findings"].as_array().expect("a list of findings")
}

/// `n` different valid records for Titan Text.
pub(crate) fn records(n: usize) -> String {
    (0..n).map(|i| format!("{{\"prompt\": \"What is {i} + 1?\", \"completion\": \"It is {}.\"}}\n", i + 1)).collect()
}
