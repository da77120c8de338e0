//! Prints where records went, for people.

use std::fmt::Write;

use tunedrop_run::{Deployment, RunId};

use super::erased::Erased;
use super::search::Found;
use crate::deployments::{part_of, that_need};
use crate::format::{BOLD, counted, visible};

/// The most runs that are named of those that couldn't be searched.
const NAMED: usize = 10;

pub(super) fn of(found: &Found, deployments: &[Deployment], options: &str) -> String {
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
            let _ = writeln!(out, "  tunedrop erase {}{options}", visible(dataset));
        }
        let _ = writeln!(out, "\nOr erase only what has these records:\n  tunedrop erase --record FILE{options}");
    }
    for one in &found.erased {
        out.push_str(&erased(one));
    }
    if !found.not_searched.is_empty() {
        let _ = writeln!(out, "\nNot searched, without index and files: {}", named(&found.not_searched));
    }
    out
}

/// What is known of an erasure.
fn erased(one: &Erased) -> String {
    let mut out =
        format!("\n{BOLD}Erased on {}{BOLD:#}", visible(one.at.get(..16).unwrap_or(&one.at)).replace('T', " "));
    if let Some(records) = one.records {
        let _ = write!(out, ", with {} of these", counted(records as u64, "record"));
    }
    out.push('\n');
    if !one.runs.is_empty() {
        let _ = writeln!(out, "  {}", named(&one.runs));
    }
    let certificate = one.certificate.as_deref().map_or_else(|| "none is in the bucket".to_owned(), visible);
    let _ = writeln!(out, "  Certificate   {certificate}");
    out
}

/// The first of these runs, and how many there are.
fn named(runs: &[RunId]) -> String {
    let some: Vec<String> = runs.iter().take(NAMED).map(|run_id| visible(run_id)).collect();
    let more = if runs.len() > NAMED { ", …" } else { "" };
    format!("{}: {}{more}", counted(runs.len() as u64, "run"), some.join(", "))
}
