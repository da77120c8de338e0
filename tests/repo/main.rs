//! Checks the repository itself: its documents, the dependencies between its crates, its template.

mod docs;
mod lints;
mod mutations;
mod sentences;
mod supply;
mod template;
mod words;
