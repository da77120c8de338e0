//! What needs no AWS account, as functions for other programs. The Python package is a thin layer above it.
//!
//! A problem in the data is part of a result. An error is a wrong argument, or a file that can't be read or written.

mod data;
mod reshaped;

use std::collections::BTreeMap;

use anyhow::Result;

pub use crate::watched::Watch;
pub use data::{CheckRequest, Checked, Data, Estimated, Source, check, estimate};
pub use reshaped::{Conversion, ConvertRequest, FixRequest, FixedFile, SplitFiles, SplitRequest, convert, fix, split};

/// The version of tunedrop.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Returns the advice for an answer to each question, as the JSON of `tunedrop advise --json`.
pub fn advise(answers: BTreeMap<String, String>) -> Result<String> {
    crate::advise::advised(answers)
}

/// Returns the questions of [`advise`] as a JSON list of objects with `id`, `ask`, `answers` and `help`.
pub fn questions() -> String {
    crate::advise::questions()
}

/// Finds the value of a command line option by its name. The error lists the names.
fn choice<T: clap::ValueEnum>(option: &str, name: &str) -> Result<T> {
    T::from_str(name, false).map_err(|_| {
        let names: Vec<String> = T::value_variants()
            .iter()
            .filter_map(|value| Some(value.to_possible_value()?.get_name().to_owned()))
            .collect();
        anyhow::anyhow!("unknown {option} {name:?}; expected one of {}", names.join(", "))
    })
}
