use super::*;

/// A sketch with this many records in each bucket, language and label that there can be.
fn full(each: u64) -> Sketch {
    let buckets: Vec<(u64, u64)> = (0..185).map(|at| (at, each)).collect();
    let histogram = || Histogram::of_filled(&buckets).unwrap();
    let turns = Histogram::of_filled(&buckets[..100]).unwrap();
    let languages = (0..70).map(|code| ([b'a', b'b', code], each)).collect();
    let labels = (0..LABELS_MAX as u32).map(|label| (label.wrapping_mul(0x9e37_79b9), each)).collect();
    Sketch {
        records: each * 185,
        duplicates: each,
        near_duplicates: each,
        answers: histogram(),
        prompts: histogram(),
        turns,
        languages,
        labels: Some(labels),
    }
}

#[test]
fn any_sketch_has_at_most_4_kb() {
    // 10,000 records in each of 185 buckets: nearly two million. More records fit in fewer buckets only.
    let full = full(10_000);
    let bytes = full.encode();
    assert!(bytes.len() <= SKETCH_MAX, "{}", bytes.len());
    assert_eq!(Sketch::decode(&bytes), Ok(full));
    let huge = self::full(1 << 40).encode();
    assert!(huge.len() <= SKETCH_MAX, "{}", huge.len());
    assert!(Sketch::decode(&huge).unwrap().labels.is_none(), "its labels are left out");
}

#[test]
fn changed_bytes_and_other_versions_are_recognized() {
    let bytes = full(3).encode();
    assert_eq!(Sketch::decode(b""), Err(SketchFault::Damaged));
    assert_eq!(Sketch::decode(b"tdsketch"), Err(SketchFault::Damaged));
    for at in [0, 9, 40, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 4;
        assert_eq!(Sketch::decode(&changed), Err(SketchFault::Damaged), "{at}");
    }
    assert_eq!(Sketch::decode(&bytes[..bytes.len() - 1]), Err(SketchFault::Damaged));
    let mut other = bytes;
    other[8] = 2;
    assert_eq!(Sketch::decode(&other), Err(SketchFault::OtherVersion));
}

#[test]
fn bytes_with_a_right_checksum_are_checked_too() {
    let bytes = full(3).encode();
    let (body, _) = bytes.split_last_chunk::<CHECKSUM>().unwrap();
    for at in 9..body.len() {
        for value in [0, 0x7f, 0x80, 0xff] {
            let mut changed = body.to_vec();
            changed[at] = value;
            changed.extend_from_slice(&xxhash3_64::Hasher::oneshot(&changed).to_le_bytes());
            // Either is fine. It must not panic, nor take much memory.
            let _ = Sketch::decode(&changed);
        }
    }
}

#[test]
fn merging_is_adding() {
    let (mut one, two) = (full(1), full(2));
    one.merge(&two);
    assert_eq!(one, full(3));
    let mut none = Sketch::default();
    none.merge(&two);
    assert_eq!(none, two);
    none.merge(&Sketch::default());
    assert_eq!(none, two);
    let mut more = Sketch { labels: Some([(1, 5)].into()), ..full(1) };
    more.merge(&Sketch { labels: None, ..full(1) });
    assert_eq!(more.labels, None);
}

#[test]
fn case_and_punctuation_of_labels_make_no_difference() {
    for label in ["Refund", "refund.", " REFUND ", "\"refund\""] {
        assert_eq!(label_words(label), "refund");
    }
    assert_eq!(label_words("not a  refund!"), "not a refund");
    assert_eq!(label_words("+"), "+");
}
