//! Identifies files by their first bytes.

use memchr::memmem;

use super::{FileType, packed};

pub(super) const EXPORT: &str = "export its records as JSON Lines, one object on each line";
const NO_TEXT: &str =
    "a training file is text: put one JSON object on each line, and refer to media by their S3 address";

const PARQUET: FileType = FileType::converted(
    "a Parquet file",
    "parquet",
    "convert it with `tunedrop convert --from parquet IN --model MODEL -o OUT`",
);
const ARROW: FileType = FileType::converted(
    "an Arrow or Feather file",
    "arrow",
    "convert it with `tunedrop convert --from arrow IN --model MODEL -o OUT`",
);
const XLSX: FileType = FileType::converted(
    "an Excel workbook (XLSX)",
    "xlsx",
    "convert it with `tunedrop convert --from xlsx IN --model MODEL -o OUT`",
);
pub(super) const UTF_16: FileType = FileType {
    is: "UTF-16",
    help: "save it as UTF-8, or run `tunedrop convert IN --model MODEL -o OUT`",
    from: Some("auto"),
    holds_json: true,
};
const UTF_32: FileType =
    FileType::new("UTF-32", "save it as UTF-8, for example with `iconv -f UTF-32 -t UTF-8 IN > OUT`");
const IMAGE: FileType = FileType::new("an image", NO_TEXT);
const VIDEO: FileType = FileType::new("a video", NO_TEXT);
const AUDIO: FileType = FileType::new("an audio file", NO_TEXT);
const OFFICE: FileType = FileType::new("an Office document", EXPORT);
const BINARY: FileType = FileType::new("a binary file", "put one JSON object on each line, as text in UTF-8");

