//! `tunedrop convert`: records of another layout, as a model takes them.

mod files;
mod openai;
mod work;

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use tunedrop_reshape::{Row, Source, Table};
use tunedrop_validation::s3_uri_fault;

use self::work::Work;
use crate::options::Type;
use crate::{catalogue, reshape};

/// Turn data of another layout into what a model takes
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop convert chat.jsonl --model nova-lite -o train.jsonl
  tunedrop convert --from alpaca alpaca.json --model titan-text-express -o train.jsonl
  tunedrop convert --from csv questions.csv --model claude-3-haiku -o train.jsonl

The input may be JSON Lines, one JSON array, JSON spread over lines, or a table with a header (CSV, semicolons or tabs);
in UTF-8 or UTF-16. A table's columns are named as the keys: prompt and completion, question and answer, instruction,
input and output, text. A record that can't be converted with all that it means is left out, with its number and the
reason. Other keys that the model's format has no place for are dropped, and named with how many records had them.

Images in data URLs become files beside OUT. --media says where they will be in S3.

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
    /// The dataset's S3 folder, for images that records contain: s3://BUCKET/datasets/NAME/
    #[arg(long, value_name = "S3_URI")]
    media: Option<String>,
    /// Write over OUT, and over images of the same names, if they are there
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
    /// contents of role and parts
    Gemini,
    /// Records of Bedrock's model invocation logs
    InvocationLog,
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
            From::Gemini => Some(Source::Gemini),
            From::InvocationLog => Some(Source::InvocationLog),
        }
    }
}

pub(crate) fn convert(args: &ConvertArgs) -> anyhow::Result<ExitCode> {
    let catalogue = catalogue::load(args.catalogue.as_deref())?;
    let model = catalogue::find(&catalogue, &args.model)?;
    let rules = catalogue::rules(model, args.customization.map(Into::into))?;
    let mut work = Work::new(args, rules.training)?;
    let mut cut_off = false;
    if args.from == From::Csv || (args.from == From::Auto && is_table(args)) {
        table(args, &mut work)?;
    } else {
        cut_off = reshape::each_record(&args.input, &mut |_, number, record| match record {
            Some(record) if record.trim_ascii().is_empty() => Ok(()),
            Some(record) => {
                let record = record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record);
                work.take(number, std::str::from_utf8(record).map_err(|_| "it isn't UTF-8".to_owned()))
            }
            None => work.take(number, Err(reshape::too_long())),
        })?;
    }
    if args.from == From::OpenAi {
        work.is_openai = true;
    }
    let has_left_out = work.finish(&rules, cut_off)?;
    Ok(ExitCode::from(u8::from(has_left_out || cut_off)))
}

/// The S3 folder that is meant, with a slash at its end.
fn media_folder(args: &ConvertArgs) -> anyhow::Result<Option<String>> {
    let Some(folder) = &args.media else { return Ok(None) };
    let folder = format!("{}/", folder.trim_end_matches('/'));
    // Names of images are added to it.
    if let Some(fault) = s3_uri_fault(&format!("{folder}image-1.png")) {
        bail!("--media must be the dataset's folder in S3, such as s3://BUCKET/datasets/NAME/: {fault}");
    }
    Ok(Some(folder))
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
