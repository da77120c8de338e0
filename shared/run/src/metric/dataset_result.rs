//! The results of validations, as they are counted.

use super::{Count, Metric};

/// The result of a validation: the values of the dimension of [`Metric::Datasets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatasetResult {
    /// Valid and complete.
    Accepted,
    /// It has errors.
    Rejected,
    /// Files are missing.
    Incomplete,
    /// The same content was uploaded again.
    Reuploaded,
    /// A file that belongs to no dataset because of its name.
    Misnamed,
}

impl DatasetResult {
    /// Every result.
    pub const ALL: [DatasetResult; 5] = [
        DatasetResult::Accepted,
        DatasetResult::Rejected,
        DatasetResult::Incomplete,
        DatasetResult::Reuploaded,
        DatasetResult::Misnamed,
    ];

    /// The dimension's value.
    pub fn as_str(self) -> &'static str {
        match self {
            DatasetResult::Accepted => "Accepted",
            DatasetResult::Rejected => "Rejected",
            DatasetResult::Incomplete => "Incomplete",
            DatasetResult::Reuploaded => "Reuploaded",
            DatasetResult::Misnamed => "Misnamed",
        }
    }

    /// Returns a count of one such result.
    pub fn count(self) -> Count {
        Metric::Datasets.of(self.as_str(), 1.0)
    }
}
