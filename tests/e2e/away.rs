//! A network that goes away while somebody watches, and comes again.

use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{ChildStdout, Stdio};

use anyhow::{Context, Result, ensure};
use tunedrop_run::State;

use crate::data::nova;
use crate::road::Road;
use crate::session::Shell;
use crate::world::World;

/// Said once when it goes, once when it comes again; the watching goes on to the run's end.
pub(crate) async fn a_network_that_comes_again(w: &World) -> Result<()> {
    let shell = Shell::open(w, "away")?;
    let emulator: SocketAddr = w.endpoint().trim_start_matches("http://").parse()?;
    let road = Road::open(SocketAddr::from(([127, 0, 0, 1], 0)), emulator)?;
    w.drop(&w.main, "hold-away", "job.yaml", "base_model: nova-lite\n").await?;
    w.drop(&w.main, "hold-away", "train.jsonl", nova(20, "away")).await?;
    let run = w.run_in(&w.main, "hold-away", State::Running).await?;
    let near = Shell::open(w, "near")?;
    shell.reach_by(&road.endpoint())?;

    let mut watching = shell.command("watch hold-away --local")?.stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(watching.stdout.take().context("a pipe")?).lines();
    heard(&mut lines, " Running")?;
    let at = road.at;
    drop(road);
    heard(&mut lines, "the service could not be reached; is there a network, and is the Region right?")?;
    heard(&mut lines, "  asking again for 10 minutes")?;
    let stopped = near.command("stop hold-away --local")?.output()?;
    ensure!(stopped.status.success(), "{stopped:?}");
    w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    let _road = Road::open(at, emulator)?;
    heard(&mut lines, "  there is an answer again")?;
    heard(&mut lines, " Stopped")?;
    let rest = lines.collect::<Result<Vec<_>, _>>()?;
    ensure!(watching.wait()?.code() == Some(1), "{rest:#?}");
    Ok(())
}

/// Reads until a line holds this.
fn heard(lines: &mut Lines<BufReader<ChildStdout>>, text: &str) -> Result<()> {
    let mut said = Vec::new();
    for line in lines {
        said.push(line?);
        if said.last().is_some_and(|line| line.contains(text)) {
            return Ok(());
        }
    }
    anyhow::bail!("it ended without {text:?}: {said:#?}")
}
