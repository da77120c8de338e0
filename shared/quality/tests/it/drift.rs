//! Sketches of real text: the same whatever the chunks, and no false alarm on halves of the corpus.

use tunedrop_quality::{FileQuality, Level, SKETCH_MAX, Sketch, assess, compare};
use tunedrop_validation::Role;

use crate::corpus::{CORPUS, Chance, corpus};
use crate::support::{line, of_train, sketch};

/// A hash without a key, for tests.
fn hash(label: &str) -> u32 {
    label.bytes().fold(7, |hash, byte| u32::wrapping_mul(hash, 31).wrapping_add(u32::from(byte)))
}

fn train(data: &[u8]) -> FileQuality {
    of_train(data).files.remove(0)
}

#[test]
fn chunks_and_threads_make_no_difference_to_a_sketch() {
    let file = &corpus(&CORPUS)[0][0];
    let of = |chunk: usize, threads: usize| {
        let quality =
            assess(vec![sketch(&file.name, file.role, &file.bytes(), chunk, threads)], Level::Standard, threads);
        let suspects = format!("{:?}", quality.files[0].suspects);
        (Sketch::of(&quality.files[0], &hash).encode(), suspects)
    };
    let whole = of(usize::MAX >> 1, 1);
    assert!(whole.0.len() <= SKETCH_MAX && whole.1.contains("near-duplicate"), "{} bytes, {}", whole.0.len(), whole.1);
    for (chunk, threads) in [(7, 3), (4096, 2), (1 << 20, 16)] {
        assert!(of(chunk, threads) == whole, "{chunk} bytes, {threads} threads");
    }
}

/// How often each dataset is halved. docs/quality.md has the result of 4, which take four times as long.
const HALVINGS: usize = 1;

#[test]
fn random_halves_of_the_corpus_do_not_differ() {
    let mut chance = Chance(1);
    let (mut compared, mut alarms) = (0, Vec::new());
    for dataset in corpus(&CORPUS) {
        let Some(file) = dataset.iter().find(|file| file.role == Role::Train && file.records.len() >= 200) else {
            continue;
        };
        let mut records: Vec<String> = file.records.iter().map(|record| line(&record.prompt, &record.answer)).collect();
        for _ in 0..HALVINGS {
            chance.shuffle(&mut records);
            let (one, two) = records.split_at(records.len() / 2);
            let (before, now) = (train(one.concat().as_bytes()), train(two.concat().as_bytes()));
            let drift = compare(&Sketch::of(&before, &hash), &now, &hash).expect("a comparison");
            compared += 1;
            alarms.extend(drift.changes.into_iter().map(|change| change.text));
        }
    }
    println!("{} false alarms in {compared} comparisons: {alarms:?}", alarms.len());
    assert!(compared >= 60 * HALVINGS && alarms.len() <= 1, "{compared} compared: {alarms:?}");
}
