//! The command line against the local stack: a whole session, which docs/session.md shows, and what can go wrong.

mod steady;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tunedrop_local::{ACCOUNT, REGION, SECRET, build};
use tunedrop_run::State;

use crate::data::nova;
use crate::harness::Harness;
use steady::steady;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/session.md");
const HEAD: &str = "<!-- session -->\n```text\n";

/// A shell in a folder of its own, with the local stack's address as `cargo local` writes it.
pub(crate) struct Shell {
    pub(crate) folder: PathBuf,
    printed: String,
}

impl Shell {
    pub(crate) fn open(w: &Harness, name: &str) -> Result<Shell> {
        let folder = std::env::temp_dir().join(format!("tunedrop-{name}-{}", std::process::id()));
        let state = folder.join("state/tunedrop");
        fs::create_dir_all(&state)?;
        let local = json!({
            "stack": w.main.deployed.name, "endpoint": w.endpoint(), "bedrock": w.bedrock_endpoint(),
            "region": REGION, "access_key": ACCOUNT, "secret": SECRET,
        });
        fs::write(state.join("local.json"), local.to_string())?;
        Ok(Shell { folder, printed: String::new() })
    }

    /// Uses another address of the emulator.
    pub(crate) fn reach_by(&self, endpoint: &str) -> Result<()> {
        self.reach("endpoint", endpoint)
    }

    /// Uses another address of the emulator (`endpoint`) or of the simulator (`bedrock`).
    pub(crate) fn reach(&self, what: &str, address: &str) -> Result<()> {
        let file = self.folder.join("state/tunedrop/local.json");
        let mut local: Value = serde_json::from_slice(&fs::read(&file)?)?;
        local[what] = json!(address);
        Ok(fs::write(file, local.to_string())?)
    }

    pub(crate) fn command(&self, words: &str) -> Result<Command> {
        let mut command = Command::new(build::built()?.folder.join("tunedrop"));
        command.args(words.split(' ')).current_dir(&self.folder).env_clear().stdin(Stdio::null());
        command.env("XDG_STATE_HOME", self.folder.join("state")).env("NO_COLOR", "1").env("USER", "ada");
        Ok(command)
    }

    /// Returns the output, which is kept for the page, and the exit code.
    pub(crate) fn run(&mut self, words: &str) -> Result<(String, Option<i32>)> {
        let Output { status, stdout, stderr } =
            self.command(words)?.output().context("tunedrop could not be started")?;
        let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        self.printed.push_str(&format!("$ tunedrop {words}\n{text}\n"));
        Ok((text, status.code()))
    }

    /// Runs a command that must succeed.
    pub(crate) fn good(&mut self, words: &str) -> Result<String> {
        let (text, code) = self.run(words)?;
        ensure!(code == Some(0), "tunedrop {words} ended with {code:?}: {text}");
        Ok(text)
    }

