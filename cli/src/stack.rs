//! Which stack is meant, and how it is reached.

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
pub(crate) use state::reports;

/// Runs looked through for one that a text names, the newest first.
const LOOKED_THROUGH: usize = 5_000;
/// Choices that an error lists.
const LISTED: usize = 10;

/// Where the stack is. Nothing needs a file of settings.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct StackArgs {
    /// The stack's name [default: the one used last with this profile and Region, or the only one there is]
    #[arg(long, env = "TUNEDROP_STACK", value_name = "NAME", global = false)]
    pub(crate) stack: Option<String>,
    /// Profile of the AWS CLI [default: AWS_PROFILE, or default]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Region [default: AWS_REGION, or the profile's]
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The local stack that `cargo local` started on this machine, in place of an account
    #[arg(long, conflicts_with_all = ["profile", "region"])]
    pub(crate) local: bool,
}

/// A stack that is there.
pub(crate) struct Stack {
    pub(crate) name: String,
    pub(crate) configs: Configs,
    pub(crate) outputs: BTreeMap<String, String>,
    /// How the next command names it: ` --local`, ` --stack NAME`, or nothing.
    pub(crate) named: String,
    /// Not an account.
    pub(crate) emulated: bool,
    /// Where nobody named it: what it is, and why it was taken.
    guess: Option<String>,
}

impl StackArgs {
    /// Finds the stack. Only the first call to AWS shows whether there are credentials and a network.
    pub(crate) async fn find(&self) -> Result<Stack> {
        let local = if self.local { Some(state::local()?) } else { None };
        let access = Access {
            profile: self.profile.clone(),
            region: self.region.clone(),
            endpoints: local.as_ref().map(|local| local.endpoints.clone()),
        };
        let configs = access.configs().await;
        if configs.all.region().is_none() {
            bail!("no Region is set; name one with --region, or set AWS_REGION");
        }
        let stacks = Stacks::new(&configs.all);
        let given = self.stack.clone().or(local.as_ref().map(|local| local.stack.clone()));
        let (name, found, why) = match given {
            Some(name) => {
                let found = stacks.find(&name).await.map_err(explain)?;
                (name, found, None)
            }
            None => {
                let (name, found, why) = self.guess(&stacks, &place(&configs)).await?;
                (name, found, Some(why))
            }
        };
        let Some(Found { outputs, account }) = found else {
            bail!("there is no stack {name} in {}; {}", place(&configs), choices(&stacks).await);
        };
        if !is_ours(&outputs) {
            bail!(
                "{name} is a stack, but none of tunedrop's: it has not the outputs that its template gives; {}",
                choices(&stacks).await
            );
        }
        let guess = why.map(|why| {
            format!("Stack {name} in {}, account {account}: {why}. Choose another with --stack NAME.", place(&configs))
        });
        if local.is_none() {
            let region = place(&configs);
            state::remember(state::Used { profile: self.profile(), region, account, stack: name.clone() });
        }
        let named = if local.is_some() { " --local".to_owned() } else { format!(" --stack {name}") };
        let emulated = local.is_some() || std::env::var_os("AWS_ENDPOINT_URL").is_some();
        Ok(Stack { name, configs, outputs, named, emulated, guess })
    }

    /// As [`find`](StackArgs::find), for a command that changes something: says which stack it takes where nobody named one.
    pub(crate) async fn find_to_change(&self) -> Result<Stack> {
        let stack = self.find().await?;
        stack.guess.iter().for_each(|guess| note(guess));
        Ok(stack)
    }

