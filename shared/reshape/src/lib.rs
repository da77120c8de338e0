//! Converts, fixes and splits datasets: bytes in, bytes and notes out.
//!
//! Pure: no I/O, no async, no clock. [`Records`] and [`Table`] split a stream into records; [`convert`] converts a
//! record to a model's format; a [`Fixer`] fixes mechanical problems; [`Groups`] chooses the records of the validation
//! file. Memory is bounded by one record, and by an index of hashes where duplicates matter. A record's text goes into
//! the output only, never into a note.

#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))] // no I/O: see clippy.toml
#![deny(clippy::iter_over_hash_type)] // results must be the same each time

mod convert;
mod fix;
mod json;
mod notes;
mod records;
mod redact;
mod same;
mod split;
mod strata;
mod table;
mod whole;

pub use convert::{Converted, Dropped, LeftOut, Picture, Pictures, Source, convert};
pub use fix::{Fixed, Fixer};
pub use json::record_fault;
pub use notes::{NoteRange, Notes};
pub use records::{Arrangement, Item, LONGEST, Part, Records};
pub use same::{Key, LineKey};
pub use split::{Groups, Share};
pub use strata::chosen_of_strata;
pub use table::{Row, Table, cell, is_table, keeps_empty, named, repeated};
pub use whole::{each_held, may_hold_all};
