//! Options that several commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tunedrop_validation::{Customization, Role};

/// What is read, and by which rules.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    /// Files, folders with a job.yaml, s3:// addresses of either (a folder's ends in /), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Base model: an alias such as nova-lite, or Bedrock's identifier. A folder's job.yaml may name it instead
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// Customization [default: what the model has, fine-tuning first]
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    pub(crate) customization: Option<Type>,
    /// What the files are for [default: of two files the first is for training, the second for validation; else training]
    #[arg(long, value_enum)]
    pub(crate) role: Option<RoleArg>,
    /// A catalogue file of one's own, laid over the one that is built in
    #[arg(long, value_name = "FILE")]
    pub(crate) catalogue: Option<PathBuf>,
}

/// A kind of customization, as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Type {
    FineTuning,
    ContinuedPreTraining,
    Distillation,
    ReinforcementFineTuning,
}

impl From<Type> for Customization {
    fn from(typed: Type) -> Customization {
        match typed {
            Type::FineTuning => Customization::FineTuning,
            Type::ContinuedPreTraining => Customization::ContinuedPreTraining,
            Type::Distillation => Customization::Distillation,
            Type::ReinforcementFineTuning => Customization::ReinforcementFineTuning,
        }
    }
}

/// What a file is for, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    Train,
    Validation,
}

impl From<RoleArg> for Role {
    fn from(typed: RoleArg) -> Role {
        match typed {
            RoleArg::Train => Role::Train,
            RoleArg::Validation => Role::Validation,
        }
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal that can show it
    #[default]
    Auto,
    Always,
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(typed: Color) -> anstream::ColorChoice {
        match typed {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
    }
}
