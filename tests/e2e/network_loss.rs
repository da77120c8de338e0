//! Loss of the network during `tunedrop watch`.

use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{ChildStdout, Stdio};

use anyhow::{Context, Result, ensure};
use tunedrop_run::State;

use crate::data::nova;
use crate::harness::Harness;
use crate::network_proxy::NetworkProxy;
use crate::session::Shell;

/// The loss is reported once, and so is the reconnection. The command then follows the run to its end.
pub(crate) async fn watch_reconnects_after_network_loss(w: &Harness) -> Result<()> {
    let shell = Shell::open(w, "away")?;
    let emulator: SocketAddr = w.endpoint().trim_start_matches("http://").parse()?;
    let proxy = NetworkProxy::open(SocketAddr::from(([127, 0, 0, 1], 0)), emulator)?;
    w.upload(&w.main, "hold-away", "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.main, "hold-away", "train.jsonl", nova(20, "away")).await?;
    let run = w.run_in(&w.main, "hold-away", State::Running).await?;
    let near = Shell::open(w, "near")?;
    shell.reach_by(&proxy.endpoint())?;

    let mut watching = shell.command("watch hold-away --local")?.stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(watching.stdout.take().context("a pipe")?).lines();
    heard(&mut lines, " Running")?;
    let at = proxy.at;
    drop(proxy);
    heard(&mut lines, "can't reach the service; check the network and the Region")?;
    heard(&mut lines, "  Retrying for 10 minutes")?;
    let stopped = near.command("stop hold-away --local")?.output()?;
    ensure!(stopped.status.success(), "{stopped:?}");
    w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    let _road = NetworkProxy::open(at, emulator)?;
    heard(&mut lines, "  Reconnected")?;
    heard(&mut lines, " Stopped")?;
    let rest = lines.collect::<Result<Vec<_>, _>>()?;
    ensure!(watching.wait()?.code() == Some(1), "{rest:#?}");
    Ok(())
}

/// Reads until a line contains this.
fn heard(lines: &mut Lines<BufReader<ChildStdout>>, text: &str) -> Result<()> {
    let mut printed = Vec::new();
    for line in lines {
        printed.push(line?);
        if printed.last().is_some_and(|line| line.contains(text)) {
            return Ok(());
        }
    }
    anyhow::bail!("it ended without {text:?}: {printed:#?}")
}
