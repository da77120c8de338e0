//! Shared by convert, fix and split: splits the input into records, and prints notes.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use clap::ValueEnum;
use tunedrop_report::shell;
use tunedrop_reshape::{Arrangement, Item, LONGEST, Notes, Part, Records};
use tunedrop_validation::FileType;

use crate::format::visible;
use crate::input::{Input, Text, in_command, not_json_lines, open};
use crate::options::Type;

/// Most notes that are printed; the rest are counted.
const SHOWN: usize = 50;

/// The location of a record in its file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    pub(crate) arrangement: Arrangement,
    /// Its line in a file of lines, or else its number, from 1.
    pub(crate) number: u64,
    /// The line that it starts on.
    pub(crate) line: u64,
    /// The byte column that it starts at.
    pub(crate) column: u64,
}

/// Handles a record. `None` for one that is too long.
type Take<'t> = &'t mut dyn FnMut(Position, Option<&[u8]>) -> anyhow::Result<()>;

/// Calls the function with every record of a file with JSON. Returns whether an array has no closing bracket.
///
/// Any other file is an error that names its format, and the command that converts it. `flags` are that
/// command's options for the model; without `output`, it writes a new file beside the input.
pub(crate) fn each_json_record(
    path: &Path,
    flags: &dyn Fn() -> String,
    output: Option<&Path>,
    take: Take,
) -> anyhow::Result<bool> {
    let refused = |layout| Err(not_json_lines(path, layout, &flags(), output));
    let text = match open(path)? {
        Input::Rows(kind, _) => {
            return refused(FileType { is: kind.is(), help: "", from: Some(kind.from()), holds_json: false });
        }
        Input::Text(text) => text,
    };
    if let Some(layout) = text.layout().filter(|layout| !layout.holds_json) {
        return refused(layout);
    }
    each_record(text, path, &mut |at, record| {
        if at.arrangement == Arrangement::Lines {
            refuse_carriage_returns(path, at.number, record.unwrap_or_default())?;
        }
        take(at, record)
    })
}

/// Calls the function with every record of a text. Returns whether an array has no closing bracket.
pub(crate) fn each_record(mut from: Text, path: &Path, take: Take) -> anyhow::Result<bool> {
    let mut records = Records::default();
    let mut failed = None;
    let mut hand = |arrangement: Arrangement, item: Item| {
        let bytes = match item.part {
            Part::Whole => Some(item.bytes),
            Part::Begin => None,
            Part::More | Part::End => return,
        };
        if failed.is_none() {
            failed =
                take(Position { arrangement, number: item.number, line: item.line, column: item.column }, bytes).err();
        }
    };
    let mut buffer = vec![0; 1 << 20];
    loop {
        match from.read(&mut buffer).with_context(|| format!("{} can't be read", path.display()))? {
            0 => break,
            length => records.feed(&buffer[..length], &mut hand),
        }
    }
    let cut_off = records.finish(&mut hand);
    failed.map_or(Ok(cut_off), Err)
}

/// Returns the options of another command for the same model and customization.
pub(crate) fn model_options(model: &str, customization: Option<Type>) -> String {
    let customization = customization.and_then(|customization| customization.to_possible_value());
    let customization = customization.map(|value| format!(" --type {}", value.get_name())).unwrap_or_default();
    format!("--model {}{customization}", shell(model))
}

/// Why a record that is too long is left out.
pub(crate) fn too_long() -> String {
    format!("it is longer than {} MiB", LONGEST >> 20)
}

/// Rejects a file whose lines end with a carriage return only.
fn refuse_carriage_returns(path: &Path, number: u64, line: &[u8]) -> anyhow::Result<()> {
    if number == 1 && line.trim_ascii_end().contains(&b'\r') {
        bail!(
            "the lines of {} end with a carriage return alone; convert them first: {}",
            path.display(),
            in_command("tr '\\r' '\\n' < IN > OUT", path)
        );
    }
    Ok(())
}

/// Returns the notes, one line each, by record.
pub(crate) fn note_lines(notes: &Notes, what: &str) -> Vec<String> {
    let shown = notes.ranges().iter().take(SHOWN);
    let mut lines: Vec<String> = shown
        .map(|range| {
            let place = if range.first == range.last {
                format!(" {}", range.first)
            } else {
                format!("s {} to {}", range.first, range.last)
            };
            format!("{what}{place}: {}", visible(&range.what))
        })
        .collect();
    let more = notes.ranges().len().saturating_sub(SHOWN) as u64 + notes.more;
    if more > 0 {
        lines.push(format!("… and {more} more notes"));
    }
    lines
}

/// Prints the notes of a command on stderr, a line each.
pub(crate) fn print_notes(notes: &[String]) {
    notes.iter().for_each(|line| anstream::eprintln!("{line}"));
}
