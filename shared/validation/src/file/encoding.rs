//! The encoding of a line.

use std::borrow::Cow;

use crate::Code;
use crate::line_findings::LineFindings;

/// Returns the line as text. Bytes that aren't UTF-8 are reported once for the line, and each is replaced with one `?`,
/// so that columns stay the same.
pub(super) fn check_encoding<'b>(bytes: &'b [u8], noted: &mut LineFindings) -> Cow<'b, str> {
    let start = match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => return Cow::Borrowed(text),
        Err(error) => error.valid_up_to(),
    };
    let mut text = String::with_capacity(bytes.len());
    let mut places = 0_u64;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
        places += if chunk.invalid().is_empty() { 0 } else { 1 };
    }
    let message = match places {
        0 | 1 => "invalid UTF-8".to_owned(),
        2 => "invalid UTF-8, here and in one more place on the line".to_owned(),
        more => format!("invalid UTF-8, here and in {} more places on the line", more - 1),
    };
    let help = help(bytes, start).to_owned();
    noted.encoding = Some(noted.finding(Code::InvalidUtf8, start, String::new(), message, help));
    // In Big5, GBK and Shift-JIS, the second byte of a character may be that of a backslash. A line that doesn't begin
    // with `{` may begin with it in its real encoding.
    noted.is_misread =
        !bytes.trim_ascii_start().starts_with(b"{") || bytes.windows(2).any(|pair| pair[0] >= 0x80 && pair[1] == b'\\');
    Cow::Owned(text)
}

/// Returns the help for the bytes at `at`, which aren't UTF-8. A few bytes don't identify an encoding, but they show
/// whether single letters between ASCII aren't UTF-8, or whole words.
fn help(bytes: &[u8], at: usize) -> &'static str {
    if bytes.contains(&0) {
        return "convert the file to UTF-8; it may be UTF-16: `iconv -f UTF-16 -t UTF-8 IN > OUT`";
    }
    let is_high = |byte: &u8| *byte >= 0x80;
    let high = bytes[at..].iter().filter(|byte| is_high(byte)).count();
    let in_runs: usize = bytes[at..]
        .chunk_by(|a, b| is_high(a) == is_high(b))
        .filter(|run| is_high(&run[0]) && run.len() > 1)
        .map(<[u8]>::len)
        .sum();
    if in_runs * 2 > high {
        "find out the file's encoding, for example with `file -i IN`, convert it with `iconv -f ENCODING -t UTF-8 IN > OUT`, and read some of the text; ENCODING may be GB18030 or BIG5 for Chinese, CP932 for Japanese, CP949 for Korean, or WINDOWS-1251 for Cyrillic"
    } else {
        "find out the file's encoding, for example with `file -i IN`, convert it with `iconv -f ENCODING -t UTF-8 IN > OUT`, and look at words with accents; ENCODING is often WINDOWS-1252 for Western European languages"
    }
}
