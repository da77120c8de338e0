//! The whole local stack: emulator, stand-in and the deployed template.

use std::net::TcpListener;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::bedrock::{Config, Faults};
use crate::build::Binaries;
use crate::client;
use crate::deploy::{self, Deployment, Plan};
use crate::emulator::{Emulator, Setup};
use crate::folder::{StateFolder, choose_port};
use crate::python;
use crate::standin::Standin;

/// The Region that the emulator plays.
pub const REGION: &str = "us-east-1";
/// The account, and its root access key: the emulator takes the account from a key of twelve digits.
pub const ACCOUNT: &str = "123456789012";
/// The secret that belongs to it.
pub const SECRET: &str = "test";

/// How a local stack is started.
#[derive(Clone, Debug)]
pub struct StackOptions {
    /// Where its state survives it; absent: nowhere.
    pub state: Option<PathBuf>,
    /// The emulator's port; absent: a free one.
    pub port: Option<u16>,
    /// The stack's name.
    pub name: String,
    /// Parameters of the template, over its defaults.
    pub parameters: Vec<(String, String)>,
    /// Whether the emulator enforces IAM.
    pub auth: bool,
    /// Permissions that are left out, as `<logical id>:<action or Sid>`, such as `LaunchFunction:iam:PassRole`.
    pub without: Vec<String>,
    /// How the Bedrock stand-in is bent from the start.
    pub faults: Faults,
    /// Another template than the product's.
    pub template: Option<PathBuf>,
    /// Where the functions find every service, such as a fault proxy; absent: at the emulator and the stand-in.
    pub functions_endpoint: Option<String>,
}

impl Default for StackOptions {
    fn default() -> StackOptions {
        StackOptions {
            state: None,
            port: None,
            name: "tunedrop".to_owned(),
            parameters: Vec::new(),
            auth: false,
            without: Vec::new(),
            faults: Faults::default(),
            template: None,
            functions_endpoint: None,
        }
    }
}

/// A running local stack. It ends when it is dropped; what is kept is saved then.
#[derive(Debug)]
pub struct Stack {
    // Fields are dropped in this order: the functions end before the stand-in they call.
    emulator: Emulator,
    _standin: Standin,
    bedrock: String,
    python: PathBuf,
    binaries: Binaries,
    auth: bool,
    deployment: Deployment,
    pub(crate) http: reqwest::Client,
}

impl Stack {
    /// Starts emulator and stand-in, and deploys the template with these binaries.
    pub async fn start(binaries: &Binaries, options: StackOptions) -> Result<Stack> {
        let python = python::environment(&binaries.target).await?;
        let state = options.state.as_deref().map(StateFolder::open).transpose()?;
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for the Bedrock stand-in")?;
        let address = listener.local_addr().context("no port for the Bedrock stand-in")?;
        let bedrock = format!("http://{address}");
        let port = choose_port(options.port, state.as_ref())?;
        let functions = options.functions_endpoint.as_deref();
        let setup = Setup { python: &python, port, bedrock: &bedrock, auth: options.auth, functions };
        let emulator = Emulator::start(&setup, state).await?;
        let config = Config {
            emulator: emulator.endpoint.clone(),
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
            auth: options.auth,
            faults: options.faults,
        };
        let standin = Standin::start(config, listener)?;
        let template = options.template.unwrap_or_else(deploy::template);
        let plan = Plan {
            template: &template,
            name: &options.name,
            parameters: &options.parameters,
            without: &options.without,
            auth: options.auth,
        };
        let deployment = deploy::up(&python, &emulator.endpoint, binaries, &plan).await?;
        Ok(Stack {
            emulator,
            _standin: standin,
            bedrock,
            python,
            binaries: binaries.clone(),
            auth: options.auth,
            deployment,
            http: client::http().build().context("no HTTP client")?,
        })
    }

    /// Deploys the product's template once more on the same emulator: another stack, or the same one changed.
    pub async fn deploy(&self, name: &str, parameters: &[(String, String)], without: &[String]) -> Result<Deployment> {
        let template = deploy::template();
        let plan = Plan { template: &template, name, parameters, without, auth: self.auth };
        deploy::up(&self.python, self.endpoint(), &self.binaries, &plan).await
    }

    /// Deletes a stack; what the template retains stays.
    pub async fn delete(&self, name: &str) -> Result<()> {
        deploy::down(&self.python, self.endpoint(), name).await
    }

    /// The stack that was started.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The emulator's address.
    pub fn endpoint(&self) -> &str {
        &self.emulator.endpoint
    }

    /// The Bedrock stand-in's address.
    pub fn bedrock_endpoint(&self) -> &str {
        &self.bedrock
    }

    /// The emulator's log, which holds what the functions print too.
    pub fn log_file(&self) -> &std::path::Path {
        &self.emulator.log
    }

    /// Stops everything, and waits until nothing of it runs any more. State is saved where it is kept.
    pub async fn stop(self) -> Result<()> {
        tokio::task::spawn_blocking(move || drop(self)).await.context("the local stack could not be stopped")
    }
}
