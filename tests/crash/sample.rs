//! Which crash points are tried where trying them all would take too long.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use tunedrop_run::Timestamp;

use crate::strike::Strike;

/// One point in so many is tried.
const ONE_IN: u64 = 16;

/// A sample of the points. The same seed gives the same points, as long as the functions make the same calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    seed: u64,
}

impl Sample {
    /// The sample of `TUNEDROP_SEED`, or of the day.
    pub(crate) fn of_today() -> Sample {
        let asked = std::env::var("TUNEDROP_SEED").ok().and_then(|seed| seed.parse().ok());
        Sample { seed: asked.unwrap_or_else(|| Timestamp::now().as_second().unsigned_abs() / 86_400) }
    }

    /// Whether the sample has this point.
    pub(crate) fn has(self, journey: &str, strike: &Strike) -> bool {
        let mut hasher = DefaultHasher::new();
        (self.seed, journey, &strike.stop, strike.k, format!("{:?}", strike.deed)).hash(&mut hasher);
        hasher.finish().is_multiple_of(ONE_IN)
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seed = self.seed;
        write!(
            f,
            "a sample, one point in {ONE_IN}; TUNEDROP_SEED={seed} repeats it, -- --include-ignored tries every point"
        )
    }
}
