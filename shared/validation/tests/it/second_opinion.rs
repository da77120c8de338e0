//! Compares the validator with the second implementation, on inputs of fuzzing and on generated files.

use std::time::{Duration, Instant};

use crate::oracle::{CASE_COUNT, check};

/// Inputs of the fuzz target, minimised: each behind its length in four bytes, the least first.
const CORPUS: &[u8] = include_bytes!("../oracle/corpus.bin");

fn corpus() -> Vec<&'static [u8]> {
    let (mut rest, mut inputs) = (CORPUS, Vec::new());
    while let Some((length, more)) = rest.split_first_chunk() {
        let (input, behind) = more.split_at(u32::from_le_bytes(*length) as usize);
        inputs.push(input);
        rest = behind;
    }
    inputs
}

#[test]
fn both_implementations_agree_on_the_corpus() {
    let inputs = corpus();
    assert!(inputs.len() > 100, "hardly anything was kept");
    inputs.into_iter().for_each(check);
}

#[test]
fn both_implementations_agree_on_fixtures_under_all_rules() {
    for (path, _) in crate::fixtures::all() {
        let file = std::fs::read(&path).expect("a fixture");
        for case in 0..CASE_COUNT as u8 {
            check(&[&[case, 6, 0], file.as_slice()].concat());
        }
    }
}

#[test]
fn both_implementations_agree_on_generated_files() {
    // The seeds are the same every time, so a failure comes back; a slow machine does fewer.
    let (begun, mut done) = (Instant::now(), 0_u64);
    while done < 5_000 && begun.elapsed() < Duration::from_secs(20) {
        check(&noise(done, 2_000));
        done += 1;
    }
    assert!(done >= 500, "only {done} files in {:?}", begun.elapsed());
}

/// An input that has the generator make a file, out of a stream of bytes (SplitMix64) begun at `seed`.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x2545_f491_4f6c_dd1d);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb).to_le_bytes()
    };
    let mut input: Vec<u8> = (0..length.div_ceil(8)).flat_map(|_| next()).collect();
    input[0] = (seed % CASE_COUNT as u64) as u8;
    input[2] |= 1;
    input
}
