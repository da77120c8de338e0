//! Check digits. Each takes digits (0 to 9) or the values that a standard gives to letters, the check digit last.

/// Luhn's checksum (ISO/IEC 7812-1, annex B).
pub(super) fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let weigh = |(at, digit): (usize, &u8)| u64::from(if at % 2 == 1 { doubled(*digit) } else { *digit });
    digits.iter().rev().enumerate().map(weigh).sum::<u64>().is_multiple_of(10)
}

/// The sum of digits times weights.
pub(super) fn weighted(digits: &[u8], weights: &[u64]) -> u64 {
    digits.iter().zip(weights).map(|(digit, weight)| u64::from(*digit) * weight).sum()
}

/// The number that the digits are, modulo `modulus`.
pub(super) fn modulo(digits: &[u8], modulus: u64) -> u64 {
    digits.iter().fold(0, |rest, digit| (rest * 10 + u64::from(*digit)) % modulus)
}

/// ISO 7064, MOD 97-10, of digits and letters, where A is 10 and Z is 35: the rest is 1.
pub(super) fn mod_97_10(characters: impl Iterator<Item = u8>) -> bool {
    let rest = characters.fold(0_u64, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u64::from(byte - b'0')) % 97,
        _ => (rest * 100 + u64::from(byte - b'A') + 10) % 97,
    });
    rest == 1
}

/// ISO 7064, MOD 11,10: a hybrid system with a decimal check digit.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((check, rest)) = digits.split_last() else { return false };
    let product = rest.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *check
}

/// ISO 7064, MOD 11-2: the check digit may be X, which is 10.
pub(super) fn mod_11_2(digits: &[u8]) -> bool {
    let Some((check, rest)) = digits.split_last() else { return false };
    let sum = rest.iter().fold(0, |sum, digit| (sum + u64::from(*digit)) * 2 % 11);
    (sum + u64::from(*check)) % 11 == 1
}

/// Verhoeff's checksum: J. Verhoeff, "Error Detecting Decimal Codes", Mathematical Centre Tract 29, 1969.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    /// The permutation of the second place from the end. Each further place has one application more.
    const PERMUTED: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permuted = |digit: u8, times: usize| (0..times).fold(digit, |digit, _| PERMUTED[usize::from(digit % 10)]);
    let sum = digits.iter().rev().enumerate().fold(0, |sum, (at, digit)| times(sum, permuted(*digit, at % 8)));
    sum == 0
}

/// The product of two elements of the dihedral group of order 10: 0 to 4 turn, 5 to 9 also mirror.
fn times(one: u8, other: u8) -> u8 {
    match (one < 5, other < 5) {
        (true, true) => (one + other) % 5,
        (true, false) => 5 + (one + other) % 5,
        (false, true) => 5 + (one + 5 - other) % 5,
        (false, false) => (one + 5 - other % 5) % 5,
    }
}

/// Whether there is such a day.
pub(super) fn is_date(year: u64, month: u64, day: u64) -> bool {
    let is_leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u64::from(is_leap),
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(number: &str) -> Vec<u8> {
        number.bytes().map(|byte| if byte == b'X' { 10 } else { byte - b'0' }).collect()
    }

    #[test]
    fn published_examples_have_valid_check_digits() {
        // Wikipedia, "Luhn algorithm" and "Verhoeff algorithm"; ISO 7064's own example of MOD 11,10 is 0794 with 5.
        assert!(luhn(&digits("17893729974")) && !luhn(&digits("17893729975")));
        assert!(verhoeff(&digits("2363")) && verhoeff(&digits("12340")) && !verhoeff(&digits("2364")));
        assert!(mod_11_10(&digits("07945")) && !mod_11_10(&digits("07946")));
        assert!(mod_11_2(&digits("079X")) && mod_11_2(&digits("11010519491231002X")) && !mod_11_2(&digits("0794")));
        assert!(mod_97_10("WEST12345698765432GB82".bytes()) && !mod_97_10("WEST12345698765432GB83".bytes()));
    }

    #[test]
    fn every_wrong_digit_and_every_swap_of_neighbors_is_noticed_by_verhoeff() {
        let valid = digits("236397541880");
        let valid: Vec<u8> =
            (0..10).map(|last| [&valid[..11], &[last]].concat()).find(|one| verhoeff(one)).expect("one");
        for at in 0..valid.len() {
            for other in (0..10).filter(|other| *other != valid[at]) {
                let mut wrong = valid.clone();
                wrong[at] = other;
                assert!(!verhoeff(&wrong), "{wrong:?}");
            }
            let mut swapped = valid.clone();
            swapped.swap(at, (at + 1) % valid.len());
            assert!(at + 1 == valid.len() || swapped == valid || !verhoeff(&swapped), "{swapped:?}");
        }
    }

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        assert!(is_date(2024, 2, 29) && is_date(2000, 2, 29) && is_date(1999, 12, 31));
        assert!(!is_date(2023, 2, 29) && !is_date(1900, 2, 29) && !is_date(2024, 4, 31));
        assert!(!is_date(2024, 13, 1) && !is_date(2024, 0, 1) && !is_date(2024, 1, 0));
    }
}
