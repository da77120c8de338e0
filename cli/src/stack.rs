//! Finds the stack, and connects to it.

mod explain;
mod state;

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use tunedrop_aws::{Access, Bus, Configs, Found, Jobs, Ledger, Objects, Stacks, Uploads, is_ours};
use tunedrop_run::event::senders;
use tunedrop_run::{Run, RunId};

use crate::note;
pub(crate) use explain::{explain, is_passing};
pub(crate) use state::{private_folder, reports};

/// The most runs that are searched for a name, newest first.
pub(crate) const LOOKED_THROUGH: usize = 5_000;
/// The most choices that an error lists.
const LISTED: usize = 10;

/// The options that choose the stack.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct StackArgs {
    /// The stack's name [default: the last one used with this profile and Region, or the only one]
    #[arg(long, env = "TUNEDROP_STACK", value_name = "NAME", global = false)]
    pub(crate) stack: Option<String>,
    /// Profile of the AWS CLI [default: AWS_PROFILE, or "default"]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// AWS Region [default: AWS_REGION, or the profile's]
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Use the local stack that `cargo local` started
    #[arg(long, conflicts_with_all = ["profile", "region"])]
    pub(crate) local: bool,
}

/// An existing stack.
#[derive(Clone)]
pub(crate) struct Stack {
    pub(crate) name: String,
    pub(crate) configs: Configs,
    pub(crate) outputs: BTreeMap<String, String>,
    /// The options that name it in the next command: ` --local` or ` --stack NAME`.
    pub(crate) named: String,
    /// Whether it is an emulator's, not an account's.
    pub(crate) emulated: bool,
    /// If no option named it: which one it is, and why.
    guess: Option<String>,
}

/// The clients of an account and Region, or of the local stack.
pub(crate) struct Connection {
    pub(crate) configs: Configs,
    pub(crate) stacks: Stacks,
    /// The Region's name.
    pub(crate) region: String,
    /// The name of the local stack, if it is that.
    pub(crate) local: Option<String>,
}

impl StackArgs {
    /// Connects, without looking for a stack.
    pub(crate) async fn connect(&self) -> Result<Connection> {
        self.connect_if_region().await?.context("no Region is set; pass --region, or set AWS_REGION")
    }

    /// Connects, if there is a Region.
    pub(crate) async fn connect_if_region(&self) -> Result<Option<Connection>> {
        let local = if self.local { Some(state::local()?) } else { None };
        let access = Access {
            profile: self.profile.clone(),
            region: self.region.clone(),
            endpoints: local.as_ref().map(|local| local.endpoints.clone()),
        };
        let configs = access.configs().await;
        if configs.all.region().is_none() {
            return Ok(None);
        }
        let (stacks, region) = (Stacks::new(&configs.all), region(&configs));
        Ok(Some(Connection { configs, stacks, region, local: local.map(|local| local.stack) }))
    }

    /// Finds the stack. Only the first call to AWS shows whether there are credentials and a network.
    pub(crate) async fn find(&self) -> Result<Stack> {
        let connection = self.connect().await?;
        let Connection { stacks, region, local, .. } = &connection;
        let given = self.stack.clone().or(local.clone());
        let (name, found, why) = match given {
            Some(name) => {
                let found = stacks.find(&name).await.map_err(explain)?;
                (name, found, None)
            }
            None => {
                let (name, found, why) = self.guess(stacks, region).await?;
                (name, found, Some(why))
            }
        };
        let Some(Found { outputs, account, .. }) = found else {
            bail!("no stack {name} in {region}; {}", choices(stacks).await);
        };
        if !is_ours(&outputs) {
            bail!("{name} is not a tunedrop stack; {}", choices(stacks).await);
        }
        let guess = why.map(|why| {
            format!("Using stack {name} in {region}, account {account}: {why}. Choose another with --stack NAME.")
        });
        if local.is_none() {
            let region = region.clone();
            state::remember(state::Used { profile: self.profile(), region, account, stack: name.clone() });
        }
        Ok(Stack { guess, ..Stack::of(&connection, &name, outputs) })
    }

    /// The name of an existing stack, which may be in any state.
    pub(crate) async fn name(&self, connection: &Connection) -> Result<String> {
        match self.stack.clone().or(connection.local.clone()) {
            Some(name) => Ok(name),
            None => Ok(self.guess(&connection.stacks, &connection.region).await?.0),
        }
    }

    /// As [`find`](StackArgs::find), for a command that changes something: prints which stack it uses if no option named it.
    pub(crate) async fn find_to_change(&self) -> Result<Stack> {
        let stack = self.find().await?;
        stack.guess.iter().for_each(|guess| note(guess));
        Ok(stack)
    }

