//! The same result whatever the chunks, the threads and the order of files.

use tunedrop_quality::{Level, assess, grouping};
use tunedrop_validation::Role;

use crate::corpus::{CORPUS, File, corpus};
use crate::support::{sketch, sketch_with_lines};

/// The first dataset of each language, with a held-out file, and one with labels.
fn datasets() -> Vec<Vec<File>> {
    let mut all = corpus(&CORPUS);
    let labels = all.pop().expect("datasets");
    let mut chosen: Vec<Vec<File>> = all.into_iter().take(30).step_by(5).collect();
    for files in &mut chosen {
        // Records of the training file that are nearly held out, too.
        let records = files[0].records.iter().step_by(17).map(|record| {
            let mut record = record.clone();
            record.answer += " x";
            record
        });
        let (records, name) = (records.collect(), files[0].name.replace("train", "held-out"));
        files.push(File { name, role: Role::Evaluation, records, codes: [].into() });
    }
    chosen.push(labels);
    chosen
}

/// Returns everything that is reported: findings with their excerpts, distributions and groups.
fn seen(files: &[File], chunk: usize, threads: usize, order: &[usize]) -> String {
    let of = |at: usize| {
        let file = &files[at];
        sketch(&file.name, file.role, &file.bytes(), chunk, threads)
    };
    let sketches = order.iter().copied().filter(|at| *at < files.len()).map(of).collect();
    let quality = assess(sketches, Level::Thorough, threads);
    let findings: Vec<_> = quality.files.iter().map(|file| file.findings.clone()).collect();
    let excerpts: Vec<_> = quality.groups.iter().map(|group| group.excerpt.clone()).collect();
    format!("{findings:?} {excerpts:?} {}", serde_json::to_string(&quality).expect("JSON"))
}

const IN_ORDER: [usize; 3] = [0, 1, 2];

/// The results of all datasets, read at once by one thread.
fn whole(datasets: &[Vec<File>]) -> Vec<String> {
    let whole: Vec<String> = datasets.iter().map(|files| seen(files, usize::MAX >> 1, 1, &IN_ORDER)).collect();
    for code in ["NearLeakage", "TruncatedAnswer", "NearDuplicate", "DamagedText", "UnusualLanguage"] {
        assert!(whole.iter().filter(|seen| seen.contains(code)).count() >= 6, "{code}");
    }
    whole
}

#[test]
fn chunks_make_no_difference() {
    let datasets = datasets();
    let whole = whole(&datasets);
    for chunk in [1, 7, 997, 4_096, 1 << 16, 1 << 20] {
        // One byte at a time takes long.
        for (files, whole) in datasets.iter().zip(&whole).skip(if chunk == 1 { 6 } else { 0 }) {
            assert!(seen(files, chunk, 1, &IN_ORDER) == *whole, "{}: {chunk} bytes", files[0].name);
        }
    }
}

#[test]
fn threads_make_no_difference() {
    let datasets = datasets();
    let whole = whole(&datasets);
    for threads in [2, 3, 5, 16] {
        for (files, whole) in datasets.iter().zip(&whole) {
            for chunk in [4_099, 1 << 20] {
                let seen = seen(files, chunk, threads, &IN_ORDER);
                assert!(seen == *whole, "{}: {threads} threads, {chunk} bytes", files[0].name);
            }
        }
    }
}

#[test]
fn the_order_of_files_makes_no_difference() {
    let datasets = datasets();
    let whole = whole(&datasets);
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        for (files, whole) in datasets.iter().zip(&whole) {
            assert!(seen(files, 1 << 20, 2, &order) == *whole, "{}: {order:?}", files[0].name);
        }
    }
}

#[test]
fn groups_of_a_file_are_the_same_in_any_chunks_and_threads() {
    for files in datasets() {
        let grouped = |chunk: usize, threads: usize| {
            let sketch = sketch_with_lines(&files[0].name, Role::Train, &files[0].bytes(), chunk, threads);
            let grouping = grouping(sketch, threads);
            (grouping.repeats(), grouping.records)
        };
        let whole = grouped(usize::MAX >> 1, 1);
        for (chunk, threads) in [(7, 1), (4_099, 3), (1 << 20, 16)] {
            assert!(grouped(chunk, threads) == whole, "{}: {chunk} bytes, {threads} threads", files[0].name);
        }
    }
}
