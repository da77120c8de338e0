//! A table of a few words by their hashes, which is read for each word of each record.

/// Places of a table: several times the words of any, so that nearly every other word meets a free place at once.
const PLACES: usize = 1 << 12;

/// Words with a value each. A word is at the first place from its own on that was free.
#[derive(Debug)]
pub(crate) struct WordTable {
    /// The hash of a word, or 0, and the value.
    places: Vec<(u64, u64)>,
}

impl WordTable {
    pub(crate) fn new() -> WordTable {
        WordTable { places: vec![(0, 0); PLACES] }
    }

    /// Puts a word with its value into the table, or replaces the value. At most half of [`PLACES`] may be taken.
    pub(crate) fn insert(&mut self, word: u64, value: u64) {
        let place = self.place(word);
        self.places[place] = (word, value);
    }

    /// Returns the value of a word.
    #[inline(always)]
    pub(crate) fn get(&self, word: u64) -> Option<u64> {
        let (its, value) = self.places[self.place(word)];
        if its == word { Some(value) } else { None }
    }

    /// Returns the place of a word, or the free one where it isn't.
    #[inline(always)]
    fn place(&self, word: u64) -> usize {
        // The lowest bit of a word's hash isn't random.
        let mut at = (word >> 32) as usize % PLACES;
        while self.places[at].0 != word && self.places[at].0 != 0 {
            at = (at + 1) % PLACES;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_and_replaces_values() {
        let mut table = WordTable::new();
        let words: Vec<u64> = (1..1_000).map(|n| n << 31).collect();
        words.iter().for_each(|word| table.insert(*word, 1));
        words.iter().step_by(2).for_each(|word| table.insert(*word, 2));
        for (at, word) in words.iter().enumerate() {
            assert_eq!(table.get(*word), Some(if at % 2 == 0 { 2 } else { 1 }));
            assert_eq!(table.get(word + 1), None);
        }
    }
}
