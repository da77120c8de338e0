//! Writes a sample of every kind of report into a folder, and prints how long each took to render.
//!
//! `cargo run --release -p tunedrop-report --example pages -- FOLDER`

mod dataset_reports;
mod evaluations;
mod outcomes;
mod quality;
mod records;

use std::path::PathBuf;
use std::time::Instant;

/// How often each page is rendered. The table shows the median.
const TIMES: usize = 9;

/// A page: its name, its number of findings, and the function that renders it.
type Page = (&'static str, u64, Box<dyn Fn() -> String>);

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(std::io::Error::other("the folder to write to is missing"));
    };
    std::fs::create_dir_all(&folder)?;
    println!("| page | findings | kB | ms to render |\n|---|---|---|---|");
    for (name, findings, render) in dataset_reports::all().into_iter().chain(outcomes::all()).chain(evaluations::all())
    {
        let html = render();
        std::fs::write(folder.join(name).with_extension("html"), &html)?;
        let milliseconds = median(&render);
        println!("| {name} | {findings} | {:.1} | {milliseconds:.2} |", html.len() as f64 / 1000.0);
    }
    Ok(())
}

fn median(render: &dyn Fn() -> String) -> f64 {
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(render());
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[TIMES / 2]
}
