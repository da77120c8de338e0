//! Escape sequences in strings.

/// The character of an escape with one letter; 0 for escapes that need another check: `\u`, control characters, errors.
pub(super) static SIMPLE: [u8; 256] = {
    let mut simple = [0; 256];
    simple[b'"' as usize] = b'"';
    simple[b'\\' as usize] = b'\\';
    simple[b'/' as usize] = b'/';
    simple[b'n' as usize] = b'\n';
    simple[b'r' as usize] = b'\r';
    simple[b't' as usize] = b'\t';
    simple
};

/// The values of hexadecimal digits. Other bytes have a bit that stays above the digits.
static DIGIT: [u32; 256] = {
    let mut digit = [0x1_0000; 256];
    let mut value = 0;
    while value < 16 {
        digit[b"0123456789abcdef"[value] as usize] = value as u32;
        digit[b"0123456789ABCDEF"[value] as usize] = value as u32;
        value += 1;
    }
    digit
};

/// The result of a `\u` escape.
pub(super) struct Escape {
    /// Its length in bytes, with the second half of a surrogate pair.
    pub(super) consumed: usize,
    /// The length of the character in UTF-8.
    pub(super) length: usize,
    pub(super) utf8: [u8; 4],
}

impl Escape {
    /// Reads `\u` and its digits. Returns `None` if they are invalid, and for control characters that a rule reports:
    /// all except tab and line ends.
    #[inline(always)]
    pub(super) fn read(escape: &[u8; 12]) -> Option<Escape> {
        let packed = packed(escape);
        let [consumed, length, _, _, utf8 @ ..] = packed.to_le_bytes();
        if packed == 0 { None } else { Some(Escape { consumed: consumed.into(), length: length.into(), utf8 }) }
    }
}

/// Returns an [`Escape`] in one register, or 0.
///
/// Not inlined: calls are rare, and the loop around them needs the registers.
#[inline(never)]
fn packed(escape: &[u8; 12]) -> u64 {
    let (first, second) = escape.split_at(6);
    let code = unit(first);
    // A continuation byte: six bits of the code point after the bits 10.
    let continuation = |code: u64, shift: u64| 0x80 | (code >> shift & 0x3f);
    match code {
        0x09 | 0x0a | 0x0d | 0x20..0x80 => 6 | 1 << 8 | code << 32,
        0x80..0x800 => 6 | 2 << 8 | (0xc0 | code >> 6) << 32 | continuation(code, 0) << 40,
        0x800..0xd800 | 0xe000..=0xffff => {
            6 | 3 << 8 | (0xe0 | code >> 12) << 32 | continuation(code, 6) << 40 | continuation(code, 0) << 48
        }
        0xd800..0xdc00 => {
            let low = unit(second);
            if !(0xdc00..0xe000).contains(&low) {
                return 0;
            }
            let code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            let first = (0xf0 | code >> 18) << 32 | continuation(code, 12) << 40;
            12 | 4 << 8 | first | continuation(code, 6) << 48 | continuation(code, 0) << 56
        }
        _ => 0,
    }
}

/// Returns the code unit in `\u` and four digits, or a larger number if the bytes are anything else.
#[inline(always)]
fn unit(escape: &[u8]) -> u64 {
    let [b'\\', b'u', digits @ ..] = escape else { return u64::MAX };
    // The extra bit of a byte that isn't a digit is bit 16 or higher, however far it is shifted.
    digits.iter().take(4).fold(0, |unit, digit| unit << 4 | u64::from(DIGIT[*digit as usize]))
}

#[cfg(test)]
mod tests {
    use super::Escape;

    fn read(escape: &[u8]) -> Option<(usize, String)> {
        let mut padded = [b'\n'; 12];
        padded[..escape.len()].copy_from_slice(escape);
        let Escape { consumed, length, utf8 } = Escape::read(&padded)?;
        Some((consumed, std::str::from_utf8(&utf8[..length]).expect("it is UTF-8").to_owned()))
    }

    #[test]
    fn reads_code_units_and_pairs_and_declines_the_rest() {
        let is =
            |escape: &[u8], consumed, character: &str| assert_eq!(read(escape), Some((consumed, character.to_owned())));
        is(b"\\u0041", 6, "A");
        is(b"\\u00e9", 6, "\u{e9}");
        is(b"\\uFFFFx", 6, "\u{ffff}");
        is(b"\\ud83d\\uDE00", 12, "\u{1f600}");
        is(b"\\u000a", 6, "\n");
        let declined: [&[u8]; 10] = [
            b"\\u0000",
            b"\\u001f",
            b"\\b0000",
            b"\\u12g4",
            b"\\u123",
            b"\\ud83d",
            b"\\ud83d\\u0041",
            b"\\ude00",
            b"\\ud83d\\ud83d",
            b"\\u+123",
        ];
        for escape in declined {
            assert_eq!(read(escape), None, "{escape:?}");
        }
    }
}
