//! `tunedrop split`: a data file into training and validation data.

mod related;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use tunedrop_reshape::{Arrangement, Fixer, Groups, Key, LineKey, Share, record_fault};
use tunedrop_validation::Catalogue;
use tunedrop_validation::Customization::FineTuning;

use crate::catalogue::{DEFAULT_MODEL, Rules};
use crate::fit::{flags, proposed};
use crate::format::{counted, grouped};
use crate::input::in_command;
use crate::reshape;
use crate::write::{Output, is_same, is_same_output};
use related::{Plan, Related};

/// Split a data file into training and validation data
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop split all.jsonl --validation 5% --seed 1
  tunedrop split all.jsonl --validation 200 --train train.jsonl --out-validation validation.jsonl
  tunedrop split all.jsonl --by-group --stratify

The split depends on the records and the seed, not on the order of the records. Duplicates go into the same file, so no
validation record is trained on. Lines are copied unchanged, without blank ones. A file that isn't JSON Lines, or has a
line that isn't a JSON object, is an error, and nothing is written.

Exit codes: 0 split, 2 wrong usage, or a file can't be read or written")]
pub(crate) struct SplitArgs {
    /// Data file in JSON Lines
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// Size of the validation file: a percentage such as 5%, or a number of records
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub(crate) validation: Share,
    /// Seed: each number gives another split
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) seed: u64,
    /// Maximum number of validation records
    #[arg(long, value_name = "N")]
    pub(crate) at_most: Option<u64>,
    /// Keep near-duplicates in the same file
    #[arg(long)]
    pub(crate) by_group: bool,
    /// Give both files the same share of each label; the answers must be a few labels
    #[arg(long)]
    pub(crate) stratify: bool,
    /// Training file [default: IN with .train before its extension]
    #[arg(long, value_name = "FILE")]
    pub(crate) train: Option<PathBuf>,
    /// Validation file [default: IN with .validation before its extension]
    #[arg(long, value_name = "FILE")]
    pub(crate) out_validation: Option<PathBuf>,
    /// Overwrite existing files
    #[arg(long)]
    pub(crate) force: bool,
}

/// The result of a split.
pub(crate) struct SplitFiles {
    pub(crate) train: PathBuf,
    pub(crate) validation: PathBuf,
    pub(crate) train_records: u64,
    pub(crate) validation_records: u64,
    /// Whether some near-duplicates may be in both files, because not all records were compared.
    pub(crate) is_partial: bool,
}

