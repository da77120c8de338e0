//! The local stack: emulator, deployer and Bedrock simulator, started on one machine.
//!
//! [`build::functions`] builds what is deployed, [`Stack::start`] starts the emulator (a Python package,
//! installed once into a virtual environment under `target/`) and the simulator, and deploys `template.yaml`.
//! Everything listens on loopback and ends with the [`Stack`].

pub mod bedrock;
mod browser;
pub mod build;
mod client;
pub mod curve;
mod deploy;
mod deployer;
mod emulator;
mod folder;
pub mod function;
pub mod proxy;
mod python;
mod simulator;
mod stack;

pub use client::{Message, http};
pub use deploy::Deployment;
pub use stack::{ACCOUNT, REGION, SECRET, Stack, StackOptions};
