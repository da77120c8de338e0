//! Files that their first bytes name.

use memchr::memmem;

use super::Layout;

const EXPORT: &str = "export its records as JSON Lines, one object on each line";
const NO_TEXT: &str =
    "a training file is text: put one JSON object on each line, and refer to media by their S3 address";

const PARQUET: Layout = Layout::converted(
    "a Parquet file",
    "parquet",
    "convert it with `tunedrop convert --from parquet IN --model MODEL -o OUT`",
);
const ARROW: Layout = Layout::converted(
    "an Arrow or Feather file",
    "arrow",
    "convert it with `tunedrop convert --from arrow IN --model MODEL -o OUT`",
);
const XLSX: Layout = Layout::converted(
    "an Excel workbook (XLSX)",
    "xlsx",
    "convert it with `tunedrop convert --from xlsx IN --model MODEL -o OUT`",
);
pub(super) const UTF_16: Layout = Layout {
    is: "UTF-16",
    help: "save it as UTF-8, or run `tunedrop convert IN --model MODEL -o OUT`",
    from: Some("auto"),
    holds_json: true,
};
const UTF_32: Layout = Layout::new("UTF-32", "save it as UTF-8, for example with `iconv -f UTF-32 -t UTF-8 IN > OUT`");
const IMAGE: Layout = Layout::new("an image", NO_TEXT);
const VIDEO: Layout = Layout::new("a video", NO_TEXT);
const AUDIO: Layout = Layout::new("an audio file", NO_TEXT);
const OFFICE: Layout = Layout::new("an Office document", EXPORT);
const BINARY: Layout = Layout::new("a binary file", "put one JSON object on each line, as text in UTF-8");

