//! Chooses the records of the validation file so that each stratum, such as a label, has the same share of them.

use std::collections::HashSet;

use crate::same::Key;
use crate::split::{Groups, Share};

/// Returns the records for the validation file, and their number. Each stratum has about the same share of its records
/// in the file. Of a stratum with several records, at least one is in each file, as far as `most` allows.
pub fn chosen_of_strata(strata: &[&Groups], share: Share, seed: u64, most: Option<u64>) -> (HashSet<Key>, u64) {
    let records: u64 = strata.iter().map(|groups| groups.records()).sum();
    let most = most.unwrap_or(u64::MAX).min(records.saturating_sub(1));
    let wanted = share.of(records).min(most);
    let quotas = quotas(&strata.iter().map(|groups| groups.records()).collect::<Vec<_>>(), wanted, most);
    let (mut chosen, mut count) = (HashSet::new(), 0);
    for (groups, quota) in strata.iter().zip(quotas).filter(|(_, quota)| *quota > 0) {
        let (keys, records) = groups.chosen(Share::Count(quota), seed, None);
        chosen.extend(keys);
        count += records;
    }
    (chosen, count)
}

/// Divides `wanted` among strata of these sizes by their largest remainders.
fn quotas(sizes: &[u64], wanted: u64, most: u64) -> Vec<u64> {
    let records: u64 = sizes.iter().sum();
    let exact = |size: u64| wanted as f64 * size as f64 / records.max(1) as f64;
    let mut quotas: Vec<u64> = sizes.iter().map(|size| exact(*size) as u64).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    let rest = |at: usize| exact(sizes[at]) - exact(sizes[at]).floor();
    // A stable sort, so that equal remainders are in the order of the strata.
    order.sort_by(|one, other| rest(*other).total_cmp(&rest(*one)));
    let mut left = wanted.saturating_sub(quotas.iter().sum());
    for at in order {
        if left > 0 && sizes[at] > 1 {
            quotas[at] += 1;
            left -= 1;
        }
    }
    let mut count: u64 = quotas.iter().sum();
    for (quota, size) in quotas.iter_mut().zip(sizes) {
        // One record stays in the training file, and one is in the validation file.
        let least = u64::from(*size > 1 && count < most && *quota == 0);
        let kept = (*quota).min(size.saturating_sub(1)) + least;
        count = count - *quota + kept;
        *quota = kept;
    }
    quotas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divides_by_the_largest_remainders() {
        assert_eq!(quotas(&[900, 100], 50, 999), [45, 5]);
        assert_eq!(quotas(&[334, 333, 333], 100, 999), [34, 33, 33]);
        // A rare label has a record in each file.
        assert_eq!(quotas(&[980, 18, 2], 50, 999), [49, 1, 1]);
        assert_eq!(quotas(&[1, 2, 1], 2, 3), [0, 1, 0]);
        // As far as the limit allows.
        assert_eq!(quotas(&[996, 2, 2], 5, 5), [5, 0, 0]);
        assert_eq!(quotas(&[], 0, 0), [0; 0]);
    }

    #[test]
    fn each_stratum_has_its_share() {
        let of = |kind: u8, count: u16| {
            let mut groups = Groups::default();
            for number in 0..count {
                let mut key = [kind; 16];
                key[..2].copy_from_slice(&number.to_le_bytes());
                groups.note(key);
            }
            groups
        };
        let (common, rare) = (of(1, 900), of(2, 100));
        let (chosen, count) = chosen_of_strata(&[&common, &rare], Share::Percent(10.0), 3, None);
        let of_kind = |kind: u8| chosen.iter().filter(|key| key[15] == kind).count();
        assert_eq!((of_kind(1), of_kind(2), count), (90, 10, 100));
        assert_eq!(chosen_of_strata(&[&common, &rare], Share::Percent(10.0), 3, None).0, chosen);
        assert_ne!(chosen_of_strata(&[&common, &rare], Share::Percent(10.0), 4, None).0, chosen);
        assert_eq!(chosen_of_strata(&[&common, &rare], Share::Percent(10.0), 3, Some(20)).1, 20);
    }
}
