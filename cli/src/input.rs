//! The input of convert, fix and split: text in any encoding, or a binary table.

use std::fs::File;
use std::io::{Chain, Cursor, Read, Seek};
use std::path::Path;

use anyhow::{Context, Result, bail};
use tunedrop_report::shell;
use tunedrop_validation::{Ending, FileType, LAYOUT_HEAD, layout_of};

use crate::placeholders::{filled, filled_command};
use crate::tables::Kind;
use crate::watched;

/// The largest UTF-16 text, in bytes. It is read whole, and takes three times this memory.
const UTF16_MAX: usize = 256 << 20;

/// An opened input.
pub(crate) enum Input {
    Text(Text),
    Rows(Kind, File),
}

/// Text in UTF-8, or in an encoding that its first bytes don't reveal.
pub(crate) struct Text {
    /// The first bytes, or all bytes of a short text.
    pub(crate) head: Vec<u8>,
    pub(crate) is_whole: bool,
    from: Chain<Cursor<Vec<u8>>, Box<dyn Read>>,
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        watched::read(&mut self.from, buffer)
    }
}

impl Text {
    fn new(mut from: Box<dyn Read>) -> std::io::Result<Text> {
        let mut head = Vec::new();
        from.by_ref().take(LAYOUT_HEAD as u64 + 1).read_to_end(&mut head)?;
        let is_whole = head.len() <= LAYOUT_HEAD;
        Ok(Text { head: head.clone(), is_whole, from: Cursor::new(head).chain(from) })
    }

    /// The rest of the text, with bytes that were already read in front.
    pub(crate) fn after(self, bytes: Vec<u8>) -> Text {
        let from: Box<dyn Read> = Box::new(self.from);
        Text { head: self.head, is_whole: self.is_whole, from: Cursor::new(bytes).chain(from) }
    }

    /// Its layout, if it isn't JSON Lines.
    pub(crate) fn layout(&self) -> Option<FileType> {
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
        bail!("{} is a folder; pass a file", path.display());
    }
    let mut file = File::open(path).with_context(unreadable)?;
    // A pipe can't be read twice.
    let is_file = file.metadata().is_ok_and(|about| about.is_file());
    if is_file && let Some(kind) = Kind::of(&mut file).with_context(unreadable)? {
        return Ok(Input::Rows(kind, file));
    }
    decoded(Text::new(Box::new(file)).with_context(unreadable)?, path).map(Input::Text)
}

/// A binary table is read from its end, so standard input is saved to a file first.
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

/// Decodes UTF-16. Without a byte order mark, it is recognized if the first two characters are ASCII, as JSON's are.
fn decoded(mut text: Text, path: &Path) -> Result<Text> {
    let is_little = match text.head.as_slice() {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
            bail!("{} is UTF-32; save it as UTF-8: {}", path.display(), iconv("UTF-32", path));
        }
        [0xff, 0xfe, ..] => true,
        [0xfe, 0xff, ..] => false,
        [1..0x80, 0, 1..0x80, 0, ..] => true,
        [0, 1..0x80, 0, 1..0x80, ..] => false,
        head => match utf16_without_mark(head) {
            Some(encoding) => {
                let command = iconv(encoding, path);
                bail!("{} may be UTF-16 without a byte order mark; save it as UTF-8: {command}", path.display());
            }
            None => return Ok(text),
        },
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
        format!("{} starts like UTF-16, but isn't valid UTF-16; it may be incomplete", path.display())
    })?;
    let decoded = decoded.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(decoded);
    Ok(Text::new(Box::new(Cursor::new(decoded.into_bytes())))?)
}

/// The encoding of a text whose first bytes are lines of UTF-16. Text in UTF-8 has no NUL.
fn utf16_without_mark(head: &[u8]) -> Option<&'static str> {
    let (units, _) = head.as_chunks::<2>();
    // The last unit may be half of a surrogate pair.
    let units = &units[..units.len().saturating_sub(1)];
    let is_text = |unit: fn([u8; 2]) -> u16| {
        let text: Result<String, _> = char::decode_utf16(units.iter().map(|bytes| unit(*bytes))).collect();
        text.is_ok_and(|text| text.contains('\n') && text.chars().all(|c| !c.is_control() || "\t\r\n".contains(c)))
    };
    if !head.contains(&0) {
        return None;
    }
    if is_text(u16::from_le_bytes) {
        return Some("UTF-16LE");
    }
    is_text(u16::from_be_bytes).then_some("UTF-16BE")
}

fn iconv(from: &str, path: &Path) -> String {
    in_command(&format!("iconv -f {from} -t UTF-8 IN > OUT"), path)
}

/// A command with the file's name and that of a new output. Standard input can't be named again.
pub(crate) fn in_command(command: &str, path: &Path) -> String {
    filled_command(command, (path != Path::new("-")).then_some(path), "")
}

/// Returns the error for a file that isn't JSON Lines, with what to do. `flags` choose the model; without `output`, the command
/// names a new file.
pub(crate) fn not_json_lines(path: &Path, layout: FileType, flags: &str, output: Option<&Path>) -> anyhow::Error {
    let layout = incomplete(path).unwrap_or(layout);
    let is = layout.is;
    match layout.from {
        Some(from) => {
            let output = output.map_or("OUT".to_owned(), |output| shell(&output.to_string_lossy()));
            let command = in_command(&format!("tunedrop convert --from {from} IN {flags} -o {output}"), path);
            anyhow::anyhow!("{} is {is}, not JSON Lines; convert it first: {command}", path.display())
        }
        None => {
            let given = (path != Path::new("-")).then_some(path);
            anyhow::anyhow!("{} is {is}, not JSON Lines; {}", path.display(), filled(layout.help, given, flags))
        }
    }
}

/// What a file is whose end is missing. Reads all of it.
pub(crate) fn incomplete(path: &Path) -> Option<FileType> {
    let mut file = File::open(path).ok().filter(|file| file.metadata().is_ok_and(|about| about.is_file()))?;
    let (mut ending, mut buffer) = (Ending::default(), vec![0; 1 << 16]);
    while !ending.is_known() {
        match file.read(&mut buffer).ok()? {
            0 => return ending.fault(),
            length => ending.feed(&buffer[..length]),
        }
    }
    None
}

impl Kind {
    /// Its value of `--from`.
    pub(crate) fn from(self) -> &'static str {
        match self {
            Kind::Parquet => "parquet",
            Kind::Arrow => "arrow",
            Kind::Xlsx => "xlsx",
        }
    }
}
