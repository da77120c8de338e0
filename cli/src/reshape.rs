//! What convert, fix and split share: cutting their input into records, and reporting what was done.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use tunedrop_reshape::{Item, LONGEST, Layout, Notes, Part, Records};

use crate::format::visible;
use crate::input::{Input, Text, not_json_lines, open};

/// Notes that are shown; the rest are counted.
const SHOWN: usize = 50;

/// What is done with a record: how they lie in the file, its number, and its bytes.
type Take<'t> = &'t mut dyn FnMut(Layout, u64, Option<&[u8]>) -> anyhow::Result<()>;

/// Hands on every record of a file that holds JSON, `None` for one that is too long. Whether an array was cut off.
///
/// A file that holds something else is an error, which names what it is. `given` completes the command that converts it.
pub(crate) fn each_json_record(path: &Path, given: &str, take: Take) -> anyhow::Result<bool> {
    let text = match open(path)? {
        Input::Rows(kind, _) => return Err(not_json_lines(path, kind.is(), "", Some(kind.from()), given)),
        Input::Text(text) => text,
    };
    if let Some(layout) = text.layout().filter(|layout| !layout.holds_json) {
        return Err(not_json_lines(path, layout.is, layout.help, layout.from, given));
    }
    each_record(text, path, &mut |layout, number, record| {
        if layout == Layout::Lines {
            refuse_carriage_returns(path, number, record.unwrap_or_default())?;
        }
        take(layout, number, record)
    })
}

/// Hands on every record of a text, `None` for one that is too long. Whether an array was cut off.
pub(crate) fn each_record(mut from: Text, path: &Path, take: Take) -> anyhow::Result<bool> {
    let mut records = Records::default();
    let mut failed = None;
    let mut hand = |layout: Layout, item: Item| {
        let bytes = match item.part {
            Part::Whole => Some(item.bytes),
            Part::Begin => None,
            Part::More | Part::End => return,
        };
        if failed.is_none() {
            failed = take(layout, item.number, bytes).err();
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

/// Why a record that is too long is left out.
pub(crate) fn too_long() -> String {
    format!("it is longer than {} MiB", LONGEST >> 20)
}

/// Refuses a file whose first line holds carriage returns: lines that end with them alone can't be told apart.
fn refuse_carriage_returns(path: &Path, number: u64, line: &[u8]) -> anyhow::Result<()> {
    if number == 1 && line.trim_ascii_end().contains(&b'\r') {
        bail!(
            "{} has lines that end with a carriage return alone; convert them first: tr '\\r' '\\n' < IN > OUT",
            path.display()
        );
    }
    Ok(())
}

/// Tells on stderr what was done, record by record.
pub(crate) fn tell(notes: &Notes, what: &str) {
    for run in notes.runs().iter().take(SHOWN) {
        let place =
            if run.first == run.last { format!(" {}", run.first) } else { format!("s {} to {}", run.first, run.last) };
        anstream::eprintln!("  {what}{place}: {}", visible(&run.what));
    }
    let more = notes.runs().len().saturating_sub(SHOWN) as u64 + notes.more;
    if more > 0 {
        anstream::eprintln!("  … and {more} more places");
    }
}
