//! Options of a pass over a file.

/// Optional behavior of a pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Look for secrets and personal data, too: [`SensitiveKind`](crate::SensitiveKind).
    pub sensitive: bool,
    /// Use the slow path for every record. The result is the same: tests compare the two paths.
    pub thorough: bool,
}
