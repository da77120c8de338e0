//! The rules of each country's numbers. Each gets digits and letters in upper case, as many as its shapes have.

use crate::sensitive::checksums::{is_date, luhn, mod_11_2, mod_11_10, modulo, verhoeff, weighted};
use crate::sensitive::shape::OMOCODIA;

fn digits(characters: &[u8]) -> Vec<u8> {
    characters.iter().map(|byte| byte.wrapping_sub(b'0')).collect()
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit))
}

fn are_equal(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| pair[0] == pair[1])
}

/// There is no check digit. Areas 000, 666 and 9xx, group 00 and serial 0000 aren't assigned: Social Security
/// Administration, RM 10201.035 (<https://secure.ssa.gov/apps10/poms.nsf/lnx/0110201035>).
pub(super) fn us_ssn(characters: &[u8]) -> bool {
    let all = digits(characters);
    let (area, group, serial) = (number(&all[..3]), number(&all[3..5]), number(&all[5..]));
    area != 0 && area != 666 && area < 900 && group != 0 && serial != 0 && !are_equal(&all)
}

/// Modulus 11, weights 10 to 2: NHS Data Model and Dictionary, "NHS Number"
/// (<https://archive.datadictionary.nhs.uk/DD%20Release%20August%202021/attributes/nhs_number.html>).
pub(super) fn gb_nhs(characters: &[u8]) -> bool {
    let all = digits(characters);
    weighted(&all, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11) && !are_equal(&all)
}

/// The letter for the rest by 23: Ministerio del Interior, "Cálculo del dígito de control del NIF/NIE", as in
/// <https://ordenacionjuego.es/gl/calculo-digito-control>.
pub(super) fn es_dni(characters: &[u8]) -> bool {
    has_letter(&characters[..8], characters[8])
}

/// As a DNI, where X, Y and Z are 0, 1 and 2: the same source.
pub(super) fn es_nie(characters: &[u8]) -> bool {
    let first = match characters[0] {
        b'X' => b'0',
        b'Y' => b'1',
        b'Z' => b'2',
        _ => return false,
    };
    has_letter(&[&[first][..], &characters[1..8]].concat(), characters[8])
}

fn has_letter(characters: &[u8], letter: u8) -> bool {
    let at = number(&digits(characters)) % 23;
    b"TRWAGMYFPDXBNJZSQVHLCKE".get(at as usize) == Some(&letter)
}

