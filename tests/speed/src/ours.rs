//! The validator, on one thread and on two.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use anyhow::{Context, bail};
use tunedrop_validation::{
    Catalogue, Chunk, Customization, Cutter, FileCheck, FileReport, Outcome, Role, Rules, Training,
};

/// What is read at once: fits a processor's second cache beside what is made of it.
pub(crate) const BUFFER: usize = 256 * 1024;

fn check(set: &str) -> anyhow::Result<FileCheck> {
    let (model, customization) = match set {
        "a" | "bad" | "short" => ("titan-text-express", Customization::FineTuning),
        "b" => ("nova-micro", Customization::FineTuning),
        "c" => ("titan-text-express", Customization::ContinuedPreTraining),
        _ => bail!("the sets are a, b, c, bad and short"),
    };
    let model = Catalogue::embedded().find(model).context("the catalogue has the model")?;
    let training: &Training = model.customization(customization).context("it has the customization")?;
    Ok(FileCheck::new("train.jsonl", training, Role::Train, None))
}

pub(crate) fn on_one_thread(set: &str, path: &Path) -> anyhow::Result<String> {
    let mut check = check(set)?;
    let mut file = File::open(path)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            length => check.feed(&buffer[..length]),
        }
    }
    let slow = check.judged_the_long_way();
    Ok(told(&check.finish(), slow))
}

fn told(report: &FileReport, slow: u64) -> String {
    let statistics = &report.statistics;
    format!(
        "{} records, {} valid, {} errors, {} warnings, {slow} the long way",
        statistics.records, statistics.valid_records, report.findings.errors, report.findings.warnings
    )
}

/// What a worker tells.
enum Told {
    /// The bytes of a part of the file; fewer than [`BUFFER`] at its end.
    Read(usize, Vec<u8>),
    Judged(usize, Chunk, Outcome),
}

/// Two threads read and judge every other part; this one cuts and absorbs, in the order of the file.
pub(crate) fn on_two_threads(set: &str, path: &Path) -> anyhow::Result<String> {
    let mut check = check(set)?;
    let file = File::open(path)?;
    let parts = file.metadata()?.len().div_ceil(BUFFER as u64) as usize;
    let rules = check.rules();
    let last = thread::scope(|scope| -> anyhow::Result<Chunk> {
        let (tell, told) = channel::<anyhow::Result<Told>>();
        let workers: Vec<_> = (0..2)
            .map(|first| {
                let (todo, chunks) = channel::<(Chunk, Vec<u8>)>();
                let (file, rules, tell) = (&file, &rules, tell.clone());
                scope.spawn(move || {
                    if let Err(error) = work(file, rules, (first..parts).step_by(2), &chunks, &tell) {
                        // Whoever listened is gone, or hears of it.
                        let _ = tell.send(Err(error));
                    }
                });
                todo
            })
            .collect();
        let mut cutter = Cutter::default();
        let (mut read, mut judged) = (BTreeMap::new(), BTreeMap::new());
        let (mut cut, mut absorbed, mut free) = (0, 0, Vec::new());
        while absorbed < parts {
            match told.recv().context("the workers have ended")?? {
                Told::Read(part, buffer) => drop(read.insert(part, buffer)),
                Told::Judged(part, chunk, outcome) => drop(judged.insert(part, (chunk, outcome))),
            }
            while let Some(buffer) = read.remove(&cut) {
                let chunk = cutter.cut(buffer);
                workers[cut % 2].send((chunk, free.pop().unwrap_or_default())).context("a worker has ended")?;
                cut += 1;
            }
            while let Some((chunk, outcome)) = judged.remove(&absorbed) {
                check.absorb(&chunk, outcome);
                free.push(chunk.into_buffer());
                absorbed += 1;
            }
        }
        Ok(cutter.last())
    })?;
    let outcome = rules.judge(&last);
    check.absorb(&last, outcome);
    let slow = check.judged_the_long_way();
    Ok(told(&check.finish(), slow))
}

/// Reads a part ahead of the one that it judges, so that it needn't wait until that one is cut.
fn work(
    file: &File,
    rules: &Rules,
    mut parts: impl Iterator<Item = usize>,
    chunks: &Receiver<(Chunk, Vec<u8>)>,
    tell: &Sender<anyhow::Result<Told>>,
) -> anyhow::Result<()> {
    let mut read = |mut buffer: Vec<u8>| -> anyhow::Result<Option<usize>> {
        let Some(part) = parts.next() else {
            return Ok(None);
        };
        buffer.resize(BUFFER, 0);
        let mut length = 0;
        while length < BUFFER {
            match file.read_at(&mut buffer[length..], (part * BUFFER + length) as u64)? {
                0 => break,
                more => length += more,
            }
        }
        buffer.truncate(length);
        tell.send(Ok(Told::Read(part, buffer))).context("nobody listens")?;
        Ok(Some(part))
    };
    let mut ahead = read(Vec::new())?;
    let mut spare = Vec::new();
    while let Some(part) = ahead {
        ahead = read(std::mem::take(&mut spare))?;
        let (chunk, free) = chunks.recv().context("nothing is cut any more")?;
        spare = free;
        let outcome = rules.judge(&chunk);
        tell.send(Ok(Told::Judged(part, chunk, outcome))).context("nobody listens")?;
    }
    Ok(())
}
