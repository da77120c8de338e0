//! Tokens per character of base models, as they were sampled.

use tunedrop_run::TokenRate;

use super::Ledger;
use crate::Failure;

impl Ledger {
    /// Returns what was sampled of a base model last. `model`: its identifier for calls.
    pub async fn token_rate(&self, model: &str) -> Result<Option<TokenRate>, Failure> {
        self.get(&TokenRate::key(model)).await
    }

    /// Stores what was sampled. The newest sample counts, and only estimates read it, so the write has no condition.
    pub async fn keep_token_rate(&self, rate: &TokenRate) -> Result<(), Failure> {
        self.put(&TokenRate::key(&rate.model), "token-rate", rate).await
    }
}
