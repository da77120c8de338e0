//! What the house promises of itself: its documents, its layers, its template.

mod docs;
mod guards;
mod lints;
mod sentences;
mod supply;
mod template;
mod words;
