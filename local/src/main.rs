//! `tunedrop-local`: the local stack for people.

mod demo;
mod told;
mod usage;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tunedrop_local::{Stack, StackOptions, build};

/// tunedrop on this machine alone: an AWS emulator with the product's template and functions deployed, and a
/// stand-in for Amazon Bedrock that trains in miniature. Needs Python 3.10 or newer; everything listens on loopback.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the stack and leaves it up until Ctrl-C.
    ///
    /// Prints how to use it with the AWS CLI and with any SDK.
    Up(Up),
    /// Drops a dataset and follows it to the trained model; then drops it broken, and shows where.
    ///
    /// Ends with 0 only if all of that happened.
    Demo(Demo),
}

#[derive(Args)]
struct Up {
    #[command(flatten)]
    start: Start,
    /// Folder in which the stack's state survives: buckets, ledger, queues. Without it, it goes with the process.
    /// Jobs of the Bedrock stand-in always go.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Name of the stack.
    #[arg(long, default_value = "tunedrop")]
    stack: String,
    /// A parameter of template.yaml, such as DefaultBaseModel=nova-lite. May be repeated.
    #[arg(long = "param", value_name = "KEY=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// Let the emulator enforce the template's IAM policies.
    #[arg(long)]
    auth: bool,
}

#[derive(Args)]
struct Demo {
    #[command(flatten)]
    start: Start,
    /// Leave the stack up afterwards, until Ctrl-C.
    #[arg(long)]
    keep: bool,
}

#[derive(Args)]
struct Start {
    /// Port of the emulator on 127.0.0.1. Without it, a free one.
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Deploy what was built before.
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
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
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
        // Dropping the command stops whatever it has started.
        interrupted = interruption() => return interrupted.map(|()| ExitCode::from(130)),
    };
    if let Some((stack, queue)) = done.keep {
        let _told = told::tell(&stack)?;
        println!("{}", usage::text(&stack, &queue)?);
        interruption().await?;
        eprintln!("Stopping");
        stack.stop().await?;
    }
    Ok(done.code)
}

/// How a command ended: the exit code, and the stack that stays up, with its queue of messages.
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

/// Waits for Ctrl-C, or to be told to end.
async fn interruption() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("signals can't be heard")?;
    let mut hang_up = signal(SignalKind::hangup()).context("signals can't be heard")?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.context("Ctrl-C can't be heard"),
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
