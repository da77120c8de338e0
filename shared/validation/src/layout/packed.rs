//! Identifies MessagePack and CBOR. Both have no signature, and few control characters.

use super::FileType;
use super::magic::EXPORT;

const MESSAGE_PACK: FileType = FileType::new("a MessagePack file", EXPORT);
const CBOR: FileType = FileType::new("a CBOR file", EXPORT);

/// Identifies a file that begins with an object or a list of objects. The first key must be a name.
pub(super) fn of(raw: &[u8]) -> Option<FileType> {
    if is_message_pack(raw) {
        return Some(MESSAGE_PACK);
    }
    is_cbor(raw).then_some(CBOR)
}

/// See MessagePack's specification, "Formats".
fn is_message_pack(raw: &[u8]) -> bool {
    let items = match raw {
        [0x91..=0x9f, items @ ..] | [0xdc, _, _, items @ ..] | [0xdd, _, _, _, _, items @ ..] => items,
        items => items,
    };
    let members = match items {
        [0x81..=0x8f, members @ ..] | [0xde, _, _, members @ ..] | [0xdf, _, _, _, _, members @ ..] => members,
        _ => return false,
    };
    let (length, key) = match members {
        [head @ 0xa1..=0xbf, key @ ..] => (head & 0x1f, key),
        [0xd9, length, key @ ..] => (*length, key),
        _ => return false,
    };
    // The heads of small numbers are below 0x80 too, but no training record begins with a number.
    value_after(key, length).is_some_and(|head| head >= 0x80)
}

/// See RFC 8949, section 3: the upper three bits are the type, and the lower five are a short length.
fn is_cbor(raw: &[u8]) -> bool {
    let marked = raw.strip_prefix(b"\xd9\xd9\xf7").unwrap_or(raw);
    let items = match marked {
        [0x81..=0x97 | 0x9f, items @ ..] | [0x98, _, items @ ..] | [0x99, _, _, items @ ..] => items,
        items => items,
    };
    let members = match items {
        [0xa1..=0xb7 | 0xbf, members @ ..] | [0xb8, _, members @ ..] => members,
        _ => return false,
    };
    let (length, key) = match members {
        [head @ 0x61..=0x77, key @ ..] => (head & 0x1f, key),
        [0x78, length, key @ ..] => (*length, key),
        _ => return false,
    };
    value_after(key, length).is_some_and(|head| head >= 0x60)
}

/// Returns the first byte after a key of this length; `None` if the key isn't a name. A text in another encoding hardly
/// ever passes: the byte before a word would have to be the word's length.
fn value_after(rest: &[u8], length: u8) -> Option<u8> {
    let (key, rest) = rest.split_at_checked(usize::from(length))?;
    let is_name = key.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte));
    if is_name && length > 1 { rest.first().copied() } else { None }
}