pub(crate) fn split(args: &SplitArgs) -> anyhow::Result<ExitCode> {
    let done = run(args)?;
    let (left, of) = (counted(done.train_records, "record"), done.train.display());
    anstream::eprintln!(
        "{left} written to {of}, {} to {}",
        grouped(done.validation_records),
        done.validation.display()
    );
    if done.is_partial {
        anstream::eprintln!(
            "there are too many records to compare all of them: some near-duplicates may be in both files"
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Splits the file.
pub(crate) fn run(args: &SplitArgs) -> anyhow::Result<SplitFiles> {
    if args.input.as_os_str() == "-" {
        bail!("split reads its input twice and can't read standard input; name a file");
    }
    if args.input.is_dir() {
        bail!("{} is a folder; pass a file", args.input.display());
    }
    let beside = |middle: &str| {
        let ending = args.input.extension().map_or("jsonl".into(), |ending| ending.to_string_lossy());
        args.input.with_extension(format!("{middle}.{ending}"))
    };
    let train = args.train.clone().unwrap_or_else(|| beside("train"));
    let validation = args.out_validation.clone().unwrap_or_else(|| beside("validation"));
    if is_same_output(&train, &validation) {
        bail!("--train and --out-validation name the same file; name two");
    }
    for (option, path) in [("--train", &train), ("--out-validation", &validation)] {
        if is_same(path, &args.input) {
            bail!("{} is the input; name another file with {option}", path.display());
        }
    }
    let (mut to_train, mut to_validation) =
        (Output::new(&train, &args.input, args.force)?, Output::new(&validation, &args.input, args.force)?);
    let mut groups = Groups::default();
    let asks = args.by_group || args.stratify;
    let mut related = if asks { Some(Related::new(&args.input, args.by_group, args.stratify)?) } else { None };
    each_line(&args.input, &mut |number, key, line| {
        if let Some(fault) = record_fault(line) {
            let fixed = Fixer::default().fix(number, line).line;
            let help = if fixed.is_some_and(|line| record_fault(&line).is_none()) {
                format!("Fix the file first: {}", fixing(&args.input))
            } else {
                "Correct or remove the line first.".to_owned()
            };
            bail!("line {number} of {} isn't a record: {fault}. Nothing was written. {help}", args.input.display());
        }
        groups.note(key);
        if let Some(related) = &mut related {
            related.add(key, line);
        }
        Ok(())
    })?;
    if groups.records() < 2 {
        bail!("{} has {}; a split needs at least 2", args.input.display(), counted(groups.records(), "record"));
    }
    if let Share::Count(wanted) = args.validation
        && wanted.min(args.at_most.unwrap_or(wanted)) >= groups.records()
    {
        let (records, most) = (counted(groups.records(), "record"), grouped(groups.records() - 1));
        bail!(
            "--validation is {}, but {} has {records}; set it to {most} or less",
            grouped(wanted),
            args.input.display()
        );
    }
    let plan = related.map(|related| related.plan(&args.input)).transpose()?;
    let (chosen, count) = match &plan {
        Some(plan) => plan.chosen(args.validation, args.seed, args.at_most),
        None => groups.chosen(args.validation, args.seed, args.at_most),
    };
    if count == 0 {
        let (smallest, records) =
            plan.as_ref().map_or((groups.smallest(), groups.records()), |plan| (plan.smallest(), plan.records()));
        return Err(no_group_fits(args, smallest, records));
    }
    let mut number = 0;
    each_line(&args.input, &mut |_, key, line| {
        let key = plan.as_ref().and_then(|plan| plan.key(number)).unwrap_or(key);
        number += 1;
        if chosen.contains(&key) { to_validation.line(line) } else { to_train.line(line) }
    })?;
    to_train.finish()?;
    to_validation.finish()?;
    let is_partial = plan.as_ref().is_some_and(|plan: &Plan| plan.is_partial);
    Ok(SplitFiles { train, validation, train_records: groups.records() - count, validation_records: count, is_partial })
}

/// The error for records whose duplicates don't fit into the validation file.
fn no_group_fits(args: &SplitArgs, smallest: u64, records: u64) -> anyhow::Error {
    let input = args.input.display();
    if smallest == records {
        return anyhow::anyhow!("all records of {input} are duplicates of one another, so it can't be split");
    }
    let at_most = args.at_most.filter(|most| *most < smallest);
    let at_most = at_most.map(|_| format!(" and --at-most to {smallest}")).unwrap_or_default();
    anyhow::anyhow!(
        "every record of {input} has duplicates, which go into the same file, and the smallest group has {}: more than \
         the validation file may have. Set --validation to {smallest}{at_most}, or remove the duplicates first: {}",
        counted(smallest, "record"),
        fixing(&args.input)
    )
}

/// The command that fixes the file, for a model that takes its records: split itself needs none. Records in a format of
/// no model are converted, which fixes them, too.
fn fixing(path: &Path) -> String {
    let is_default = |rules: &Rules| rules.model.alias == DEFAULT_MODEL && rules.customization == FineTuning;
    let command = match proposed(path, Catalogue::embedded()) {
        Some((rules, false)) if is_default(&rules) => format!("tunedrop convert IN {} -o OUT", flags(rules)),
        Some((rules, true)) => format!("tunedrop fix IN {} -o OUT", flags(rules)),
        _ => format!("tunedrop fix IN --model {DEFAULT_MODEL} -o OUT"),
    };
    in_command(&command, path)
}

fn flags_for(path: &Path) -> String {
    let proposed = proposed(path, Catalogue::embedded());
    proposed.map_or_else(|| format!("--model {DEFAULT_MODEL}"), |(rules, _)| flags(rules))
}

/// Takes a line by its number, with its key.
type Take<'t> = &'t mut dyn FnMut(u64, Key, &[u8]) -> anyhow::Result<()>;

fn each_line(path: &Path, take: Take) -> anyhow::Result<()> {
    reshape::each_json_record(path, &|| flags_for(path), None, &mut |at, record| {
        let is = match at.arrangement {
            Arrangement::Lines => "",
            Arrangement::Array => "a JSON array",
            Arrangement::Spread => "JSON with records that span lines",
        };
        if !is.is_empty() {
            bail!("{} is {is}, not JSON Lines; fix it first: {}", path.display(), fixing(path));
        }
        let Some(record) = record else {
            bail!("line {} of {}: {}", at.number, path.display(), reshape::too_long());
        };
        let record = record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record);
        let mut key = LineKey::default();
        key.add(record);
        key.end().map_or(Ok(()), |key| take(at.number, key, record))
    })
    .map(|_| ())
}
