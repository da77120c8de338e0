//! Numbers of payment cards: digits of an issuer's length and beginning, with a valid checksum.

use std::ops::RangeInclusive;

use super::checksums::luhn;
use super::shape::{has_context, is_word};

/// Longest number (ISO/IEC 7812-1).
const LONGEST: usize = 19;

/// First four digits and lengths of the large issuers, as they publish them.
const ISSUERS: [(RangeInclusive<u64>, &[usize]); 11] = [
    (3400..=3499, &[15]), // American Express
    (3700..=3799, &[15]),
    (3000..=3059, &[14, 16]), // Diners Club
    (3600..=3699, &[14, 16]),
    (3800..=3999, &[14, 16]),
    (3528..=3589, &[16, 17, 18, 19]), // JCB
    (4000..=4999, &[13, 16, 19]),     // Visa
    (5100..=5599, &[16]),             // Mastercard
    (2221..=2720, &[16]),
    (6011..=6599, &[16, 17, 18, 19]), // Discover, and UnionPay and others within
    (6200..=6299, &[16, 17, 18, 19]), // UnionPay
];

/// Groups of digits that few other numbers have: as cards show them.
const GROUPS: [[u8; 5]; 4] = [[4, 4, 4, 4, 0], [4, 6, 5, 0, 0], [4, 6, 4, 0, 0], [4, 4, 4, 4, 3]];

/// Words that announce a number in one piece, with dashes, or in other groups.
const WORDS: [&str; 26] = [
    "card",
    "cards",
    "card number",
    "cc",
    "pan",
    "credit",
    "debit",
    "visa",
    "mastercard",
    "amex",
    "american express",
    "diners",
    "discover",
    "jcb",
    "unionpay",
    "charge",
    "pay",
    "payment",
    "karte",
    "kreditkarte",
    "kartennummer",
    "carte",
    "tarjeta",
    "cartão",
    "carta",
    "卡号",
];

/// Where the run of digits and separators from `start` on ends, and whether it is a card's number: digits in groups as cards
/// show them, with a space between, or in one piece or with dashes shortly behind a word that announces one.
pub(super) fn run(bytes: &[u8], start: usize) -> (usize, bool) {
    let mut digits = [0; LONGEST];
    let mut lengths = [0_u8; 5];
    let (mut count, mut groups, mut separator, mut at) = (0, 1, None, start);
    loop {
        match bytes.get(at) {
            Some(digit @ b'0'..=b'9') => {
                if let Some(place) = digits.get_mut(count) {
                    *place = digit - b'0';
                }
                count += 1;
                if let Some(length) = lengths.get_mut(groups - 1) {
                    *length = length.saturating_add(1);
                }
            }
            Some(between @ (b' ' | b'-'))
                if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) && separator.is_none_or(|one| one == *between) =>
            {
                separator = Some(*between);
                groups += 1;
            }
            _ => break,
        }
        at += 1;
    }
    // Neither part of a word, nor of a decimal number; and no row of single digits.
    let before = start.checked_sub(1).map(|before| bytes[before]);
    let apart =
        !before.is_some_and(|byte| is_word(byte) || byte == b'.') && !bytes.get(at).copied().is_some_and(is_word);
    let is_announced = || separator == Some(b' ') && GROUPS.contains(&lengths) || has_context(bytes, start, &WORDS);
    let is_valid = digits.get(..count).is_some_and(|digits| is_issued(digits) && luhn(digits));
    let is_card = apart && groups <= 5 && is_valid && is_announced();
    (at, is_card)
}

fn is_issued(digits: &[u8]) -> bool {
    let head = digits.iter().take(4).fold(0, |number, digit| number * 10 + u64::from(*digit));
    ISSUERS.iter().any(|(heads, lengths)| heads.contains(&head) && lengths.contains(&digits.len()))
}

#[cfg(test)]
mod tests {
    use crate::sensitive::SensitiveKind;
    use crate::sensitive::tests::found;

    fn cards(text: &str) -> (Option<usize>, u64) {
        found(text, SensitiveKind::CardNumber)
    }

    #[test]
    fn numbers_that_issuers_publish_for_tests_are_found() {
        for card in ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444"] {
            assert_eq!(cards(&format!("pay with {card}.")), (Some(9), 1), "{card}");
        }
        for card in ["378282246310005", "3782 822463 10005", "6011111111111117", "3530111333300000", "30569309025904"] {
            assert_eq!(cards(&format!("Card: {card}")), (Some(6), 1), "{card}");
        }
        assert_eq!(cards("visa é 2223003122003222 and 4222222222222"), (Some(8), 2));
        // Many numbers in one piece have a valid checksum.
        assert_eq!(cards("parcel 4111111111111111"), (None, 0));
        assert_eq!(cards("[CARD] 4111111111111111"), (None, 0), "a placeholder announces nothing");
    }

    #[test]
    fn other_numbers_are_none() {
        for none in [
            "4111111111111112",
            "1234567812345670",
            "0000000000000000",
            "41111111111111111",
            "x4111111111111111",
            "4111111111111111a",
            "0.4111111111111111",
            "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "4111  1111 1111 1111",
            "4111 1111-1111 1111",
            "2026-11-23 13:42:50",
            "12",
        ] {
            assert_eq!(cards(&format!("card {none}")), (None, 0), "{none}");
        }
    }
}
