//! `tunedrop explain`: what a code means, why it matters, and how to mend it.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use tunedrop_validation::{Code, Severity};

use crate::format::{BOLD, ERROR, WARNING};
use crate::print;

/// Say what a finding's code means, why it matters, and how to mend it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop explain unpaired-turn
  tunedrop explain --all            every code, a line each

Exit codes: 0 explained, 2 no such code")]
pub(crate) struct ExplainArgs {
    /// As it stands in brackets behind `error` or `warning`
    #[arg(required_unless_present = "all")]
    code: Option<String>,
    /// List all codes
    #[arg(long, conflicts_with = "code")]
    all: bool,
}

/// Less alike than this, a name is no slip of another.
const ALIKE: f64 = 0.85;

pub(crate) fn explain(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let Some(name) = &args.code else {
        print(&Code::ALL.iter().map(|code| line(*code)).collect::<String>())?;
        return Ok(ExitCode::SUCCESS);
    };
    let name = name.trim().trim_start_matches('[').trim_end_matches(']').to_lowercase().replace('_', "-");
    let Some(code) = Code::from_name(&name) else {
        match near(&name).as_slice() {
            [] => bail!("there is no code {name:?}; `tunedrop explain --all` lists them"),
            near => bail!("there is no code {name:?}; did you mean {}?", near.join(" or ")),
        }
    };
    print(&page(code))?;
    Ok(ExitCode::SUCCESS)
}

/// Codes that were probably meant, the most likely first: those that hold the word, else those that look like it.
fn near(name: &str) -> Vec<&'static str> {
    let holds = |code: &&str| name.len() > 2 && code.split('-').any(|word| word == name);
    let names = || Code::ALL.iter().map(|code| code.as_str());
    let held: Vec<&str> = names().filter(holds).take(3).collect();
    if !held.is_empty() {
        return held;
    }
    let mut alike: Vec<(f64, &str)> = names().map(|code| (strsim::jaro_winkler(name, code), code)).collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0));
    alike.into_iter().filter(|(alike, _)| *alike > ALIKE).take(2).map(|(_, code)| code).collect()
}

fn severity(code: Code) -> String {
    match code.info().severity {
        Severity::Error => format!("{ERROR}error{ERROR:#}  "),
        Severity::Warning => format!("{WARNING}warning{WARNING:#}"),
    }
}

fn line(code: Code) -> String {
    format!("{} {code:<28} {}\n", severity(code), code.info().title)
}

fn page(code: Code) -> String {
    let info = code.info();
    let blocks = match info.severity {
        Severity::Error => "it blocks the launch",
        Severity::Warning => "it blocks only where warnings do: --strict, or strict: true in the recipe",
    };
    let mut page = format!("{BOLD}{}{BOLD:#}\n{} [{code}]: {blocks}\n", info.title, severity(code).trim_end());
    let example = format!("  {}", info.example.trim_end().replace('\n', "\n  "));
    for (heading, text) in [
        ("What it is", info.what),
        ("Why it matters", info.why),
        ("Example", &example),
        ("How to mend it", info.mend),
        ("Source", info.source),
    ] {
        page.push_str(&format!("\n{BOLD}{heading}{BOLD:#}\n{text}\n"));
    }
    page
}