/// First bytes that identify a file's type.
const BEGINNINGS: &[(&[u8], FileType)] = &[
    (
        b"\x1f\x8b",
        FileType::new(
            "compressed with gzip",
            "unpack it with `gunzip -c < IN > OUT`; Bedrock accepts only uncompressed files",
        ),
    ),
    (
        b"BZh",
        FileType::new(
            "compressed with bzip2",
            "unpack it with `bunzip2 -c < IN > OUT`; Bedrock accepts only uncompressed files",
        ),
    ),
    (
        b"\x28\xb5\x2f\xfd",
        FileType::new(
            "compressed with zstd",
            "unpack it with `unzstd -c < IN > OUT`; Bedrock accepts only uncompressed files",
        ),
    ),
    (
        b"\xfd7zXZ\0",
        FileType::new(
            "compressed with xz",
            "unpack it with `unxz -c < IN > OUT`; Bedrock accepts only uncompressed files",
        ),
    ),
    (
        b"\x04\x22\x4d\x18",
        FileType::new(
            "compressed with lz4",
            "unpack it with `unlz4 -c < IN > OUT`; Bedrock accepts only uncompressed files",
        ),
    ),
    (b"\xff\x06\0\0sNaPpY", FileType::new("compressed with snappy", UNPACK_FIRST)),
    (b"LZIP", FileType::new("compressed with lzip", UNPACK_FIRST)),
    (b"\x1f\x9d", FileType::new("compressed with compress", UNPACK_FIRST)),
    (b"7z\xbc\xaf\x27\x1c", FileType::new("a 7z archive", UNPACK_FIRST)),
    (b"Rar!\x1a\x07", FileType::new("a RAR archive", UNPACK_FIRST)),
    (b"PAR1", PARQUET),
    (b"ARROW1", ARROW),
    (
        b"FEA1",
        FileType::new("a Feather file of version 1", "save it as Parquet, and convert that with `--from parquet`"),
    ),
    (b"Obj\x01", FileType::new("an Avro file", EXPORT)),
    (b"ORC", FileType::new("an ORC file", EXPORT)),
    (b"\x89HDF\r\n", FileType::new("an HDF5 file", EXPORT)),
    (b"SQLite format 3\0", FileType::new("an SQLite database", EXPORT)),
    (b"\x93NUMPY", FileType::new("a NumPy array", EXPORT)),
    (b"GGUF", FileType::new("a GGUF model", "upload the training data; this is a model's weights")),
    (b"%PDF", FileType::new("a PDF", "extract its text, and put one JSON object on each line")),
    (b"%!PS", FileType::new("a PostScript file", "extract its text, and put one JSON object on each line")),
    (b"{\\rtf", FileType::new("an RTF document", "save it as plain text, and write each record as a JSON object")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
    (b"\x89PNG\r\n", IMAGE),
    (b"\xff\xd8\xff", IMAGE),
    (b"GIF87a", IMAGE),
    (b"GIF89a", IMAGE),
    (b"II*\0", IMAGE),
    (b"MM\0*", IMAGE),
    (b"8BPS\0", IMAGE),
    (b"\x1a\x45\xdf\xa3", VIDEO),
    (b"FLV\x01", VIDEO),
    (b"\x30\x26\xb2\x75", VIDEO),
    (b"\0\0\x01\xba", VIDEO),
    (b"ID3", AUDIO),
    (b"fLaC", AUDIO),
    (b"OggS", AUDIO),
    (b"\xff\xfe\0\0", UTF_32),
    (b"\0\0\xfe\xff", UTF_32),
    (b"\xff\xfe", UTF_16),
    (b"\xfe\xff", UTF_16),
];

const UNPACK_FIRST: &str = "unpack it; Bedrock accepts only uncompressed files";
const OLD_OFFICE: FileType = FileType::new(
    "an Excel or Word document (XLS, DOC)",
    "save a workbook as XLSX, and convert that with `--from xlsx`; save a document as plain text",
);

const AGAIN: &str = "upload or download the file again";

pub(super) const CUT_ZIP: FileType = FileType::new("an incomplete ZIP archive or workbook (its end is missing)", AGAIN);
pub(super) const CUT_PARQUET: FileType = FileType::new("an incomplete Parquet file (its end is missing)", AGAIN);
pub(super) const CUT_ARROW: FileType = FileType::new("an incomplete Arrow or Feather file (its end is missing)", AGAIN);
pub(super) const CUT_GZIP: FileType = FileType::new("an incomplete gzip file (its end is missing)", AGAIN);
pub(super) const CUT_XZ: FileType = FileType::new("an incomplete xz file (its end is missing)", AGAIN);

/// Identifies a file by its first bytes. Returns `None` for text. `is_whole`: `raw` is the whole file.
pub(super) fn of(raw: &[u8], is_whole: bool) -> Option<FileType> {
    if let Some((beginning, layout)) = BEGINNINGS.iter().find(|(beginning, _)| raw.starts_with(beginning)) {
        let behind = raw.get(beginning.len()..raw.len().min(64)).unwrap_or_default();
        let goes_on = match *beginning {
            b"%PDF" | b"%!PS" | b"{\\rtf" => true,
            b"BZh" => behind.get(1..3).is_some_and(|block| block == b"1A" || block == b"\x17\x72"),
            // A text may begin with these letters too.
            letters if letters.is_ascii() && !has_control(letters) => has_control(behind),
            _ => true,
        };
        if goes_on {
            // A line break was added to the last line.
            let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
            return Some(match *beginning {
                b"PAR1" if is_whole && !(raw.len() > 8 && raw.ends_with(b"PAR1")) => CUT_PARQUET,
                // gzip has a header of ten bytes, and eight bytes at the end.
                b"\x1f\x8b" if is_whole && raw.len() < 18 => CUT_GZIP,
                _ => *layout,
            });
        }
    }
    if is_zip(raw) {
        // A ZIP archive's directory is at the end.
        let is_cut = is_whole && memmem::find(raw, b"PK\x05\x06").is_none();
        return Some(if is_cut { CUT_ZIP } else { zip(raw) });
    }
    structured(raw).or_else(|| packed::of(raw)).or_else(|| utf_16(raw)).or_else(|| is_binary(raw).then_some(BINARY))
}

pub(super) fn is_zip(raw: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|mark| raw.starts_with(*mark))
        || (raw.len() < 4 && raw.starts_with(b"PK\x03"))
}

/// Identifies a ZIP archive by the names of its files.
fn zip(raw: &[u8]) -> FileType {
    let holds = |name: &str| memmem::find(raw, name.as_bytes()).is_some();
    if holds("xl/workbook") || holds("xl/worksheets/") || holds("xl/theme/") || holds("xl/styles.xml") {
        return XLSX;
    }
    let kinds = [
        (
            "word/",
            FileType::new("a Word document (DOCX)", "save it as plain text, and write each record as a JSON object"),
        ),
        ("ppt/", FileType::new("a PowerPoint presentation (PPTX)", EXPORT)),
        (
            "vnd.oasis.opendocument.spreadsheet",
            FileType::new("an OpenDocument spreadsheet (ODS)", "save it as XLSX, and convert that with `--from xlsx`"),
        ),
        ("vnd.oasis.opendocument", FileType::new("an OpenDocument file", EXPORT)),
        ("application/epub+zip", FileType::new("an EPUB book", EXPORT)),
        ("/data.pkl", FileType::new("a PyTorch file", EXPORT)),
        (".npy", FileType::new("a NumPy archive (NPZ)", EXPORT)),
        ("[Content_Types].xml", OFFICE),
        ("docProps/", OFFICE),
    ];
    let kind = kinds.into_iter().find(|(name, _)| holds(name)).map(|(_, layout)| layout);
    kind.unwrap_or(FileType::new(
        "a ZIP archive",
        "unpack it with `unzip IN -d FOLDER`; Bedrock accepts only uncompressed files",
    ))
}

