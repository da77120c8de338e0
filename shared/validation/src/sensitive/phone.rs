//! Phone numbers in the international form: a plus sign, a country's calling code, and a number of that country's length.

/// Longest number with its calling code (ITU-T E.164 §6.2.1).
const LONGEST: usize = 15;

/// Fewest and most digits behind the calling codes, of fixed and mobile numbers: libphonenumber's metadata 9.0.43
/// (<https://github.com/google/libphonenumber>). Where shorter ones are possible, seven are needed here, because a sign with
/// few digits is more often an amount. The codes are assigned by ITU-T E.164; none begins with another one.
static COUNTRIES: [(usize, usize, &[u16]); 20] = [
    (4, 5, &[290]),
    (5, 5, &[247, 500, 682]),
    (6, 6, &[298, 299, 672, 681, 687]),
    (
        7,
        7,
        &[
            238, 239, 246, 248, 269, 291, 297, 501, 592, 597, 673, 674, 676, 677, 678, 679, 680, 683, 688, 690, 691,
            692, 960,
        ],
    ),
    (7, 8, &[230, 241, 267, 372, 507, 599, 670, 675, 686, 961, 975]),
    (7, 9, &[27, 40, 46, 48, 220, 231, 252, 254, 265, 354, 359, 376, 421, 423, 508, 595, 967]),
    (7, 10, &[53, 63, 82, 95, 98, 243, 353, 358, 685, 880]),
    (7, 11, &[86, 352]),
    (7, 12, &[39, 62, 381]),
    (7, 13, &[43]),
    (7, 15, &[49]),
    (
        8,
        8,
        &[
            45, 47, 65, 216, 222, 223, 226, 227, 228, 232, 235, 236, 253, 257, 266, 268, 350, 356, 357, 370, 371, 373,
            374, 382, 386, 389, 502, 503, 504, 505, 506, 509, 591, 598, 689, 852, 853, 965, 968, 973, 974, 993,
        ],
    ),
    (8, 9, &[32, 36, 51, 66, 213, 224, 250, 258, 264, 355, 377, 385, 387, 593, 855, 886, 962, 963, 970, 971]),
    (8, 10, &[20, 57, 60, 64, 378, 850, 856, 964, 976, 977]),
    (8, 12, &[383, 972]),
    (
        9,
        9,
        &[
            33, 34, 41, 56, 61, 93, 94, 211, 212, 218, 221, 233, 237, 240, 242, 244, 245, 249, 251, 255, 256, 260, 261,
            262, 263, 351, 375, 380, 420, 590, 594, 596, 966, 992, 994, 995, 996, 998,
        ],
    ),
    (9, 10, &[44, 81, 84, 92]),
    (9, 11, &[31]),
    (10, 10, &[1, 7, 30, 52, 58, 90, 91, 225, 229, 234]),
    (10, 11, &[54, 55]),
];

/// Calling codes whose numbers may begin with 0; elsewhere it is the prefix of calls within the country.
const ZERO: [u16; 7] = [39, 225, 229, 241, 242, 250, 378];

/// The end of the number whose sign is at `plus`: digits in one piece, or in groups with a space, a dash, a dot or
/// parentheses between them.
pub(super) fn phone(bytes: &[u8], plus: usize) -> Option<usize> {
    let before = plus.checked_sub(1).map(|at| bytes[at]);
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_+-/=)".contains(&byte)) {
        return None;
    }
    let mut digits = [0; LONGEST];
    let (mut count, mut at, mut best) = (0, plus + 1, None);
    loop {
        let group = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if group == 0 || count + group > LONGEST {
            return best;
        }
        digits[count..count + group].iter_mut().zip(&bytes[at..]).for_each(|(digit, byte)| *digit = byte - b'0');
        (count, at) = (count + group, at + group);
        let next = bytes.get(at).copied();
        let ends = match next {
            // What follows a dash or a dot is a part of the number.
            Some(b'-' | b'.') => !bytes.get(at + 1).is_some_and(u8::is_ascii_digit),
            Some(byte) => !byte.is_ascii_alphanumeric() && byte != b'_',
            None => true,
        };
        if ends && is_number(&digits[..count]) {
            best = Some(at);
        }
        match separator(&bytes[at..]) {
            Some(length) => at += length,
            None => return best,
        }
    }
}