/// The letter for a sum by 26, where characters at odd places have values of their own: Decreto Ministeriale 23 dicembre
/// 1976, n. 13813, as in <http://www.asinformatica.net/codice-fiscale-calcolo.html>.
pub(super) fn it_codice_fiscale(characters: &[u8]) -> bool {
    /// Values of 0 to 9, and of A to J; and of the other letters.
    const ODD: [u64; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |byte: u8| usize::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' });
    let sum: u64 = (0..15)
        .map(|at| match at % 2 {
            0 => ODD[value(characters[at])],
            _ => value(characters[at]) as u64,
        })
        .sum();
    let digit = |at: usize| {
        let stands_for = OMOCODIA.iter().position(|letter| *letter == characters[at]);
        stands_for.map_or(u64::from(characters[at].wrapping_sub(b'0')), |digit| digit as u64)
    };
    let month = b"ABCDEHLMPRST".iter().position(|letter| *letter == characters[8]).map_or(0, |at| at as u64 + 1);
    // A woman's day is 40 higher.
    let day = digit(9) * 10 + digit(10);
    let day = if day > 40 { day - 40 } else { day };
    is_born(digit(6) * 10 + digit(7), month, day) && u64::from(characters[15] - b'A') == sum % 26
}

/// Whether there is such a day in a year that ends in these two digits.
fn is_born(year: u64, month: u64, day: u64) -> bool {
    is_date(1900 + year, month, day) || is_date(2000 + year, month, day)
}

/// 97 minus the rest by 97, where the departments 2A and 2B of Corsica are 19 and 18: Insee, "Numéro d'inscription au
/// répertoire" (<https://www.insee.fr/en/metadonnees/definition/c1409>, <https://xml.insee.fr/schema/nir.html>).
pub(super) fn fr_nir(characters: &[u8]) -> bool {
    let mut all = digits(characters);
    let department: Option<[u8; 2]> = match (characters[5], characters[6]) {
        (b'2', b'A') => Some([1, 9]),
        (b'2', b'B') => Some([1, 8]),
        (_, b'0'..=b'9') => None,
        _ => return false,
    };
    if let Some(instead) = department {
        all[5..7].copy_from_slice(&instead);
    }
    // 7 and 8, and months above 12, are of people whose registration isn't complete, or whose birth isn't known.
    let month = number(&all[3..5]);
    let is_known = matches!(all[0], 1 | 2 | 7 | 8) && matches!(month, 1..=12 | 20..=42 | 50..=99);
    is_known && number(&all[13..]) == 97 - modulo(&all[..13], 97)
}

/// ISO 7064, MOD 11,10. Of the first ten digits, one occurs two or three times, but not three times in a row, and no other
/// one more than once: Bundeszentralamt für Steuern, "Aufbau der steuerlichen Identifikationsnummer", as in
/// <https://kryptografie.de/kryptografie/chiffre/steuer-id.htm> for the check digit.
pub(super) fn de_steuer_id(characters: &[u8]) -> bool {
    let all = digits(characters);
    let mut counts = [0_u8; 10];
    all[..10].iter().for_each(|digit| counts[usize::from(*digit)] += 1);
    let repeated: Vec<&u8> = counts.iter().filter(|count| **count > 1).collect();
    let in_a_row = all[..10].windows(3).any(are_equal);
    all[0] != 0 && matches!(repeated[..], [2 | 3]) && !in_a_row && mod_11_10(&all)
}

/// Eleven-test, weights 9 to 2 and -1: "Logisch Ontwerp BSN", as in <https://nl.wikipedia.org/wiki/Burgerservicenummer>.
pub(super) fn nl_bsn(characters: &[u8]) -> bool {
    let all = digits(characters);
    // Minus one is ten.
    weighted(&all, &[9, 8, 7, 6, 5, 4, 3, 2, 10]).is_multiple_of(11) && !are_equal(&all)
}

/// Weights 1, 3, 7 and 9, and a date whose month also tells the century: Poland's Ministry of the Interior, as in
/// <http://pesel.cstudios.pl/Numer-PESEL/Sumy-kontrolne-PESEL>.
pub(super) fn pl_pesel(characters: &[u8]) -> bool {
    let all = digits(characters);
    let (year, month, day) = (number(&all[..2]), number(&all[2..4]), number(&all[4..6]));
    let century = [1900, 2000, 2100, 2200, 1800][(month / 20) as usize];
    is_date(century + year, month % 20, day) && weighted(&all, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// Luhn's checksum of the last ten digits, and a date; the day of a coordination number is 60 higher: Skatteverket, SKV 704
/// and SKV 707, as in <https://sv.wikipedia.org/wiki/Personnummer_i_Sverige>.
pub(super) fn se_personnummer(characters: &[u8]) -> bool {
    let all = digits(characters);
    let (century, short) = all.split_at(all.len() - 10);
    let day = number(&short[4..6]);
    let day = if day > 60 { day - 60 } else { day };
    let (year, month) = (number(&short[..2]), number(&short[2..4]));
    let is_date = match number(century) {
        0 => century.is_empty() && is_born(year, month, day),
        century => (18..=20).contains(&century) && is_date(century * 100 + year, month, day),
    };
    is_date && luhn(short)
}

/// Two check digits by modulus 11: Receita Federal, as in <http://www.profcardy.com/cardicas/cpf.php>.
pub(super) fn br_cpf(characters: &[u8]) -> bool {
    let all = digits(characters);
    let check = |length: usize| {
        let weights: Vec<u64> = (2..=length as u64 + 1).rev().collect();
        match weighted(&all[..length], &weights) % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        }
    };
    !are_equal(&all) && u64::from(all[9]) == check(9) && u64::from(all[10]) == check(10)
}

/// Verhoeff's checksum; none begins with 0 or 1: UIDAI, "A UID Numbering Scheme"
/// (<https://web.archive.org/web/20140611025606/http://uidai.gov.in/UID_PDF/Working_Papers/A_UID_Numbering_Scheme.pdf>).
pub(super) fn in_aadhaar(characters: &[u8]) -> bool {
    let all = digits(characters);
    let is_palindrome = all.iter().eq(all.iter().rev());
    all[0] > 1 && !is_palindrome && verhoeff(&all)
}

/// ISO 7064, MOD 11-2, a province and a date: GB 11643-1999, as in
/// <https://download.csdn.net/download/kudy21/2033732>; the provinces are those of GB/T 2260.
pub(super) fn cn_resident_id(characters: &[u8]) -> bool {
    let mut all = digits(&characters[..17]);
    let province = number(&all[..2]);
    let is_province = matches!(province, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91);
    let (year, month, day) = (number(&all[6..10]), number(&all[10..12]), number(&all[12..14]));
    all.push(if characters[17] == b'X' { 10 } else { characters[17] - b'0' });
    is_province && (1800..2100).contains(&year) && is_date(year, month, day) && mod_11_2(&all)
}
