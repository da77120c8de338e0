//! `tunedrop check`: the validate function's checks, on this machine.

mod earlier;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::ensure;
use clap::{Args, ValueEnum};
use tunedrop_run::QualityMode;

use crate::check_dataset::CheckOptions;
use crate::check_result::CheckResult;
use crate::format::{self, View};
use crate::options::DataArgs;
use crate::{catalogue, check_dataset, complain, dataset, folder, print, print_exactly};

/// Check data files and datasets, without an AWS account
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop check train.jsonl --model nova-lite
  tunedrop check train.jsonl validation.jsonl --model nova-lite
  tunedrop check datasets/support-bot                  reads the recipe
  tunedrop check s3://my-bucket/datasets/support-bot/  with your AWS credentials
  zcat train.jsonl.gz | tunedrop check - --model nova-micro --format json
  tunedrop check datasets/support-bot --quality standard
  tunedrop check new.jsonl --model nova-lite --compare-with old.jsonl

Two files without --role are the training and the validation file of one
dataset. Of more files, each is a training file.

Exit codes:
  0: no errors
  1: errors, or warnings with --strict
  2: a usage error, or a file that can't be read")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Also find secrets and personal data: keys, tokens, card and account numbers, email addresses, phone numbers, national
    /// identity numbers [default: the recipe's, or off]
    #[arg(long)]
    sensitive: bool,
    /// Also look for what makes a model worse although every record is valid: near-duplicates, conflicting or truncated
    /// answers. Takes longer [default: the recipe's, or off]
    #[arg(long, value_enum, value_name = "HOW")]
    quality: Option<QualityArg>,
    /// A file or folder, such as the last version: differences in lengths, languages and labels that chance doesn't explain
    /// are warnings. Turns on --quality standard
    #[arg(long, value_name = "PATH")]
    compare_with: Option<PathBuf>,
    /// A file with expectations, as a recipe's `expect` has them; a record that isn't as expected is an error
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
    /// Show at most N findings, errors first; 0 shows all that are kept: 20 for each code and file
    #[arg(long, value_name = "N")]
    max_findings: Option<usize>,
    /// Print nothing, except files that can't be read
    #[arg(long, short)]
    quiet: bool,
}

/// A value of `--quality`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum QualityArg {
    /// Not at all
    Off,
    /// With the rules that are right in at least 90% of their findings
    Standard,
    /// With all rules
    Thorough,
}

impl From<QualityArg> for QualityMode {
    fn from(typed: QualityArg) -> QualityMode {
        match typed {
            QualityArg::Off => QualityMode::Off,
            QualityArg::Standard => QualityMode::Standard,
            QualityArg::Thorough => QualityMode::Thorough,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// For people: the excerpt of each finding, with a caret
    #[default]
    Human,
    /// One JSON object; docs/cli.md describes it
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands, for annotations in GitHub Actions
    Github,
}

/// Checks the files and folders in the arguments, and prints the findings.
pub(crate) fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let catalogue = catalogue::load(args.data.catalogue.as_deref())?;
    ensure!(
        args.compare_with.is_none() || !matches!(args.quality, Some(QualityArg::Off)),
        "--compare-with needs --quality standard or thorough"
    );
    let (datasets, unreadable) = dataset::datasets(&args.data, &catalogue)?;
    let shows_texts = matches!(args.format, Format::Human);
    let mut outcome = CheckResult { unreadable, shows_texts, ..CheckResult::default() };
    let mut options = CheckOptions {
        sensitive: args.sensitive.then_some(true),
        quality: args.quality.map(Into::into),
        strict: args.strict,
    };
    let expected = args.expect.as_deref().map(folder::of_expect_file).transpose();
    let expected = expected.map_err(|why| anyhow::anyhow!("{} can't be read: {}", why.path, why.why))?;
    let (expectations, faults) = expected.unwrap_or_default();
    outcome.blocked |= faults.errors > 0;
    outcome.findings.extend(faults);
    let earlier = match &args.compare_with {
        Some(path) => {
            let of_recipe = datasets.first().and_then(|dataset| dataset.recipe()).map(|recipe| recipe.quality);
            let asked = options.quality.or(of_recipe).unwrap_or_default();
            let level = if asked == QualityMode::Off { QualityMode::Standard } else { asked };
            options.quality = Some(level);
            Some(earlier::read(path, &args.data, &datasets, (&catalogue, level), &mut outcome)?)
        }
        None => None,
    };
    for mut dataset in datasets {
        dataset.expectations.extend(expectations.clone());
        check_dataset::check_dataset(dataset, options, &mut outcome);
    }
    if let Some(earlier) = &earlier {
        earlier::add(earlier, &mut outcome);
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
