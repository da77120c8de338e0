//! Options that several commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tunedrop_run::OwnLookup;
use tunedrop_validation::{Customization, Role};

/// The data to read, and the model whose rules apply.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    /// Files, dataset folders, s3:// addresses (a folder's ends in /), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Base model: an alias such as nova-lite, Bedrock's identifier, or a custom model's ARN [default: the recipe's]
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// Customization type [default: fine-tuning, or the only one that the model supports]
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    pub(crate) customization: Option<Type>,
    /// What the files are for [default: training; of two files, the second is for validation]
    #[arg(long, value_enum)]
    pub(crate) role: Option<RoleArg>,
    /// A catalogue file whose entries extend or replace the built-in ones
    #[arg(long, value_name = "FILE")]
    pub(crate) catalogue: Option<PathBuf>,
    /// What the stack's ledger says about the run or deployment that a folder's recipe continues from
    #[arg(skip)]
    pub(crate) own_base: OwnLookup,
}

/// A customization type, as a value of `--type`.
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

impl From<Customization> for Type {
    fn from(customization: Customization) -> Type {
        match customization {
            Customization::FineTuning => Type::FineTuning,
            Customization::ContinuedPreTraining => Type::ContinuedPreTraining,
            Customization::Distillation => Type::Distillation,
            Customization::ReinforcementFineTuning => Type::ReinforcementFineTuning,
        }
    }
}

/// What a file is for, as a value of `--role`.
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

/// When to use color.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Color {
    /// If the terminal supports it
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
