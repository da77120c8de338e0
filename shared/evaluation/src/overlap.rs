//! The overlap of the held-out file and the training file. A model can't be evaluated with records that it was trained
//! with.

use serde::{Deserialize, Serialize};
use tunedrop_validation::Severity;

use crate::sample::RecordKeys;

/// The number of held-out records that are also in the training file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Overlap {
    /// The number of distinct held-out records.
    pub held_out: u64,
    /// The number of those that are also in the training file.
    pub in_training: u64,
}

impl Overlap {
    /// Compares the keys of a held-out file with those of a training file. Two records are equal if their prompts and
    /// reference answers are.
    pub fn of(held_out: &RecordKeys, training: &RecordKeys) -> Overlap {
        Overlap { held_out: held_out.len() as u64, in_training: held_out.shared_with(training) as u64 }
    }

    /// Returns the share of held-out records that are in the training file, from 0 to 1.
    pub fn share(&self) -> f64 {
        if self.held_out == 0 { 0.0 } else { self.in_training as f64 / self.held_out as f64 }
    }

    /// Returns an error for more than half, a warning for fewer, and `None` for none.
    pub fn severity(&self) -> Option<Severity> {
        match self.in_training {
            0 => None,
            some if 2 * some > self.held_out => Some(Severity::Error),
            _ => Some(Severity::Warning),
        }
    }
}

#[cfg(test)]
mod tests {
    use tunedrop_validation::Format;

    use super::*;

    fn keys(records: std::ops::Range<u32>) -> RecordKeys {
        let mut keys = RecordKeys::default();
        for n in records {
            keys.add_line(
                &Format::PromptCompletion,
                format!("{{\"prompt\": \"{n}\", \"completion\": \"b\"}}").as_bytes(),
            );
        }
        keys
    }

    #[test]
    fn more_than_half_is_an_error() {
        let severity = |held_out, training| Overlap::of(&keys(held_out), &keys(training)).severity();
        assert_eq!(severity(0..10, 10..100), None);
        assert_eq!(severity(0..10, 9..100), Some(Severity::Warning));
        assert_eq!(severity(0..10, 5..100), Some(Severity::Warning));
        assert_eq!(severity(0..10, 4..100), Some(Severity::Error));
        assert_eq!(severity(0..0, 0..10), None);
    }

    #[test]
    fn the_share_is_of_different_held_out_records() {
        let overlap = Overlap::of(&keys(0..8), &keys(6..100));
        assert_eq!((overlap.held_out, overlap.in_training, overlap.share()), (8, 2, 0.25));
        assert_eq!(Overlap::of(&keys(0..0), &keys(0..1)).share(), 0.0);
    }
}
