//! `tunedrop convert`: converts data to a model's format.

mod files;
mod openai;
mod sources;
mod work;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};
use tunedrop_reshape::Source;
use tunedrop_validation::s3_uri_fault;

use self::sources::Container;
pub(crate) use self::work::Conversion;
use self::work::Work;
use crate::catalogue;
use crate::options::Type;
use crate::reshape::print_notes;
use crate::tables::Kind;

/// Convert data to the format a model needs
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop convert chat.jsonl --model nova-lite -o train.jsonl
  tunedrop convert --from alpaca alpaca.json --model titan-text-express -o train.jsonl
  tunedrop convert --from csv questions.csv --model claude-3-haiku -o train.jsonl
  tunedrop convert train-00000-of-00001.parquet --model nova-lite -o train.jsonl
  tunedrop convert questions.xlsx --sheet Reviewed --model nova-lite -o train.jsonl

Reads JSON Lines, a JSON array, JSON records that span lines, an object with a list of records (such as data), output of
pandas' to_json, and tables with a header: CSV (commas, semicolons or tabs), Parquet, Arrow (Feather) and Excel (XLSX).
Text is UTF-8 or UTF-16. Columns and keys have these names, in any case: prompt and completion, question and answer,
instruction, input and output, text, messages. convert leaves out a record that it can't convert without changing its
meaning, and prints its number and the reason. It drops keys that the model's format doesn't have, and prints their names
and the number of records.

Images in data URLs become files in the folder of OUT. --media is their future location in S3.

Exit codes: 0 every record was converted, 1 records were left out, 2 wrong usage, or a file can't be read or written")]
pub(crate) struct ConvertArgs {
    /// Data file; - for standard input
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// Format of the data; auto detects it for each record
    #[arg(long, value_enum, default_value_t)]
    pub(crate) from: From,
    /// Sheet of the workbook [default: the first visible one]
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// Base model: an alias such as nova-lite, or Bedrock's identifier
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: String,
    /// Customization [default: fine-tuning, if the model has it]
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    pub(crate) customization: Option<Type>,
    /// Output file
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// S3 folder of the dataset, for images in records: s3://BUCKET/datasets/NAME/
    #[arg(long, value_name = "S3_URI")]
    pub(crate) media: Option<String>,
    /// Overwrite OUT, and images with the same names
    #[arg(long)]
    pub(crate) force: bool,
    /// Catalogue file that overrides entries of the built-in one
    #[arg(long, value_name = "FILE")]
    pub(crate) catalogue: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum From {
    #[default]
    Auto,
    /// messages with role and content; also OpenAI's Responses API
    #[value(name = "openai")]
    OpenAi,
    /// conversations with from and value
    #[value(name = "sharegpt")]
    ShareGpt,
    /// instruction, input, output
    Alpaca,
    /// instruction, context, response
    Dolly,
    /// prompt and completion, or question and answer
    PromptCompletion,
    /// contents with role and parts
    Gemini,
    /// Records of Bedrock's model invocation logs
    InvocationLog,
    /// A table with a header
    Csv,
    /// A Parquet file
    Parquet,
    /// Arrow's stream, or its file (Feather version 2)
    Arrow,
    /// An Excel workbook
    Xlsx,
    /// JSON by columns: pandas' to_json
    Columns,
}

impl From {
    fn source(self) -> Option<Source> {
        match self {
            From::Auto | From::Csv | From::Parquet | From::Arrow | From::Xlsx | From::Columns => None,
            From::OpenAi => Some(Source::Messages),
            From::ShareGpt => Some(Source::ShareGpt),
            From::Alpaca => Some(Source::Alpaca),
            From::Dolly => Some(Source::Dolly),
            From::PromptCompletion => Some(Source::PromptCompletion),
            From::Gemini => Some(Source::Gemini),
            From::InvocationLog => Some(Source::InvocationLog),
        }
    }

    fn container(self) -> Container {
        match self {
            From::Csv => Container::Csv,
            From::Parquet => Container::Rows(Kind::Parquet),
            From::Arrow => Container::Rows(Kind::Arrow),
            From::Xlsx => Container::Rows(Kind::Xlsx),
            From::Columns => Container::Columns,
            _ => Container::Any,
        }
    }
}

pub(crate) fn convert(args: &ConvertArgs) -> anyhow::Result<ExitCode> {
    let mut notes = Vec::new();
    let done = run(args, &mut notes);
    print_notes(&notes);
    Ok(ExitCode::from(u8::from(done?.is_partial())))
}

/// Converts the file. `notes` gets the lines to print, also if there is an error.
pub(crate) fn run(args: &ConvertArgs, notes: &mut Vec<String>) -> anyhow::Result<Conversion> {
    let catalogue = catalogue::load(args.catalogue.as_deref())?;
    let model = catalogue::find(&catalogue, &args.model)?;
    let rules = catalogue::rules(model, args.customization.map(Into::into))?;
    let mut work = Work::new(args, rules.training)?;
    let mut take = |number, begun, record: Result<&str, String>| work.take(number, begun, record);
    let mut of_file = Vec::new();
    let read = sources::each(&args.input, args.from.container(), args.sheet.as_deref(), &mut of_file, &mut take);
    notes.extend(of_file.iter().map(|note| format!("  {note}")));
    let cut_off = read?;
    if args.from == From::OpenAi {
        work.is_openai = true;
    }
    work.finish(&rules, cut_off, notes)
}

/// The first records of a file as `convert` reads them; those that it leaves out are skipped. At most `most` are read. If
/// none is left, the error says why the first one is left out.
pub(crate) fn first_records(path: &Path, most: usize) -> anyhow::Result<Vec<String>> {
    let (mut records, mut left_out, mut read) = (Vec::new(), None, 0);
    let mut take = |_, _, record: Result<&str, String>| {
        match record {
            Ok(record) => records.push(record.to_owned()),
            Err(why) => left_out = left_out.take().or(Some(why)),
        }
        read += 1;
        if read < most { Ok(()) } else { Err(Enough.into()) }
    };
    match sources::each(path, Container::Any, None, &mut Vec::new(), &mut take) {
        Err(error) if !error.is::<Enough>() => Err(error),
        _ => match left_out.filter(|_| records.is_empty()) {
            Some(why) => bail!(why),
            None => Ok(records),
        },
    }
}

/// Ends the reading.
#[derive(Debug)]
pub(crate) struct Enough;

impl std::fmt::Display for Enough {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("enough was read")
    }
}

impl std::error::Error for Enough {}

/// Returns the S3 folder, with a slash at its end.
fn media_folder(args: &ConvertArgs) -> anyhow::Result<Option<String>> {
    let Some(folder) = &args.media else { return Ok(None) };
    let folder = format!("{}/", folder.trim_end_matches('/'));
    // Names of images are added to it.
    if let Some(fault) = s3_uri_fault(&format!("{folder}image-1.png")) {
        bail!("--media must be the dataset's folder in S3, such as s3://BUCKET/datasets/NAME/: {fault}");
    }
    Ok(Some(folder))
}
