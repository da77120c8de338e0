//! The same result whatever the chunks, the threads and the order of files.

use tunedrop_quality::{Level, assess};

use crate::corpus::corpus;
use crate::support::sketch;

#[test]
fn chunks_threads_and_order_make_no_difference() {
    let dataset = &corpus()[0];
    let seen = |chunk: usize, threads: usize, reversed: bool| {
        let mut sketches: Vec<_> =
            dataset.iter().map(|file| sketch(&file.name, file.role, &file.bytes(), chunk, threads)).collect();
        if reversed {
            sketches.reverse();
        }
        let quality = assess(sketches, Level::Thorough, threads);
        let findings: Vec<_> = quality.files.iter().map(|file| file.findings.clone()).collect();
        (format!("{findings:?}"), serde_json::to_string(&quality).expect("JSON"))
    };
    let whole = seen(usize::MAX >> 1, 1, false);
    assert!(whole.0.contains("NearLeakage") && whole.0.contains("TruncatedAnswer"));
    for (chunk, threads, reversed) in [(1 << 20, 2, true), (7, 3, false), (997, 16, true), (4096, 5, false)] {
        assert!(seen(chunk, threads, reversed) == whole, "{chunk} bytes, {threads} threads, reversed: {reversed}");
    }
}
