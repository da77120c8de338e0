//! Data that is made to be slow.

use std::fmt::Write;

use tunedrop_validation::Code;

use crate::support::{line, of_train};

#[test]
fn equal_records_are_no_near_duplicates() {
    let data = line("Where is order 17?", "It ships on Monday, and arrives two days later.").repeat(20_000);
    let quality = of_train(data.as_bytes());
    assert_eq!(quality.files[0].records, 20_000);
    assert!(!quality.files[0].findings.counts.contains_key(&Code::NearDuplicate));
    assert!(quality.groups.is_empty());
}

#[test]
fn records_that_differ_in_punctuation_only_are_one_group() {
    let mut data = String::new();
    for number in 0..5_000usize {
        let dots = ".".repeat(number % 97 + 1) + &"!".repeat(number / 97);
        let _ = write!(data, "{}", line("Where is order 17?", &format!("It ships on Monday{dots}")));
    }
    let quality = of_train(data.as_bytes());
    assert_eq!(quality.groups.len(), 1);
    assert_eq!(quality.groups[0].records, 5_000);
    assert_eq!(quality.files[0].findings.counts[&Code::NearDuplicate], 4_999);
}

#[test]
fn a_record_of_many_words_and_random_bytes_are_read() {
    let mut chance = crate::corpus::Chance(3);
    let words: Vec<String> = (0..5_000).map(|_| format!("w{}", chance.below(1 << 30))).collect();
    let long = words.join(" ");
    let mut data = line("Say it.", &long).into_bytes();
    data.extend(line("Say it again.", &format!("{long} really")).into_bytes());
    data.extend((0..1 << 16).map(|_| chance.below(256) as u8));
    let quality = of_train(&data);
    assert_eq!((quality.files[0].records, quality.files[0].findings.counts[&Code::NearDuplicate]), (2, 1));
}

#[test]
fn records_of_one_template_that_overlap_by_half_take_bounded_time() {
    // Every record shares half of its shingles with all others, which makes most pairs candidates.
    let mut data = String::new();
    let shared: String = (0..40).map(|n| format!("s{n} ")).collect();
    for number in 0..3_000 {
        let own: String = (0..30).map(|n| format!("x{number}y{n} ")).collect();
        let _ = write!(data, "{}", line(&shared, &own));
    }
    let quality = of_train(data.as_bytes());
    assert!(quality.groups.is_empty());
    assert!(quality.template_share > 0.5);
}
