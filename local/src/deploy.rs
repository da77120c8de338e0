//! Deploys the template to the emulator, with the script next to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::build::{Binaries, workspace};
use crate::deployer::Deployer;

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
pub(crate) async fn up(deployer: &Deployer, binaries: &Binaries, options: &DeployOptions<'_>) -> Result<Deployment> {
    let text = |path: &Path| path.to_str().map(str::to_owned).context("a path isn't UTF-8");
    let mut arguments = ["up", "--stack", options.name, "--template"].map(str::to_owned).to_vec();
    arguments.extend([text(options.template)?, "--binaries".to_owned(), text(&binaries.folder)?]);
    arguments.extend(["--cache".to_owned(), text(&binaries.target.join("tunedrop/code"))?]);
    let architecture = ("Architecture".to_owned(), architecture().to_owned());
    for (key, value) in std::iter::once(&architecture).chain(options.parameters) {
        arguments.extend(["--param".to_owned(), format!("{key}={value}")]);
    }
    for permission in options.without {
        arguments.extend(["--without".to_owned(), permission.clone()]);
    }
    if options.auth {
        // The emulator would also enforce the bucket's requirement of TLS, but it serves plain HTTP.
        arguments.push("--allow-plain-http".to_owned());
    }
    let printed = run(deployer, &arguments, options.name).await?;
    let deployment = serde_json::from_str(&printed).context("the deployer's answer can't be read")?;
    Ok(Deployment { name: options.name.to_owned(), ..deployment })
}

/// Deletes a stack. What the template retains stays.
pub(crate) async fn down(deployer: &Deployer, name: &str) -> Result<()> {
    run(deployer, &["down", "--stack", name].map(str::to_owned), name).await?;
    Ok(())
}

async fn run(deployer: &Deployer, arguments: &[String], name: &str) -> Result<String> {
    deployer.run(arguments).await.with_context(|| format!("stack {name} could not be deployed"))
}

/// The template of the product.
pub(crate) fn template() -> PathBuf {
    workspace().join("template.yaml")
}

/// The functions are built for the machine that they run on.
fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}
