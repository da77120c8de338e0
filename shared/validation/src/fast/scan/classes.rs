//! Which bytes a text is stopped at.

/// For each lower half of a byte, what is sought among the bytes that have it.
///
/// A look-up of sixteen entries is what processors do many at a time.
#[derive(Debug, Clone)]
pub(super) struct Classes {
    /// Where no two stops share their lower half: the one stop with that half, else a byte with another.
    pub(super) only: Option<[u8; 16]>,
    /// The classes of the lower and of the upper halves: a byte is a stop if both its halves name one class.
    pub(super) low: [u8; 16],
    pub(super) high: [u8; 16],
    /// The same, byte by byte.
    pub(super) stops: [bool; 256],
}

impl Classes {
    /// Quotes, backslashes, and what ends one of `words` in either case. `None` where that is beyond ASCII, or a
    /// control character.
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
    for (half, entry) in only.iter_mut().enumerate() {
        let mut with_it = (half..256).step_by(16).filter(|byte| stops[*byte]);
        // The next half: no byte with this one equals it.
        *entry = with_it.next().unwrap_or((half + 1) % 16) as u8;
        if with_it.next().is_some() {
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
    fn halves_and_bytes_say_the_same() {
        let classes = classes(&["User:", "<image>", "[EOS]", "endz"]).expect("they end in ASCII");
        for byte in 0..=255_u8 {
            let both = classes.low[byte as usize & 15] & classes.high[byte as usize >> 4];
            assert_eq!(both != 0, classes.stops[byte as usize], "{byte:#x}");
        }
        assert!(b"\"\\:>]zZ".iter().all(|byte| classes.stops[*byte as usize]));
        assert!(!b"a ;[<\x7f\0\n".iter().any(|byte| classes.stops[*byte as usize]));
        assert!(classes.only.is_none(), "z and : share a half");
    }

    #[test]
    fn stops_with_halves_of_their_own_need_one_look_up() {
        let classes = classes(&["User:", "<image>", "[EOS]"]).expect("they end in ASCII");
        let only = classes.only.expect("the halves differ");
        for byte in 0..=255_u8 {
            assert_eq!(only[byte as usize & 15] == byte, classes.stops[byte as usize], "{byte:#x}");
        }
    }

    #[test]
    fn ends_that_are_odd_anyway_are_not_sought() {
        assert!(classes(&["é"]).is_none() && classes(&["a\n"]).is_none());
    }
}
