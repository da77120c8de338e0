//! Hostile data at full size: bounded time and memory. `cargo test-all` runs it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tunedrop_quality::{Level, Quality, QualityPass, assess};
use tunedrop_validation::{Code, Role};

use crate::corpus::Chance;
use crate::support::{line, training};

/// Far more than each takes on two cores that are free, and less than validate's 15 minutes.
const TIME_MAX: Duration = Duration::from_secs(600);

/// validate has 1,024 MB.
const MEMORY_MAX: u64 = 900 << 20;

/// One at a time: the memory that is measured is that of the process.
static ALONE: Mutex<()> = Mutex::new(());

/// Looks at a training file that is made piece by piece, so that only what is kept of it is in memory.
fn looked_at(pieces: impl Iterator<Item = Vec<u8>>) -> Quality {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut pass = QualityPass::new("train.jsonl", Role::Train, training(), 2);
    // Making the data takes longer than reading it.
    let mut took = Duration::ZERO;
    for piece in pieces {
        let start = Instant::now();
        pass.feed(&piece);
        took += start.elapsed();
    }
    let start = Instant::now();
    let quality = assess(vec![pass.finish()], Level::Thorough, 2);
    took += start.elapsed();
    println!("{took:?}, {} MB at most", peak() >> 20);
    assert!(took < TIME_MAX, "{took:?}");
    assert!(peak() < MEMORY_MAX, "{} MB", peak() >> 20);
    quality
}

/// The most memory that this process has had, in bytes; 0 where it isn't known.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse().ok());
    kib.map_or(0, |kib: u64| kib << 10)
}

#[test]
#[ignore = "a million records"]
fn a_million_equal_records() {
    let one = line("Where is order 17?", "It ships on Monday, and arrives two days later.").repeat(10_000).into_bytes();
    let quality = looked_at((0..100).map(|_| one.clone()));
    assert_eq!(quality.files[0].records, 1_000_000);
    assert!(!quality.files[0].findings.counts.contains_key(&Code::NearDuplicate));
}

#[test]
#[ignore = "a million records"]
fn a_million_records_that_differ_in_a_number() {
    let piece = |at: usize| -> Vec<u8> {
        let record = |n: usize| line(&format!("Where is order {n} of customer {}?", n * 7), "It ships on Monday.");
        (at * 10_000..(at + 1) * 10_000).map(record).collect::<String>().into_bytes()
    };
    let quality = looked_at((0..100).map(piece));
    assert_eq!((quality.files[0].records, quality.files[0].not_compared), (1_000_000, 0));
}

#[test]
#[ignore = "512 MiB of words"]
fn as_many_words_as_a_stack_looks_at() {
    // 512 MiB of short records whose words are all different: as much as possible is kept of each byte.
    let piece = |at: u64| -> Vec<u8> {
        let mut chance = Chance(at + 1);
        let mut text = String::new();
        while text.len() < 8 << 20 {
            let words: Vec<String> = (0..60).map(|_| format!("{:x}", chance.below(1 << 30))).collect();
            text += &line(&words.join(" "), "It ships on Monday.");
        }
        text.into_bytes()
    };
    let quality = looked_at((0..64).map(piece));
    assert!(quality.files[0].records > 400_000, "{}", quality.files[0].records);
}

#[test]
#[ignore = "a record of 8 MiB, and 64 MiB of random bytes"]
fn the_longest_record_and_random_bytes() {
    let mut chance = Chance(3);
    let mut words = String::new();
    while words.len() < (8 << 20) - 1_000 {
        words += &format!("w{} ", chance.below(1 << 30));
    }
    let long = line("Say it.", words.trim_end());
    assert!(long.len() <= 8 << 20);
    let noise: Vec<u8> = (0..64 << 20).map(|_| chance.below(256) as u8).collect();
    let quality = looked_at([long.into_bytes(), noise].into_iter());
    assert!(quality.files[0].records <= 1);
}

#[test]
#[ignore = "20,000 records of which millions of pairs are candidates"]
fn records_just_below_the_threshold() {
    // In each of 12 groups, every pair of records has a similarity of 0.75. A group has fewer than 10% of the records, so
    // what its records share isn't left out as a template.
    let piece = |at: usize| -> Vec<u8> {
        let record = |number: usize| {
            let shared: Vec<String> = (0..140).map(|n| format!("g{}s{n}", number % 12)).collect();
            let own: Vec<String> = (0..25).map(|n| format!("x{number}y{n}")).collect();
            line(&shared.join(" "), &own.join(" "))
        };
        (at * 1_000..(at + 1) * 1_000).map(record).collect::<String>().into_bytes()
    };
    let quality = looked_at((0..20).map(piece));
    assert_eq!(quality.files[0].records, 20_000);
    assert!(!quality.files[0].findings.counts.contains_key(&Code::NearDuplicate));
    assert!(!quality.is_partial);
}
