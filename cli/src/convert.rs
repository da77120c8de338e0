//! `tunedrop convert`: records of another layout, as a model takes them.

mod files;
mod openai;
mod sources;
mod work;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};
use tunedrop_reshape::Source;
use tunedrop_validation::s3_uri_fault;

use self::sources::Container;
use self::work::Work;
use crate::catalogue;
use crate::options::Type;
use crate::tables::Kind;

/// Turn data of another layout into what a model takes
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop convert chat.jsonl --model nova-lite -o train.jsonl
  tunedrop convert --from alpaca alpaca.json --model titan-text-express -o train.jsonl
  tunedrop convert --from csv questions.csv --model claude-3-haiku -o train.jsonl
  tunedrop convert train-00000-of-00001.parquet --model nova-lite -o train.jsonl
  tunedrop convert questions.xlsx --sheet Reviewed --model nova-lite -o train.jsonl

The input may be JSON Lines, one JSON array, JSON spread over lines, a list below a name such as data, what pandas'
to_json writes, or a table with a header: CSV (commas, semicolons or tabs), Parquet, Arrow (Feather) or Excel (XLSX). Text
is UTF-8 or UTF-16. A table's columns are named as the keys: prompt and completion, question and answer, instruction,
input and output, text, messages. A record that can't be converted with all that it means is left out, with its number and
the reason. Other keys that the model's format has no place for are dropped, and named with how many records had them.

Images in data URLs become files beside OUT. --media says where they will be in S3.

Exit codes: 0 every record was converted, 1 some or all were left out, 2 used wrongly, or something could not be read")]
pub(crate) struct ConvertArgs {
    /// What to read; - for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Its layout; auto tells it record by record
    #[arg(long, value_enum, default_value_t)]
    from: From,
    /// A workbook's sheet [default: the first one]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
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
    let catalogue = catalogue::load(args.catalogue.as_deref())?;
    let model = catalogue::find(&catalogue, &args.model)?;
    let rules = catalogue::rules(model, args.customization.map(Into::into))?;
    let mut work = Work::new(args, rules.training)?;
    let cut_off = sources::each(&args.input, args.from.container(), args.sheet.as_deref(), &mut |number, record| {
        work.take(number, record)
    })?;
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
