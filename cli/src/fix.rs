//! `tunedrop fix`: fixes mechanical problems in a data file.

mod near;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};
use tunedrop_report::shell;
use tunedrop_reshape::{Arrangement, Fixed, Fixer, Notes, record_fault};
use tunedrop_validation::{
    FileCheck, Quotas, Role, SensitiveCounts, SetFile, Severity, Statistics, Training, check_set,
};

use crate::format::{counted, grouped};
use crate::options::Type;
use crate::write::Output;
use crate::{catalogue, reshape};
use near::Near;

/// Fix mechanical problems in a data file
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop fix train.jsonl --model nova-lite -o fixed.jsonl
  tunedrop fix train.jsonl --model nova-lite --drop-invalid -o fixed.jsonl
  tunedrop fix train.jsonl --model nova-lite --dedupe near -o fixed.jsonl
  tunedrop fix train.jsonl --model nova-lite --redact -o fixed.jsonl

Fixes byte order marks, carriage returns, blank lines, trailing commas, arrays, records that span lines, roles in upper
case, and exact duplicates. Valid records are copied byte for byte. Without --redact, the text of a record is never
changed. IN never is. A file without JSON records (CSV, Parquet, a workbook, prose) is an error, and nothing is written.

Exit codes: 0 every record written is valid, 1 invalid records remain, 2 wrong usage, or a file can't be read or written")]
pub(crate) struct FixArgs {
    /// Data file; - for standard input
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// Base model: an alias such as nova-lite, or Bedrock's identifier
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: String,
    /// Customization [default: fine-tuning, if the model has it]
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    pub(crate) customization: Option<Type>,
    /// Remove records that are still invalid
    #[arg(long)]
    pub(crate) drop_invalid: bool,
    /// Which duplicates to remove; of near-duplicates, the first one is kept
    #[arg(long, value_enum, value_name = "WHICH", default_value_t)]
    pub(crate) dedupe: Dedupe,
    /// Replace secrets and personal data in texts by kind, such as [EMAIL], and count them
    #[arg(long)]
    pub(crate) redact: bool,
    /// Output file
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// Overwrite OUT
    #[arg(long)]
    pub(crate) force: bool,
    /// Catalogue file that overrides entries of the built-in one
    #[arg(long, value_name = "FILE")]
    pub(crate) catalogue: Option<PathBuf>,
}

/// Which duplicates are removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dedupe {
    /// Records that are equal
    #[default]
    Exact,
    /// Also records that share at least 80% of their shingles of three words with an earlier one, unless their answers
    /// conflict
    Near,
}

/// The result of fixing a file.
pub(crate) struct FixedFile {
    /// Records in the output.
    pub(crate) written: u64,
    pub(crate) removed: u64,
    /// Records in the output that are still invalid.
    pub(crate) invalid: u64,
    /// What was replaced with placeholders.
    pub(crate) redacted: SensitiveCounts,
    /// Whether an array has no closing bracket.
    pub(crate) is_incomplete: bool,
}

pub(crate) fn fix(args: &FixArgs) -> anyhow::Result<ExitCode> {
    let mut notes = Vec::new();
    let done = run(args, &mut notes);
    reshape::print_notes(&notes);
    let done = done?;
    Ok(ExitCode::from(u8::from(done.invalid > 0 || done.is_incomplete)))
}

