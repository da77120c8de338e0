//! The soak test with as many datasets as wanted. `cargo test` doesn't run it: `e2e` has short ones.
//!
//! - `cargo test --test soak -- soak [DATASETS] [SEED]`: 300 datasets by default, while services fail and functions are
//!   killed.
//! - `cargo test --test soak -- outages [DATASETS] [SEED]`: three outages of an hour, with 30 datasets by default.
//! - `cargo test --test soak -- burst [DATASETS] [SEED]`: 1,000 datasets at once by default, without faults.

use anyhow::{Context, Result, bail};
use tunedrop_tests::soak::{self, SoakConfig};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let config = match config(&words) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("{error:#}");
            std::process::exit(2);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    if let Err(error) = runtime.block_on(soak::run(&config)) {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}

/// Returns the soak that the arguments select.
fn config(words: &[String]) -> Result<SoakConfig> {
    let number = |at: usize, otherwise: u64| match words.get(at) {
        Some(word) => word.parse().with_context(|| format!("{word} isn't a whole number")),
        None => Ok(otherwise),
    };
    let datasets = |otherwise| anyhow::Ok(usize::try_from(number(1, otherwise)?)?);
    let seed = number(2, 1)?;
    match words.first().map(String::as_str) {
        Some("soak") => Ok(SoakConfig::soak(datasets(300)?, seed, 60)),
        Some("outages") => Ok(SoakConfig::outages(datasets(30)?, seed)),
        Some("burst") => Ok(SoakConfig::burst(datasets(1_000)?, seed)),
        found => bail!("expected soak, outages or burst, found {}", found.unwrap_or("nothing")),
    }
}
