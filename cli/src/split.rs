//! `tunedrop split`: a data file into training and validation data.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use tunedrop_report::shell;
use tunedrop_reshape::{Groups, Layout, LineKey, Share};

use crate::format::{counted, grouped};
use crate::reshape;
use crate::write::Output;

/// Split a data file into training and validation data
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop split all.jsonl --validation 5% --seed 1
  tunedrop split all.jsonl --validation 200 --train train.jsonl --out-validation validation.jsonl

The same records and seed give the same split, in whatever order the records stand. Records that say the same stay on
one side, so that no validation record was trained on. Lines are copied as they are; blank ones are left out. A file that
isn't JSON Lines is an error that names it, and nothing is written.

Exit codes: 0 split, 2 used wrongly, or something could not be read")]
pub(crate) struct SplitArgs {
    /// What to read: JSON Lines
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// How much goes into the validation file: a percentage such as 5%, or a number of records
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    validation: Share,
    /// Another number gives another split
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// At most so many validation records
    #[arg(long, value_name = "N")]
    at_most: Option<u64>,
    /// Where the training data goes [default: IN's name with .train before its ending]
    #[arg(long, value_name = "FILE")]
    train: Option<PathBuf>,
    /// Where the validation data goes [default: IN's name with .validation before its ending]
    #[arg(long, value_name = "FILE")]
    out_validation: Option<PathBuf>,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
}

pub(crate) fn split(args: &SplitArgs) -> anyhow::Result<ExitCode> {
    if args.input.as_os_str() == "-" {
        bail!("the file is read twice, so it can't be standard input");
    }
    let beside = |middle: &str| {
        let ending = args.input.extension().map_or("jsonl".into(), |ending| ending.to_string_lossy());
        args.input.with_extension(format!("{middle}.{ending}"))
    };
    let train = args.train.clone().unwrap_or_else(|| beside("train"));
    let validation = args.out_validation.clone().unwrap_or_else(|| beside("validation"));
    if train == validation {
        bail!("training and validation data can't go into one file");
    }
    let (mut to_train, mut to_validation) =
        (Output::new(&train, &args.input, args.force)?, Output::new(&validation, &args.input, args.force)?);
    let mut groups = Groups::default();
    each_line(&args.input, &mut |key, _| {
        groups.note(key);
        Ok(())
    })?;
    if groups.records() < 2 {
        bail!("{} has {} records, and a split needs two", args.input.display(), groups.records());
    }
    let (chosen, count) = groups.chosen(args.validation, args.seed, args.at_most);
    if count == 0 {
        bail!("the records of {} all say the same, so none can be kept from training", args.input.display());
    }
    each_line(&args.input, &mut |key, line| {
        if chosen.contains(&key) { to_validation.line(line) } else { to_train.line(line) }
    })?;
    to_train.finish()?;
    to_validation.finish()?;
    let (left, of) = (counted(groups.records() - count, "record"), train.display());
    anstream::eprintln!("{left} written to {of}, {} to {}", grouped(count), validation.display());
    Ok(ExitCode::SUCCESS)
}

fn each_line(
    path: &Path,
    take: &mut dyn FnMut(tunedrop_reshape::Key, &[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    reshape::each_json_record(path, "--model MODEL -o OUT", &mut |layout, number, record| {
        let is = match layout {
            Layout::Lines => "",
            Layout::Array => "a JSON array",
            Layout::Spread => "JSON spread over lines",
        };
        if !is.is_empty() {
            let name = shell(&path.to_string_lossy());
            bail!("{} is {is}, not JSON Lines; fix it first: tunedrop fix {name} --model MODEL -o OUT", path.display());
        }
        let Some(record) = record else {
            bail!("line {number} of {}: {}", path.display(), reshape::too_long());
        };
        let mut key = LineKey::default();
        key.add(record);
        key.end().map_or(Ok(()), |key| take(key, record))
    })
    .map(|_| ())
}
