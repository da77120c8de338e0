//! What the house promises of itself: its documents, its layers, its template.

mod docs;
mod guards;
mod sentences;
mod supply;
mod template;
