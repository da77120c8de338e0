//! `tunedrop-local`: the command that runs the local stack.

mod address;
mod demo;
mod usage;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tunedrop_local::{Stack, StackOptions, build};

/// Run tunedrop on this machine only: an AWS emulator with tunedrop's template and functions, and a simulator of Amazon
/// Bedrock. Requires Python 3.10 or newer. Everything listens on loopback.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the stack, and keep it running until Ctrl-C
    ///
    /// Prints how to use it with the AWS CLI and with any SDK.
    Up(Up),
    /// Train, evaluate, deploy, improve and roll back a model
    ///
    /// Then a dataset with invalid records is rejected. Exits with 0 only if everything worked as expected.
    Demo(Demo),
}

#[derive(Args)]
struct Up {
    #[command(flatten)]
    start: Start,
    /// Folder for the stack's state: buckets, ledger, queues [default: none, so the state is deleted on exit]
    ///
    /// Jobs of the Bedrock simulator are never kept.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Name of the stack
    #[arg(long, default_value = "tunedrop")]
    stack: String,
    /// A parameter of template.yaml, such as DefaultBaseModel=nova-lite. Can be repeated
    #[arg(long = "param", value_name = "KEY=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// Enforce the template's IAM policies in the emulator
    #[arg(long)]
    auth: bool,
}

#[derive(Args)]
struct Demo {
    #[command(flatten)]
    start: Start,
    /// Keep the stack running afterwards, until Ctrl-C
    #[arg(long)]
    keep: bool,
}

#[derive(Args)]
struct Start {
    /// Port of the emulator on 127.0.0.1 [default: a free one]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Deploy what was built before
    #[arg(long)]
    no_build: bool,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a parameter is KEY=VALUE".to_owned()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .with(filter)
        .init();
    match command(Cli::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn command(command: Command) -> Result<ExitCode> {
    let done = tokio::select! {
        done = async { match command {
            Command::Up(options) => up(options).await,
            Command::Demo(options) => demo(options).await,
        } } => done?,
        // Dropping the command stops everything that it has started.
        interrupted = interruption() => return interrupted.map(|()| ExitCode::from(130)),
    };
    if let Some((stack, queue)) = done.keep {
        let _address = address::write(&stack)?;
        println!("{}", usage::text(&stack, &queue)?);
        interruption().await?;
        eprintln!("Stopping");
        stack.stop().await?;
    }
    Ok(done.code)
}

/// The end of a command: the exit code, and the stack that keeps running, with its queue of messages.
struct Done {
    code: ExitCode,
    keep: Option<(Stack, String)>,
}

async fn up(options: Up) -> Result<Done> {
    let stack = StackOptions {
        state: options.state,
        port: options.start.port,
        name: options.stack,
        parameters: options.parameters,
        auth: options.auth,
        ..StackOptions::default()
    };
    let keep = start(options.start.no_build, stack).await?;
    Ok(Done { code: ExitCode::SUCCESS, keep: Some(keep) })
}

async fn demo(options: Demo) -> Result<Done> {
    let stack = StackOptions { port: options.start.port, ..StackOptions::default() };
    let (stack, queue) = start(options.start.no_build, stack).await?;
    let code = match demo::play(&stack, &queue).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            demo::last_words(&stack).await;
            ExitCode::FAILURE
        }
    };
    if options.keep {
        return Ok(Done { code, keep: Some((stack, queue)) });
    }
    stack.stop().await?;
    Ok(Done { code, keep: None })
}

async fn start(no_build: bool, options: StackOptions) -> Result<(Stack, String)> {
    let binaries = if no_build { build::built()? } else { build::functions().await? };
    eprintln!("Starting the local stack");
    let stack = Stack::start(&binaries, options).await?;
    let queue = stack.subscribe(stack.deployment()).await?;
    Ok((stack, queue))
}

/// Waits for Ctrl-C or SIGTERM.
async fn interruption() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("can't listen for signals")?;
    let mut hang_up = signal(SignalKind::hangup()).context("can't listen for signals")?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.context("can't listen for Ctrl-C"),
        _ = terminate.recv() => Ok(()),
        _ = hang_up.recv() => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn parameters_are_pairs() {
        assert_eq!(parameter("A=b=c").unwrap(), ("A".to_owned(), "b=c".to_owned()));
        assert_eq!(parameter("A=").unwrap(), ("A".to_owned(), String::new()));
        assert!(parameter("=b").is_err() && parameter("A").is_err());
    }
}
