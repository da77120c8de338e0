//! Comparison with reference implementations, and the properties of whole evaluations.

mod data;
mod properties;
mod reference;
