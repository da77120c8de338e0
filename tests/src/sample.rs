//! Selects a part of the trials of a suite, by a seed that changes every day.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use tunedrop_run::Timestamp;

/// One trial in this many. The same seed selects the same trials, as long as the trials have the same names.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    seed: u64,
    one_in: u64,
}

impl Sample {
    /// One in `one_in`, by the seed in `TUNEDROP_SEED`, or by the number of the day since 1970.
    pub fn of_today(one_in: u64) -> Sample {
        let given = std::env::var("TUNEDROP_SEED").ok().and_then(|seed| seed.parse().ok());
        Sample { seed: given.unwrap_or_else(|| Timestamp::now().as_second().unsigned_abs() / 86_400), one_in }
    }

    /// The same for a test that can't see the arguments of its binary. `None`, all trials, with `--include-ignored`.
    pub fn unless_all(one_in: u64) -> Option<Sample> {
        let all = std::env::args().any(|argument| ["--include-ignored", "--ignored"].contains(&argument.as_str()));
        (!all).then(|| Sample::of_today(one_in))
    }

    /// Whether the sample includes the trial with this name.
    pub fn includes(self, name: impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        (self.seed, name).hash(&mut hasher);
        hasher.finish().is_multiple_of(self.one_in)
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sample { seed, one_in } = self;
        write!(f, "sample of one in {one_in}: repeat it with TUNEDROP_SEED={seed}, run all with -- --include-ignored")
    }
}
