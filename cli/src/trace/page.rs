//! Prints where records went, for people.

use std::fmt::Write;

use tunedrop_run::Deployment;

use super::search::Found;
use crate::deployments::{part_of, that_need};
use crate::format::{BOLD, counted, visible};

/// The most runs that are named of those that couldn't be searched.
const NAMED: usize = 10;

pub(super) fn of(found: &Found, deployments: &[Deployment], named: &str) -> String {
    let (records, searched) = (counted(found.records as u64, "record"), counted(found.searched as u64, "run"));
    let with = counted(found.runs.len() as u64, "run");
    let mut out = format!("{records} looked up in {searched}, found in {with}\n");
    let mut datasets: Vec<&str> = Vec::new();
    for one in &found.runs {
        let run = &one.run;
        let _ = writeln!(
            out,
            "\n{BOLD}{}{BOLD:#} is {}, with {}",
            visible(&run.run_id),
            run.state.as_str(),
            counted(one.records as u64, "record")
        );
        if let Some(arn) = &run.model_arn {
            let _ = writeln!(out, "  Custom model  {}", visible(arn));
        }
        for deployment in that_need(deployments, &run.run_id) {
            let _ = writeln!(out, "  Deployment    {}", part_of(deployment, &run.run_id));
        }
        if let Some(at) = &run.erased_at {
            let _ = writeln!(out, "  Erased        {}", visible(at));
        } else if !datasets.contains(&run.dataset.as_str()) {
            datasets.push(&run.dataset);
        }
    }
    if !datasets.is_empty() {
        out.push_str("\nErase what was made from it, with the dataset:\n");
        for dataset in datasets {
            let _ = writeln!(out, "  tunedrop erase {}{named}", visible(dataset));
        }
    }
    if !found.not_searched.is_empty() {
        let some: Vec<String> = found.not_searched.iter().take(NAMED).map(|run_id| visible(run_id)).collect();
        let more = if found.not_searched.len() > NAMED { ", …" } else { "" };
        let count = counted(found.not_searched.len() as u64, "run");
        let _ = writeln!(out, "\nNot searched, without index and files: {count}: {}{more}", some.join(", "));
    }
    out
}
