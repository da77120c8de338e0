//! The whole local stack: emulator, simulator and the deployed template.

use std::net::TcpListener;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::bedrock::{Config, Faults};
use crate::build::Binaries;
use crate::client;
use crate::deploy::{self, DeployOptions, Deployment};
use crate::deployer::Deployer;
use crate::emulator::{Emulator, Setup};
use crate::folder::{StateFolder, choose_port};
use crate::python;
use crate::simulator::SimulatorThread;

/// The Region of the emulator.
pub const REGION: &str = "us-east-1";
/// The account and its root access key: the emulator derives the account from a key of twelve digits.
pub const ACCOUNT: &str = "123456789012";
/// The secret of that key.
pub const SECRET: &str = "test";

/// The settings of a local stack.
#[derive(Clone, Debug)]
pub struct StackOptions {
    /// The folder that keeps its state. `None`: the state isn't kept.
    pub state: Option<PathBuf>,
    /// The emulator's port. `None`: a free one.
    pub port: Option<u16>,
    /// The stack's name.
    pub name: String,
    /// Parameters of the template, which override its defaults.
    pub parameters: Vec<(String, String)>,
    /// Whether the emulator enforces IAM.
    pub auth: bool,
    /// Permissions to remove, as `<logical id>:<action or Sid>`, such as `LaunchFunction:iam:PassRole`.
    pub without: Vec<String>,
    /// The Bedrock simulator's faults at the start.
    pub faults: Faults,
    /// Another template than tunedrop's.
    pub template: Option<PathBuf>,
    /// The endpoint of every service for the functions, such as a fault proxy. `None`: the emulator and the simulator.
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

/// A running local stack. Dropping it saves the persistent data and stops the stack.
#[derive(Debug)]
pub struct Stack {
    deployer: Deployer,
    // Fields are dropped in this order: the functions end before the simulator that they call.
    emulator: Emulator,
    _simulator: SimulatorThread,
    bedrock: String,
    python: PathBuf,
    binaries: Binaries,
    auth: bool,
    deployment: Deployment,
    pub(crate) http: reqwest::Client,
}

impl Stack {
    /// Starts emulator and simulator, and deploys the template with these binaries.
    pub async fn start(binaries: &Binaries, options: StackOptions) -> Result<Stack> {
        let python = python::environment(&binaries.target).await?;
        let state = options.state.as_deref().map(StateFolder::open).transpose()?;
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for the Bedrock simulator")?;
        let address = listener.local_addr().context("no port for the Bedrock simulator")?;
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
        let simulator = SimulatorThread::start(config, listener)?;
        let template = options.template.unwrap_or_else(deploy::template);
        let deployed = DeployOptions {
            template: &template,
            name: &options.name,
            parameters: &options.parameters,
            without: &options.without,
            auth: options.auth,
        };
        let deployer = Deployer::start(&python, &emulator.endpoint)?;
        let deployment = deploy::up(&deployer, binaries, &deployed).await?;
        Ok(Stack {
            deployer,
            emulator,
            _simulator: simulator,
            bedrock,
            python,
            binaries: binaries.clone(),
            auth: options.auth,
            deployment,
            http: client::http().build().context("no HTTP client")?,
        })
    }

    /// Deploys tunedrop's template again on the same emulator: as another stack, or as an update.
    pub async fn deploy(&self, name: &str, parameters: &[(String, String)], without: &[String]) -> Result<Deployment> {
        let template = deploy::template();
        let deployed = DeployOptions { template: &template, name, parameters, without, auth: self.auth };
        deploy::up(&self.deployer, &self.binaries, &deployed).await
    }

    /// Deletes a stack. What the template retains stays.
    pub async fn delete(&self, name: &str) -> Result<()> {
        deploy::down(&self.deployer, name).await
    }

    /// Returns the stack that was started.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The emulator's address.
    pub fn endpoint(&self) -> &str {
        &self.emulator.endpoint
    }

    /// The emulator's Python, which has boto3.
    pub fn python(&self) -> &std::path::Path {
        &self.python
    }

    /// The Bedrock simulator's address, for `bedrock` and for `bedrock-runtime`.
    pub fn bedrock_endpoint(&self) -> &str {
        &self.bedrock
    }

    /// Returns the emulator's log, which also contains the functions' output.
    pub fn log_file(&self) -> &std::path::Path {
        &self.emulator.log
    }

    /// Stops everything, and waits until every process has ended. State is saved if it is kept.
    pub async fn stop(self) -> Result<()> {
        tokio::task::spawn_blocking(move || drop(self)).await.context("the local stack could not be stopped")
    }
}
