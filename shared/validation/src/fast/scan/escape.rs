//! Escapes.

/// What an escape of one letter stands for; 0 for those that need a closer look: `\u`, control characters, faults.
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

/// Digits of base sixteen; what is none has a bit that stays above all digits.
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

/// What an escape by number comes to.
pub(super) struct Escape {
    /// Bytes that it takes, with the other half of a pair.
    pub(super) eaten: usize,
    /// Bytes of the character.
    pub(super) length: usize,
    pub(super) utf8: [u8; 4],
}

impl Escape {
    /// Reads `\u` and its digits. `None` for control characters but tab and line ends, too: a rule has a word on them.
    #[inline(always)]
    pub(super) fn read(escape: &[u8; 12]) -> Option<Escape> {
        let packed = packed(escape);
        let [eaten, length, _, _, utf8 @ ..] = packed.to_le_bytes();
        if packed == 0 { None } else { Some(Escape { eaten: eaten.into(), length: length.into(), utf8 }) }
    }
}

/// An [`Escape`] in one register, or 0: called seldom, so the loop around it keeps the others.
#[inline(never)]
fn packed(escape: &[u8; 12]) -> u64 {
    let (first, second) = escape.split_at(6);
    let code = unit(first);
    // The lower bits of a byte that goes on a character, and its mark.
    let inner = |code: u64, shift: u64| 0x80 | (code >> shift & 0x3f);
    match code {
        0x09 | 0x0a | 0x0d | 0x20..0x80 => 6 | 1 << 8 | code << 32,
        0x80..0x800 => 6 | 2 << 8 | (0xc0 | code >> 6) << 32 | inner(code, 0) << 40,
        0x800..0xd800 | 0xe000..=0xffff => {
            6 | 3 << 8 | (0xe0 | code >> 12) << 32 | inner(code, 6) << 40 | inner(code, 0) << 48
        }
        0xd800..0xdc00 => {
            let low = unit(second);
            if !(0xdc00..0xe000).contains(&low) {
                return 0;
            }
            let code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            let begin = (0xf0 | code >> 18) << 32 | inner(code, 12) << 40;
            12 | 4 << 8 | begin | inner(code, 6) << 48 | inner(code, 0) << 56
        }
        _ => 0,
    }
}

/// The number in `\u` and four digits; one above those of four digits where that isn't what is there.
#[inline(always)]
fn unit(escape: &[u8]) -> u64 {
    let [b'\\', b'u', digits @ ..] = escape else { return u64::MAX };
    // What is no digit has its odd bit above sixteen others, wherever it is shifted to.
    digits.iter().take(4).fold(0, |unit, digit| unit << 4 | u64::from(DIGIT[*digit as usize]))
}

#[cfg(test)]
mod tests {
    use super::Escape;

    fn read(escape: &[u8]) -> Option<(usize, String)> {
        let mut padded = [b'\n'; 12];
        padded[..escape.len()].copy_from_slice(escape);
        let Escape { eaten, length, utf8 } = Escape::read(&padded)?;
        Some((eaten, std::str::from_utf8(&utf8[..length]).expect("it is UTF-8").to_owned()))
    }

    #[test]
    fn units_and_pairs_are_read_and_all_else_is_declined() {
        let is = |escape: &[u8], eaten, character: &str| assert_eq!(read(escape), Some((eaten, character.to_owned())));
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
