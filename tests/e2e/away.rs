//! A network that goes away while somebody watches, and comes again.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{ChildStdout, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tunedrop_run::State;

use crate::data::nova;
use crate::session::Shell;
use crate::world::World;

/// The way to the emulator; with it, every connection on it goes.
struct Road {
    at: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Road {
    /// Port 0 is any. On a thread of its own, for the test blocks while it listens to the command.
    fn open(at: SocketAddr, to: SocketAddr) -> Result<Road> {
        let listener = std::net::TcpListener::bind(at)?;
        listener.set_nonblocking(true)?;
        let at = listener.local_addr()?;
        let (end, ended) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be built").block_on(async {
                tokio::select! {
                    () = lead(TcpListener::from_std(listener).expect("it is not blocking"), to) => {}
                    _ = ended => {}
                }
            });
        });
        Ok(Road { at, end: Some(end), thread: Some(thread) })
    }
}

impl Drop for Road {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked leads nowhere, either.
            let _ = thread.join();
        }
    }
}

async fn lead(listener: TcpListener, to: SocketAddr) {
    let (at, address) = (listener.local_addr().expect("it is bound").to_string(), to.to_string());
    while let Ok((mut from, _)) = listener.accept().await {
        let (at, address) = (at.clone(), address.clone());
        tokio::spawn(async move {
            if let Ok(mut on) = TcpStream::connect(to).await {
                let (mut asks, mut answers) = from.split();
                let (mut back, mut out) = on.split();
                // However it ends, both sides are closed.
                tokio::select! {
                    _ = addressed(&mut asks, &mut out, (at.as_bytes(), address.as_bytes())) => {}
                    _ = tokio::io::copy(&mut back, &mut answers) => {}
                }
            }
        });
    }
}

/// Copies requests, and addresses each to the emulator: it refuses a `Host` that isn't its own.
async fn addressed(
    asks: &mut (impl AsyncRead + Unpin),
    out: &mut (impl AsyncWrite + Unpin),
    (at, to): (&[u8], &[u8]),
) -> std::io::Result<()> {
    let (mut held, mut some) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let n = asks.read(&mut some).await?;
        if n == 0 {
            return out.write_all(&held).await;
        }
        held.extend_from_slice(&some[..n]);
        while let Some(found) = held.windows(at.len()).position(|window| window == at) {
            held.splice(found..found + at.len(), to.iter().copied());
        }
        // The address may go on in what comes next.
        let kept = (1..at.len().min(held.len() + 1)).rev().find(|n| held.ends_with(&at[..*n])).unwrap_or(0);
        let ready: Vec<u8> = held.drain(..held.len() - kept).collect();
        out.write_all(&ready).await?;
    }
}

/// Said once when it goes, once when it comes again; the watching goes on to the run's end.
pub(crate) async fn a_network_that_comes_again(w: &World) -> Result<()> {
    let shell = Shell::open(w, "away")?;
    let emulator: SocketAddr = w.endpoint().trim_start_matches("http://").parse()?;
    let road = Road::open(SocketAddr::from(([127, 0, 0, 1], 0)), emulator)?;
    let told = shell.folder.join("state/tunedrop/local.json");
    let mut local: Value = serde_json::from_slice(&fs::read(&told)?)?;
    local["endpoint"] = json!(format!("http://{}", road.at));
    w.drop(&w.main, "hold-away", "job.yaml", "base_model: nova-lite\n").await?;
    w.drop(&w.main, "hold-away", "train.jsonl", nova(20, "away")).await?;
    let run = w.run_in(&w.main, "hold-away", State::Running).await?;
    let near = Shell::open(w, "near")?;
    fs::write(&told, local.to_string())?;

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
