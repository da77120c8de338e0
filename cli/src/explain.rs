//! `tunedrop explain`: the meaning of a code.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use tunedrop_validation::{Code, Severity};

use crate::format::{BOLD, ERROR, WARNING};
use crate::print;

/// Explain a finding's code: what it means, why it matters, how to fix it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop explain unpaired-turn
  tunedrop explain --all            list all codes

Exit codes:
  0: explained
  2: unknown code")]
pub(crate) struct ExplainArgs {
    /// The code in brackets after `error` or `warning`
    #[arg(required_unless_present = "all")]
    code: Option<String>,
    /// List all codes
    #[arg(long, conflicts_with = "code")]
    all: bool,
}

/// The least Jaro-Winkler similarity of a suggestion.
const ALIKE: f64 = 0.85;

pub(crate) fn explain(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let Some(name) = &args.code else {
        print(&Code::ALL.iter().map(|code| line(*code)).collect::<String>())?;
        return Ok(ExitCode::SUCCESS);
    };
    // As findings have it: `error[invalid-json]:`.
    let name = name.trim().trim_end_matches(':');
    let name = ["error", "warning"].iter().find_map(|word| name.strip_prefix(word)?.strip_prefix('[')).unwrap_or(name);
    let name = name.trim_start_matches('[').trim_end_matches(']').to_lowercase().replace('_', "-");
    let Some(code) = Code::from_name(&name) else {
        match near(&name).as_slice() {
            [] => bail!("unknown code {name:?}; `tunedrop explain --all` lists them"),
            near => bail!("unknown code {name:?}; did you mean {}?", near.join(" or ")),
        }
    };
    print(&page(code))?;
    Ok(ExitCode::SUCCESS)
}

/// Suggestions, the most likely first: codes that contain the word, else similar ones.
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
        Severity::Error => "blocks the launch",
        Severity::Warning => "blocks only with --strict, or with strict: true in the recipe",
    };
    let mut page = format!("{BOLD}{}{BOLD:#}\n{} [{code}]: {blocks}\n", info.title, severity(code).trim_end());
    let example = format!("  {}", info.example.trim_end().replace('\n', "\n  "));
    for (heading, text) in [
        ("What it is", info.what),
        ("Why it matters", info.why),
        ("Example", &example),
        ("How to fix it", info.fix),
        ("Source", info.source),
    ] {
        page.push_str(&format!("\n{BOLD}{heading}{BOLD:#}\n{text}\n"));
    }
    page
}
