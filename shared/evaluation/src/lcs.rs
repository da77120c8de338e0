//! The longest common subsequence of two lists of words.

use std::collections::HashMap;

/// Returns the length of the longest common subsequence: the largest number of words that both lists have in the same
/// order.
///
/// Bit-parallel: each step handles 64 positions of `reference`, so the number of steps is at most a 64th of the product
/// of the lengths (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004). Memory is linear in the lengths.
pub(crate) fn lcs_len(reference: &[String], answer: &[String]) -> usize {
    let blocks = reference.len().div_ceil(64);
    let masks = Masks::of(reference, blocks);
    // A zero bit marks a position that the subsequence contains.
    let mut open = vec![u64::MAX; blocks];
    let mut scratch = vec![0; blocks];
    for word in answer {
        let Some(id) = masks.ids.get(word.as_str()) else { continue };
        match &masks.dense[*id] {
            Some(mask) => step(&mut open, mask),
            None => {
                let positions = &masks.positions[*id];
                positions.iter().for_each(|at| scratch[at / 64] |= 1 << (at % 64));
                step(&mut open, &scratch);
                positions.iter().for_each(|at| scratch[at / 64] = 0);
            }
        }
    }
    let closed: usize = open.iter().map(|block| block.count_zeros() as usize).sum();
    // Positions after the end of `reference` have no bit in any mask, so they stay 1.
    closed
}

fn step(open: &mut [u64], mask: &[u64]) {
    let mut carry = false;
    for (open, mask) in open.iter_mut().zip(mask) {
        let matched = *open & mask;
        let (sum, over) = open.overflowing_add(matched);
        let (sum, over_too) = sum.overflowing_add(u64::from(carry));
        carry = over || over_too;
        *open = sum | (*open & !mask);
    }
}

/// The positions of each word of a list.
struct Masks<'w> {
    ids: HashMap<&'w str, usize>,
    positions: Vec<Vec<usize>>,
    /// As bit masks, for words that occur more often than a mask has blocks. There are at most 64 such words.
    dense: Vec<Option<Vec<u64>>>,
}

impl<'w> Masks<'w> {
    fn of(words: &'w [String], blocks: usize) -> Masks<'w> {
        let mut ids = HashMap::with_capacity(words.len());
        let mut positions: Vec<Vec<usize>> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let id = *ids.entry(word.as_str()).or_insert(positions.len());
            match positions.get_mut(id) {
                Some(known) => known.push(at),
                None => positions.push(vec![at]),
            }
        }
        let as_bits = |positions: &Vec<usize>| {
            (positions.len() > blocks).then(|| {
                let mut mask = vec![0; blocks];
                positions.iter().for_each(|at| mask[at / 64] |= 1 << (at % 64));
                mask
            })
        };
        let dense = positions.iter().map(as_bits).collect();
        Masks { ids, positions, dense }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Computes the length with the textbook's table.
    fn by_table(one: &[String], other: &[String]) -> usize {
        let mut row = vec![0; other.len() + 1];
        for word in one {
            let mut diagonal = 0;
            for (at, against) in other.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if word == against { diagonal + 1 } else { above.max(row[at]) };
                diagonal = above;
            }
        }
        row[other.len()]
    }

    fn words(letters: &[u8]) -> Vec<String> {
        letters.iter().map(|letter| letter.to_string()).collect()
    }

    proptest! {
        #[test]
        fn equals_the_table(
            one in prop::collection::vec(0..40u8, 0..300),
            other in prop::collection::vec(0..40u8, 0..300),
            few in 1..40u8,
        ) {
            let fold = |letters: &[u8]| words(&letters.iter().map(|letter| letter % few).collect::<Vec<_>>());
            let (one, other) = (fold(&one), fold(&other));
            prop_assert_eq!(lcs_len(&one, &other), by_table(&one, &other));
        }
    }

    #[test]
    fn lists_without_common_words_share_nothing() {
        assert_eq!(lcs_len(&[], &words(&[1])), 0);
        assert_eq!(lcs_len(&words(&[1]), &[]), 0);
        assert_eq!(lcs_len(&words(&[1, 2]), &words(&[3])), 0);
        assert_eq!(lcs_len(&words(&[7; 64]), &words(&[7; 200])), 64);
    }
}
