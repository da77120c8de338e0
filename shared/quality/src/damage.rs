//! Text that was decoded with the wrong encoding.

use crate::tokens::beyond_ascii;

/// The characters that Windows-1252 has for the bytes 0x80 to 0x9f. Five bytes have none, and decode to control characters.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Returns the byte at which a text was damaged: by a replacement character, or by UTF-8 that was read as
/// Windows-1252 or Latin-1, such as `Ã©` for `é`.
pub(crate) fn damage(text: &str) -> Option<usize> {
    beyond_ascii(text).map(|(at, _)| at).find(|at| is_damaged(text, *at))
}

fn is_damaged(text: &str, at: usize) -> bool {
    let mut chars = text[at..].chars();
    let Some(first) = chars.next() else { return false };
    if first == '\u{fffd}' {
        return true;
    }
    let more = match u32::from(first) {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        _ => return false,
    };
    let mut bytes = vec![u32::from(first) as u8];
    let mut is_typography = true;
    for c in chars.take(more) {
        let Some(byte) = byte_of(c).filter(|byte| (0x80..0xc0).contains(byte)) else { return false };
        // Quotation marks, dashes and spaces follow letters in correct text, too.
        is_typography &= matches!(
            c,
            '\u{a0}'
                | '«'
                | '»'
                | '‹'
                | '›'
                | '‘'
                | '’'
                | '‚'
                | '“'
                | '”'
                | '„'
                | '…'
                | '–'
                | '—'
                | '™'
                | '°'
                | '·'
                | '•'
        );
        bytes.push(byte);
    }
    // `â€` begins what was a quotation mark or a dash.
    let is_distinct = text[at..].starts_with("â€") || !is_typography;
    bytes.len() == more + 1
        && is_distinct
        && std::str::from_utf8(&bytes).is_ok_and(|read| read.chars().all(is_plausible))
}

/// Returns the byte that decodes to `c` in Windows-1252 or Latin-1.
fn byte_of(c: char) -> Option<u8> {
    match u32::from(c) {
        code @ 0x80..=0xff => Some(code as u8),
        _ => WINDOWS.iter().position(|windows| *windows == c).map(|at| 0x80 + at as u8),
    }
}

/// Whether the character is of a script that much text is written in.
fn is_plausible(c: char) -> bool {
    matches!(u32::from(c),
        0xa0..=0x24f | 0x370..=0x5ff | 0x600..=0x6ff | 0x900..=0xdff | 0xe00..=0xe7f | 0x1e00..=0x1eff
        | 0x2010..=0x2044 | 0x20a0..=0x20bf | 0x2100..=0x26ff | 0x3000..=0x30ff | 0x4e00..=0x9fff | 0xac00..=0xd7a3
        | 0xff00..=0xffef | 0x1_f300..=0x1_faff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_misread_text_of_many_scripts() {
        for (text, at) in [
            ("CafÃ© noir", 3),
            ("donâ€™t", 3),
            ("ÐŸÑ€Ð¸Ð²ÐµÑ‚", 0),
            ("ä¸\u{ad}æ–‡", 0),
            ("Ø³Ù„Ø§Ù…", 0),
            ("à¤¨à¤®", 0),
            ("ðŸ˜€", 0),
            ("lost \u{fffd} here", 5),
        ] {
            assert_eq!(damage(text), Some(at), "{text}");
        }
    }

    #[test]
    fn leaves_correct_text() {
        for text in [
            "Crème brûlée à la «carte»",
            "NÃO, IRMÃ” disse",
            "LIBERTÉ\u{a0}» et liberté\u{a0}»",
            "São Paulo, Ãfrica",
            "Größe 5 °C – 10 €",
            "Â£ is wrong only where it was misread".trim_start_matches("Â£"),
            "中文 العربية हिन्दी 😀",
        ] {
            assert_eq!(damage(text), None, "{text}");
        }
    }
}
