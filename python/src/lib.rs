//! The module `tunedrop._tunedrop` of the Python package. `python/tunedrop` has what users see.
//!
//! Its functions release the GIL. They take it back to read records that Python passes, and to notice Ctrl-C.

#[cfg(feature = "extension-module")]
mod arguments;
#[cfg(feature = "extension-module")]
mod functions;
#[cfg(feature = "extension-module")]
mod interpreter;
