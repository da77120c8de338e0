//! The command line: the checks of the cloud on this machine, and commands for runs in a stack.
//!
//! A library, so that the Python package uses the same code: [`api`] has what needs no AWS, as functions. Without the
//! feature `aws`, that is all there is.

// Some functions are for commands that need AWS.
#![cfg_attr(not(feature = "aws"), allow(dead_code))]

mod advise;
pub mod api;
#[cfg(feature = "aws")]
mod canary;
mod catalogue;
mod check;
mod check_dataset;
mod check_result;
#[cfg(feature = "aws")]
mod command;
#[cfg(feature = "aws")]
mod compare;
#[cfg(feature = "aws")]
mod complete;
mod convert;
#[cfg(feature = "aws")]
mod cost;
mod dataset;
#[cfg(feature = "aws")]
mod deploy;
#[cfg(feature = "aws")]
mod deployments;
#[cfg(feature = "aws")]
mod doctor;
#[cfg(feature = "aws")]
mod erase;
mod estimate;
#[cfg(feature = "aws")]
mod evaluate;
#[cfg(feature = "aws")]
mod evaluations;
#[cfg(feature = "aws")]
mod explain;
mod fit;
mod fix;
mod folder;
mod format;
mod free_name;
#[cfg(feature = "aws")]
mod init;
mod input;
#[cfg(feature = "aws")]
mod inventory;
mod location;
#[cfg(feature = "aws")]
mod logs;
#[cfg(feature = "aws")]
mod losses;
#[cfg(feature = "aws")]
mod manage;
mod media;
#[cfg(feature = "aws")]
mod models;
mod near_miss;
mod options;
mod placeholders;
#[cfg(feature = "aws")]
mod prices;
mod progress;
mod read;
#[cfg(feature = "aws")]
mod redrive;
#[cfg(feature = "aws")]
mod remote;
#[cfg(not(feature = "aws"))]
#[path = "no_remote.rs"]
mod remote;
#[cfg(feature = "aws")]
mod report;
mod reshape;
#[cfg(feature = "aws")]
mod rm;
#[cfg(feature = "aws")]
mod runs;
mod split;
#[cfg(feature = "aws")]
mod stack;
#[cfg(feature = "aws")]
mod submit;
mod tables;
#[cfg(feature = "aws")]
mod trace;
#[cfg(feature = "aws")]
mod try_model;
#[cfg(feature = "aws")]
mod ui;
#[cfg(feature = "aws")]
mod watch;
mod watched;
mod write;

use std::io::{ErrorKind, Write};
#[cfg(feature = "aws")]
use std::process::ExitCode;

#[cfg(feature = "aws")]
use clap::{Parser, Subcommand};
#[cfg(feature = "aws")]
use tunedrop_run::event::RunCommand;

#[cfg(feature = "aws")]
use options::Color;

#[cfg(feature = "aws")]
#[derive(Parser)]
#[command(
    name = "tunedrop",
    version,
    about = "Check datasets, and train custom models on Amazon Bedrock",
    after_help = "Start with: tunedrop check train.jsonl --model nova-lite

Exit codes (`tunedrop COMMAND --help` lists those of a command):
  0: success
  1: the check, run or command did not succeed, or you declined
  2: a usage error, an unreadable file, or a failed service"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use color; NO_COLOR turns it off as well
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
}

#[cfg(feature = "aws")]
#[derive(Subcommand)]
enum Command {
    Advise(advise::AdviseArgs),
    Init(init::InitArgs),
    Check(check::CheckArgs),
    Models(models::ModelsArgs),
    Prices(prices::PricesArgs),
    Explain(explain::ExplainArgs),
    Estimate(estimate::EstimateArgs),
    Convert(convert::ConvertArgs),
    Fix(fix::FixArgs),
    Split(split::SplitArgs),
    #[command(subcommand)]
    Stack(manage::StackCommand),
    Doctor(doctor::DoctorArgs),
    Canary(canary::CanaryArgs),
    Submit(submit::SubmitArgs),
    Runs(runs::RunsArgs),
    Show(runs::ShowArgs),
    Watch(watch::WatchArgs),
    Logs(logs::LogsArgs),
    Report(report::ReportArgs),
    Compare(compare::CompareArgs),
    Cost(cost::CostArgs),
    /// Approve a held run, or start an update that waits for more files
    #[command(after_help = "Examples:
  tunedrop approve support-bot              the dataset's newest run

Exit codes:
  0: sent
  1: the run isn't waiting for approval
  2: no such run, a usage error, or a failed service
  130: Ctrl-C")]
    Approve(command::RunArgs),
    /// Stop a run: cancel it, or stop its training job
    #[command(after_help = "Examples:
  tunedrop stop support-bot-3fa9            a run by the beginning of its id

Exit codes:
  0: sent
  1: the run has ended
  2: no such run, a usage error, or a failed service
  130: Ctrl-C")]
    Stop(command::RunArgs),
    Retry(command::RetryArgs),
    Evaluate(evaluate::EvaluateArgs),
    Deploy(deploy::DeployArgs),
    Rollback(deploy::RollbackArgs),
    Undeploy(deploy::UndeployArgs),
    Deployments(deployments::DeploymentsArgs),
    Inventory(inventory::InventoryArgs),
    Trace(trace::TraceArgs),
    Erase(erase::EraseArgs),
    Try(try_model::TryArgs),
    Ui(ui::UiArgs),
    Redrive(redrive::RedriveArgs),
    Rm(rm::RmArgs),
    Completions(complete::CompletionsArgs),
    Man(complete::ManArgs),
}