/// First bytes that identify a file's kind.
const BEGINNINGS: &[(&[u8], Layout)] = &[
    (b"\x1f\x8b", Layout::new("compressed with gzip", "unpack it with `gunzip`; Bedrock takes uncompressed files")),
    (b"BZh", Layout::new("compressed with bzip2", "unpack it with `bunzip2`; Bedrock takes uncompressed files")),
    (
        b"\x28\xb5\x2f\xfd",
        Layout::new("compressed with zstd", "unpack it with `unzstd`; Bedrock takes uncompressed files"),
    ),
    (b"\xfd7zXZ\0", Layout::new("compressed with xz", "unpack it with `unxz`; Bedrock takes uncompressed files")),
    (
        b"\x04\x22\x4d\x18",
        Layout::new("compressed with lz4", "unpack it with `unlz4`; Bedrock takes uncompressed files"),
    ),
    (b"\xff\x06\0\0sNaPpY", Layout::new("compressed with snappy", UNPACK_FIRST)),
    (b"LZIP", Layout::new("compressed with lzip", UNPACK_FIRST)),
    (b"\x1f\x9d", Layout::new("compressed with compress", UNPACK_FIRST)),
    (b"7z\xbc\xaf\x27\x1c", Layout::new("a 7z archive", UNPACK_FIRST)),
    (b"Rar!\x1a\x07", Layout::new("a RAR archive", UNPACK_FIRST)),
    (b"PAR1", PARQUET),
    (b"ARROW1", ARROW),
    (b"FEA1", Layout::new("a Feather file of version 1", "save it as Parquet, and convert that with `--from parquet`")),
    (b"Obj\x01", Layout::new("an Avro file", EXPORT)),
    (b"ORC", Layout::new("an ORC file", EXPORT)),
    (b"\x89HDF\r\n", Layout::new("an HDF5 file", EXPORT)),
    (b"SQLite format 3\0", Layout::new("an SQLite database", EXPORT)),
    (b"\x93NUMPY", Layout::new("a NumPy array", EXPORT)),
    (b"GGUF", Layout::new("a GGUF model", "upload the training data; this is a model's weights")),
    (b"%PDF", Layout::new("a PDF", "extract its text, and put one JSON object on each line")),
    (b"%!PS", Layout::new("a PostScript file", "extract its text, and put one JSON object on each line")),
    (b"{\\rtf", Layout::new("an RTF document", "save it as plain text, and make one JSON object of each record")),
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

const UNPACK_FIRST: &str = "unpack it; Bedrock takes uncompressed files";
const OLD_OFFICE: Layout = Layout::new(
    "an Excel or Word document (XLS, DOC)",
    "save a workbook as XLSX, and convert that with `--from xlsx`; save a document as plain text",
);

/// Identifies a file by its first bytes; `None` for text.
pub(super) fn of(raw: &[u8]) -> Option<Layout> {
    if let Some((beginning, layout)) = BEGINNINGS.iter().find(|(beginning, _)| raw.starts_with(beginning)) {
        let behind = raw.get(beginning.len()..raw.len().min(64)).unwrap_or_default();
        let goes_on = match *beginning {
            b"%PDF" | b"%!PS" | b"{\\rtf" => true,
            b"BZh" => behind.get(1..3).is_some_and(|block| block == b"1A" || block == b"\x17\x72"),
            // A text may begin with these letters, too.
            letters if letters.is_ascii() && !has_control(letters) => has_control(behind),
            _ => true,
        };
        if goes_on {
            return Some(*layout);
        }
    }
    if is_zip(raw) {
        return Some(zip(raw));
    }
    structured(raw).or_else(|| utf_16(raw)).or_else(|| is_binary(raw).then_some(BINARY))
}

pub(super) fn is_zip(raw: &[u8]) -> bool {
    raw.starts_with(b"PK\x03\x04") || raw.starts_with(b"PK\x05\x06")
}

/// An archive's kind, by the names in it.
fn zip(raw: &[u8]) -> Layout {
    let holds = |name: &str| memmem::find(raw, name.as_bytes()).is_some();
    if holds("xl/workbook") || holds("xl/worksheets/") || holds("xl/theme/") || holds("xl/styles.xml") {
        return XLSX;
    }
    let kinds = [
        (
            "word/",
            Layout::new("a Word document (DOCX)", "save it as plain text, and make one JSON object of each record"),
        ),
        ("ppt/", Layout::new("a PowerPoint presentation (PPTX)", EXPORT)),
        (
            "vnd.oasis.opendocument.spreadsheet",
            Layout::new("an OpenDocument spreadsheet (ODS)", "save it as XLSX, and convert that with `--from xlsx`"),
        ),
        ("vnd.oasis.opendocument", Layout::new("an OpenDocument file", EXPORT)),
        ("application/epub+zip", Layout::new("an EPUB book", EXPORT)),
        ("/data.pkl", Layout::new("a PyTorch file", EXPORT)),
        (".npy", Layout::new("a NumPy archive (NPZ)", EXPORT)),
        ("[Content_Types].xml", OFFICE),
        ("docProps/", OFFICE),
    ];
    let kind = kinds.into_iter().find(|(name, _)| holds(name)).map(|(_, layout)| layout);
    kind.unwrap_or(Layout::new("a ZIP archive", "unpack it with `unzip`; Bedrock takes uncompressed files"))
}

/// Kinds that are identified by more than fixed first bytes.
fn structured(raw: &[u8]) -> Option<Layout> {
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
        (_, _, b"DUCK") => Layout::new("a DuckDB database", EXPORT),
        // A stream of Arrow's: a mark, the length of the schema, and a flat buffer.
        (b"\xff\xff\xff\xff", ..) if number(4).is_multiple_of(8) && number(4) < 1 << 24 => ARROW,
        _ if part(257, 262) == b"ustar" => {
            Layout::new("a tar archive", "unpack it with `tar -xf`; Bedrock takes single files")
        }
        // A pickle of protocol 2 or newer begins with its version, and then a frame, a mark or a container.
        ([0x80, 2..=5, ..], ..) if raw.get(2).is_some_and(|byte| b"\x95}](cX\x8c".contains(byte)) => {
            Layout::new("a Python pickle", "write its records as JSON Lines with `json.dumps`, one on each line")
        }
        // A record's length in eight bytes, its checksum, and an Example of protocol buffers.
        (_, [0, 0, 0, 0], _) if number(0) < 1 << 30 && part(12, 13) == b"\n" && raw.len() > 16 => {
            Layout::new("a TFRecord file", EXPORT)
        }
        // A length in eight bytes, and a header in JSON.
        (_, [0, 0, 0, 0], _) if part(8, 10) == b"{\"" => {
            Layout::new("a safetensors file", "upload the training data; this is a model's weights")
        }
        ([0xff, 0xf1 | 0xf2 | 0xf3 | 0xf9 | 0xfa | 0xfb, ..], ..) if is_binary(raw) => AUDIO,
        ([b'B', b'M', ..], ..) if part(6, 10) == b"\0\0\0\0" => IMAGE,
        _ => return None,
    })
}

/// UTF-16 without a byte order mark: its first characters are ASCII, so every second byte is zero.
fn utf_16(raw: &[u8]) -> Option<Layout> {
    let is_ascii = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let is = match raw {
        [a, 0, b, 0, ..] | [0, a, 0, b, ..] => is_ascii(a) && is_ascii(b),
        [a, 0] | [a, 0, _] | [0, a] | [0, a, _] => is_ascii(a),
        _ => false,
    };
    is.then_some(UTF_16)
}

/// Whether these bytes are no text in any encoding: zeros, or many control characters.
fn is_binary(raw: &[u8]) -> bool {
    let head = &raw[..raw.len().min(1024)];
    // What begins as a record does has its findings byte by byte.
    let beginning = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if matches!(beginning.first(), Some(b'{' | b'[')) {
        return false;
    }
    let zeros = head.iter().filter(|byte| **byte == 0).count();
    let control = head.iter().filter(|byte| is_control(**byte)).count();
    // A character may be cut at the end.
    let is_utf8 = std::str::from_utf8(head).err().is_none_or(|fault| fault.error_len().is_none());
    zeros > 1 || control * 10 > head.len() || (control > 1 && !is_utf8)
}

fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| is_control(*byte))
}

/// A control character that no text has: line ends, tabs, form feeds, escapes and record separators aside.
fn is_control(byte: u8) -> bool {
    byte < 0x20 && !b"\t\n\x0b\x0c\r\x1b\x1e".contains(&byte) || byte == 0x7f
}
