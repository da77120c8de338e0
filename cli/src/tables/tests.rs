//! Damaged and malicious files: an error, never a panic that leaves the reader, and never more memory than documented.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::*;

fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables");
    let files = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let is_table = |path: &PathBuf| {
        ["parquet", "arrow", "feather", "xlsx"].iter().any(|e| path.extension().is_some_and(|x| x == *e))
    };
    let mut files: Vec<PathBuf> = files.filter(is_table).collect();
    files.sort();
    files
}

fn sample(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables").join(name)).expect("a sample")
}

/// Returns the rows of a file with these bytes, up to a thousand, or why it can't be read.
fn rows(bytes: &[u8]) -> Result<Vec<Row>, String> {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("it is written");
    file.rewind().expect("a file can be rewound");
    let Some(kind) = Kind::of(&mut file).expect("it can be read") else { return Err("no table".to_owned()) };
    let mut rows = Vec::new();
    let read = each_row(kind, file, None, &mut |_, row| {
        rows.push(row.map(str::to_owned));
        if rows.len() < 1000 { Ok(()) } else { bail!("enough") }
    });
    match read {
        Ok(_) => Ok(rows),
        Err(why) => Err(why.to_string()),
    }
}

#[test]
fn values_of_every_type_are_written() {
    let expected = [
        Ok(concat!(
            r#"{"day":"2026-11-29","at":"2026-11-29T12:30:05Z","price":1.50,"share":0.25,"count":1152921504606846976,"#,
            r#""kind":"a","tags":["x",null],"binary":"bytes that are text","map":{"k":1}}"#
        )
        .to_owned()),
        Ok(r#"{"tags":[]}"#.to_owned()),
    ];
    for name in ["types.parquet", "types.feather"] {
        assert_eq!(rows(&sample(name)).as_deref(), Ok(expected.as_slice()), "{name}");
    }
}

/// Pseudorandom numbers, which are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}

/// Damages a file: changes bytes, truncates it, removes or inserts bytes, or sets bytes to their maximum.
fn damaged(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(out.len());
        match random.below(8) {
            0 => out.truncate(at.max(1)),
            1 => drop(out.drain(at..(at + random.below(16)).min(out.len()))),
            2 => out.splice(at..at, bytes[random.below(bytes.len())..].iter().take(16).copied()).for_each(drop),
            3 => out[at..].iter_mut().take(8).for_each(|byte| *byte = 0xff),
            4 => out[at..].iter_mut().take(4).for_each(|byte| *byte = 0x7f),
            5 => out[at] = out[at].wrapping_add(1),
            6 => out[at] ^= 1 << random.below(8),
            _ => out[at] = random.below(256) as u8,
        }
        if out.is_empty() {
            out.push(0);
        }
    }
    out
}

/// `TUNEDROP_FUZZ` sets how often each file is damaged.
#[test]
fn damaged_files_are_errors_or_rows() {
    let times = std::env::var("TUNEDROP_FUZZ").ok().and_then(|times| times.parse().ok()).unwrap_or(60);
    let mut random = Random(0x5eed_2026);
    let mut errors = 0;
    for path in samples() {
        let bytes = fs::read(&path).expect("a sample");
        rows(&bytes).map(drop).unwrap_or_else(|why| assert!(why.contains("Brotli"), "{}: {why}", path.display()));
        for _ in 0..times {
            errors += usize::from(rows(&damaged(&bytes, &mut random)).is_err());
        }
    }
    assert!(errors > times, "{errors}");
}

#[test]
fn truncated_files_are_errors() {
    for path in samples() {
        let bytes = fs::read(&path).expect("a sample");
        for part in [1, 2, 3, 5, 9] {
            let cut = &bytes[..bytes.len() * part / 10];
            assert!(rows(cut).is_err(), "{} at {part} tenths", path.display());
        }
    }
}

/// Arrow's LZ4 frames have their length before them.
#[test]
fn a_length_that_is_not_true_is_an_error() {
    let bytes = sample("pandas.feather");
    let frame = bytes.windows(4).position(|four| four == [0x04, 0x22, 0x4d, 0x18]).expect("a frame");
    for length in [1_i64 << 40, i64::MAX, -2] {
        let mut bytes = bytes.clone();
        bytes[frame - 8..frame].copy_from_slice(&length.to_le_bytes());
        assert!(rows(&bytes).is_err(), "{length}");
    }
    let mut bytes = sample("saved-to-disk.arrow");
    bytes[4..8].copy_from_slice(&0x7fff_fff8_u32.to_le_bytes());
    assert_eq!(rows(&bytes), Err("it is damaged: a message claims an impossible length".to_owned()));
}

/// Returns a footer that describes `depth` columns, each nested in the previous one.
fn nested(depth: u64) -> Vec<u8> {
    let varint = |mut value: u64| {
        let mut bytes = Vec::new();
        while value > 0x7f {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    };
    let mut footer = vec![0x15, 2, 0x19, 0xfc];
    footer.extend(varint(depth + 1));
    // Optional, named a, with one child. The last one is a text.
    (0..depth).for_each(|_| footer.extend([0x35, 2, 0x18, 1, b'a', 0x15, 2, 0]));
    footer.extend([0x15, 12, 0x25, 2, 0x18, 1, b'a', 0]);
    footer.extend([0x16, 0, 0x19, 0x0c, 0]);
    let mut file = b"PAR1".to_vec();
    file.extend(&footer);
    file.extend(u32::try_from(footer.len()).expect("a short footer").to_le_bytes());
    file.extend(b"PAR1");
    file
}

#[test]
fn deep_nesting_is_read_or_is_an_error() {
    assert_eq!(rows(&nested(50)), Ok(Vec::new()));
    // The levels fit 16 bits or don't. The stack is large enough in both cases.
    drop(rows(&nested(9_999)));
    assert_eq!(rows(&nested(10_000)), Err("it has more than 10000 columns".to_owned()));
    assert_eq!(rows(&nested(1_000_000)), Err("it has more than 10000 columns".to_owned()));
}
