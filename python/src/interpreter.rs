//! What calls Python while the GIL is released: records, progress and Ctrl-C.

use std::io::{Error, Read, Result};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator};
use tunedrop_cli::api::Watch;

/// How often Python notices Ctrl-C and gets the progress.
const EVERY: Duration = Duration::from_millis(50);

/// The first exception that Python raised during a call.
#[derive(Clone, Default)]
pub(crate) struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    fn keep(&self, error: PyErr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// The exception, if there was one.
    pub(crate) fn take(&self) -> Option<PyErr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Calls `progress` with the number of bytes read, and stops the work if it raises, or if Ctrl-C was pressed.
    pub(crate) fn watch(&self, progress: Option<Py<PyAny>>) -> Watch {
        let (raised, mut last) = (self.clone(), Instant::now());
        Box::new(move |read| {
            if last.elapsed() < EVERY {
                return true;
            }
            last = Instant::now();
            let called = Python::attach(|py| {
                py.check_signals()?;
                progress.as_ref().map_or(Ok(()), |progress| progress.call1(py, (read,)).map(drop))
            });
            called.map_err(|error| raised.keep(error)).is_ok()
        })
    }

    /// Reads what an iterator of `bytes` returns.
    pub(crate) fn reader(&self, pieces: Bound<PyIterator>) -> Pieces {
        Pieces { pieces: pieces.unbind(), piece: None, at: 0, raised: self.clone() }
    }
}

/// Reads the pieces of an iterator.
pub(crate) struct Pieces {
    pieces: Py<PyIterator>,
    piece: Option<Py<PyBytes>>,
    /// How much of the piece was read.
    at: usize,
    raised: Raised,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        Python::attach(|py| {
            loop {
                if let Some(piece) = &self.piece {
                    let left = &piece.as_bytes(py)[self.at..];
                    if !left.is_empty() {
                        let length = left.len().min(buffer.len());
                        buffer[..length].copy_from_slice(&left[..length]);
                        self.at += length;
                        return Ok(length);
                    }
                }
                let next = self.pieces.bind(py).clone().next();
                let next = next.map(|piece| Ok(piece?.cast_into::<PyBytes>()?.unbind())).transpose();
                self.piece = next.map_err(|error| {
                    self.raised.keep(error);
                    Error::other("an exception in Python")
                })?;
                self.at = 0;
                if self.piece.is_none() {
                    return Ok(0);
                }
            }
        })
    }
}
