//! `tunedrop doctor`: checks that a stack is set up correctly.

mod checks;

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::format::{ERROR, GOOD, WARNING, counted, visible};
use crate::stack::{StackArgs, block_on};
use crate::{print, print_exactly};

/// Check that a stack is set up correctly
///
/// Changes nothing. Each check gets a mark, and a failed one says how to fix it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop doctor
  tunedrop doctor --model nova-pro --stack tunedrop
  tunedrop doctor --json | jq '.checks[] | select(.mark == \"bad\")'

Marks:
  ok:  passed
  BAD: failed
  ?:   not checked, for example because your permissions don't allow it

Exit codes:
  0: no check failed
  1: a check failed
  2: no such stack, a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct DoctorArgs {
    /// Base model to check
    #[arg(long, value_name = "MODEL", default_value = "nova-lite")]
    model: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Good,
    Bad,
    /// It couldn't be checked.
    Unknown,
}

/// A check and its result.
#[derive(Debug)]
struct Check {
    what: &'static str,
    mark: Mark,
    found: String,
    /// What to do if it failed.
    fix: String,
}

impl Mark {
    fn word(self) -> &'static str {
        match self {
            Mark::Good => "ok",
            Mark::Bad => "bad",
            Mark::Unknown => "unknown",
        }
    }
}

pub(crate) fn doctor(args: &DoctorArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let checks = checks::all(&stack, &args.model).await?;
        let bad = checks.iter().any(|check| check.mark == Mark::Bad);
        if args.json {
            let checks: Vec<Value> = checks.iter().map(Check::json).collect();
            print_exactly(&format!("{:#}\n", json!({ "version": 1, "stack": stack.name, "checks": checks })))?;
        } else {
            print(&page(&checks))?;
        }
        Ok(ExitCode::from(u8::from(bad)))
    })
}

impl Check {
    fn json(&self) -> Value {
        json!({ "what": self.what, "mark": self.mark.word(), "found": self.found, "fix": self.fix })
    }
}

fn page(checks: &[Check]) -> String {
    let mut out = String::new();
    for check in checks {
        let (style, mark) = match check.mark {
            Mark::Good => (GOOD, "ok "),
            Mark::Bad => (ERROR, "BAD"),
            Mark::Unknown => (WARNING, "?  "),
        };
        out.push_str(&format!("{style}{mark}{style:#}  {:<14}{}\n", check.what, visible(&check.found)));
        if check.mark != Mark::Good && !check.fix.is_empty() {
            out.push_str(&format!("     {:<14}{}\n", "", visible(&check.fix)));
        }
    }
    let count = |mark| checks.iter().filter(|check| check.mark == mark).count();
    let (bad, unknown) = (count(Mark::Bad), count(Mark::Unknown));
    out.push_str(&match (bad, unknown) {
        (0, 0) => "\nThe stack is set up correctly\n".to_owned(),
        (0, unknown) => format!("\nNo check failed; {unknown} couldn't be made\n"),
        (bad, _) => format!("\n{} failed: fix what is marked BAD\n", counted(bad as u64, "check")),
    });
    out
}
