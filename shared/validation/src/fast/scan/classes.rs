//! The classes of bytes at which the scanner stops.

/// Lookup tables of the stops, by the nibbles of a byte.
///
/// A table has 16 entries, because processors can look up many bytes at once in such a table.
#[derive(Debug, Clone)]
pub(super) struct Classes {
    /// If no two stops have the same lower nibble: for each nibble its stop, or a byte with another nibble.
    pub(super) only: Option<[u8; 16]>,
    /// The classes of each lower nibble and of each upper nibble. A byte is a stop if its nibbles have a class in
    /// common.
    pub(super) low: [u8; 16],
    pub(super) high: [u8; 16],
    /// Whether each byte is a stop.
    pub(super) stops: [bool; 256],
}

impl Classes {
    /// Finds quotes, backslashes, and the last byte of each of `words` in either case. Returns `None` if such a byte is
    /// non-ASCII or a control character.
    pub(super) fn new(words: &[String]) -> Option<Classes> {
        let mut stops = [false; 256];
        stops[b'"' as usize] = true;
        stops[b'\\' as usize] = true;
        for last in words.iter().filter_map(|word| word.bytes().last()) {
            stops[last.to_ascii_lowercase() as usize] = true;
            stops[last.to_ascii_uppercase() as usize] = true;
        }
        if stops[0x80..].contains(&true) || stops[..0x20].contains(&true) {
            return None;
        }
        let (mut low, mut high) = ([0; 16], [0; 16]);
        for upper in 0..8 {
            for lower in (0..16).filter(|lower| stops[upper * 16 + lower]) {
                low[lower] |= 1 << upper;
            }
            high[upper] = 1 << upper;
        }
        Some(Classes { only: only(&stops), low, high, stops })
    }
}

fn only(stops: &[bool; 256]) -> Option<[u8; 16]> {
    let mut only = [0; 16];
    for (nibble, entry) in only.iter_mut().enumerate() {
        let mut stops_with_it = (nibble..256).step_by(16).filter(|byte| stops[*byte]);
        // It has the next nibble, so no byte with this nibble equals it.
        *entry = stops_with_it.next().unwrap_or((nibble + 1) % 16) as u8;
        if stops_with_it.next().is_some() {
            return None;
        }
    }
    Some(only)
}

#[cfg(test)]
mod tests {
    use super::Classes;

    fn classes(words: &[&str]) -> Option<Classes> {
        Classes::new(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn classes_of_nibbles_agree_with_stops() {
        let classes = classes(&["User:", "<image>", "[EOS]", "endz"]).expect("they end in ASCII");
        for byte in 0..=255_u8 {
            let both = classes.low[byte as usize & 15] & classes.high[byte as usize >> 4];
            assert_eq!(both != 0, classes.stops[byte as usize], "{byte:#x}");
        }
        assert!(b"\"\\:>]zZ".iter().all(|byte| classes.stops[*byte as usize]));
        assert!(!b"a ;[<\x7f\0\n".iter().any(|byte| classes.stops[*byte as usize]));
        assert!(classes.only.is_none(), "z and : have the same lower nibble");
    }

    #[test]
    fn table_of_single_stops_agrees_with_stops() {
        let classes = classes(&["User:", "<image>", "[EOS]"]).expect("they end in ASCII");
        let only = classes.only.expect("the lower nibbles differ");
        for byte in 0..=255_u8 {
            assert_eq!(only[byte as usize & 15] == byte, classes.stops[byte as usize], "{byte:#x}");
        }
    }

    #[test]
    fn declines_words_that_end_in_unusual_bytes() {
        assert!(classes(&["é"]).is_none() && classes(&["a\n"]).is_none());
    }
}
