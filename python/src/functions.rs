//! The module and its functions.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use tunedrop_cli::api;

use crate::arguments::{ConvertArguments, DataArguments, FixArguments, SplitArguments};
use crate::interpreter::Raised;

create_exception!(tunedrop, TunedropError, PyException, "An argument is wrong, or a file or a service failed.");

/// The result of a check.
#[pyclass(frozen, module = "tunedrop._tunedrop")]
pub(crate) struct Checked(api::Checked);

#[pymethods]
impl Checked {
    fn json(&self, py: Python) -> String {
        py.detach(|| self.0.json())
    }

    fn text(&self, py: Python, all: bool) -> String {
        py.detach(|| self.0.text(all))
    }

    fn html(&self, py: Python) -> String {
        py.detach(|| self.0.html())
    }
}

/// Runs `work` without the GIL. An exception that Python raised meanwhile comes first.
fn released<T: Send>(py: Python, raised: &Raised, work: impl FnOnce() -> anyhow::Result<T> + Send) -> PyResult<T> {
    let done = py.detach(work);
    match raised.take() {
        Some(error) => Err(error),
        None => done.map_err(|error| TunedropError::new_err(format!("{error:#}"))),
    }
}

/// Written, copied, left out, images, whether the input is incomplete, notes.
type Conversion = (u64, u64, u64, u64, bool, Vec<String>);

/// Written, removed, invalid, whether the input is incomplete, notes.
type FixedFile = (u64, u64, u64, BTreeMap<&'static str, u64>, bool, Vec<String>);

#[pymodule]
pub(crate) mod _tunedrop {
    use super::*;

    #[pymodule_export]
    use super::Checked;
    #[pymodule_export]
    use super::TunedropError;

    #[pymodule_init]
    fn init(module: &Bound<PyModule>) -> PyResult<()> {
        module.add("__version__", api::VERSION)
    }

    #[pyfunction]
    fn check(
        py: Python,
        data: DataArguments,
        sensitive: bool,
        strict: bool,
        quality: Option<String>,
        excerpts: bool,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Checked> {
        let raised = Raised::default();
        let (data, watch) = (data.data(&raised), raised.watch(progress));
        let request = api::CheckRequest { sensitive, strict, quality };
        let checked = released(py, &raised, || api::check(data, request, watch))?;
        Ok(Checked(if excerpts { checked } else { checked.without_excerpts() }))
    }

    /// The JSON, and the problems.
    #[pyfunction]
    fn estimate(
        py: Python,
        data: DataArguments,
        epochs: Option<u64>,
        price_per_1k: Option<f64>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<(String, Vec<String>)> {
        let raised = Raised::default();
        let (data, watch) = (data.data(&raised), raised.watch(progress));
        let done = released(py, &raised, || api::estimate(data, epochs, price_per_1k, watch))?;
        Ok((done.json, done.problems))
    }

    #[pyfunction]
    fn convert(py: Python, request: ConvertArguments, progress: Option<Py<PyAny>>) -> PyResult<Conversion> {
        let raised = Raised::default();
        let watch = raised.watch(progress);
        let done = released(py, &raised, || api::convert(request.into(), watch))?;
        Ok((done.written, done.copied, done.left_out, done.images, done.is_incomplete, done.notes))
    }

    #[pyfunction]
    fn fix(py: Python, request: FixArguments, progress: Option<Py<PyAny>>) -> PyResult<FixedFile> {
        let raised = Raised::default();
        let watch = raised.watch(progress);
        let done = released(py, &raised, || api::fix(request.into(), watch))?;
        Ok((done.written, done.removed, done.invalid, done.redacted, done.is_incomplete, done.notes))
    }

    /// Training file, validation file, and the records in each.
    #[pyfunction]
    fn split(
        py: Python,
        request: SplitArguments,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<(PathBuf, PathBuf, u64, u64)> {
        let raised = Raised::default();
        let watch = raised.watch(progress);
        let done = released(py, &raised, || api::split(request.into(), watch))?;
        Ok((done.train, done.validation, done.train_records, done.validation_records))
    }

    #[pyfunction]
    fn advise(answers: BTreeMap<String, String>) -> PyResult<String> {
        api::advise(answers).map_err(|error| TunedropError::new_err(format!("{error:#}")))
    }

    #[pyfunction]
    fn questions() -> String {
        api::questions()
    }
}