/// The length of what is between two groups. `(0)` isn't dialed after a calling code, and is a part of this.
fn separator(bytes: &[u8]) -> Option<usize> {
    let one = |at: usize| usize::from(bytes.get(at).is_some_and(|byte| b" -.".contains(byte)));
    let closing = one(0);
    let mut length = match bytes.get(closing..) {
        Some([b'(', b'0', b')', ..]) => closing + 3 + one(closing + 3),
        Some([b'(', ..]) => closing + 1,
        Some([b')', ..]) if closing == 0 => 1 + one(1),
        _ => closing,
    };
    if bytes.get(length) == Some(&b'(') && length > 0 {
        length += 1;
    }
    (length > 0 && bytes.get(length).is_some_and(u8::is_ascii_digit)).then_some(length)
}

/// Whether these are a calling code and a number of that country.
fn is_number(digits: &[u8]) -> bool {
    let code = |length: usize| digits.iter().take(length).fold(0, |code, digit| code * 10 + u16::from(*digit));
    let known = |length: &usize| COUNTRIES.iter().find(|(_, _, codes)| codes.contains(&code(*length)));
    let Some((length, (fewest, most, _))) = (1..=3).find_map(|length| Some((length, known(&length)?))) else {
        return false;
    };
    let national = digits.get(length..).unwrap_or_default();
    let begins = match (code(length), national) {
        // North America: neither an area nor an exchange begins with 0 or 1 (NANPA, "Understanding the NANP").
        (1, [area, _, _, exchange, ..]) => *area >= 2 && *exchange >= 2,
        (code, [0, ..]) => ZERO.contains(&code),
        (_, [first, rest @ ..]) => rest.iter().any(|digit| digit != first),
        _ => false,
    };
    begins && (*fewest..=*most).contains(&national.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensitive::SensitiveKind;
    use crate::sensitive::tests::found;

    #[test]
    fn numbers_in_the_international_form_are_found() {
        // Numbers that regulators reserve for fiction: NANPA 555-0100 to 0199, Ofcom's and ACMA's numbers for drama use,
        // and those of Germany's Bundesnetzagentur (Mitteilung 148/2021).
        for number in [
            "+12025550143",
            "+1 202 555 0143",
            "+1 (202) 555-0143",
            "+1-202-555-0143",
            "+1.202.555.0143",
            "+44 20 7946 0958",
            "+44 (0)20 7946 0958",
            "+44 (0) 7700 900123",
            "+61 491 570 006",
            "+49 (0)171 3920001",
            "+49 30 23125 000",
            "+33 1 99 00 12 34",
            "+39 06 1234 5678",
        ] {
            let text = format!("call {number}, please");
            assert_eq!(found(&text, SensitiveKind::PhoneNumber), (Some(5), 1), "{number}");
            assert_eq!(phone(text.as_bytes(), 5), Some(5 + number.len()), "{number}");
        }
        assert_eq!(phone(b"+1 202 555 0143 2026", 0), Some(15));
    }

    #[test]
    fn amounts_and_other_signs_are_none() {
        for none in [
            "+1500000",
            "+150000000",
            "+250000000",
            "+15000000000",
            "+10000000000",
            "1+12025550143",
            "x+12025550143",
            "++12025550143",
            "+12025550143a",
            "+1 202 555 014",
            "+1 202 555 0143-7",
            "+1  202  555  0143",
            "+999 1234 5678",
            "+49 0171 3920001",
            "+1234567890123456",
            "+",
            "UTC+02:00",
        ] {
            assert_eq!(found(none, SensitiveKind::PhoneNumber), (None, 0), "{none}");
        }
    }

    #[test]
    fn no_calling_code_begins_with_another_one() {
        let codes: Vec<String> = COUNTRIES.iter().flat_map(|(_, _, codes)| *codes).map(u16::to_string).collect();
        assert!(codes.len() > 190);
        for code in &codes {
            assert_eq!(codes.iter().filter(|other| code.starts_with(other.as_str())).count(), 1, "{code}");
        }
    }
}
