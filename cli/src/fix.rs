//! `tunedrop fix`: mends what is mechanical in a data file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use tunedrop_report::shell;
use tunedrop_reshape::{Fixed, Fixer, Layout, Notes};
use tunedrop_validation::{FileCheck, Role, Training};

use crate::format::{counted, grouped};
use crate::options::Type;
use crate::write::Output;
use crate::{catalogue, reshape};

/// Mend what is mechanical in a data file
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop fix train.jsonl --model nova-lite -o mended.jsonl
  tunedrop fix train.jsonl --model nova-lite --drop-invalid -o mended.jsonl

Mended are: byte order marks, carriage returns, blank lines, trailing commas, arrays and records spread over lines, roles
in upper case, and exact repeats. What is good stays as it is, byte for byte. Nothing that a record says is changed, and
IN is never written over. A file that isn't JSON (CSV, Parquet, a workbook, text) is an error that names it, and nothing
is written.

Exit codes: 0 all that is written is valid, 1 records are left that are not, 2 used wrongly, or something could not be read")]
pub(crate) struct FixArgs {
    /// What to read; - for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Base model: an alias such as nova-lite, or Bedrock's identifier
    #[arg(long, value_name = "MODEL")]
    model: String,
    /// Customization [default: what the model has, fine-tuning first]
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    customization: Option<Type>,
    /// Leave out the records that are invalid even so
    #[arg(long)]
    drop_invalid: bool,
    /// What to write
    #[arg(long, short, value_name = "OUT")]
    output: PathBuf,
    /// Write over OUT if it is there
    #[arg(long)]
    force: bool,
    /// A catalogue file of one's own, laid over the one that is built in
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
}

pub(crate) fn fix(args: &FixArgs) -> anyhow::Result<ExitCode> {
    let catalogue = catalogue::load(args.catalogue.as_deref())?;
    let model = catalogue::find(&catalogue, &args.model)?;
    let rules = catalogue::rules(model, args.customization.map(Into::into))?;
    let mut output = Output::new(&args.output, &args.input, args.force)?;
    let given = format!("--model {} -o {}", shell(&args.model), shell(&args.output.to_string_lossy()));
    let (mut fixer, mut notes) = (Fixer::default(), Notes::default());
    let (mut written, mut taken_out, mut invalid) = (0_u64, 0_u64, 0_u64);
    let mut what = "line";
    let cut_off = reshape::each_json_record(&args.input, &given, &mut |layout, number, record| {
        what = if layout == Layout::Lines { "line" } else { "record" };
        let Some(record) = record else {
            taken_out += 1;
            notes.add(number, format!("{}: taken out", reshape::too_long()));
            return Ok(());
        };
        let Fixed { line, notes: done } = fixer.fix(number, record);
        done.into_iter().for_each(|note| notes.add(number, note));
        let Some(line) = line else {
            taken_out += 1;
            return Ok(());
        };
        if !is_valid(rules.training, &line) {
            invalid += 1;
            if args.drop_invalid {
                taken_out += 1;
                notes.add(number, "invalid: taken out");
                return Ok(());
            }
            notes.add(number, "still invalid");
        }
        written += 1;
        output.line(&line)
    })?;
    reshape::tell(&notes, what);
    if cut_off {
        anstream::eprintln!("  the array ends without its closing bracket; the file may be cut off");
    }
    if written == 0 {
        bail!("nothing of {} is left, so nothing was written", args.input.display());
    }
    output.finish()?;
    let (written, out) = (counted(written, "record"), args.output.display());
    anstream::eprintln!("{written} written to {out}; {} taken out", grouped(taken_out));
    let left = if args.drop_invalid { 0 } else { invalid };
    if left > 0 {
        anstream::eprintln!(
            "{} still invalid: see tunedrop check {out} --model {}, or leave them out with --drop-invalid",
            counted(left, "record"),
            args.model
        );
    }
    Ok(ExitCode::from(u8::from(left > 0 || cut_off)))
}

/// Whether the validator finds no error in a line by itself.
fn is_valid(training: &Training, line: &[u8]) -> bool {
    let mut check = FileCheck::new("", training, Role::Train, None);
    check.feed(line);
    check.feed(b"\n");
    check.finish().findings.errors == 0
}
