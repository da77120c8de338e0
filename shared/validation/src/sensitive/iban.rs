//! International bank account numbers.

use super::checksums::mod_97_10;
use super::shape::is_word;

/// Longest number (ISO 13616-1).
const LONGEST: usize = 34;

/// Countries and the lengths of their numbers: SWIFT, IBAN Registry, release 101
/// (<https://www.swift.com/standards/data-standards/iban-international-bank-account-number>).
const COUNTRIES: [(usize, &[u8]); 18] = [
    (15, b"NO"),
    (16, b"BE"),
    (18, b"DKFIFKFOGLNLSD"),
    (19, b"MKSI"),
    (20, b"ATBAEEKZLTLUMNXK"),
    (21, b"CHHRLILV"),
    (22, b"BGBHCRDEGBGEIEMERSVA"),
    (23, b"AEGIILIQOMSOTL"),
    (24, b"ADCZESMDPKROSASESKTNVG"),
    (25, b"LYPTST"),
    (26, b"ISTR"),
    (27, b"BIDJFRGRITMCMRSM"),
    (28, b"ALAZBYCYDOGTHNHULBNIPLSV"),
    (29, b"BREGPSQAUA"),
    (30, b"JOKWMUYE"),
    (31, b"MTSC"),
    (32, b"LC"),
    (33, b"RU"),
];

/// The end of a number that begins at `start`, the beginning of a word: in one piece, or in groups of four with one space
/// or dash between them.
pub(super) fn iban(bytes: &[u8], start: usize) -> Option<usize> {
    let head = bytes.get(start..start + 4)?;
    let wanted = length(&head[..2]).filter(|_| head[2..].iter().all(u8::is_ascii_digit))?;
    let separator = bytes.get(start + 4).copied().filter(|byte| matches!(byte, b' ' | b'-'));
    let mut number = [0; LONGEST];
    let number = &mut number[..wanted];
    let mut at = start;
    for (place, character) in number.iter_mut().enumerate() {
        if let Some(separator) = separator.filter(|_| place > 0 && place % 4 == 0) {
            if bytes.get(at) != Some(&separator) {
                return None;
            }
            at += 1;
        }
        *character = *bytes.get(at).filter(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())?;
        at += 1;
    }
    // Check digits are from 02 to 98: others have the same rest.
    let is_check = !matches!(&number[2..4], b"00" | b"01" | b"99");
    let rotated = number[4..].iter().chain(&number[..4]).copied();
    (is_check && !bytes.get(at).copied().is_some_and(is_word) && mod_97_10(rotated)).then_some(at)
}

fn length(country: &[u8]) -> Option<usize> {
    let known = |codes: &&[u8]| codes.chunks(2).any(|code| code == country);
    COUNTRIES.iter().find(|(_, codes)| known(codes)).map(|(length, _)| *length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensitive::SensitiveKind;
    use crate::sensitive::tests::found;

    /// Examples of the IBAN Registry, which are no real accounts.
    const EXAMPLES: [&str; 12] = [
        "GB29NWBK60161331926819",
        "DE89370400440532013000",
        "FR1420041010050500013M02606",
        "NL91ABNA0417164300",
        "NO9386011117947",
        "ES9121000418450200051332",
        "PL61109010140000071219812874",
        "MT84MALT011000012345MTLCAST001S",
        "BR1800360305000010009795493C1",
        "SA0380000000608010167519",
        "CH9300762011623852957",
        "LC55HEMM000100010012001200023015",
    ];

    #[test]
    fn examples_of_the_registry_are_found_in_both_forms() {
        for example in EXAMPLES {
            let groups: Vec<&str> =
                example.as_bytes().chunks(4).map(|part| std::str::from_utf8(part).unwrap()).collect();
            for form in [example.to_owned(), groups.join(" "), groups.join("-")] {
                let text = format!("to {form}.");
                assert_eq!(found(&text, SensitiveKind::Iban), (Some(3), 1), "{text}");
                assert_eq!(iban(text.as_bytes(), 3), Some(3 + form.len()));
            }
        }
    }

    #[test]
    fn wrong_check_digits_lengths_and_countries_are_none() {
        for none in [
            "GB28NWBK60161331926819",
            "GB29NWBK6016133192681",
            "GB29NWBK601613319268190",
            "XX29NWBK60161331926819",
            "gb29nwbk60161331926819",
            "GB29 NWBK 60161331926819",
            "xGB29NWBK60161331926819",
            "GB29NWBK60161331926819x",
            "GB29",
        ] {
            assert_eq!(found(none, SensitiveKind::Iban), (None, 0), "{none}");
        }
    }

    #[test]
    fn every_country_has_one_length() {
        let codes: Vec<&[u8]> = COUNTRIES.iter().flat_map(|(_, codes)| codes.chunks(2)).collect();
        let different: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!((codes.len(), different.len()), (89, 89));
    }
}
