//! What convert, fix and split share: reading their input, and telling what was done.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use tunedrop_reshape::{Item, LONGEST, Layout, Notes, Part, Records};

use crate::format::visible;

/// Notes that are shown; the rest are counted.
const SHOWN: usize = 50;

/// UTF-16 is read whole, which takes three times this memory.
const UTF16_MAX: usize = 256 << 20;

/// The bytes of the input: UTF-8, whatever it was in.
pub(crate) fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    let mut from: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(std::io::stdin()),
        _ if path.is_dir() => bail!("{} is a folder; name a file", path.display()),
        _ => {
            let file = File::open(path).with_context(|| format!("{} can't be read", path.display()))?;
            Box::new(file)
        }
    };
    let mut head = Vec::new();
    let unreadable = || format!("{} can't be read", path.display());
    from.by_ref().take(4).read_to_end(&mut head).with_context(unreadable)?;
    match head.as_slice() {
        [0x1f, 0x8b, ..] => bail!("{} is compressed with gzip; unpack it with gunzip first", path.display()),
        [b'P', b'K', 3, 4] | [b'P', b'A', b'R', b'1'] => {
            bail!("{} is an archive or a Parquet file; export it as JSON Lines first", path.display());
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            from.by_ref().take(UTF16_MAX as u64).read_to_end(&mut head).with_context(unreadable)?;
            if head.len() > UTF16_MAX {
                bail!(
                    "{} is UTF-16, and has more than {} MiB; convert it first: iconv -f UTF-16 -t UTF-8",
                    path.display(),
                    UTF16_MAX >> 20
                );
            }
            let is_little = head[0] == 0xff;
            let unit = |pair: &[u8; 2]| if is_little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
            let units = head.as_chunks::<2>().0.iter().skip(1).map(unit);
            let text: Result<String, _> = char::decode_utf16(units).collect();
            let text =
                text.with_context(|| format!("{} begins as UTF-16 does, and goes on otherwise", path.display()))?;
            Ok(Box::new(std::io::Cursor::new(text.into_bytes())))
        }
        _ => Ok(Box::new(std::io::Cursor::new(head).chain(from))),
    }
}

/// What is done with a record: how they lie in the file, its number, and its bytes.
type Take<'t> = &'t mut dyn FnMut(Layout, u64, Option<&[u8]>) -> anyhow::Result<()>;

/// Hands on every record of the input, `None` for one that is too long. Whether an array was cut off.
pub(crate) fn each_record(path: &Path, take: Take) -> anyhow::Result<bool> {
    let mut from = open(path)?;
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

/// Tells on stderr what was done, record by record.
pub(crate) fn tell(notes: &Notes, what: &str) {
    for run in notes.runs().iter().take(SHOWN) {
        let place =
            if run.first == run.last { format!("{}", run.first) } else { format!("{} to {}", run.first, run.last) };
        anstream::eprintln!("  {what} {place}: {}", visible(&run.what));
    }
    let more = notes.runs().len().saturating_sub(SHOWN) as u64 + notes.more;
    if more > 0 {
        anstream::eprintln!("  … and {more} more places");
    }
}
