#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))] // no I/O: see clippy.toml
#![deny(clippy::iter_over_hash_type)] // results must be the same each time

mod answers;
mod assess;
mod boilerplate;
mod characters;
mod cut;
mod damage;
mod drift;
mod expect;
mod expect_pass;
mod facts;
mod fields;
mod grouping;
mod histogram;
mod kept;
mod language;
mod lengths;
mod near;
mod parallel;
mod pass;
mod profile;
mod sentence;
mod shingles;
mod single;
mod sketch;
mod suspects;
mod template;
mod tokens;
mod word_table;

pub use assess::{FileQuality, GROUPS_MAX, Group, LINES_MAX, LabelCount, LanguageCount, Level, Place, Quality, assess};
pub use drift::{Change, Comparison, Drift, compare};
pub use expect::{Expectation, Expectations, pattern_fault};
pub use expect_pass::ExpectPass;
pub use fields::Field;
pub use grouping::{Grouped, Grouping, grouping};
pub use kept::{FileSketch, RECORDS_MAX};
pub use lengths::LengthBucket;
pub use near::NEAR;
pub use pass::QualityPass;
pub use sketch::{LabelHash, SKETCH_MAX, Sketch, SketchFault};
pub use suspects::{RARE_CHARACTERS, SUSPECTS_MAX, Suspect};
