//! The search for reserved strings in a text.

/// The strings that a model reserves, ready to be sought.
#[derive(Debug, Clone)]
pub(crate) struct Reserved {
    words: Vec<String>,
    /// Whether a byte ends one of them, in either case: few do, so one look-up per byte is nearly all there is to do.
    ends: Box<[bool; 256]>,
    /// Those bytes, where they are no more than the three that are sought many bytes at a time.
    few: Option<[u8; 3]>,
    tails: Tails,
}

/// A reserved string, or almost one, in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<'w> {
    /// As it is reserved.
    pub(crate) word: &'w str,
    /// Offset in the text.
    pub(crate) start: usize,
    /// In the same case.
    pub(crate) exact: bool,
}

impl Reserved {
    pub(crate) fn new(words: &[String]) -> Reserved {
        let mut ends = Box::new([false; 256]);
        for last in words.iter().filter_map(|word| word.bytes().last()) {
            ends[last.to_ascii_lowercase() as usize] = true;
            ends[last.to_ascii_uppercase() as usize] = true;
        }
        let mut distinct = (0..=255).filter(|byte| ends[*byte as usize]);
        let first = distinct.next().unwrap_or_default();
        let few = [first, distinct.next().unwrap_or(first), distinct.next().unwrap_or(first)];
        let few = distinct.next().is_none().then_some(few);
        Reserved { words: words.to_vec(), ends, few, tails: Tails::new(words) }
    }

    /// Whether a byte ends one of them, in either case.
    #[inline(always)]
    pub(crate) fn ends_in(&self, byte: u8) -> bool {
        self.ends[byte as usize]
    }

    /// Whether `text` ends with one of them, exactly or almost.
    #[inline]
    pub(crate) fn is_end_of(&self, text: &[u8]) -> bool {
        // Nearly every colon ends a word that no model reserves.
        text.last_chunk().is_none_or(|tail| self.tails.may_have(tail)) && self.ends_with_one(text)
    }

    #[cold]
    fn ends_with_one(&self, text: &[u8]) -> bool {
        self.words.iter().any(|word| {
            let end = text.len().checked_sub(word.len()).map(|start| &text[start..]);
            end.is_some_and(|end| end.eq_ignore_ascii_case(word.as_bytes()))
        })
    }

    /// Every reserved string in `text`, wherever it begins, and everything that differs from one in case only.
    ///
    /// A place counts once: one that is reserved as it is written is not also another string in another case, and one in
    /// a case that no list has is the first of the strings that it resembles.
    pub(crate) fn seek<'w>(&'w self, text: &str, mut found: impl FnMut(Found<'w>)) {
        if self.words.is_empty() {
            return;
        }
        let bytes = text.as_bytes();
        let look = |last: usize| {
            let (mut exact, mut near) = (false, None);
            for word in &self.words {
                let Some(start) = (last + 1).checked_sub(word.len()) else { continue };
                let there = &bytes[start..=last];
                if there == word.as_bytes() {
                    exact = true;
                    found(Found { word, start, exact });
                } else if near.is_none() && there.eq_ignore_ascii_case(word.as_bytes()) {
                    near = Some(Found { word, start, exact: false });
                }
            }
            near.filter(|_| !exact).into_iter().for_each(&mut found);
        };
        match self.few {
            Some([a, b, c]) => memchr::memchr3_iter(a, b, c, bytes).for_each(look),
            None => (0..bytes.len()).filter(|at| self.ends[bytes[*at] as usize]).for_each(look),
        }
    }
}

/// The last four bytes of each reserved string, in either case, as a filter: a bit for each value of a hash.
///
/// It may have bits in common with other bytes, so a match must be checked.
#[derive(Debug, Clone)]
struct Tails(Box<[u64; 64]>);

impl Tails {
    fn new(words: &[String]) -> Tails {
        let mut bits = Box::new([0; 64]);
        for word in words {
            match word.as_bytes().last_chunk() {
                Some(tail) => {
                    let hash = hash(tail);
                    bits[hash / 64] |= 1 << (hash % 64);
                }
                // A shorter string can follow any bytes.
                None => bits.fill(u64::MAX),
            }
        }
        Tails(bits)
    }

