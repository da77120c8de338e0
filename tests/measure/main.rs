//! Measures a local stack: how fast a drop becomes a run, and what the functions weigh.
//!
//! Run it with `cargo run --example measure [-- --binaries DIR]`; DIR holds the functions' binaries,
//! such as `target/release`, and is the folder of the example's own profile where it is left out. Release figures are
//! the ones to quote: a dev build measures the compiler's haste. Memory is read from `/proc`, so on Linux alone.

mod drops;
mod large;
mod process;
mod starts;
mod table;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use tunedrop_local::bedrock::Faults;
use tunedrop_local::build::{self, Binaries, FUNCTIONS};
use tunedrop_local::{Stack, StackOptions};

/// How long the stand-in's job takes in each phase; less, and its end would overtake the look at `Running`.
const PHASES_MS: [u64; 3] = [100; 3];

#[tokio::main]
async fn main() -> Result<()> {
    let binaries = binaries()?;
    header(&binaries)?;
    let faults = Faults { phases_ms: PHASES_MS, train: false, slots: 1000, models: 1000, ..Faults::default() };
    let stack =
        Stack::start(&binaries, StackOptions { name: "measure".to_owned(), faults, ..StackOptions::default() }).await?;
    // Whatever goes wrong, the stack is stopped first.
    let measured = on_stack(&stack).await;
    stack.stop().await?;
    measured?;
    // After the stack is gone, so that nothing else runs beside the starts.
    let folder = binaries.folder.clone();
    tokio::task::spawn_blocking(move || on_binaries(&folder)).await.context("the starts were cut off")?
}

async fn on_stack(stack: &Stack) -> Result<()> {
    drops::print(&drops::measure(stack).await?);
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

/// The folder of `--binaries`, else our own profile's; nothing is built here.
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
    // Others at work on the machine make every figure worse.
    if let Ok(load) = fs::read_to_string("/proc/loadavg") {
        println!("load      {} (1, 5, 15 min)", load.split(' ').take(3).collect::<Vec<_>>().join(" "));
    }
    Ok(())
}
