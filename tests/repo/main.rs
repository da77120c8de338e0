//! Checks the repository itself: its documents, the dependencies between its crates, its template, its releases.

mod docs;
mod lints;
mod mutations;
mod release;
mod sentences;
mod supply;
mod template;
mod words;
