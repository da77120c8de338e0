//! Random faults of events: lost, duplicated and delayed. The same seed gives the same faults.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::faults::{EventAction, EventFault};

/// The share of events with each fault, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventFaultRates {
    /// The seed that chooses the events.
    pub seed: u64,
    /// Events that never arrive.
    pub lose: f64,
    /// Events that arrive twice.
    pub repeat: f64,
    /// Events that arrive late, after newer ones.
    pub delay: f64,
    /// The maximum delay, in milliseconds.
    pub delay_ms: u64,
}

impl EventFaultRates {
    /// Returns the fault of the event of this job with this status. It depends on the seed, not on the time.
    pub(super) fn event(&self, job: &str, status: &str) -> Option<EventFault> {
        let drawn = chance(self.seed, &["event", job, status]);
        let r#do = if drawn < self.lose {
            EventAction::Lose
        } else if drawn < self.lose + self.repeat {
            EventAction::Repeat
        } else if drawn < self.lose + self.repeat + self.delay {
            EventAction::Delay
        } else {
            return None;
        };
        let ms = (self.delay_ms as f64 * chance(self.seed, &["delay", job, status])) as u64;
        Some(EventFault { r#do, ms, ..EventFault::default() })
    }
}

/// Returns a pseudorandom number from 0 to 1 that depends only on the seed and the parts.
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
    fn faults_have_the_set_rates() {
        let event_rates = EventFaultRates { seed: 7, lose: 0.1, repeat: 0.1, delay: 0.2, delay_ms: 1000 };
        let mut counts = [0; 4];
        for job in 0..10_000 {
            let fault = event_rates.event(&format!("job-{job}"), "Completed");
            counts[fault.as_ref().map_or(3, |fault| fault.r#do as usize)] += 1;
            assert!(fault.is_none_or(|fault| fault.ms < 1000));
        }
        for (count, part) in counts.into_iter().zip([1_000, 1_000, 2_000, 6_000]) {
            assert!((part - 150..part + 150).contains(&count), "{counts:?}");
        }
    }

    #[test]
    fn same_seed_gives_the_same_faults() {
        let drawn = |seed| (0..64).map(|at| chance(seed, &["a", &at.to_string()])).collect::<Vec<_>>();
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        assert_ne!(chance(1, &["ab", "c"]), chance(1, &["a", "bc"]));
    }
}
