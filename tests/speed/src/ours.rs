//! The validator, on one thread and on two.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
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

/// Two threads judge; this one reads, and absorbs. Each worker has a queue of its own and gets every other chunk, so
/// that outcomes come back in the order of the file.
pub(crate) fn on_two_threads(set: &str, path: &Path) -> anyhow::Result<String> {
    let mut check = check(set)?;
    let mut file = File::open(path)?;
    let rules = check.rules();
    thread::scope(|scope| -> anyhow::Result<()> {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                let (todo, chunks) = sync_channel::<Chunk>(2);
                let (done, outcomes) = sync_channel::<(Chunk, Outcome)>(2);
                let rules = &rules;
                scope.spawn(move || judge_all(rules, chunks, done));
                (todo, outcomes)
            })
            .collect();
        let (mut sent, mut absorbed) = (0, 0);
        let mut free = Vec::new();
        let mut cutter = Some(Cutter::default());
        while cutter.is_some() || absorbed < sent {
            if let Some(chunk) =
                (sent - absorbed < 4).then(|| next(&mut file, &mut cutter, free.pop())).transpose()?.flatten()
            {
                workers[sent % 2].0.send(chunk).context("a worker has ended")?;
                sent += 1;
                continue;
            }
            let (chunk, outcome) = workers[absorbed % 2].1.recv().context("a worker has ended")?;
            check.absorb(&chunk, outcome);
            free.push(chunk.into_buffer());
            absorbed += 1;
        }
        Ok(())
    })?;
    let slow = check.judged_the_long_way();
    Ok(told(&check.finish(), slow))
}

fn judge_all(rules: &Rules, chunks: Receiver<Chunk>, done: SyncSender<(Chunk, Outcome)>) {
    for chunk in chunks {
        let outcome = rules.judge(&chunk);
        if done.send((chunk, outcome)).is_err() {
            return;
        }
    }
}

/// The next chunk, in a buffer that is free; at the end of the file what is left, and then none.
fn next(file: &mut File, cutter: &mut Option<Cutter>, free: Option<Vec<u8>>) -> anyhow::Result<Option<Chunk>> {
    let Some(cutting) = cutter else {
        return Ok(None);
    };
    let mut buffer = free.unwrap_or_default();
    buffer.resize(BUFFER, 0);
    let length = file.read(&mut buffer)?;
    buffer.truncate(length);
    if length > 0 {
        return Ok(Some(cutting.cut(buffer)));
    }
    Ok(cutter.take().map(Cutter::last))
}