    #[inline(always)]
    fn may_have(&self, tail: &[u8; 4]) -> bool {
        let hash = hash(tail);
        self.0[hash / 64] >> (hash % 64) & 1 == 1
    }
}

/// Twelve bits, which are the same for texts that differ in case only.
#[inline(always)]
fn hash(tail: &[u8; 4]) -> usize {
    let folded = u32::from_le_bytes(*tail) | 0x2020_2020;
    // XXH32's first prime: the upper bits of the product depend on all bits.
    (folded.wrapping_mul(0x9e37_79b1) >> 20) as usize
}

#[cfg(test)]
mod tests {
    use super::{Reserved, Tails};

    #[track_caller]
    fn check(text: &str, expected: &[(&str, usize, bool)]) {
        let reserved = Reserved::new(&["User:", "USER:", "<image>", "[EOS]", "\nHuman:"].map(str::to_owned));
        let mut found = Vec::new();
        reserved.seek(text, |one| found.push((one.word, one.start, one.exact)));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn finds_strings_inside_words_and_distinguishes_other_cases() {
        check("", &[]);
        check(":", &[]);
        check("User", &[]);
        check("User:", &[("User:", 0, true)]);
        check("(User:)", &[("User:", 1, true)]);
        check("é User: x", &[("User:", 3, true)]);
        check("éUser:", &[("User:", 2, true)]);
        check("请问User: x", &[("User:", 6, true)]);
        check("ユーザーUSER:User:", &[("USER:", 12, true), ("User:", 17, true)]);
        check("the superuser: root", &[("User:", 9, false)]);
        check("superUser:", &[("User:", 5, true)]);
        check("SUPERUSER: uSER:", &[("USER:", 5, true), ("User:", 11, false)]);
        check("my_User:", &[("User:", 3, true)]);
        check("user:User:", &[("User:", 0, false), ("User:", 5, true)]);
        check("a<image>b<IMAGE>", &[("<image>", 1, true), ("<image>", 9, false)]);
        check("[EOS][eos]", &[("[EOS]", 0, true), ("[EOS]", 5, false)]);
        check("x\nHuman: y", &[("\nHuman:", 1, true)]);
        check("Human: y", &[]);
    }

    #[test]
    fn recognizes_a_reserved_string_at_the_end_in_any_case() {
        let words = ["User:", "<image>", "[EOS]", "\nHuman:"].map(str::to_owned);
        let reserved = Reserved::new(&words);
        for word in &words {
            for text in [word.clone(), format!("é{word}"), word.to_uppercase(), format!("a {}", word.to_lowercase())] {
                assert!(reserved.is_end_of(text.as_bytes()), "{text:?}");
            }
            assert!(!reserved.is_end_of(&word.as_bytes()[1..]) && !reserved.is_end_of(format!("{word} ").as_bytes()));
        }
        for text in ["", ":", "ser:", "the answer:", "xHuman:", "[DOS]", "page>"] {
            assert!(!reserved.is_end_of(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn recognizes_strings_shorter_than_the_filter_reads() {
        let reserved = Reserved::new(&["A:", "User:"].map(str::to_owned));
        for text in ["a:", "A:", "xyzA:", "User:", "\u{1f600}a:"] {
            assert!(reserved.is_end_of(text.as_bytes()), "{text:?}");
        }
        assert!(!reserved.is_end_of(b"b:") && !reserved.is_end_of(b"xyzb:"));
    }

    #[test]
    fn filter_excludes_most_bytes() {
        let tails = Tails::new(&["User:", "<image>", "[EOS]"].map(str::to_owned));
        let ends = (0..1000).map(|number| format!("{number:03}:"));
        assert!(ends.filter(|end| tails.may_have(end.as_bytes().last_chunk().expect("it is as long"))).count() < 20);
    }
}
