//! Names of data files in formats that Bedrock doesn't read. The cloud, recipes and the command line share this list.

use tunedrop_validation::Role;

/// Endings of JSON, in any arrangement.
pub const JSON: [&str; 6] = [".jsonl", ".json", ".ndjson", ".jsonlines", ".jsonls", ".jl"];

/// Endings of tables that `tunedrop convert` reads.
pub const TABLES: [&str; 6] = [".csv", ".tsv", ".parquet", ".arrow", ".feather", ".xlsx"];

/// Endings of compressed files and archives.
pub const PACKED: [&str; 9] = [".gz", ".zip", ".bz2", ".zst", ".xz", ".7z", ".rar", ".tar", ".tgz"];

/// Those that one file is compressed with.
const COMPRESSED: [&str; 4] = [".gz", ".bz2", ".zst", ".xz"];

/// Endings after which some programs add `.txt`.
pub const BEFORE_TXT: [&str; 5] = [".jsonl", ".json", ".ndjson", ".csv", ".tsv"];

/// Words that make a text file training data: `my-train.txt` is one, `notes.txt` isn't.
pub const TEXTS: [&str; 3] = ["train.txt", "training.txt", "validation.txt"];

/// Formats that neither Bedrock nor `tunedrop convert` reads: an ending, the format's name, and how to convert it to
/// one that `convert` reads. The help names the ending of that format.
pub const FOREIGN: [(&str, &str, &str); 6] = [
    (".xls", "an Excel workbook in the old format (XLS)", "save it as XLSX"),
    (".xlsb", "a binary Excel workbook (XLSB)", "save it as XLSX"),
    (".ods", "an OpenDocument spreadsheet (ODS)", "save it as XLSX or CSV"),
    (".numbers", "a Numbers spreadsheet", "export it to XLSX or CSV"),
    (".orc", "an ORC file", "write it as Parquet (in pandas: read_orc, to_parquet)"),
    (".avro", "an Avro file", "write it as Parquet (in Polars: read_avro, write_parquet)"),
];

/// Words that mark a training file.
pub const TRAINING: [&str; 2] = ["train", "training"];

/// Words that mark a validation file.
pub const VALIDATION: [&str; 7] = ["valid", "validation", "val", "dev", "eval", "evaluation", "test"];

/// Words of a name that say nothing about the file's role.
const NEUTRAL: [&str; 13] =
    ["data", "dataset", "set", "split", "file", "final", "copy", "of", "new", "full", "all", "part", "v"];

/// What the name of a data file says, if Bedrock doesn't read a file with that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFormat {
    /// JSON Lines under another name.
    JsonLines,
    /// JSON in any arrangement.
    Json,
    /// A table that `tunedrop convert` reads.
    Table,
    /// Compressed, or an archive.
    Packed,
    /// Text of any kind.
    Text,
    /// A format that no command of tunedrop reads: its name, and how to convert it to one that `convert` reads.
    Foreign(&'static str, &'static str),
}

/// A data file whose name isn't one that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// The name under which its records are read after they are converted to JSON Lines.
    pub meant: String,
    /// The format, according to the name.
    pub format: DataFormat,
}

impl DataFile {
    /// Classifies a name, such as `Train.JSONL`, `train.csv.gz` or `validation.xls`. `None` for `train.jsonl` itself,
    /// and for a name that isn't a data file's. A folder may contain any tables, so a table counts only if its name
    /// says what it is for.
    pub fn of(name: &str) -> Option<DataFile> {
        DataFile::read(name, |stem| role_of(stem).is_some())
    }

    /// Like [`of`](DataFile::of), but a table counts whatever its name: for a folder without other data files.
    pub fn of_any(name: &str) -> Option<DataFile> {
        DataFile::read(name, |_| true)
    }

