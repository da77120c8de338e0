//! Which bytes a text is stopped at.

/// For each half of a byte, the classes it may belong to: a byte belongs to those that both its halves name.
///
/// Two look-ups of sixteen entries are what processors do many at a time.
#[derive(Debug, Clone)]
pub(super) struct Classes {
    pub(super) low: [u8; 16],
    pub(super) high: [u8; 16],
    /// The same, byte by byte.
    pub(super) stops: [bool; 256],
}

impl Classes {
    /// Quotes, backslashes, control characters, and what ends one of `words` in either case. `None` where that is
    /// more than eight classes: bytes that share their upper half share a class.
    pub(super) fn new(words: &[String]) -> Option<Classes> {
        let mut stops = [false; 256];
        stops[..0x20].fill(true);
        stops[b'"' as usize] = true;
        stops[b'\\' as usize] = true;
        for last in words.iter().filter_map(|word| word.bytes().last()) {
            stops[last.to_ascii_lowercase() as usize] = true;
            stops[last.to_ascii_uppercase() as usize] = true;
        }
        // What is beyond ASCII is no stop: reserved strings that end so are not sought here.
        if stops[0x80..].contains(&true) {
            return None;
        }
        let (mut low, mut high) = ([0; 16], [0; 16]);
        for upper in 0..8 {
            for lower in (0..16).filter(|lower| stops[upper * 16 + lower]) {
                low[lower] |= 1 << upper;
            }
            high[upper] = 1 << upper;
        }
        Some(Classes { low, high, stops })
    }
}

#[cfg(test)]
mod tests {
    use super::Classes;

    #[test]
    fn halves_and_bytes_say_the_same() {
        let words = ["User:", "<image>", "[EOS]", "endz"].map(str::to_owned);
        let classes = Classes::new(&words).expect("they end in ASCII");
        for byte in 0..=255_u8 {
            let both = classes.low[byte as usize & 15] & classes.high[byte as usize >> 4];
            assert_eq!(both != 0, classes.stops[byte as usize], "{byte:#x}");
        }
        assert!(b"\"\\\n\0:>]zZ".iter().all(|byte| classes.stops[*byte as usize]));
        assert!(!b"a ;[<\x7f".iter().any(|byte| classes.stops[*byte as usize]));
        assert!(Classes::new(&["é".to_owned()]).is_none());
    }
}
