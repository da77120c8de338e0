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

/// Digits of base sixteen; what is none has a bit that no digit has.
static DIGIT: [u16; 256] = {
    let mut digit = [0x8000; 256];
    let mut value = 0;
    while value < 16 {
        digit[b"0123456789abcdef"[value] as usize] = value as u16;
        digit[b"0123456789ABCDEF"[value] as usize] = value as u16;
        value += 1;
    }
    digit
};

/// The character that `\u` and its digits stand for, with the other half of a pair, and how many bytes that takes.
/// `None` for control characters but tab and line ends, too: a rule has a word on them.
#[inline(always)]
pub(super) fn unicode(escape: &[u8]) -> Option<(usize, char)> {
    let first = unit(escape)?;
    if (0xd800..0xdc00).contains(&first) {
        let second = unit(escape.get(6..)?)?;
        let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        return Some((12, char::from_u32(0x10000 + ((first - 0xd800) << 10) + low)?));
    }
    let plain = first >= 0x20 || matches!(first, 0x09 | 0x0a | 0x0d);
    if plain { Some((6, char::from_u32(first)?)) } else { None }
}

#[inline(always)]
fn unit(escape: &[u8]) -> Option<u32> {
    let [b'\\', b'u', digits @ ..] = escape.first_chunk::<6>()? else {
        return None;
    };
    let value = |at: usize| u32::from(DIGIT[digits[at] as usize]);
    // Shifted, the odd bit of what is no digit stays above the sixteen of the unit.
    let joined = value(0) << 12 | value(1) << 8 | value(2) << 4 | value(3);
    let odd = value(0) | value(1) | value(2) | value(3);
    if odd & 0x8000 == 0 { Some(joined) } else { None }
}

#[cfg(test)]
mod tests {
    use super::unicode;

    #[test]
    fn units_and_pairs_are_read_and_all_else_is_declined() {
        assert_eq!(unicode(b"\\u00e9"), Some((6, '\u{e9}')));
        assert_eq!(unicode(b"\\uFFFFx"), Some((6, '\u{ffff}')));
        assert_eq!(unicode(b"\\ud83d\\uDE00"), Some((12, '\u{1f600}')));
        assert_eq!(unicode(b"\\u000a"), Some((6, '\n')));
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
            assert_eq!(unicode(escape), None, "{escape:?}");
        }
    }
}
