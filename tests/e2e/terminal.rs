//! The command line in a terminal with prompts, and `tunedrop submit`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tunedrop_run::State;

use crate::data::nova;
use crate::harness::Harness;
use crate::session::{Shell, interrupted};
use crate::stack::DeployedStack;

/// Both ends of a terminal: the test's, and the program's.
fn terminal() -> Result<(File, File)> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?;
    let path = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let theirs = File::options().read(true).write(true).open(path)?;
    Ok((File::from(ours), theirs))
}

/// Reads until this is printed.
fn heard(from: &mut impl Read, text: &str) -> Result<String> {
    let (mut printed, mut byte) = (Vec::new(), [0]);
    while !String::from_utf8_lossy(&printed).contains(text) {
        ensure!(from.read(&mut byte)? == 1, "it ended without {text:?}: {}", String::from_utf8_lossy(&printed));
        printed.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&printed).into_owned())
}

/// Nine questions, in order. An invalid answer is asked again, and an empty line selects the first answer.
pub(crate) async fn advise_asks_and_recommends(w: &Harness) -> Result<()> {
    let shell = Shell::open(w, "interview")?;
    let (mut ours, theirs) = terminal()?;
    let mut command = shell.command("advise")?;
    command.stdin(theirs.try_clone()?).stderr(theirs).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    drop(command);
    for (at, typed) in ["perhaps", "y", "", "", "", "", "pa", "200", "", ""].iter().enumerate() {
        let question = heard(&mut ours, "] ")?;
        ensure!(at != 1 || question.contains("one of: no, somewhat, yes"), "{question}");
        writeln!(ours, "{typed}")?;
    }
    let mut printed = String::new();
    child.stdout.take().context("a pipe")?.read_to_string(&mut printed)?;
    ensure!(child.wait()?.success() && printed.contains("\nFine-tuning\n"), "{printed}");
    Ok(())
}

/// After "no" and after Ctrl-C, nothing is done. Ctrl-C ends the program at once.
pub(crate) async fn prompt_accepts_answer_and_ctrl_c(w: &Harness) -> Result<()> {
    let shell = Shell::open(w, "asked")?;
    shell.write("asked/train.jsonl", &nova(20, "asked"))?;
    shell.write("asked/job.yaml", "base_model: nova-lite\n")?;
    let ask = |words: &str| -> Result<(File, Child)> {
        let (ours, theirs) = terminal()?;
        let mut command = shell.command(words)?;
        Ok((ours, command.stdin(theirs).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?))
    };
    for typed in ["n", ""] {
        let (mut ours, mut child) = ask("submit asked --local")?;
        heard(child.stderr.as_mut().context("a pipe")?, "as dataset asked to stack main? [y/N] ")?;
        writeln!(ours, "{typed}")?;
        ensure!(child.wait()?.code() == Some(1), "{typed:?} is no yes");
    }
    let (_ours, mut child) = ask("submit asked --local")?;
    heard(child.stderr.as_mut().context("a pipe")?, "[y/N] ")?;
    let (status, took) = interrupted(&mut child)?;
    ensure!(status.code() == Some(130) && took < Duration::from_secs(2), "submit: {status} after {took:?}");
    w.settled().await;
    ensure!(versions(w, &w.main, "asked").await?.is_empty(), "something was uploaded");

    w.upload(&w.main, "kept", "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.main, "kept", "train.jsonl", nova(20, "kept")).await?;
    let model = w.run_in(&w.main, "kept", State::Succeeded).await?.model_arn.context("a model")?;
    let (mut ours, mut child) = ask("retry kept --local")?;
    let question = heard(child.stderr.as_mut().context("a pipe")?, "[y/N] ")?;
    ensure!(question.contains("succeeded. A retry trains") && question.contains("nova-lite"), "{question}");
    ensure!(question.contains("It bills ") && question.contains(" tokens"), "{question}");
    writeln!(ours, "n")?;
    ensure!(child.wait()?.code() == Some(1), "no is no yes");
    let unasked = shell.command("retry kept --local")?.output()?;
    let printed = String::from_utf8_lossy(&unasked.stderr);
    ensure!(unasked.status.code() == Some(2) && printed.contains("pass --yes"), "{printed}");
    w.settled().await;
    ensure!(w.jobs("kept").await?.len() == 1, "nobody said yes");

    let (_ours, mut child) = ask("rm kept --local")?;
    heard(child.stderr.as_mut().context("a pipe")?, "[y/N] ")?;
    let (status, took) = interrupted(&mut child)?;
    ensure!(status.code() == Some(130) && took < Duration::from_secs(2), "rm: {status} after {took:?}");
    let (mut ours, mut child) = ask("rm kept --local")?;
    heard(child.stderr.as_mut().context("a pipe")?, &model)?;
    writeln!(ours, "y")?;
    ensure!(child.wait()?.success(), "the model was still there, and yes deletes it");
    let again = shell.command("retry kept --local --yes")?.output()?;
    ensure!(again.status.success(), "{again:?}");
    w.run_in(&w.main, "kept", State::Succeeded).await?;
    w.until("a second job", async || w.jobs("kept").await.ok().filter(|jobs| jobs.len() == 2)).await?;
    Ok(())
}

/// The second time, data and recipe both change. Old and new files are never mixed.
pub(crate) async fn submit_uploads_a_complete_dataset(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "whole")?;
    for (seed, epochs) in [("first", 1), ("second", 2)] {
        shell.write("whole/train.jsonl", &nova(20, seed))?;
        shell.write("whole/validation.jsonl", &nova(20, &format!("{seed} kept back")))?;
        let recipe = format!(
            "base_model: nova-lite\nvalidation: validation.jsonl\nhyperparameters: {{ epochCount: {epochs} }}\n"
        );
        shell.write("whole/job.yaml", &recipe)?;
        shell.good("submit whole --local --yes --follow")?;
        w.next_second().await;
    }
    w.settled().await;
    let (jobs, versions) = (w.jobs("whole").await?, versions(w, &w.main, "whole").await?);
    ensure!(jobs.len() == 2, "two sets are two jobs: {jobs:#?}");
    // While files are being uploaded, the recipe names a file that never arrives.
    let recipes: Vec<&String> = versions.iter().filter(|(name, _)| name == "job.yaml").map(|(_, text)| text).collect();
    ensure!(recipes.len() == 4, "{versions:?}");
    ensure!(recipes.iter().step_by(2).all(|text| text.contains("still-being-uploaded.jsonl")), "{recipes:?}");
    ensure!(recipes[1].contains("epochCount: 1") && recipes[3].contains("epochCount: 2"), "{recipes:?}");
    Ok(())
}