    /// The profile in use. Credentials from the environment go before it, which the account shows.
    fn profile(&self) -> String {
        let set = || std::env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty());
        self.profile.clone().or_else(set).unwrap_or_else(|| "default".to_owned())
    }

    /// The stack used last with this profile in this Region, where it is still there, in the same account; else the only one.
    async fn guess(&self, stacks: &Stacks, region: &str) -> Result<(String, Option<Found>, &'static str)> {
        if let Some(last) = state::last(&self.profile(), region) {
            let found = stacks.find(&last.stack).await.map_err(explain)?;
            if found.as_ref().is_some_and(|found| is_ours(&found.outputs) && found.account == last.account) {
                return Ok((last.stack, found, "the one used last"));
            }
        }
        let ours = stacks.ours().await.map_err(explain)?;
        match ours.as_slice() {
            [one] => Ok((one.clone(), stacks.find(one).await.map_err(explain)?, "the only one here")),
            [] => bail!(
                "there is no stack of tunedrop's in this account and Region; deploy one, or name another Region with --region"
            ),
            many => bail!("there are several stacks: {}; name one with --stack", many.join(", ")),
        }
    }
}

/// What could have been meant.
async fn choices(stacks: &Stacks) -> String {
    match stacks.ours().await {
        Ok(ours) if !ours.is_empty() => {
            format!("there is {}", ours.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", "))
        }
        _ => "there is none of tunedrop's".to_owned(),
    }
}

fn place(configs: &Configs) -> String {
    configs.all.region().map_or("this Region".to_owned(), ToString::to_string)
}

impl Stack {
    pub(crate) fn output(&self, name: &str) -> Result<&str> {
        let value = self.outputs.get(name).map(String::as_str);
        value.with_context(|| format!("the stack {} has no output {name}; deploy this version's template", self.name))
    }

    pub(crate) fn ledger(&self) -> Result<Ledger> {
        Ok(Ledger::new(&self.configs.all, self.output("TableName")?.to_owned()))
    }

    pub(crate) fn objects(&self) -> Result<Objects> {
        Ok(Objects::new(&self.configs.all, self.output("BucketName")?.to_owned()))
    }

    /// The bucket, for files.
    pub(crate) fn uploads(&self) -> Result<Uploads> {
        Ok(Uploads::new(&self.configs.uploads, self.output("BucketName")?.to_owned()))
    }

    /// The stack's own bus, for commands.
    pub(crate) fn bus(&self) -> Result<Bus> {
        Ok(Bus::new(&self.configs.all, self.output("EventBusName")?.to_owned(), senders::COMMANDS))
    }

    pub(crate) fn jobs(&self) -> Jobs {
        Jobs::new(&self.configs.bedrock)
    }

    /// The run that a text names: its id, the beginning of one, a dataset (its newest run), or a custom model's ARN.
    pub(crate) async fn run(&self, text: &str) -> Result<Run> {
        let ledger = self.ledger()?;
        if let Ok(run_id) = text.parse::<RunId>()
            && let Some(run) = ledger.run(&run_id).await.map_err(explain)?
        {
            return Ok(run);
        }
        if let Some(latest) = ledger.head(text).await.map_err(explain)?.and_then(|head| head.latest.or(head.rejected))
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
            0 => bail!("the stack {} has no run {text}; list its runs with: tunedrop runs{}", self.name, self.named),
            _ => {
                let ids = found.iter().take(LISTED).map(|run| run.run_id.as_str()).collect::<Vec<_>>().join(", ");
                bail!("{text} is the beginning of several runs: {ids}; name one of them")
            }
        }
    }
}

/// Runs what a command does, until it is done or Ctrl-C is pressed: then exit code 130, and nothing goes on.
pub(crate) fn block_on(done: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    run(async { Ok(or_interrupted(done).await?.unwrap_or(ExitCode::from(130))) })
}

/// Runs a command that hears Ctrl-C itself, where it has something to put away.
pub(crate) fn run(done: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no async runtime")?;
    let ended = runtime.block_on(done);
    // Name lookups run on threads of their own, and could hold the process up.
    runtime.shutdown_background();
    ended
}

/// What comes of it; nothing where Ctrl-C was pressed first.
pub(crate) async fn or_interrupted<T>(done: impl Future<Output = Result<T>>) -> Result<Option<T>> {
    tokio::select! {
        done = done => done.map(Some),
        pressed = tokio::signal::ctrl_c() => pressed.context("Ctrl-C can't be heard").map(|()| None),
    }
}