/// Identifies types by more than fixed first bytes.
fn structured(raw: &[u8]) -> Option<FileType> {
    let part = |from: usize, to: usize| raw.get(from..to).unwrap_or_default();
    let number = |from: usize| u32::from_le_bytes(part(from, from + 4).try_into().unwrap_or([0xff; 4]));
    Some(match (part(0, 4), part(4, 8), part(8, 12)) {
        (b"RIFF", _, b"WEBP") => IMAGE,
        (b"RIFF", _, b"AVI ") => VIDEO,
        (b"RIFF", _, b"WAVE") => AUDIO,
        (_, b"ftyp", b"avif" | b"avis" | b"heic" | b"heix" | b"mif1" | b"msf1") => IMAGE,
        (_, b"ftyp", b"M4A " | b"M4B ") => AUDIO,
        (_, b"ftyp", _) => VIDEO,
        (_, b"moov" | b"mdat", _) => VIDEO,
        (_, _, b"DUCK") => FileType::new("a DuckDB database", EXPORT),
        // An Arrow stream begins with a mark, the length of the schema, and a FlatBuffer.
        (b"\xff\xff\xff\xff", ..) if number(4).is_multiple_of(8) && number(4) < 1 << 24 => ARROW,
        _ if part(257, 262) == b"ustar" => FileType::new(
            "a tar archive",
            "unpack it with `mkdir FOLDER && tar -xf IN -C FOLDER`; Bedrock accepts only single files",
        ),
        // A pickle of protocol 2 or newer begins with its version, followed by a frame, a mark or a container.
        ([0x80, 2..=5, ..], ..) if raw.get(2).is_some_and(|byte| b"\x95}](cX\x8c".contains(byte)) => {
            FileType::new("a Python pickle", "write its records as JSON Lines with `json.dumps`, one on each line")
        }
        // TFRecord: a record's length in eight bytes, its checksum, and an `Example` in Protocol Buffers.
        (_, [0, 0, 0, 0], _) if number(0) < 1 << 30 && part(12, 13) == b"\n" && raw.len() > 16 => {
            FileType::new("a TFRecord file", EXPORT)
        }
        // safetensors: a length in eight bytes, and a header in JSON.
        (_, [0, 0, 0, 0], _) if part(8, 10) == b"{\"" => {
            FileType::new("a safetensors file", "upload the training data; this is a model's weights")
        }
        ([0xff, 0xf1 | 0xf2 | 0xf3 | 0xf9 | 0xfa | 0xfb, ..], ..) if is_binary(raw) => AUDIO,
        ([b'B', b'M', ..], ..) if part(6, 10) == b"\0\0\0\0" => IMAGE,
        _ => return None,
    })
}

/// Identifies UTF-16 without a byte order mark: the first characters are ASCII, so every second byte is zero.
fn utf_16(raw: &[u8]) -> Option<FileType> {
    let is_ascii = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let is = match raw {
        [a, 0, b, 0, ..] | [0, a, 0, b, ..] => is_ascii(a) && is_ascii(b),
        [a, 0] | [a, 0, _] | [0, a] | [0, a, _] => is_ascii(a),
        _ => false,
    };
    is.then_some(UTF_16)
}

/// Whether these bytes aren't text in any encoding: they contain zeros, or many control characters.
fn is_binary(raw: &[u8]) -> bool {
    let head = &raw[..raw.len().min(1024)];
    // If a file begins like a record, its invalid bytes are reported one by one.
    let beginning = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if matches!(beginning.first(), Some(b'{' | b'[')) {
        return false;
    }
    let zeros = head.iter().filter(|byte| **byte == 0).count();
    let control = head.iter().filter(|byte| is_control(**byte)).count();
    // The last character may be truncated.
    let is_utf8 = std::str::from_utf8(head).err().is_none_or(|fault| fault.error_len().is_none());
    zeros > 1 || control * 10 > head.len() || (control > 1 && !is_utf8)
}

fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| is_control(*byte))
}

/// Whether this is a control character that doesn't occur in texts: not a tab, line end, form feed, escape or record
/// separator.
fn is_control(byte: u8) -> bool {
    byte < 0x20 && !b"\t\n\x0b\x0c\r\x1b\x1e".contains(&byte) || byte == 0x7f
}
