//! How a pass is made.

/// What a pass does beside the rules that always hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Look for secrets and personal data, too: access keys, private keys, card numbers, e-mail addresses.
    pub sensitive: bool,
    /// Judge every record the long way. Slower, with the same answer: tests hold the two ways against each other.
    pub thorough: bool,
}
