//! The search for reserved strings in a text.

/// The strings that a model reserves, ready to be sought.
#[derive(Debug, Clone)]
pub(crate) struct Reserved {
    words: Vec<String>,
    /// Whether a byte ends one of them, in either case: few do, so one look-up per byte is nearly all there is to do.
    ends: Box<[bool; 256]>,
    /// Those bytes, where they are no more than the three that are sought many bytes at a time.
    few: Option<[u8; 3]>,
    /// The last four bytes of each word, as [`folded`] has them, and 0 behind; empty where a word is shorter.
    tails: Vec<[u32; 8]>,
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
        Reserved { words: words.to_vec(), ends, few, tails: tails(words).unwrap_or_default() }
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
        let may_be = match text.last_chunk() {
            Some(tail) if !self.tails.is_empty() => has(&self.tails, folded(tail)),
            _ => true,
        };
        may_be && self.ends_with_one(text)
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

fn tails(words: &[String]) -> Option<Vec<[u32; 8]>> {
    let tails: Option<Vec<u32>> = words.iter().map(|word| word.as_bytes().last_chunk().map(folded)).collect();
    let mut tails = tails?;
    tails.sort_unstable();
    tails.dedup();
    tails.resize(tails.len().next_multiple_of(8), 0);
    Some(tails.as_chunks().0.to_vec())
}

/// Compared with all, whichever is the same: that goes many at a time.
fn has(tails: &[[u32; 8]], tail: u32) -> bool {
    tails.iter().any(|eight| eight.iter().fold(false, |has, one| has | (*one == tail)))
}

/// Four bytes that are the same for texts that differ in case only, and seldom for others.
fn folded(tail: &[u8; 4]) -> u32 {
    u32::from_le_bytes(*tail) | 0x2020_2020
}

#[cfg(test)]
mod tests {
    use super::Reserved;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, usize, bool)]) {
        let reserved = Reserved::new(&["User:", "USER:", "<image>", "[EOS]", "\nHuman:"].map(str::to_owned));
        let mut found = Vec::new();
        reserved.seek(text, |one| found.push((one.word, one.start, one.exact)));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn finds_strings_inside_words_and_tells_other_cases_apart() {
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
}
