//! The Bedrock simulator, driven by Bedrock's own SDK. Tests of jobs give it an emulator that takes connections and
//! never answers, so jobs stay InProgress. Tests of models give it objects in memory, so that jobs train.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod account;
mod converse;
mod create;
mod deployments;
mod evaluations;
mod harness;
mod jobs;
mod limits;
mod objects;
mod permissions;
mod prices;
mod stream;
mod throughputs;
