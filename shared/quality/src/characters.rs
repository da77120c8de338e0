//! The kinds of characters of a record, of which some are rare in a file.

/// Kinds: a bit each.
pub(crate) const KINDS: usize = 18;

/// The first and last code point of each kind beyond ASCII, in order. Letters with accents and usual punctuation have
/// none, because they are rare in much good text.
const RANGES: [(u32, u32, u8); 30] = [
    (0x80, 0x9f, 0),           // control characters
    (0xad, 0xad, 1),           // invisible ones
    (0x370, 0x3ff, 2),         // Greek
    (0x400, 0x52f, 3),         // Cyrillic
    (0x590, 0x5ff, 4),         // Hebrew
    (0x600, 0x77f, 5),         // Arabic
    (0x900, 0x97f, 6),         // Devanagari
    (0x980, 0xdff, 7),         // other scripts of India
    (0xe00, 0x109f, 8),        // scripts of south-east Asia
    (0x1100, 0x11ff, 9),       // Korean
    (0x200b, 0x200f, 1),       // invisible
    (0x202a, 0x202e, 1),       // invisible
    (0x2060, 0x206f, 1),       // invisible
    (0x2190, 0x23ff, 10),      // arrows and mathematics
    (0x2500, 0x25ff, 11),      // boxes
    (0x2600, 0x27bf, 12),      // pictures
    (0x2800, 0x28ff, 13),      // Braille
    (0x2900, 0x2bff, 10),      // arrows and mathematics
    (0x3040, 0x30ff, 14),      // Japanese
    (0x3130, 0x318f, 9),       // Korean
    (0x3400, 0x9fff, 15),      // Chinese
    (0xac00, 0xd7a3, 9),       // Korean
    (0xe000, 0xf8ff, 16),      // private use
    (0xfe00, 0xfe0e, 1),       // invisible
    (0xfeff, 0xfeff, 1),       // invisible
    (0xfffd, 0xfffd, 16),      // what couldn't be decoded
    (0x1_d400, 0x1_d7ff, 10),  // letters of mathematics
    (0x1_f000, 0x1_faff, 12),  // pictures
    (0x2_0000, 0x3_ffff, 17),  // rare Chinese
    (0xe_0000, 0x10_ffff, 16), // tags and private use
];

/// Returns the kinds of characters in a text, a bit for each.
pub(crate) fn kinds(text: &str) -> u32 {
    let is_control = |byte: &u8| (*byte < 0x20 && !matches!(*byte, b'\n' | b'\r' | b'\t')) || *byte == 0x7f;
    let control = u32::from(text.as_bytes().iter().any(is_control));
    if text.is_ascii() {
        return control;
    }
    text.chars().filter(|c| !c.is_ascii()).fold(control, |kinds, c| kinds | kind(c))
}

fn kind(c: char) -> u32 {
    let code = u32::from(c);
    let after = RANGES.partition_point(|(first, ..)| *first <= code);
    match RANGES.get(after.wrapping_sub(1)) {
        Some((_, last, kind)) if code <= *last => 1 << kind,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_in_order_and_kinds_fit() {
        assert!(RANGES.is_sorted_by(|one, other| one.1 < other.0));
        assert!(RANGES.iter().all(|(first, last, kind)| first <= last && usize::from(*kind) < KINDS));
    }

    #[test]
    fn distinguishes_kinds_but_not_ordinary_letters() {
        assert_eq!(kinds("Crème brûlée – “à la carte”…\r\n\t10 €"), 0);
        assert_eq!(kinds("bell \u{7}"), 1);
        assert_eq!(kinds("zero\u{200b}width"), 2);
        assert_eq!(kinds("Ωmega и 漢字").count_ones(), 3);
        assert_eq!(kinds("\u{e123}"), kinds("\u{fffd}"));
        assert_ne!(kinds("🎉"), 0);
    }
}
