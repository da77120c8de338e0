//! Deploys the template to the emulator, with the script next to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tokio::process::Command;

use crate::build::{Binaries, workspace};
use crate::emulator::client_command;

/// A deployed stack.
#[derive(Clone, Debug, Deserialize)]
pub struct Deployment {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The template's outputs.
    pub outputs: BTreeMap<String, String>,
    /// Physical ids by the logical ids of the template.
    pub resources: BTreeMap<String, String>,
}

impl Deployment {
    /// Returns one of the template's outputs.
    pub fn output(&self, name: &str) -> Result<&str> {
        let value = self.outputs.get(name).map(String::as_str);
        value.with_context(|| format!("stack {} has no output {name}", self.name))
    }

    /// Returns the bucket for datasets.
    pub fn bucket(&self) -> Result<&str> {
        self.output("BucketName")
    }

    /// Returns the ledger.
    pub fn table(&self) -> Result<&str> {
        self.output("TableName")
    }

    /// Returns the stack's own event bus.
    pub fn bus(&self) -> Result<&str> {
        self.output("EventBusName")
    }

    /// Returns the topic for messages.
    pub fn topic(&self) -> Result<&str> {
        self.output("TopicArn")
    }

    /// Returns the physical name of a function: `validate`, `launch`, `record`, `deploy`, `evaluate`, `notify` or `sweep`.
    pub fn function(&self, name: &str) -> Result<&str> {
        self.output(&format!("{}FunctionName", capitalized(name)))
    }

    /// Returns the physical id of a resource, by its logical id in the template.
    pub fn resource(&self, name: &str) -> Result<&str> {
        let id = self.resources.get(name).map(String::as_str);
        id.with_context(|| format!("stack {} has no resource {name}", self.name))
    }
}

/// Converts `validate` to `Validate`, which the names in the template begin with.
pub(crate) fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// What to deploy, and how.
#[derive(Clone, Debug)]
pub(crate) struct DeployOptions<'a> {
    pub(crate) template: &'a Path,
    pub(crate) name: &'a str,
    pub(crate) parameters: &'a [(String, String)],
    pub(crate) without: &'a [String],
    pub(crate) auth: bool,
}

/// Creates or updates the stack.
pub(crate) async fn up(
    python: &Path,
    endpoint: &str,
    binaries: &Binaries,
    options: &DeployOptions<'_>,
) -> Result<Deployment> {
    let mut command = script(python, endpoint, "up");
    command.arg("--template").arg(options.template).args(["--stack", options.name]);
    command.arg("--binaries").arg(&binaries.folder).arg("--cache").arg(binaries.target.join("tunedrop/code"));
    let architecture = ("Architecture".to_owned(), architecture().to_owned());
    for (key, value) in std::iter::once(&architecture).chain(options.parameters) {
        command.arg("--param").arg(format!("{key}={value}"));
    }
    for permission in options.without {
        command.args(["--without", permission]);
    }
    if options.auth {
        // The emulator would also enforce the bucket's requirement of TLS, but it serves plain HTTP.
        command.arg("--allow-plain-http");
    }
    let printed = run(command, options.name).await?;
    let deployment = serde_json::from_slice(&printed).context("the deployer's answer can't be read")?;
    Ok(Deployment { name: options.name.to_owned(), ..deployment })
}

/// Deletes a stack. What the template retains stays.
pub(crate) async fn down(python: &Path, endpoint: &str, name: &str) -> Result<()> {
    let mut command = script(python, endpoint, "down");
    command.args(["--stack", name]);
    run(command, name).await?;
    Ok(())
}

/// The template of the product.
pub(crate) fn template() -> PathBuf {
    workspace().join("template.yaml")
}

/// The functions are built for the machine that they run on.
fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}

fn script(python: &Path, endpoint: &str, action: &str) -> Command {
    let mut command = Command::from(client_command(python, endpoint));
    command.arg(workspace().join("local/emulator/deploy.py")).arg(action);
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

async fn run(mut command: Command, name: &str) -> Result<Vec<u8>> {
    let output = command.output().await.context("the deployer could not be started")?;
    if !output.status.success() {
        let printed = String::from_utf8_lossy(&output.stderr);
        bail!("stack {name} could not be deployed:\n{}", printed.trim_end());
    }
    Ok(output.stdout)
}
