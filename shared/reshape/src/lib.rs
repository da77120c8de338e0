//! Converts, mends and splits datasets: bytes in, bytes and notes out.
//!
//! Pure: no I/O, no async, no clock. [`Records`] and [`Table`] cut a stream into records, whatever the layout;
//! [`convert`] carries one over into a model's format; a [`Fixer`] mends what is mechanical; [`Groups`] tells
//! which records go into the validation file. Memory is bounded by one record, and by an index of hashes where
//! repeats matter. What a record says goes into the output only, never into a note.

#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))] // no I/O: see clippy.toml
#![deny(clippy::iter_over_hash_type)] // the same answer each time

mod convert;
mod fix;
mod json;
mod notes;
mod records;
mod same;
mod split;
mod table;
mod whole;

pub use convert::{Converted, Dropped, LeftOut, Picture, Pictures, Source, convert};
pub use fix::{Fixed, Fixer};
pub use notes::{Notes, Run};
pub use records::{Item, LONGEST, Layout, Part, Records};
pub use same::{Key, LineKey};
pub use split::{Groups, Share};
pub use table::{Row, Table, cell, is_table, named, repeated};
pub use whole::{each_held, may_hold_all};
