//! Measures a local stack: how quickly an upload becomes a run, and how much memory the functions need.
//!
//! Run it with `cargo run --example measure [-- --binaries DIR]`. DIR contains the functions' binaries, such as
//! `target/release`. The default is the folder of the example's own profile. Quote release figures only, because dev
//! builds aren't optimized. Memory is read from `/proc`, so it is measured on Linux only.

mod large;
mod process;
mod starts;
mod table;
mod uploads;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use tunedrop_local::bedrock::Faults;
use tunedrop_local::build::{self, Binaries, FUNCTIONS};
use tunedrop_local::{Stack, StackOptions};

/// The duration of each phase of a job. If it were shorter, the job could end before `Running` is observed.
const PHASES_MS: [u64; 3] = [100; 3];

#[tokio::main]
async fn main() -> Result<()> {
    let binaries = binaries()?;
    header(&binaries)?;
    let faults = Faults { phases_ms: PHASES_MS, train: false, slots: 1000, models: 1000, ..Faults::default() };
    let stack =
        Stack::start(&binaries, StackOptions { name: "measure".to_owned(), faults, ..StackOptions::default() }).await?;
    // The stack is stopped after an error too.
    let measured = on_stack(&stack).await;
    stack.stop().await?;
    measured?;
    // After the stack has stopped, so that nothing else runs during the starts.
    let folder = binaries.folder.clone();
    tokio::task::spawn_blocking(move || on_binaries(&folder))
        .await
        .context("the measurement of the starts was interrupted")?
}

async fn on_stack(stack: &Stack) -> Result<()> {
    uploads::print(&uploads::measure(stack).await?);
    large::print(&large::measure(stack).await?);
    Ok(())
}

fn on_binaries(folder: &std::path::Path) -> Result<()> {
    let mut rows = Vec::new();
    for name in FUNCTIONS {
        let path = folder.join(name);
        let bytes = fs::metadata(&path).with_context(|| format!("{} can't be read", path.display()))?.len();
        rows.push(starts::measure(name, &path, bytes)?);
    }
    starts::print(&rows);
    Ok(())
}

/// Returns the folder of `--binaries`, or that of the own profile. Nothing is built here.
fn binaries() -> Result<Binaries> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [] => build::built(),
        [option, folder] if option == "--binaries" => build::built_in(PathBuf::from(folder)),
        _ => bail!("usage: measure [--binaries DIR]"),
    }
}

fn header(binaries: &Binaries) -> Result<()> {
    let folder = binaries.folder.canonicalize().context("the binaries' folder can't be read")?;
    let cores = std::thread::available_parallelism().context("the number of cores is not known")?;
    println!("binaries  {}", folder.display());
    println!("cores     {cores}");
    // Other work on the machine makes every figure worse.
    if let Ok(load) = fs::read_to_string("/proc/loadavg") {
        println!("load      {} (1, 5, 15 min)", load.split(' ').take(3).collect::<Vec<_>>().join(" "));
    }
    Ok(())
}
