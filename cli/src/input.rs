//! The input of convert, fix and split: text, whatever its encoding, or a file of rows.

use std::fs::File;
use std::io::{Chain, Cursor, Read, Seek};
use std::path::Path;

use anyhow::{Context, Result, bail};
use tunedrop_report::shell;
use tunedrop_validation::{LAYOUT_HEAD, Layout, layout_of};

use crate::tables::Kind;

/// Text in another encoding than UTF-8 is read whole, which takes three times this memory.
const UTF16_MAX: usize = 256 << 20;

/// What was named.
pub(crate) enum Input {
    Text(Text),
    Rows(Kind, File),
}

/// A text in UTF-8, or in something else that isn't told by its first bytes.
pub(crate) struct Text {
    /// The first bytes, for a look; all of them in a short text.
    pub(crate) head: Vec<u8>,
    pub(crate) is_whole: bool,
    from: Chain<Cursor<Vec<u8>>, Box<dyn Read>>,
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.from.read(buffer)
    }
}

impl Text {
    fn new(mut from: Box<dyn Read>) -> std::io::Result<Text> {
        let mut head = Vec::new();
        from.by_ref().take(LAYOUT_HEAD as u64 + 1).read_to_end(&mut head)?;
        let is_whole = head.len() <= LAYOUT_HEAD;
        Ok(Text { head: head.clone(), is_whole, from: Cursor::new(head).chain(from) })
    }

    /// What is left of it, with the bytes that were read already before.
    pub(crate) fn after(self, bytes: Vec<u8>) -> Text {
        let from: Box<dyn Read> = Box::new(self.from);
        Text { head: self.head, is_whole: self.is_whole, from: Cursor::new(bytes).chain(from) }
    }

    /// Which other layout than JSON Lines it has, if any.
    pub(crate) fn layout(&self) -> Option<Layout> {
        layout_of(&self.head, self.is_whole)
    }
}

/// Opens a file, or standard input for `-`.
pub(crate) fn open(path: &Path) -> Result<Input> {
    let unreadable = || format!("{} can't be read", path.display());
    if path == Path::new("-") {
        let text = Text::new(Box::new(std::io::stdin())).with_context(unreadable)?;
        return Ok(match spooled(text).with_context(unreadable)? {
            Input::Text(text) => Input::Text(decoded(text, path)?),
            rows => rows,
        });
    }
    if path.is_dir() {
        bail!("{} is a folder; name a file", path.display());
    }
    let mut file = File::open(path).with_context(unreadable)?;
    // A pipe can't be read twice.
    let is_file = file.metadata().is_ok_and(|about| about.is_file());
    if is_file && let Some(kind) = Kind::of(&mut file).with_context(unreadable)? {
        return Ok(Input::Rows(kind, file));
    }
    decoded(Text::new(Box::new(file)).with_context(unreadable)?, path).map(Input::Text)
}

/// A file of rows is read from its end, so standard input is saved first if it may be one.
fn spooled(mut text: Text) -> std::io::Result<Input> {
    let may_be = [b"PAR".as_slice(), b"ARROW1", b"FEA1", b"\xff\xff\xff\xff", b"PK\x03\x04"];
    if !may_be.iter().any(|magic| text.head.starts_with(magic)) {
        return Ok(Input::Text(text));
    }
    let mut file = tempfile::tempfile()?;
    std::io::copy(&mut text, &mut file)?;
    file.rewind()?;
    Ok(match Kind::of(&mut file)? {
        Some(kind) => Input::Rows(kind, file),
        None => Input::Text(Text::new(Box::new(file))?),
    })
}

/// UTF-16 as UTF-8. Without a byte order mark it is certain where the first two characters are ASCII, as JSON's are.
fn decoded(mut text: Text, path: &Path) -> Result<Text> {
    let is_little = match text.head.as_slice() {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
            bail!("{} is UTF-32; save it as UTF-8: {}", path.display(), iconv("UTF-32", path));
        }
        [0xff, 0xfe, ..] => true,
        [0xfe, 0xff, ..] => false,
        [1..0x80, 0, 1..0x80, 0, ..] => true,
        [0, 1..0x80, 0, 1..0x80, ..] => false,
        _ => return Ok(text),
    };
    let mut bytes = Vec::new();
    text.by_ref()
        .take(UTF16_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{} can't be read", path.display()))?;
    if bytes.len() > UTF16_MAX {
        let command = iconv("UTF-16", path);
        bail!("{} is UTF-16 and larger than {} MiB; save it as UTF-8: {command}", path.display(), UTF16_MAX >> 20);
    }
    let (units, rest) = bytes.as_chunks::<2>();
    let units = units.iter().map(|unit| if is_little { u16::from_le_bytes(*unit) } else { u16::from_be_bytes(*unit) });
    let decoded: Result<String, _> = char::decode_utf16(units).collect();
    let decoded = decoded.ok().filter(|_| rest.is_empty());
    let decoded = decoded.with_context(|| {
        format!("{} begins as UTF-16 does, but isn't valid UTF-16; it may be cut off", path.display())
    })?;
    let decoded = decoded.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(decoded);
    Ok(Text::new(Box::new(Cursor::new(decoded.into_bytes())))?)
}

fn iconv(from: &str, path: &Path) -> String {
    format!("iconv -f {from} -t UTF-8 {} > OUT", shell(&path.to_string_lossy()))
}

/// Says that a file isn't JSON Lines, and what to do. `given` is what the person has said of model and output.
pub(crate) fn not_json_lines(path: &Path, is: &str, help: &str, from: Option<&str>, given: &str) -> anyhow::Error {
    let name = path.to_string_lossy();
    match from {
        Some(from) => {
            let command = format!("tunedrop convert --from {from} {} {given}", shell(&name));
            anyhow::anyhow!("{} is {is}, not JSON Lines; convert it first: {command}", path.display())
        }
        None => anyhow::anyhow!("{} is {is}, not JSON Lines; {help}", path.display()),
    }
}

impl Kind {
    /// The value of `--from` that names it.
    pub(crate) fn from(self) -> &'static str {
        match self {
            Kind::Parquet => "parquet",
            Kind::Arrow => "arrow",
            Kind::Xlsx => "xlsx",
        }
    }
}