    fn read(name: &str, is_data: impl Fn(&str) -> bool) -> Option<DataFile> {
        let lower = name.to_ascii_lowercase();
        if name.ends_with(".jsonl") {
            return None;
        }
        let unpacked = strip(&lower, &PACKED).map(|inner| strip(inner, &[".tar"]).unwrap_or(inner));
        let bare = unpacked.unwrap_or(&lower);
        let bare = bare.strip_suffix(".txt").filter(|bare| strip(bare, &BEFORE_TXT).is_some()).unwrap_or(bare);
        let packed = |format| if unpacked.is_some() { DataFormat::Packed } else { format };
        let (stem, format) = if let Some(stem) = strip(bare, &JSON) {
            (stem, packed(if bare.ends_with(".json") { DataFormat::Json } else { DataFormat::JsonLines }))
        } else if let Some(stem) = strip(bare, &TABLES) {
            (stem, packed(DataFormat::Table))
        } else if let Some((ending, is, help)) = FOREIGN.iter().find(|(ending, ..)| bare.ends_with(ending)) {
            (bare.strip_suffix(ending)?, packed(DataFormat::Foreign(is, help)))
        } else if is_text(bare) {
            (bare.strip_suffix(".txt")?, packed(DataFormat::Text))
        } else {
            (unpacked?, DataFormat::Packed)
        };
        // A name such as `train.jsonl.csv` has two endings.
        let plain = strip(stem, &JSON).unwrap_or(stem);
        let is_json = strip(bare, &JSON).is_some();
        (!plain.is_empty() && (is_json || is_data(plain))).then(|| DataFile { meant: format!("{plain}.jsonl"), format })
    }

    /// Returns what is wrong, as a clause.
    pub fn why(&self) -> String {
        match self.format {
            DataFormat::JsonLines | DataFormat::Json | DataFormat::Text => {
                "only job.yaml, job.json and names that end in .jsonl are read".to_owned()
            }
            DataFormat::Table => "the file is a table, which Bedrock doesn't read".to_owned(),
            DataFormat::Packed => "the file is compressed, which Bedrock doesn't read".to_owned(),
            DataFormat::Foreign(is, _) => format!("the file is {is}, which Bedrock doesn't read"),
        }
    }

    /// Returns how to convert `name` to a JSON Lines file `to` when the file itself can't be opened: an imperative.
    /// `flags` choose the model and the type; without them, no command is named.
    pub fn steps(&self, name: &str, flags: Option<&str>, to: &str) -> String {
        // A command contains only names that need no quoting in a shell.
        let is_plain = |text: &&str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b));
        let (input, output) = ([name].into_iter().find(is_plain), [to].into_iter().find(is_plain));
        let convert = |it: &str, input: &str| match flags {
            Some(flags) => {
                format!("convert {it} with `tunedrop convert {input} {flags} -o {}`", output.unwrap_or("OUT"))
            }
            None => format!("convert {it} to JSON Lines for your base model (see `tunedrop convert --help`)"),
        };
        match self.format {
            DataFormat::JsonLines => format!("rename it to {to}"),
            DataFormat::Json => format!(
                "rename it to {to} if each line is one record; otherwise {}",
                convert("it", input.unwrap_or("IN"))
            ),
            DataFormat::Text => format!(
                "rename it to {to} if each line is a JSON object; if it is a table, {}",
                convert("it", input.unwrap_or("IN"))
            ),
            DataFormat::Table => convert("it", input.unwrap_or("IN")),
            DataFormat::Packed => {
                let unpacked = input.and_then(|name| strip(name, &COMPRESSED));
                format!("unpack it; if the result isn't JSON Lines, {}", convert("that", unpacked.unwrap_or("IN")))
            }
            DataFormat::Foreign(_, help) => {
                let saved = input.and_then(|name| saved_as(name, help));
                format!("{help}, then {}", convert("that", saved.as_deref().unwrap_or("IN")))
            }
        }
    }
}

/// Returns the role of a foreign format is called once it has the format that the help names: `train.xlsx` for `train.xls`.
pub fn saved_as(name: &str, help: &str) -> Option<String> {
    let ending = if help.contains("XLSX") { ".xlsx" } else { ".parquet" };
    let lower = name.to_ascii_lowercase();
    let (known, ..) = FOREIGN.iter().find(|(known, ..)| lower.ends_with(known))?;
    Some(format!("{}{ending}", &name[..name.len() - known.len()]))
}

/// What a file is for, by the words of its name (without its ending): `train-00000-of-00001` and `support-train` are for
/// training, `training-notes` and `contest` say nothing.
pub fn role_of(stem: &str) -> Option<Role> {
    let lower = stem.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty() && !NEUTRAL.contains(word));
    let words: Vec<&str> = words.collect();
    let last = words.last()?;
    if TRAINING.contains(last) {
        return Some(Role::Train);
    }
    // `model-test.csv` and `last-eval.xlsx` can be anything.
    let is_certain = words.len() == 1 || ["valid", "validation", "val"].contains(last);
    (is_certain && VALIDATION.contains(last)).then_some(Role::Validation)
}

