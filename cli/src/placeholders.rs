//! Fills in the file, the model and the output in commands that findings and errors show.

use std::path::{Path, PathBuf};

use tunedrop_report::shell;
use tunedrop_run::data_file::TABLES;
use tunedrop_run::working_name;
use tunedrop_validation::Findings;

use crate::catalogue::Rules;
use crate::fit::flags;
use crate::free_name::free_name;
use crate::location::Location;

/// Endings of compressed files, which their content doesn't have.
const PACKED: [&str; 8] = [".gz", ".bz2", ".zst", ".xz", ".lz4", ".zip", ".tar", ".tgz"];

/// Replaces `IN`, `MODEL`, `OUT` and `FOLDER` in the commands of the findings' help. The commands read files on this
/// machine, so for another location only the model is filled in.
pub(crate) fn fill(findings: &mut Findings, location: &Location, rules: Rules) {
    let path = if let Location::Local(path) = location { Some(path.as_path()) } else { None };
    for finding in &mut findings.kept {
        finding.help = filled(&finding.help, path, &flags(rules));
    }
}

/// Replaces them in the commands of a help. `flags` choose the model and the type.
pub(crate) fn filled(help: &str, path: Option<&Path>, flags: &str) -> String {
    // Code is between backticks.
    let pieces = help.split('`').enumerate();
    let pieces: Vec<String> = pieces
        .map(|(at, piece)| if at % 2 == 1 { filled_command(piece, path, flags) } else { piece.to_owned() })
        .collect();
    pieces.join("`")
}

/// Replaces them in one command.
pub(crate) fn filled_command(code: &str, path: Option<&Path>, flags: &str) -> String {
    let typed = |path: &Path| shell(&path.to_string_lossy());
    let model = flags.trim_start_matches("--model ");
    // Some findings name the type themselves.
    let has_type = code.contains(" --type ");
    let model = model.split_once(" --type ").filter(|_| has_type).map_or(model, |(model, _)| model);
    let word = |word: &str| match (word, path) {
        ("MODEL", _) => model.to_owned(),
        ("IN", Some(path)) => typed(path),
        ("IN;", Some(path)) => format!("{};", typed(path)),
        ("OUT", Some(path)) => typed(&output(path, code)),
        ("FOLDER", Some(path)) => typed(&fresh(path, &format!("unpacked-{}", bare(path)))),
        _ => word.to_owned(),
    };
    code.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Returns the name of a new file next to the input. Bedrock accepts the name.
fn output(input: &Path, code: &str) -> PathBuf {
    let done = match code.split(' ').next().unwrap_or_default() {
        "tunedrop" if code.starts_with("tunedrop convert") => "converted",
        "gunzip" | "bunzip2" | "unzstd" | "unxz" | "unlz4" => "unpacked",
        _ => "fixed",
    };
    // Other programs don't change what the file is.
    let table =
        if code.starts_with("tunedrop") { None } else { TABLES.into_iter().find(|ending| named_as(input, ending)) };
    fresh(input, &format!("{done}-{}{}", bare(input), table.unwrap_or(".jsonl")))
}

fn named_as(input: &Path, ending: &str) -> bool {
    let name = input.to_string_lossy();
    PACKED.iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name).ends_with(ending)
}

/// The input's name without its endings.
fn bare(input: &Path) -> String {
    let name = working_name(&input.file_name().unwrap_or_default().to_string_lossy());
    let name = PACKED.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

/// `name` in the input's folder, with a number where it is taken.
fn fresh(input: &Path, name: &str) -> PathBuf {
    input.with_file_name(free_name(name, |name| input.with_file_name(name).exists()))
}
