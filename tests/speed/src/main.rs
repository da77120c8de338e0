//! Reads a file of records once, with the validator or with an alternative; and generates the files.
//!
//! `tests/speed/run` calls it for each of them and prints the table. `tests/speed/gate` counts instructions.
//! `tests/speed/quality` and `tests/speed/near` measure the second look at data.

mod brute;
mod compared;
mod ours;
mod sets;

use std::path::Path;

use anyhow::{Context, bail};
use tunedrop_validation::Options;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["make", set, records, path] => {
            let records = records.parse().context("how many records is a number")?;
            sets::make(set, records, Path::new(path))?
        }
        ["ours", set, path] => ours::validate(set, Path::new(path), Options::default())?,
        ["indexed", set, path] => ours::indexed(set, Path::new(path))?,
        ["thorough", set, path] => {
            ours::validate(set, Path::new(path), Options { thorough: true, ..Options::default() })?
        }
        ["sensitive", set, path] => {
            ours::validate(set, Path::new(path), Options { sensitive: true, ..Options::default() })?
        }
        ["quality", set, path] => ours::quality(set, Path::new(path))?,
        ["near", path, to] => ours::near(Path::new(path), Path::new(to))?,
        ["brute", path, to] => brute::near(Path::new(path), Path::new(to))?,
        ["typed", "c", path] => compared::typed(Path::new(path))?,
        ["value", _, path] => compared::value(Path::new(path))?,
        ["read", _, path] => compared::read(Path::new(path))?,
        _ => bail!(
            "make SET RECORDS FILE; ours, indexed, thorough, sensitive, quality, typed, value, read with SET FILE; \
             near, brute with FILE TO"
        ),
    };
    println!("{result}");
    Ok(())
}
