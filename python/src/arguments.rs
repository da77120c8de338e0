//! The arguments of the functions, as dictionaries that `python/tunedrop` builds.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyIterator;
use tunedrop_cli::api::{ConvertRequest, Data, FixRequest, Source, SplitRequest};

use crate::interpreter::Raised;

/// A path, or the name of records and an iterator over their bytes.
type Given<'py> = (PathBuf, Option<Bound<'py, PyIterator>>);

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct DataArguments<'py> {
    sources: Vec<Given<'py>>,
    model: Option<String>,
    customization: Option<String>,
    role: Option<String>,
    catalogue: Option<PathBuf>,
}

impl DataArguments<'_> {
    pub(crate) fn data(self, raised: &Raised) -> Data {
        let source = |(path, pieces): Given| match pieces {
            None => Source::Path(path),
            Some(pieces) => Source::Records(path.display().to_string(), Box::new(raised.reader(pieces))),
        };
        Data {
            sources: self.sources.into_iter().map(source).collect(),
            model: self.model,
            customization: self.customization,
            role: self.role,
            catalogue: self.catalogue,
        }
    }
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ConvertArguments {
    input: PathBuf,
    output: PathBuf,
    model: String,
    customization: Option<String>,
    from_: String,
    sheet: Option<String>,
    media: Option<String>,
    force: bool,
    catalogue: Option<PathBuf>,
}

impl From<ConvertArguments> for ConvertRequest {
    fn from(given: ConvertArguments) -> ConvertRequest {
        let ConvertArguments { input, output, model, customization, from_, sheet, media, force, catalogue } = given;
        ConvertRequest { input, output, model, customization, from: from_, sheet, media, force, catalogue }
    }
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct FixArguments {
    input: PathBuf,
    output: PathBuf,
    model: String,
    customization: Option<String>,
    drop_invalid: bool,
    dedupe: String,
    redact: bool,
    force: bool,
    catalogue: Option<PathBuf>,
}

impl From<FixArguments> for FixRequest {
    fn from(given: FixArguments) -> FixRequest {
        let FixArguments { input, output, model, customization, drop_invalid, dedupe, redact, force, catalogue } =
            given;
        FixRequest { input, output, model, customization, drop_invalid, dedupe, redact, force, catalogue }
    }
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct SplitArguments {
    input: PathBuf,
    validation: String,
    seed: u64,
    at_most: Option<u64>,
    by_group: bool,
    stratify: bool,
    train: Option<PathBuf>,
    out_validation: Option<PathBuf>,
    force: bool,
}

impl From<SplitArguments> for SplitRequest {
    fn from(given: SplitArguments) -> SplitRequest {
        let SplitArguments { input, validation, seed, at_most, by_group, stratify, train, out_validation, force } =
            given;
        SplitRequest { input, validation, seed, at_most, by_group, stratify, train, out_validation, force }
    }
}