fn is_text(bare: &str) -> bool {
    TEXTS.iter().any(|text| {
        let before = bare.strip_suffix(text);
        before.is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric()))
    })
}

/// Returns `name` without its ending, if the ending is in the list.
fn strip<'n>(name: &'n str, endings: &[&str]) -> Option<&'n str> {
    endings.iter().find_map(|ending| name.strip_suffix(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_a_data_file_is_and_what_it_should_be_called() {
        use DataFormat::{Foreign, Json, JsonLines, Packed, Table, Text};
        for (name, meant, format) in [
            ("Train.JSONL", "train.jsonl", JsonLines),
            ("train.ndjson", "train.jsonl", JsonLines),
            ("anything.json", "anything.jsonl", Json),
            ("train.jsonl.txt", "train.jsonl", JsonLines),
            ("train.jsonl.json", "train.jsonl", Json),
            ("train.csv", "train.jsonl", Table),
            ("train.csv.txt", "train.jsonl", Table),
            ("train-00000-of-00001.parquet", "train-00000-of-00001.jsonl", Table),
            ("Training data (1).xlsx", "training data (1).jsonl", Table),
            ("support-validation.tsv", "support-validation.jsonl", Table),
            ("test.feather", "test.jsonl", Table),
            ("train.csv.gz", "train.jsonl", Packed),
            ("bot.json.gz", "bot.jsonl", Packed),
            ("train.tar.gz", "train.jsonl", Packed),
            ("train.tgz", "train.jsonl", Packed),
            ("train.zip", "train.jsonl", Packed),
            ("train.xls.zip", "train.jsonl", Packed),
            ("train.txt", "train.jsonl", Text),
            ("my-train.txt", "my-train.jsonl", Text),
            ("train.xls", "train.jsonl", Foreign(FOREIGN[0].1, FOREIGN[0].2)),
            ("Validation.ODS", "validation.jsonl", Foreign(FOREIGN[2].1, FOREIGN[2].2)),
        ] {
            assert_eq!(DataFile::of(name), Some(DataFile { meant: meant.to_owned(), format }), "{name}");
        }
        for other in [
            "train.jsonl",
            "sales.csv",
            "budget.xls",
            "training-notes.xlsx",
            "notes.txt",
            "strain.txt",
            "photos.zip",
            "train.py",
            "model-test.csv",
            ".csv",
            ".json",
            "train",
        ] {
            assert_eq!(DataFile::of(other), None, "{other}");
        }
        for table in ["sales.csv", "budget.xls", "questions.xlsx", "export.zip"] {
            assert!(DataFile::of_any(table).is_some(), "{table}");
        }
    }

    #[test]
    fn every_step_names_a_command_or_a_format_that_can_be_read() {
        let steps = |name: &str| {
            let file = DataFile::of(name).expect("a data file");
            file.steps(name, Some("--model nova-lite"), &file.meant)
        };
        assert_eq!(steps("train.csv"), "convert it with `tunedrop convert train.csv --model nova-lite -o train.jsonl`");
        assert_eq!(
            steps("train.xls"),
            "save it as XLSX, then convert that with `tunedrop convert train.xlsx --model nova-lite -o train.jsonl`"
        );
        for (ending, ..) in FOREIGN {
            assert!(steps(&format!("train{ending}")).contains("tunedrop convert train."), "{ending}");
        }
        assert!(steps("train.csv.gz").ends_with("`tunedrop convert train.csv --model nova-lite -o train.jsonl`"));
        assert!(steps("train.zip").ends_with("`tunedrop convert IN --model nova-lite -o train.jsonl`"));
        // Characters that are special in a shell stay out of commands.
        let odd = DataFile::of("$(rm) train.csv").expect("a table");
        assert!(
            odd.steps("$(rm) train.csv", Some("--model nova-lite"), "train.jsonl")
                .contains("convert IN --model nova-lite")
        );
        // A model that nobody named isn't named either.
        for name in ["train.csv", "train.json", "train.txt", "train.csv.gz", "train.xls"] {
            let file = DataFile::of(name).expect("a data file");
            let steps = file.steps(name, None, &file.meant);
            assert!(!steps.contains("--model") && steps.contains("`tunedrop convert --help`"), "{name}: {steps}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_name_has_an_answer(name in "\\PC{0,60}") {
            if let Some(file) = DataFile::of(&name) {
                proptest::prop_assert!(file.meant.len() > ".jsonl".len());
            }
        }
    }
}
