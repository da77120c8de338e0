//! `tunedrop doctor`: whether a stack can do its work, before money is spent.

mod checks;

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::format::{ERROR, GOOD, WARNING, visible};
use crate::stack::{StackArgs, block_on};
use crate::{print, print_exactly};

/// Look whether a stack can do its work, before money is spent
///
/// Asks; changes nothing. Each part gets a mark, and where it fails, what mends it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop doctor
  tunedrop doctor --model nova-pro --stack tunedrop
  tunedrop doctor --json | jq '.checks[] | select(.mark == \"bad\")'

Marks: ok, BAD, and ? for what could not be asked, such as by your own permissions.

Exit codes: 0 nothing is bad, 1 something is, 2 no such stack, used wrongly, or a service failed; 130 Ctrl-C")]
pub(crate) struct DoctorArgs {
    /// Base model to look for
    #[arg(long, value_name = "MODEL", default_value = "nova-lite")]
    model: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Good,
    Bad,
    /// It could not be asked.
    Unknown,
}

/// One part, looked at.
#[derive(Debug)]
struct Check {
    what: &'static str,
    mark: Mark,
    found: String,
    /// Where it is bad or unknown.
    mend: String,
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
        json!({ "what": self.what, "mark": self.mark.word(), "found": self.found, "mend": self.mend })
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
        if check.mark != Mark::Good && !check.mend.is_empty() {
            out.push_str(&format!("     {:<14}{}\n", "", visible(&check.mend)));
        }
    }
    let count = |mark| checks.iter().filter(|check| check.mark == mark).count();
    let (bad, unknown) = (count(Mark::Bad), count(Mark::Unknown));
    out.push_str(&match (bad, unknown) {
        (0, 0) => "\nThe stack can do its work\n".to_owned(),
        (0, unknown) => format!("\nNothing is bad; {unknown} could not be asked\n"),
        (bad, _) => format!("\n{bad} must be mended\n"),
    });
    out
}
