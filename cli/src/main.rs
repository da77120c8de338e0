//! `tunedrop`: the checks of the cloud on a laptop, and the commands that a run takes.

mod advise;
mod catalogue;
mod check;
mod command;
mod compare;
mod complete;
mod convert;
mod doctor;
mod estimate;
mod explain;
mod fix;
mod folder;
mod format;
mod init;
mod input;
mod judge;
mod logs;
mod media;
mod models;
mod near_miss;
mod options;
mod outcome;
mod place;
mod progress;
mod read;
mod redrive;
mod remote;
mod report;
mod reshape;
mod rm;
mod runs;
mod set;
mod split;
mod stack;
mod submit;
mod tables;
mod watch;
mod write;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tunedrop_run::event::RunCommand;

use options::Color;

#[derive(Parser)]
#[command(
    name = "tunedrop",
    version,
    about = "Drop a dataset into a bucket; get a custom model on Amazon Bedrock, or the exact line that stands in the way",
    after_help = "Start with: tunedrop check train.jsonl --model nova-lite\n\nExit codes: 0 done and nothing blocks, 1 findings block, 2 used wrongly or unreadable"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to colour what is printed; NO_COLOR turns it off, too
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
}

#[derive(Subcommand)]
enum Command {
    Advise(advise::AdviseArgs),
    Init(init::InitArgs),
    Check(check::CheckArgs),
    Models(models::ModelsArgs),
    Explain(explain::ExplainArgs),
    Estimate(estimate::EstimateArgs),
    Convert(convert::ConvertArgs),
    Fix(fix::FixArgs),
    Split(split::SplitArgs),
    Doctor(doctor::DoctorArgs),
    Submit(submit::SubmitArgs),
    Runs(runs::RunsArgs),
    Show(runs::ShowArgs),
    Watch(watch::WatchArgs),
    Logs(logs::LogsArgs),
    Report(report::ReportArgs),
    Compare(compare::CompareArgs),
    /// Launch a run that is held for approval
    Approve(command::RunArgs),
    /// Stop a run, whether it waits or its job is running
    Stop(command::RunArgs),
    Retry(command::RetryArgs),
    Redrive(redrive::RedriveArgs),
    Rm(rm::RmArgs),
    Completions(complete::CompletionsArgs),
    Man(complete::ManArgs),
}

fn main() -> ExitCode {
    let Cli { command, color } = Cli::parse();
    anstream::ColorChoice::from(color).write_global();
    let done = match command {
        Command::Advise(args) => advise::advise(&args),
        Command::Init(args) => init::init(&args),
        Command::Doctor(args) => doctor::doctor(&args),
        Command::Submit(args) => submit::submit(&args),
        Command::Runs(args) => runs::runs(&args),
        Command::Show(args) => runs::show(&args),
        Command::Watch(args) => watch::watch(&args),
        Command::Logs(args) => logs::logs(&args),
        Command::Report(args) => report::report(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Rm(args) => rm::rm(&args),
        Command::Completions(args) => complete::completions(&args),
        Command::Man(args) => complete::man(&args),
        Command::Check(args) => check::check(&args),
        Command::Models(args) => models::models(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Estimate(args) => estimate::estimate(&args),
        Command::Convert(args) => convert::convert(&args),
        Command::Fix(args) => fix::fix(&args),
        Command::Split(args) => split::split(&args),
        Command::Approve(args) => command::send(RunCommand::Approve, &args),
        Command::Stop(args) => command::send(RunCommand::Stop, &args),
        Command::Retry(args) => command::retry(&args),
        Command::Redrive(args) => redrive::redrive(&args),
    };
    done.unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        ExitCode::from(2)
    })
}

/// Says on stderr what went wrong. Names of files may hold anything, so none reaches the terminal raw.
fn complain(sentence: &str) {
    let style = format::ERROR;
    anstream::eprintln!("{style}error{style:#}: {}", format::visible(sentence));
}

/// Says on stderr what goes beside a command's answer.
fn note(sentence: &str) {
    anstream::eprintln!("{}", format::visible(sentence));
}

/// Prints a page for people; its colours only where they are wanted.
fn print(text: &str) -> anyhow::Result<()> {
    whole(&mut anstream::stdout(), text)
}

/// Prints what programs read, byte for byte.
fn print_exactly(text: &str) -> anyhow::Result<()> {
    whole(&mut std::io::stdout(), text)
}

/// Who stops reading (`| head`) has seen enough: that is no failure.
fn whole(out: &mut dyn Write, text: &str) -> anyhow::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