    /// The profile in use. Credentials from the environment override it; the account shows that.
    fn profile(&self) -> String {
        let set = || std::env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty());
        self.profile.clone().or_else(set).unwrap_or_else(|| "default".to_owned())
    }

    /// The stack that was used last with this profile and Region, if it still exists in the same account; else the only one.
    async fn guess(&self, stacks: &Stacks, region: &str) -> Result<(String, Option<Found>, &'static str)> {
        if let Some(last) = state::last(&self.profile(), region) {
            let found = stacks.find(&last.stack).await.map_err(explain)?;
            if found.as_ref().is_some_and(|found| is_ours(&found.outputs) && found.account == last.account) {
                return Ok((last.stack, found, "the last one used"));
            }
        }
        let ours = stacks.ours().await.map_err(explain)?;
        match ours.as_slice() {
            [one] => Ok((one.clone(), stacks.find(one).await.map_err(explain)?, "the only one")),
            [] => bail!(
                "no tunedrop stack in this account and Region; deploy one, or choose another Region with --region"
            ),
            many => bail!("several stacks: {}; choose one with --stack", many.join(", ")),
        }
    }
}

/// The existing stacks, for an error.
async fn choices(stacks: &Stacks) -> String {
    match stacks.ours().await {
        Ok(ours) if !ours.is_empty() => {
            format!("existing stacks: {}", ours.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", "))
        }
        _ => "there is no tunedrop stack".to_owned(),
    }
}

impl Connection {
    /// Whether an emulator answers, not an account.
    pub(crate) fn is_emulated(&self) -> bool {
        self.local.is_some() || std::env::var_os("AWS_ENDPOINT_URL").is_some()
    }

    /// The options that name a stack in the next command.
    pub(crate) fn named(&self, name: &str) -> String {
        match &self.local {
            Some(local) if local == name => " --local".to_owned(),
            Some(_) => format!(" --local --stack {name}"),
            None => format!(" --stack {name}"),
        }
    }
}

fn region(configs: &Configs) -> String {
    configs.all.region().map_or("this Region".to_owned(), ToString::to_string)
}

impl Stack {
    /// The stack that was found, in a command that knows its name.
    pub(crate) fn of(connection: &Connection, name: &str, outputs: BTreeMap<String, String>) -> Stack {
        let (configs, named, emulated) = (connection.configs.clone(), connection.named(name), connection.is_emulated());
        Stack { name: name.to_owned(), configs, outputs, named, emulated, guess: None }
    }

    pub(crate) fn output(&self, name: &str) -> Result<&str> {
        let value = self.outputs.get(name).map(String::as_str);
        value.with_context(|| format!("stack {} has no output {name}; deploy this version's template", self.name))
    }

    pub(crate) fn ledger(&self) -> Result<Ledger> {
        Ok(Ledger::new(&self.configs.all, self.output("TableName")?.to_owned()))
    }

    pub(crate) fn objects(&self) -> Result<Objects> {
        Ok(Objects::new(&self.configs.all, self.output("BucketName")?.to_owned()))
    }

    /// The bucket, for uploads of files.
    pub(crate) fn uploads(&self) -> Result<Uploads> {
        Ok(Uploads::new(&self.configs.uploads, self.output("BucketName")?.to_owned()))
    }

    /// The stack's event bus, for commands.
    pub(crate) fn bus(&self) -> Result<Bus> {
        Ok(Bus::new(&self.configs.all, self.output("EventBusName")?.to_owned(), senders::COMMANDS))
    }

    pub(crate) fn jobs(&self) -> Jobs {
        Jobs::new(&self.configs.bedrock)
    }

    /// Finds a run by its id, the beginning of one, its dataset (the newest run), or its custom model's ARN.
    pub(crate) async fn run(&self, text: &str) -> Result<Run> {
        let ledger = self.ledger()?;
        if let Ok(run_id) = text.parse::<RunId>()
            && let Some(run) = ledger.run(&run_id).await.map_err(explain)?
        {
            return Ok(run);
        }
        if let Some(latest) =
            ledger.dataset(text).await.map_err(explain)?.and_then(|head| head.latest_run.or(head.rejected_run))
            && let Some(run) = ledger.run(&latest).await.map_err(explain)?
        {
            return Ok(run);
        }
        let (mut all, mut found) = (ledger.recent(), Vec::new());
        for _ in 0..LOOKED_THROUGH {
            let Some(run) = all.next().await.map_err(explain)? else { break };
            if run.model_arn.as_deref() == Some(text) {
                return Ok(run);
            }
            if run.run_id.starts_with(text) {
                found.push(run);
            }
        }
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => bail!("stack {} has no run {text}; list its runs with `tunedrop runs{}`", self.name, self.named),
            _ => {
                let ids = found.iter().take(LISTED).map(|run| run.run_id.as_str()).collect::<Vec<_>>().join(", ");
                bail!("{text} matches several runs: {ids}; choose one of them")
            }
        }
    }
}

/// Runs a command until it is done, or until Ctrl-C, with exit code 130.
pub(crate) fn block_on(done: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    run(async { Ok(or_interrupted(done).await?.unwrap_or(ExitCode::from(130))) })
}

/// Runs a command that handles Ctrl-C itself.
pub(crate) fn run<T>(done: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("the async runtime can't start")?;
    let ended = runtime.block_on(done);
    // Name lookups run on their own threads, and could delay the exit.
    runtime.shutdown_background();
    ended
}

/// The result; `None` after Ctrl-C.
pub(crate) async fn or_interrupted<T>(done: impl Future<Output = Result<T>>) -> Result<Option<T>> {
    tokio::select! {
        done = done => done.map(Some),
        pressed = tokio::signal::ctrl_c() => pressed.context("Ctrl-C can't be handled").map(|()| None),
    }
}