/// Runs the command in the arguments of the process, and returns its exit code.
#[cfg(feature = "aws")]
pub fn main() -> ExitCode {
    let Cli { command, color } = Cli::parse();
    anstream::ColorChoice::from(color).write_global();
    let done = match command {
        Command::Advise(args) => advise::advise(&args),
        Command::Init(args) => init::init(&args),
        Command::Stack(command) => manage::run(&command),
        Command::Doctor(args) => doctor::doctor(&args),
        Command::Canary(args) => canary::canary(&args),
        Command::Submit(args) => submit::submit(&args),
        Command::Runs(args) => runs::runs(&args),
        Command::Show(args) => runs::show(&args),
        Command::Watch(args) => watch::watch(&args),
        Command::Logs(args) => logs::logs(&args),
        Command::Report(args) => report::report(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Cost(args) => cost::cost(&args),
        Command::Rm(args) => rm::rm(&args),
        Command::Completions(args) => complete::completions(&args),
        Command::Man(args) => complete::man(&args),
        Command::Check(args) => check::check(&args),
        Command::Models(args) => models::models(&args),
        Command::Prices(args) => prices::prices(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Estimate(args) => estimate::estimate(&args),
        Command::Convert(args) => convert::convert(&args),
        Command::Fix(args) => fix::fix(&args),
        Command::Split(args) => split::split(&args),
        Command::Approve(args) => command::send(RunCommand::Approve, &args),
        Command::Stop(args) => command::send(RunCommand::Stop, &args),
        Command::Retry(args) => command::retry(&args),
        Command::Evaluate(args) => evaluate::evaluate(&args),
        Command::Deploy(args) => deploy::deploy(&args),
        Command::Rollback(args) => deploy::rollback(&args),
        Command::Undeploy(args) => deploy::undeploy(&args),
        Command::Deployments(args) => deployments::deployments(&args),
        Command::Trace(args) => trace::trace(&args),
        Command::Erase(args) => erase::erase(&args),
        Command::Inventory(args) => inventory::inventory(&args),
        Command::Try(args) => try_model::try_model(&args),
        Command::Ui(args) => ui::ui(&args),
        Command::Redrive(args) => redrive::redrive(&args),
    };
    done.unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        ExitCode::from(2)
    })
}

/// Prints an error to stderr. File names may contain anything, so control characters are escaped.
fn complain(sentence: &str) {
    let style = format::ERROR;
    anstream::eprintln!("{style}error{style:#}: {}", format::visible(sentence));
}

/// Prints a note to stderr.
fn note(sentence: &str) {
    anstream::eprintln!("{}", format::visible(sentence));
}

/// Prints text for people, in color where that is wanted.
fn print(text: &str) -> anyhow::Result<()> {
    whole(&mut anstream::stdout(), text)
}

/// Prints text for programs, byte for byte.
fn print_exactly(text: &str) -> anyhow::Result<()> {
    whole(&mut std::io::stdout(), text)
}

/// A reader that closes the pipe (`| head`) is no failure.
fn whole(out: &mut dyn Write, text: &str) -> anyhow::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(all(test, feature = "aws"))]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn clap_accepts_the_command_definitions() {
        super::Cli::command().debug_assert();
    }

    /// Examples and exit codes aren't wrapped by clap.
    #[test]
    fn help_of_every_command_fits_80_columns() {
        let mut commands = vec![super::Cli::command()];
        commands.extend(super::Cli::command().get_subcommands().cloned());
        // Their examples aren't rewritten yet.
        let wide = ["convert", "fix", "split"];
        for command in commands {
            let after = command.get_after_help().filter(|_| !wide.contains(&command.get_name()));
            let after = after.map(ToString::to_string).unwrap_or_default();
            let help = command.clone().term_width(80).render_long_help().to_string();
            for line in after.lines().chain(help.lines()) {
                assert!(line.chars().count() <= 80, "{}: {line}", command.get_name());
            }
        }
    }
}
