//! Chunks judged by several threads give what one thread gives.

use std::fs;
use std::sync::mpsc::sync_channel;
use std::thread;

use tunedrop_validation::{Chunk, Cutter, FileCheck, FileReport, Outcome, Role, Training};

use crate::support::{judge, shown};

/// Judges a file on two threads, in buffers of that size.
fn on_two_threads(training: &Training, bytes: &[u8], size: usize) -> FileReport {
    let mut check = FileCheck::new("train.jsonl", training, Role::Train, None);
    let rules = check.rules();
    thread::scope(|scope| {
        let mut workers = Vec::new();
        for _ in 0..2 {
            let (todo, chunks) = sync_channel::<Chunk>(1);
            let (done, outcomes) = sync_channel::<(Chunk, Outcome)>(1);
            let rules = rules.clone();
            scope.spawn(move || {
                chunks.into_iter().all(|chunk| {
                    let outcome = rules.judge(&chunk);
                    done.send((chunk, outcome)).is_ok()
                })
            });
            workers.push((todo, outcomes));
        }
        let mut cutter = Cutter::default();
        let mut chunks: Vec<Chunk> = bytes.chunks(size).map(|buffer| cutter.cut(buffer.to_vec())).collect();
        chunks.push(cutter.last());
        let mut chunks = chunks.into_iter();
        loop {
            let sent: Vec<_> = workers.iter().zip(chunks.by_ref()).collect();
            if sent.is_empty() {
                return;
            }
            let waiting: Vec<_> = sent
                .into_iter()
                .map(|((todo, outcomes), chunk)| {
                    todo.send(chunk).expect("the worker lives");
                    outcomes
                })
                .collect();
            for outcomes in waiting {
                let (chunk, outcome) = outcomes.recv().expect("the worker answers");
                check.absorb(&chunk, outcome);
            }
        }
    });
    check.finish()
}

#[test]
fn two_threads_give_what_one_gives() {
    for (path, training) in crate::fixtures::all() {
        let bytes = fs::read(&path).expect("a fixture");
        let one = judge(training, [bytes.as_slice()]);
        for size in [1, 7, 64, 1000, 1 << 20] {
            let two = on_two_threads(training, &bytes, size);
            assert_eq!(shown(&two.findings), shown(&one.findings), "{} by {size}", path.display());
            assert_eq!(two.findings, one.findings, "{} by {size}", path.display());
            assert_eq!(two.statistics, one.statistics, "{} by {size}", path.display());
            assert_eq!(two.index.len(), one.index.len());
        }
    }
}
