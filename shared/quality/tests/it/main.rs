//! What the public interface promises, on generated data.

mod corpus;
mod exactness;
mod hostile;
mod precision;
mod same;
mod support;
