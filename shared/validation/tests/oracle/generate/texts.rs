//! Texts, as they stand between quotes.

use arbitrary::{Result, Unstructured};

use super::rarely;

/// Pieces that any text may hold.
const FINE: [&str; 29] = [
    "a",
    "word",
    " ",
    "  ",
    "\\n",
    "\\t",
    "\\\"",
    "\\\\",
    "\\/",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\uD83D\\uDE00",
    "é",
    "漢",
    "😀",
    "\\u0041",
    "user:",
    "<IMAGE>",
    "<imag",
    "User",
    ":",
    "Human:",
    "[eos]",
    "\\b\\f\\r",
    "{\\\"a\\\": [",
    "\\u2028",
    "0123456789abcdef0123456789abcdef",
    "\u{7f}",
    "\\u0000",
];

/// Pieces that are a fault somewhere, or look like one.
const ODD: [&[u8]; 29] = [
    b"User:",
    b"superUser:",
    "\u{e9}User:".as_bytes(),
    "\u{95ee}User:".as_bytes(),
    b"_USER:",
    b"ASSISTANT:",
    b"Bot:",
    b"Assistant:",
    b"System:",
    b"Thought:",
    b"<image>",
    b"<video>",
    b"<unk>",
    b"[EOS]",
    b"\\nHuman:",
    b"\\nAssistant:",
    b"\\u0055ser:",
    b"U\\u0073er:",
    b"\\ud83d",
    b"\\ude00",
    b"\\ud83d\\u0041",
    b"\\x41",
    b"\\u12g4",
    b"\x01",
    b"\t",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\\",
];

/// White space in every dress; a text of nothing else is blank.
const BLANK: [&str; 8] = [" ", "\\t", "\\u00a0", "\\u2003", "\u{a0}", "\u{3000}", "\\n", "\\u000b"];

/// Something said.
pub(super) fn text(from: &mut Unstructured) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    if rarely(from, 40)? {
        for _ in 0..from.int_in_range(0..=4)? {
            text.extend_from_slice(from.choose(&BLANK)?.as_bytes());
        }
        return Ok(text);
    }
    text.extend_from_slice(b"x"[..usize::from(!rarely(from, 4)?)].as_ref());
    for _ in 0..from.int_in_range(0..=6)? {
        if rarely(from, 48)? {
            text.extend_from_slice(from.choose(&ODD)?);
        } else {
            text.extend_from_slice(from.choose(&FINE)?.as_bytes());
        }
    }
    if text.is_empty() {
        text.push(b'x');
    }
    if rarely(from, 24)? {
        // Long enough to cross whatever is read at a time.
        text.extend(std::iter::repeat_n(b'y', from.int_in_range(1..=300)?));
    }
    if rarely(from, 500)? {
        text.extend(std::iter::repeat_n(b'z', from.int_in_range(16_000..=30_000)?));
    }
    Ok(text)
}
