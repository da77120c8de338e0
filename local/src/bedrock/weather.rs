//! Events that are lost, repeated and delayed at random, and the same ones again for the same seed.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::faults::{Deed, EventFault};

/// How large a part of all events has which fate; all zero: none.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weather {
    /// Another one strikes other events.
    pub seed: u64,
    /// The part that never arrives, 0 to 1.
    pub lose: f64,
    /// The part that arrives twice.
    pub repeat: f64,
    /// The part that arrives late, and is overtaken by later ones.
    pub delay: f64,
    /// The longest delay, in milliseconds.
    pub delay_ms: u64,
}

impl Weather {
    /// What befalls the event of this status of this job: a question of the seed, not of the hour.
    pub(super) fn event(&self, job: &str, status: &str) -> Option<EventFault> {
        let drawn = chance(self.seed, &["event", job, status]);
        let r#do = if drawn < self.lose {
            Deed::Lose
        } else if drawn < self.lose + self.repeat {
            Deed::Repeat
        } else if drawn < self.lose + self.repeat + self.delay {
            Deed::Delay
        } else {
            return None;
        };
        let ms = (self.delay_ms as f64 * chance(self.seed, &["delay", job, status])) as u64;
        Some(EventFault { r#do, ms, ..EventFault::default() })
    }
}

/// A number from 0 up to 1 that depends on nothing but these: a thing that is named the same is drawn the same.
pub fn chance(seed: u64, parts: &[&str]) -> f64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let bytes: [u8; 8] = std::array::from_fn(|at| digest[at]);
    (u64::from_le_bytes(bytes) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_as_large_as_they_are_set() {
        let weather = Weather { seed: 7, lose: 0.1, repeat: 0.1, delay: 0.2, delay_ms: 1000 };
        let mut counts = [0; 4];
        for job in 0..10_000 {
            let fault = weather.event(&format!("job-{job}"), "Completed");
            counts[fault.as_ref().map_or(3, |fault| fault.r#do as usize)] += 1;
            assert!(fault.is_none_or(|fault| fault.ms < 1000));
        }
        for (count, part) in counts.into_iter().zip([1_000, 1_000, 2_000, 6_000]) {
            assert!((part - 150..part + 150).contains(&count), "{counts:?}");
        }
    }

    #[test]
    fn a_seed_draws_the_same_again_and_another_one_does_not() {
        let drawn = |seed| (0..64).map(|at| chance(seed, &["a", &at.to_string()])).collect::<Vec<_>>();
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        assert_ne!(chance(1, &["ab", "c"]), chance(1, &["a", "bc"]));
    }
}
