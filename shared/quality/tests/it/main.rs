//! What the public interface promises, on generated data.

mod corpus;
mod drift;
mod exactness;
mod expect;
mod hostile;
mod large;
mod precision;
mod same;
mod support;
