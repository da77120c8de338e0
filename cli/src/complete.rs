//! `tunedrop completions` and `tunedrop man`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{Cli, print};

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop completions bash > ~/.bash_completion.d/tunedrop
  tunedrop completions zsh > ~/.zfunc/_tunedrop
  tunedrop completions fish > ~/.config/fish/completions/tunedrop.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Write man pages to a folder
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop man ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// The folder; it is created if it doesn't exist
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

pub(crate) fn completions(args: &CompletionsArgs) -> Result<ExitCode> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tunedrop", &mut text);
    crate::print_exactly(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn man(args: &ManArgs) -> Result<ExitCode> {
    let unwritable = || format!("the man pages can't be written to {}", args.dir.display());
    std::fs::create_dir_all(&args.dir).with_context(unwritable)?;
    clap_mangen::generate_to(Cli::command(), &args.dir).with_context(unwritable)?;
    print(&format!("Wrote the man pages to {}. Read one with `man -l {0}/tunedrop.1`\n", args.dir.display()))?;
    Ok(ExitCode::SUCCESS)
}
