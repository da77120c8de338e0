//! The Bedrock stand-in, driven by Bedrock's own SDK. What needs S3 is tested end to end, not here: these jobs
//! are given an emulator that takes connections and never answers, so they stay InProgress.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod create;
mod harness;
mod jobs;
mod limits;
