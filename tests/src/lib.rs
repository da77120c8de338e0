//! End-to-end and house tests live in the test binaries.