    pub(crate) fn write(&self, file: &str, text: &str) -> Result<()> {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().context("a folder")?)?;
        Ok(fs::write(path, text)?)
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Files that can't be deleted stay in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Sends Ctrl-C, and measures how long the program takes to end.
pub(crate) fn interrupted(child: &mut Child) -> Result<(ExitStatus, Duration)> {
    let begin = Instant::now();
    let asked = Command::new("kill").args(["-INT", &child.id().to_string()]).status()?;
    ensure!(asked.success(), "the signal was not sent");
    while begin.elapsed() < Duration::from_secs(10) {
        if let Some(status) = child.try_wait()? {
            return Ok((status, begin.elapsed()));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill()?;
    Ok((child.wait()?, begin.elapsed()))
}

/// From `advise` to two compared models. Another run is stopped and retried.
pub(crate) async fn from_an_idea_to_a_model(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "session")?;
    let form = shell.good("advise --questions")?;
    shell.printed.clear();
    let answers =
        form.replace("behavior = \"no\"", "behavior = \"yes\"").replace("data = \"none\"", "data = \"pairs\"");
    shell.write("answers.toml", &answers.replace("examples = \"under-8\"", "examples = \"under-200\""))?;
    shell.write("parts/train.jsonl", &nova(60, "parts"))?;
    let advice = shell.good("advise --answers answers.toml")?;
    ensure!(advice.starts_with("\nFine-tuning\n"), "{advice}");
    shell.good("init parts")?;
    shell.good("check parts")?;
    let submitted = shell.good("submit parts --local --yes --follow")?;
    ensure!(submitted.contains("Succeeded") && submitted.contains("custom-model/"), "{submitted}");
    shell.good("report parts --local -o parts.html")?;
    ensure!(fs::read_to_string(shell.folder.join("parts.html"))?.contains("<svg"), "the outcome has its chart");

    let recipe = fs::read_to_string(shell.folder.join("parts/job.yaml"))?;
    shell.write("parts/job.yaml", &format!("{recipe}\nhyperparameters: {{ epochCount: 3 }}\n"))?;
    shell.good("submit parts --local --yes --follow")?;
    let listed = shell.good("runs --local --dataset parts")?;
    let ids: Vec<&str> = listed.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
    ensure!(ids.len() == 2, "{listed}");
    let compared = shell.good(&format!("compare {} {} --local", ids[1], ids[0]))?;
    ensure!(compared.contains("epochCount") && compared.contains("default"), "{compared}");

    shell.write("other/train.jsonl", &nova(20, "other"))?;
    shell.write("other/job.yaml", "base_model: nova-micro\nlaunch: manual\n")?;
    shell.good("submit other --local --yes")?;
    shell.good("stop other --local")?;
    let first = w.run_in(&w.main, "other", State::Stopped).await?;
    shell.good("retry other --local")?;
    let again = format!("{}-2", first.run_id);
    w.run_is(&w.main, &again, State::Succeeded).await?;
    shell.good(&format!("watch {again} --local"))?;
    let shown = shell.good("show other --local")?;
    ensure!(shown.contains(&format!("{again} is Succeeded")), "{shown}");
    written(&steady(&shell.printed, &w.main.deployed.outputs["BucketName"]))
}

/// Checks that the page shows the session as it was printed. `UPDATE_DOCS=1` updates the page.
fn written(session: &str) -> Result<()> {
    let page = fs::read_to_string(PAGE)?;
    let start = page.find(HEAD).context("docs/session.md has no session")? + HEAD.len();
    let end = start + page[start..].find("```\n").context("the session has no end")?;
    if std::env::var_os("UPDATE_DOCS").is_some() {
        return Ok(fs::write(PAGE, format!("{}{session}{}", &page[..start], &page[end..]))?);
    }
    ensure!(
        &page[start..end] == session,
        "docs/session.md isn't what was printed; set UPDATE_DOCS=1 to update it:\n{session}"
    );
    Ok(())
}

/// Each error says what is wrong, why, and what to do, and the exit code is 2.
pub(crate) async fn errors_say_what_is_wrong(w: &Harness) -> Result<()> {
    w.upload(&w.paused, "theirs", "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.paused, "theirs", "train.jsonl", nova(20, "theirs")).await?;
    let theirs = w.run_in(&w.paused, "theirs", State::Queued).await?.run_id;
    w.upload(&w.main, "unread", "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.main, "unread", "train.jsonl", "{\"messages\": 1}\n").await?;
    w.wait_for_messages(&w.main, "unread", "was rejected", 1).await?;
    let mut shell = Shell::open(w, "wrong")?;
    for (words, code, part) in [
        (
            "show no-such-run --local",
            2,
            "stack main has no run no-such-run; list its runs with `tunedrop runs --local`",
        ),
        ("runs --local --stack no-such-stack", 2, "no stack no-such-stack in us-east-1; existing stacks: "),
        (&format!("show {theirs} --local"), 2, "stack main has no run"),
        (&format!("show {theirs} --local --stack paused"), 0, "is Queued"),
        (&format!("approve {theirs} --local --stack paused"), 1, "or one that waits for more files, can be approved"),
        (&format!("retry {theirs} --local --stack paused"), 1, "it hasn't ended yet"),
        ("runs --local --state sleeping", 2, "expected one of rejected, held"),
        ("compare one --local", 2, "2 values required"),
        ("submit nowhere --local", 2, "nowhere can't be read"),
        (&format!("report {theirs} --local --stack paused -o queued.html"), 0, "queued.html"),
        ("report unread --local -o rejected.html", 0, "rejected.html"),
        ("redrive --local --queue record", 0, "record: no messages"),
        (&format!("rm {theirs} --local --stack paused --yes"), 2, "has no custom model"),
    ] {
        let (printed, ended) = shell.run(words)?;
        ensure!(printed.contains(part) && ended == Some(code), "tunedrop {words} ended with {ended:?}: {printed}");
    }
    for (file, part) in [("queued.html", "Accepted"), ("rejected.html", "Rejected: ")] {
        let page = fs::read_to_string(shell.folder.join(file))?;
        ensure!(page.contains(part), "{file} is another page: {page}");
    }
    nothing_is_uploaded(w, &mut shell).await
}

/// Findings block, there is no terminal, or `--dry-run`: nothing is uploaded.
async fn nothing_is_uploaded(w: &Harness, shell: &mut Shell) -> Result<()> {
    shell.write("faulty/train.jsonl", "{\"messages\": 1}\n")?;
    shell.write("faulty/job.yaml", "base_model: nova-lite\n")?;
    shell.write("unasked/train.jsonl", &nova(20, "unasked"))?;
    shell.write("unasked/job.yaml", "base_model: nova-lite\n")?;
    for (words, code, part) in [
        ("submit faulty --local --yes", 1, "nothing was uploaded"),
        ("submit unasked --local", 2, "pass --yes to confirm"),
        ("submit unasked --local --dry-run", 0, "datasets/unasked/train.jsonl\n  datasets/unasked/job.yaml"),
    ] {
        let (printed, ended) = shell.run(words)?;
        ensure!(printed.contains(part) && ended == Some(code), "tunedrop {words} ended with {ended:?}: {printed}");
    }
    for dataset in ["faulty", "unasked"] {
        ensure!(w.main.ledger.dataset(dataset).await?.is_none(), "something of {dataset} was uploaded");
    }
    Ok(())
}

/// Ctrl-C ends a wait within two seconds, with exit code 130. A missing network is an error with an explanation.
pub(crate) async fn ctrl_c_ends_a_wait(w: &Harness) -> Result<()> {
    let shell = Shell::open(w, "wait")?;
    w.upload(&w.main, "hold-watched", "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.main, "hold-watched", "train.jsonl", nova(20, "watched")).await?;
    w.run_in(&w.main, "hold-watched", State::Running).await?;
    let mut watching = shell.command("watch hold-watched --local")?.stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(watching.stdout.take().context("a pipe")?).lines();
    let first = lines.next().context("it says nothing")??;
    ensure!(first.ends_with("Running"), "{first}");
    let (status, took) = interrupted(&mut watching)?;
    ensure!(status.code() == Some(130) && took < Duration::from_secs(2), "{status} after {took:?}");

    let nowhere = json!({
        "stack": w.main.deployed.name, "endpoint": "http://127.0.0.1:1", "bedrock": "http://127.0.0.1:1",
        "region": REGION, "access_key": ACCOUNT, "secret": SECRET,
    });
    fs::write(shell.folder.join("state/tunedrop/local.json"), nowhere.to_string())?;
    let gone = shell.command("watch hold-watched --local")?.output()?;
    let printed = String::from_utf8_lossy(&gone.stderr);
    ensure!(gone.status.code() == Some(2) && printed.contains("can't reach the service"), "{printed}");
    Ok(())
}