/// Fixes the file. `printed` gets the lines to print, also if there is an error.
pub(crate) fn run(args: &FixArgs, printed: &mut Vec<String>) -> anyhow::Result<FixedFile> {
    let catalogue = catalogue::load(args.catalogue.as_deref())?;
    let model = catalogue::find(&catalogue, &args.model)?;
    let rules = catalogue::rules(model, args.customization.map(Into::into))?;
    let mut output = Output::new(&args.output, &args.input, args.force)?;
    let model_options = reshape::model_options(&args.model, args.customization);
    let mut near = if args.dedupe == Dedupe::Near { Some(Near::new(rules.training)?) } else { None };
    let mut fixer = if args.redact { Fixer::redacting() } else { Fixer::default() };
    let (mut notes, mut replaced) = (Notes::default(), SensitiveCounts::new());
    let (mut written, mut bytes, mut removed, mut invalid) = (0_u64, 0_u64, 0_u64, 0_u64);
    let (mut what, mut records, mut first_fault) = ("line", 0_u64, None);
    let is_incomplete =
        reshape::each_json_record(&args.input, &|| model_options.clone(), Some(&args.output), &mut |at, record| {
            let number = at.number;
            what = if at.arrangement == Arrangement::Lines { "line" } else { "record" };
            let Some(record) = record else {
                removed += 1;
                notes.add(number, format!("{}: removed", reshape::too_long()));
                return Ok(());
            };
            let Fixed { line, notes: done, redacted } = fixer.fix(number, record);
            done.into_iter().for_each(|note| notes.add(number, note));
            let Some(line) = line else {
                removed += 1;
                return Ok(());
            };
            match record_fault(&line) {
                Some(fault) => first_fault = first_fault.take().or(Some(format!("{what} {number}: {fault}"))),
                None => records += 1,
            }
            if !is_valid(rules.training, &line) {
                invalid += 1;
                if args.drop_invalid {
                    removed += 1;
                    notes.add(number, "invalid: removed");
                    return Ok(());
                }
                notes.add(number, "still invalid");
            }
            redacted.into_iter().for_each(|(kind, count)| *replaced.entry(kind).or_default() += count);
            written += 1;
            bytes += line.len() as u64 + 1;
            match &mut near {
                Some(near) => near.add(number, &line),
                None => output.line(&line),
            }
        })?;
    let repeats = near.map(|near| near.write(&mut output, what)).transpose()?.unwrap_or_default();
    written -= repeats.removed;
    removed += repeats.removed;
    bytes -= repeats.bytes;
    printed.extend(reshape::note_lines(&notes, what).iter().map(|line| format!("  {line}")));
    printed.extend(repeats.lines.iter().map(|line| format!("  {line}")));
    if is_incomplete {
        printed.push("  the array has no closing bracket: the file may be incomplete".to_owned());
    }
    if let Some(fault) = first_fault.filter(|_| records == 0) {
        bail!(
            "{} has no record that can be fixed, so nothing was written: a record is a JSON object; {fault}",
            args.input.display()
        );
    }
    if written == 0 && invalid > 0 {
        let invalid = counted(invalid, "invalid record");
        bail!("--drop-invalid removes all of {}, {invalid}, so nothing was written", args.input.display());
    }
    if written == 0 {
        bail!("{} has no records, so nothing was written", args.input.display());
    }
    output.finish()?;
    let out = args.output.display();
    printed.extend(args.redact.then(|| replaced_in_words(&replaced)));
    printed.push(format!("{} written to {out}; {} removed", counted(written, "record"), grouped(removed)));
    let statistics = Statistics { records: written, valid_records: written, bytes, ..Statistics::default() };
    let train = SetFile { name: &args.output.to_string_lossy(), statistics: &statistics };
    let of_file = check_set(model, rules.customization, Some(train), None, &Quotas::default()).kept;
    for finding in of_file.iter().filter(|finding| finding.severity == Severity::Error) {
        printed.push(format!("as training data, {out} is rejected: {}; {}", finding.message, finding.help));
    }
    let left = if args.drop_invalid { 0 } else { invalid };
    if left > 0 {
        printed.push(format!(
            "{} still invalid: run tunedrop check {} {model_options}, or remove them with --drop-invalid",
            counted(left, "record"),
            shell(&args.output.to_string_lossy())
        ));
    }
    Ok(FixedFile { written, removed, invalid: left, redacted: replaced, is_incomplete })
}

/// How many of each kind were replaced.
fn replaced_in_words(replaced: &SensitiveCounts) -> String {
    let kinds: Vec<String> = replaced.iter().map(|(kind, count)| kind.counted(*count)).collect();
    match kinds[..] {
        [] => "no secrets or personal data found".to_owned(),
        _ => format!("replaced: {}", kinds.join(", ")),
    }
}

/// Whether the validator finds no error in a line by itself.
fn is_valid(training: &Training, line: &[u8]) -> bool {
    let mut check = FileCheck::new("", training, Role::Train, None);
    check.feed(line);
    check.feed(b"\n");
    check.finish().findings.errors == 0
}
