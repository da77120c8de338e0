//! `tunedrop`: the checks of the cloud on a laptop, and the commands that a run takes.

mod check;
mod command;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tunedrop_run::event::Kind;

#[derive(Parser)]
#[command(
    name = "tunedrop",
    version,
    about = "Drop a dataset into a bucket; get a custom model on Amazon Bedrock, or the exact line that stands in the way"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check data files as the cloud does, without an AWS account
    #[command(
        after_help = "Examples:\n  tunedrop check train.jsonl --model nova-lite\n  tunedrop check corpus.jsonl --model titan-text-express --type continued-pre-training\n\nExit codes: 0 nothing blocks, 1 findings block, 2 used wrongly or unreadable"
    )]
    Check(CheckArgs),
    /// Launch a run that is held for approval
    Approve(RunArgs),
    /// Stop a run, whether it waits or its job is running
    Stop(RunArgs),
    /// Run the same content once more, as the next attempt
    Retry(RunArgs),
}

#[derive(Args)]
struct CheckArgs {
    /// Data files (.jsonl); the first is taken as training data, a second as validation data
    #[arg(required = true, num_args = 1..=2, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Base model: an alias such as nova-lite, or Bedrock's identifier
    #[arg(long)]
    model: String,
    /// Customization: fine-tuning, continued-pre-training, distillation or reinforcement-fine-tuning
    #[arg(long = "type", default_value = "fine-tuning", value_name = "TYPE")]
    customization: String,
    /// Warnings block, too
    #[arg(long)]
    strict: bool,
}

#[derive(Args)]
struct RunArgs {
    /// The run's id, as the message or the report has it
    run: String,
    /// The stack's name
    #[arg(long, env = "TUNEDROP_STACK", default_value = "tunedrop")]
    stack: String,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Check(args) => check::check(&args.files, &args.model, &args.customization, args.strict),
        Command::Approve(args) => command::send(Kind::ApproveRun, &args.run, &args.stack),
        Command::Stop(args) => command::send(Kind::StopRun, &args.run, &args.stack),
        Command::Retry(args) => command::send(Kind::RetryRun, &args.run, &args.stack),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
