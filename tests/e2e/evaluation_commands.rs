//! The commands about evaluations, and what other commands show about them.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::deployment_commands::{ends, has};
use crate::harness::Harness;
use crate::session::Shell;

const TRAIN: &str = include_str!("../samples/crates/nova/train.jsonl");
const VALIDATION: &str = include_str!("../samples/crates/nova/validation.jsonl");

/// Submits the crates sample, whose validation file has other questions about the same crates. Returns the run's id.
fn trained(shell: &mut Shell, dataset: &str, more: &str) -> Result<String> {
    shell.write(&format!("{dataset}/train.jsonl"), TRAIN)?;
    shell.write(&format!("{dataset}/validation.jsonl"), VALIDATION)?;
    let recipe = format!("base_model: nova-lite\nvalidation: validation.jsonl\n{more}");
    shell.write(&format!("{dataset}/job.yaml"), &recipe)?;
    let printed = ends(shell, &format!("submit {dataset} --local --yes --follow"), 0)?;
    let run = printed.lines().find(|line| line.starts_with(&format!("{dataset}-"))).context("the run's id")?;
    Ok(run.split(' ').next().unwrap_or_default().to_owned())
}

/// A person evaluates a model, reads the result in several commands, and evaluates it again with a file of their own.
pub(crate) async fn model_is_evaluated_on_command(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "commanded")?;
    let run = trained(&mut shell, "commanded", "")?;
    has(&ends(&mut shell, &format!("show {run} --local"), 0)?, &[&format!("tunedrop evaluate {run} --local")])?;
    let none = ends(&mut shell, &format!("compare base {run} --gate --local"), 2)?;
    has(&none, &[&format!("make one with `tunedrop evaluate {run} --against base --local`")])?;
    has(&ends(&mut shell, &format!("evaluate {run} --stop --local"), 1)?, &["Nothing was sent", "has no evaluation"])?;

    // Without a terminal and without --yes, nothing is sent.
    let asked = ends(&mut shell, &format!("evaluate {run} --max-records 60 --local"), 2)?;
    has(&asked, &[&format!("Evaluate {run} against base"), "60 of ", "at most ", "1 temporary one", "pass --yes"])?;
    ensure!(w.main.ledger.evaluation(&run.parse()?).await?.is_none(), "nobody said yes");

    let printed = ends(&mut shell, &format!("evaluate {run} --max-records 60 --yes --gate --local"), 0)?;
    let report = format!("Open the report with `tunedrop report {run} --evaluation --local`");
    has(
        &printed,
        &[&format!("evaluation of {run} Kept"), "95% interval", "better", "Report: s3://", &report, "tunedrop deploy"],
    )?;
    has(
        &ends(&mut shell, &format!("show {run} --local"), 0)?,
        &["Evaluation      Kept, 2", "Decision        Keep the new model", "Compared with   base (better)"],
    )?;
    has(&ends(&mut shell, "runs --dataset commanded --local", 0)?, &["EVALUATION", "Kept\n"])?;
    has(&ends(&mut shell, &format!("watch {run} --local"), 0)?, &[&format!("evaluation of {run} Kept")])?;
    has(
        &ends(&mut shell, &format!("compare base {run} --gate --local"), 0)?,
        &[&format!("{run} against base: better")],
    )?;
    ends(&mut shell, &format!("report {run} --evaluation -o evaluation.html --local"), 0)?;
    let page = std::fs::read_to_string(shell.folder.join("evaluation.html"))?;
    ensure!(page.contains(&run), "the page is of another run");
    let temporary = format!("Temporary     for the evaluation of {run}");
    has(&ends(&mut shell, "deployments --all --local", 0)?, &[&temporary])?;

    shell.write("test.jsonl", VALIDATION)?;
    let json = ends(
        &mut shell,
        &format!("evaluate {run} --data test.jsonl --max-records 40 --metrics exact_match --yes --json --local"),
        0,
    )?;
    let json = json.get(json.find("{\n").context("an object")?..).unwrap_or_default();
    let json: Value = serde_json::Deserializer::from_str(json).into_iter().next().context("JSON")??;
    let data = json["evaluation"]["plan"]["data"].as_str().unwrap_or_default();
    ensure!(data.contains(&format!("/evaluations/{run}/data/")), "{data}");
    ensure!(json["evaluation"]["number"] == 2 && json["result"]["records"] == 40, "{json:#}");
    Ok(())
}

/// What can't be evaluated is refused before anything is sent.
pub(crate) async fn evaluation_is_refused_before_it_is_sent(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "unevaluable")?;
    let run = trained(&mut shell, "unevaluable", "")?;
    shell.write("no-answers.jsonl", "{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}\n")?;
    let file = ends(&mut shell, &format!("evaluate {run} --data no-answers.jsonl --yes --local"), 2)?;
    has(&file, &["no-answers.jsonl has 2 records, and none that a model can be evaluated with", "tunedrop check"])?;
    for (options, expected) in [
        (format!("--against {run}"), "can't be compared with itself"),
        ("--metrics Correctness".to_owned(), "Correctness needs a judge"),
        ("--against deployed --require rouge_l.over_base=0.1".to_owned(), "add `base`"),
    ] {
        let printed = ends(&mut shell, &format!("evaluate {run} {options} --yes --local"), 1)?;
        has(&printed, &["Nothing was sent", expected])?;
    }
    ensure!(w.main.ledger.evaluation(&run.parse()?).await?.is_none(), "something was sent");
    Ok(())
}
