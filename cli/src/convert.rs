//! `tunedrop convert`: records of another layout, as a model takes them.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use tunedrop_reshape::{Notes, Row, Source, Table, convert as carry_over};
use tunedrop_validation::Format;

use crate::format::{counted, grouped};
use crate::options::Type;
use crate::write::Output;
use crate::{catalogue, reshape};

/// Turn data of another layout into what a model takes
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop convert chat.jsonl --model nova-lite -o train.jsonl
  tunedrop convert --from alpaca alpaca.json --model titan-text-express -o train.jsonl
  tunedrop convert --from csv questions.csv --model claude-3-haiku -o train.jsonl

The input may be JSON Lines, one JSON array, JSON spread over lines, or a table with a header (CSV, semicolons or tabs);
in UTF-8 or UTF-16. A table's columns are named as the keys: prompt and completion, question and answer, instruction,
input and output, text. A record that can't be carried over is left out, and told with its number and the reason.

Exit codes: 0 every record was carried over, 1 some were left out, 2 used wrongly, or something could not be read")]
pub(crate) struct ConvertArgs {
    /// What to read; - for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Its layout; auto tells it record by record
    #[arg(long, value_enum, default_value_t)]
    from: From,
    /// Base model: an alias such as nova-lite, or Bedrock's identifier
    #[arg(long, value_name = "MODEL")]
    model: String,
    /// Customization [default: what the model has, fine-tuning first]
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    customization: Option<Type>,
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

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum From {
    #[default]
    Auto,
    /// messages of role and content
    #[value(name = "openai")]
    OpenAi,
    /// conversations of from and value
    #[value(name = "sharegpt")]
    ShareGpt,
    /// instruction, input, output
    Alpaca,
    /// instruction, context, response
    Dolly,
    /// prompt and completion, or question and answer
    PromptCompletion,
    /// A table with a header
    Csv,
}

impl From {
    fn source(self) -> Option<Source> {
        match self {
            From::Auto | From::Csv => None,
            From::OpenAi => Some(Source::Messages),
            From::ShareGpt => Some(Source::ShareGpt),
            From::Alpaca => Some(Source::Alpaca),
            From::Dolly => Some(Source::Dolly),
            From::PromptCompletion => Some(Source::PromptCompletion),
        }
    }
}

/// What came of the records.
struct Work<'c> {
    format: &'c Format,
    source: Option<Source>,
    output: Output,
    written: u64,
    left_out: u64,
    notes: Notes,
    reasons: Notes,
}

impl Work<'_> {
    fn take(&mut self, number: u64, record: Result<&str, String>) -> anyhow::Result<()> {
        match record.and_then(|record| carry_over(record, self.source, self.format)) {
            Ok(converted) => {
                converted.notes.into_iter().for_each(|note| self.notes.add(number, note));
                self.written += 1;
                self.output.line(converted.line.as_bytes())
            }
            Err(why) => {
                self.left_out += 1;
                self.reasons.add(number, why);
                Ok(())
            }
        }
    }
}

pub(crate) fn convert(args: &ConvertArgs) -> anyhow::Result<ExitCode> {
    let catalogue = catalogue::load(args.catalogue.as_deref())?;
    let model = catalogue::find(&catalogue, &args.model)?;
    let rules = catalogue::rules(model, args.customization.map(Into::into))?;
    let output = Output::new(&args.output, &args.input, args.force)?;
    let (notes, reasons) = (Notes::default(), Notes::default());
    let format = &rules.training.format;
    let mut work = Work { format, source: args.from.source(), output, written: 0, left_out: 0, notes, reasons };
    let mut cut_off = false;
    if args.from == From::Csv || (args.from == From::Auto && is_table(args)) {
        table(args, &mut work)?;
    } else {
        cut_off = reshape::each_record(&args.input, &mut |_, number, record| match record {
            Some(record) if record.trim_ascii().is_empty() => Ok(()),
            Some(record) => {
                let record = record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record);
                work.take(number, std::str::from_utf8(record).map_err(|_| "it is not UTF-8".to_owned()))
            }
            None => work.take(number, Err(reshape::too_long())),
        })?;
    }
    let Work { output, written, left_out, notes, reasons, .. } = work;
    reshape::tell(&reasons, "left out: record");
    reshape::tell(&notes, "changed: record");
    if cut_off {
        anstream::eprintln!("  the array ends without its closing bracket; the file may be cut off");
    }
    if written == 0 {
        bail!("no record of {} could be carried over, so nothing was written", args.input.display());
    }
    output.finish()?;
    let (written, name) = (counted(written, "record"), rules.model.name.as_str());
    anstream::eprintln!("{written} for {name} written to {}; {} left out", args.output.display(), grouped(left_out));
    Ok(ExitCode::from(u8::from(left_out > 0 || cut_off)))
}

/// A table is told by its name, or by a first line that is no JSON.
fn is_table(args: &ConvertArgs) -> bool {
    args.input.extension().is_some_and(|extension| extension == "csv" || extension == "tsv")
}

fn table(args: &ConvertArgs, work: &mut Work) -> anyhow::Result<()> {
    let mut from = reshape::open(&args.input)?;
    let mut table = Table::default();
    let mut failed = None;
    let mut take = |row: Row| {
        if failed.is_none() {
            failed = work.take(row.number, row.record.as_deref().map_err(Clone::clone)).err();
        }
    };
    let mut buffer = vec![0; 1 << 20];
    loop {
        match from.read(&mut buffer).with_context(|| format!("{} can't be read", args.input.display()))? {
            0 => break,
            length => table.feed(&buffer[..length], &mut take),
        }
    }
    table.finish(&mut take);
    failed.map_or(Ok(()), Err)
}
