//! `tunedrop check`: the same pass over a file that the validate function makes.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use tunedrop_validation::Options;

use crate::format::{self, View};
use crate::options::DataArgs;
use crate::outcome::Outcome;
use crate::{catalogue, complain, judge, print, print_exactly, set};

/// Check data files as the cloud does, without an AWS account
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop check train.jsonl --model nova-lite
  tunedrop check train.jsonl validation.jsonl --model nova-lite     also looks for records that stand in both
  tunedrop check datasets/support-bot                               model, type and files as its job.yaml says
  tunedrop check corpus.jsonl --model titan-text-express --type continued-pre-training
  tunedrop check s3://my-bucket/datasets/support-bot/               with your AWS credentials
  zcat train.jsonl.gz | tunedrop check - --model nova-micro --format json

Two files without --role are training and validation data of one set; more are training files, each of its own.

Exit codes: 0 nothing blocks, 1 findings block, 2 used wrongly, or something could not be read")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Look for secrets and personal data, too: access keys, private keys, card numbers, e-mail addresses
    #[arg(long)]
    sensitive: bool,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Warnings block, too
    #[arg(long)]
    strict: bool,
    /// Show at most N findings, errors first; 0 shows all that are kept, 20 of each code and file
    #[arg(long, value_name = "N")]
    max_findings: Option<usize>,
    /// Print nothing but what could not be read; the exit code tells the rest
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// For people: the place in the data, with a caret under the fault
    #[default]
    Human,
    /// One object; docs/cli.md describes it
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands, for annotations in GitHub Actions
    Github,
}

/// Checks what the arguments name, and prints what was found.
pub(crate) fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let catalogue = catalogue::load(args.data.catalogue.as_deref())?;
    let (sets, unreadable) = set::sets(&args.data, &catalogue)?;
    let mut outcome = Outcome { unreadable, ..Outcome::default() };
    let options = Options { sensitive: args.sensitive, ..Options::default() };
    for set in sets {
        judge::judge(set, options, args.strict, &mut outcome);
    }
    for fault in &outcome.unreadable {
        complain(&format!("{} can't be read: {}", fault.path, fault.why));
    }
    let exit = outcome.exit();
    if args.quiet {
        return Ok(exit);
    }
    if let Some(most) = args.max_findings.filter(|most| *most > 0) {
        outcome.show_at_most(most);
    }
    match args.format {
        Format::Human => print(&format::human(&outcome, &View::of_terminal(args.max_findings.is_none())))?,
        Format::Github => print(&format::github(&outcome))?,
        Format::Json => print_exactly(&format::json(&outcome))?,
        Format::Sarif => print_exactly(&format::sarif(&outcome))?,
    }
    Ok(exit)
}
