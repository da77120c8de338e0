//! The emulator's process. It is started in a process group of its own, so that Ctrl-C in the terminal reaches this
//! process first, and is ended with everything that it started.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::TempDir;

use crate::build::workspace;
use crate::folder::StateFolder;
use crate::stack::{ACCOUNT, REGION, SECRET};

/// An empty emulator is ready in a second. One with a lot of state on a busy machine takes longer.
const READY: Duration = Duration::from_secs(60);
/// How long it may take to save its state.
const GRACE: Duration = Duration::from_secs(10);
/// Lines of its log that an error shows.
const TAIL: usize = 15;

/// The running emulator. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Emulator {
    child: Child,
    pub(crate) endpoint: String,
    pub(crate) log: PathBuf,
    state: Option<StateFolder>,
    // Temporary files of the emulator and the functions' unpacked code. Fields are dropped in order: `child` first.
    _scratch: TempDir,
}

/// The emulator's settings.
pub(crate) struct Setup<'a> {
    pub(crate) python: &'a Path,
    pub(crate) port: u16,
    pub(crate) bedrock: &'a str,
    pub(crate) auth: bool,
    /// The endpoint of all services for the functions. `None`: the emulator, and `bedrock`.
    pub(crate) functions: Option<&'a str>,
}

impl Emulator {
    /// Starts it and waits until it answers.
    pub(crate) async fn start(setup: &Setup<'_>, state: Option<StateFolder>) -> Result<Emulator> {
        let scratch = tempfile::Builder::new().prefix("tunedrop-local-").tempdir().context("no temporary folder")?;
        let endpoint = format!("http://127.0.0.1:{}", setup.port);
        let log =
            state.as_ref().map_or_else(|| scratch.path().join("emulator.log"), |state| state.join("emulator.log"));
        let output = File::create(&log).with_context(|| format!("{} could not be created", log.display()))?;
        let errors = output.try_clone().context("the emulator's log could not be opened")?;
        let mut command = client_command(setup.python, &endpoint);
        command.arg(workspace().join("local/emulator/launcher.py"));
        environment(&mut command, setup, &scratch, state.as_ref());
        // The launcher ends when its standard input ends, which it does with this process, however that ends.
        command.stdin(Stdio::piped()).stdout(output).stderr(errors);
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().context("the emulator could not be started")?;
        let mut emulator = Emulator { child, endpoint, log, state, _scratch: scratch };
        emulator.wait_until_ready().await?;
        if let Some(state) = &emulator.state {
            state.keep_port(setup.port)?;
        }
        Ok(emulator)
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + READY;
        let address = format!("{}/_ministack/health", self.endpoint);
        loop {
            if let Some(status) = self.child.try_wait().context("the emulator's state is not known")? {
                bail!("the emulator ended at once ({status}); its log ends:\n{}", tail(&self.log));
            }
            if reqwest::get(&address).await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("the emulator did not answer within {} s; its log ends:\n{}", READY.as_secs(), tail(&self.log));
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Ends it, and every function that it runs. Only an emulator that keeps state needs time for it.
    fn end(&mut self) {
        let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) else { return };
        if matches!(self.child.try_wait(), Ok(None))
            && self.state.is_some()
            && kill_process(group, Signal::TERM).is_ok()
        {
            let deadline = Instant::now() + GRACE;
            while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        // Fails if the group has no process left, which is fine.
        let _ = kill_process_group(group, Signal::KILL);
        if let Err(error) = self.child.wait() {
            tracing::warn!("the emulator's end was not seen: {error}");
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns a Python command that talks to the emulator at `endpoint`. It inherits only the necessary variables, because
/// the emulator passes all of its environment to the functions.
pub(crate) fn client_command(python: &Path, endpoint: &str) -> Command {
    let mut command = Command::new(python);
    command.env_clear();
    for name in ["PATH", "LANG", "RUST_LOG", "RUST_BACKTRACE"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command.envs([
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", ACCOUNT),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    command
}

fn environment(command: &mut Command, setup: &Setup<'_>, scratch: &TempDir, state: Option<&StateFolder>) {
    command.envs([
        ("BIND_HOST", "127.0.0.1"),
        ("MINISTACK_HOST", "127.0.0.1"),
        ("MINISTACK_REGION", REGION),
        ("MINISTACK_ACCOUNT_ID", ACCOUNT),
        ("LAMBDA_EXECUTOR", "local"),
        // Both would listen on every interface.
        ("IOT_MTLS_ENABLED", "0"),
        ("SFTP_ENABLED", "0"),
        ("AWS_ENDPOINT_URL_BEDROCK", setup.bedrock),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", setup.bedrock),
        ("AWS_ENDPOINT_URL_PRICING", setup.bedrock),
        ("AUTH", if setup.auth { "true" } else { "false" }),
    ]);
    if let Some(functions) = setup.functions {
        // The emulator passes them on, and doesn't use them itself.
        let services = ["BEDROCK", "BEDROCK_RUNTIME", "PRICING"].map(|service| format!("AWS_ENDPOINT_URL_{service}"));
        for name in services.iter().map(String::as_str).chain(["AWS_ENDPOINT_URL"]) {
            command.env(name, functions);
        }
    }
    command.env("GATEWAY_PORT", setup.port.to_string());
    command.env("HOME", scratch.path()).env("TMPDIR", scratch.path()).env("TUNEDROP_LOCAL_SCRATCH", scratch.path());
    if let Some(state) = state {
        command.env("PERSIST_STATE", "1").env("STATE_DIR", state.join("services"));
        command.env("S3_PERSIST", "1").env("S3_DATA_DIR", state.join("s3"));
    }
}

/// Returns the last lines of a log.
fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}