/// Earlier content is submitted after other content was accepted, and again within minutes. Each submission ends
/// with the content's existing run, and nobody gets a message about missing files.
pub(crate) async fn submit_accepts_earlier_content(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "earlier")?;
    let mut runs = Vec::new();
    for seed in ["first", "second", "first", "first"] {
        shell.write("earlier/train.jsonl", &nova(20, seed))?;
        shell.write("earlier/job.yaml", "base_model: nova-lite\n")?;
        let printed = shell.good("submit earlier --local --yes --wait 2")?;
        let run = printed.lines().find(|line| line.starts_with("earlier-")).context("the run's id")?;
        runs.push(run.split(' ').next().unwrap_or_default().to_owned());
        w.run_is(&w.main, runs.last().context("a run")?, State::Succeeded).await?;
    }
    ensure!(runs[0] != runs[1] && runs[2] == runs[0] && runs[3] == runs[0], "{runs:?}");
    ensure!(w.jobs("earlier").await?.len() == 2, "two contents, two jobs");
    let head = w.main.ledger.dataset("earlier").await?.context("a head")?;
    ensure!(head.open.is_none() && head.missing_files.is_empty() && head.uploaded_at.is_none(), "{head:?}");
    ensure!(
        head.latest_run.as_deref() == Some(&runs[1]) && head.validated_run.as_deref() == Some(&runs[0]),
        "{head:?}"
    );
    // An incomplete dataset has no run.
    w.upload(&w.main, "earlier", "job.yaml", "base_model: nova-lite\nvalidation: still-missing.jsonl\n").await?;
    let incomplete = async || w.main.ledger.dataset("earlier").await.ok()??.validated_run.is_none().then_some(());
    w.until("the dataset to be incomplete, without a run", incomplete).await
}

/// With a default model, a training file alone is a complete dataset, but not while a recipe is still being uploaded.
pub(crate) async fn default_model_waits_for_every_file(w: &Harness) -> Result<()> {
    let shell = Shell::open(w, "early")?;
    shell.write("early/train.jsonl", &nova(20, "early"))?;
    shell.write("early/validation.jsonl", &nova(1000, "kept back early"))?;
    shell.write("early/job.yaml", "base_model: nova-lite\nvalidation: validation.jsonl\n")?;
    let mut command = shell.command("submit early --local --stack guarded --yes --follow")?;
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let lines = BufReader::new(child.stdout.take().context("a pipe")?).lines().collect::<Result<Vec<_>, _>>()?;
    ensure!(child.wait()?.success(), "{lines:#?}");
    w.settled().await;
    let jobs = w.jobs("early").await?;
    let models: Vec<_> = jobs.iter().map(|job| job["request"]["baseModelIdentifier"].to_string()).collect();
    ensure!(models.len() == 1 && models[0].contains("nova-lite"), "{models:?}");
    Ok(())
}

/// Returns names and texts of everything that was uploaded for a dataset: the versions of each name, oldest first.
async fn versions(w: &Harness, side: &DeployedStack, dataset: &str) -> Result<Vec<(String, String)>> {
    let folder = format!("datasets/{dataset}/");
    let all = w.s3.list_object_versions().bucket(side.bucket()).prefix(&folder).send().await?;
    let mut found = Vec::new();
    for version in all.versions().iter().rev() {
        let (key, id) = (version.key().context("a key")?, version.version_id().context("an id")?);
        let object = w.s3.get_object().bucket(side.bucket()).key(key).version_id(id).send().await?;
        let bytes = object.body.collect().await?.to_vec();
        found.push((key[folder.len()..].to_owned(), String::from_utf8(bytes)?));
    }
    Ok(found)
}
