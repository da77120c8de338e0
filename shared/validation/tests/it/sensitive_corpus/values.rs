//! Made values of each kind. The check digits are computed here again, from the pages that docs/sensitive.md names, and
//! without the code of the product.

use tunedrop_validation::SensitiveKind::{self, *};

use super::chance::{Chance, in_form};

fn digit(number: &str, at: usize) -> u32 {
    u32::from(number.as_bytes()[at] - b'0')
}

/// The digit that Luhn's checksum needs at the end.
fn luhn(number: &str) -> u32 {
    let doubled = |at: usize| digit(number, at) * 2 / 10 + digit(number, at) * 2 % 10;
    let from_end = |at: usize| if (number.len() - at) % 2 == 1 { doubled(at) } else { digit(number, at) };
    (10 - (0..number.len()).map(from_end).sum::<u32>() % 10) % 10
}

/// The sum of digits times weights, by 11.
fn by_11(number: &str, weights: &[u32]) -> u32 {
    weights.iter().enumerate().map(|(at, weight)| digit(number, at) * weight).sum::<u32>() % 11
}

const VERHOEFF_D: [&str; 10] = [
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
];
const VERHOEFF_P: [&str; 8] =
    ["0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"];

fn verhoeff(number: &str) -> u32 {
    let sum = |whole: &str| {
        (0..whole.len()).fold(0, |sum, at| {
            let place = digit(VERHOEFF_P[at % 8], digit(whole, whole.len() - 1 - at) as usize);
            digit(VERHOEFF_D[sum as usize], place as usize)
        })
    };
    (0..10).find(|last| sum(&format!("{number}{last}")) == 0).expect("one fits")
}

/// A number by 97, of digits and letters.
fn by_97(number: &str) -> u32 {
    let digits: String = number.chars().map(|c| c.to_digit(36).expect("a digit or a letter").to_string()).collect();
    digits.chars().fold(0, |rest, c| (rest * 10 + c.to_digit(10).expect("a digit")) % 97)
}

fn date(chance: &mut Chance) -> (u64, u64, u64) {
    (1940 + chance.below(65), 1 + chance.below(12), 1 + chance.below(28))
}

fn card(chance: &mut Chance) -> String {
    let number = chance.form_of(&["499999999999999", "539999999999999", "601199999999999"]);
    let whole = format!("{number}{}", luhn(&number));
    in_form(&whole, chance.of(&["9999999999999999", "9999 9999 9999 9999", "9999-9999-9999-9999"]))
}

fn iban(chance: &mut Chance) -> String {
    let (country, form) = chance.of(&[
        ("DE", "999999999999999999"),
        ("GB", "####99999999999999"),
        ("NL", "####9999999999"),
        ("FR", "99999999999999999999999"),
        ("ES", "99999999999999999999"),
    ]);
    let account = chance.form(form);
    let check = 98 - by_97(&format!("{account}{country}00"));
    let whole = format!("{country}{check:02}{account}");
    if chance.below(2) == 0 {
        return whole;
    }
    let groups: Vec<&str> = whole.as_bytes().chunks(4).map(|part| std::str::from_utf8(part).expect("ASCII")).collect();
    groups.join(" ")
}

fn tax_code(chance: &mut Chance) -> String {
    const ODD: [(&str, u32); 26] = [
        ("0A", 1),
        ("1B", 0),
        ("2C", 5),
        ("3D", 7),
        ("4E", 9),
        ("5F", 13),
        ("6G", 15),
        ("7H", 17),
        ("8I", 19),
        ("9J", 21),
        ("K", 2),
        ("L", 4),
        ("M", 18),
        ("N", 20),
        ("O", 11),
        ("P", 3),
        ("Q", 6),
        ("R", 8),
        ("S", 12),
        ("T", 14),
        ("U", 16),
        ("V", 10),
        ("W", 22),
        ("X", 25),
        ("Y", 24),
        ("Z", 23),
    ];
    let (year, month, day) = date(chance);
    let month = char::from(b"ABCDEHLMPRST"[month as usize - 1]);
    let day = day + 40 * chance.below(2);
    let head = format!("{}{:02}{month}{day:02}{}", chance.form("######"), year % 100, chance.form("#999"));
    let odd = |c: char| ODD.iter().find(|(of, _)| of.contains(c)).expect("a value").1;
    let even = |c: char| c.to_digit(10).unwrap_or_else(|| c as u32 - 'A' as u32);
    let sum: u32 = head.chars().enumerate().map(|(at, c)| if at % 2 == 0 { odd(c) } else { even(c) }).sum();
    format!("{head}{}", char::from(b'A' + (sum % 26) as u8))
}

fn letter(number: &str) -> char {
    let place = number.parse::<usize>().expect("a number") % 23;
    char::from(b"TRWAGMYFPDXBNJZSQVHLCKE"[place])
}

fn tax_id(chance: &mut Chance) -> String {
    loop {
        let number = chance.form("9999999999");
        let times = |of: char| number.chars().filter(|c| *c == of).count();
        let repeated: Vec<usize> = ('0'..='9').map(times).filter(|times| *times > 1).collect();
        if number.starts_with('0') || repeated != [2] {
            continue;
        }
        let mut product = 10;
        for at in 0..10 {
            let sum = match (digit(&number, at) + product) % 10 {
                0 => 10,
                sum => sum,
            };
            product = sum * 2 % 11;
        }
        let whole = format!("{number}{}", (11 - product) % 10);
        return in_form(&whole, chance.of(&["99999999999", "99 999 999 999"]));
    }
}

/// A made value of this kind.
pub(crate) fn value(kind: SensitiveKind, chance: &mut Chance) -> String {
    match kind {
        AwsAccessKey => {
            let key: String = chance.form("~~~~~~~~~~~~~~~~").to_uppercase();
            format!("{}{key}", chance.of(&["AKIA", "ASIA"]))
        }
        PrivateKey => {
            let line = "~".repeat(64);
            let body: Vec<String> = (0..4).map(|_| chance.form(&line)).collect();
            format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", body.join("\n"))
        }
        CardNumber => card(chance),
        EmailAddress => chance.form_of(&["mary.~~~~~~@example.com", "j9999@mail.example.org", "x+~~~@example.co.uk"]),
        Iban => iban(chance),
        // Ranges that are reserved for fiction: NANPA, Ofcom.
        PhoneNumber => chance.form_of(&[
            "+1 202 555 0199",
            "+1-415-555-0199",
            "+12125550199",
            "+44 7700 900999",
            "+44 20 7946 0999",
        ]),
        JsonWebToken => {
            format!("eyJhbGciOiJIUzI1NiJ9.eyJ{}.{}", chance.form("~~~~~~~~~~~~"), chance.form("~~~~~~~~~~~~~~~~~~~~"))
        }
        GoogleApiKey => format!("AIza{}", chance.form(&format!("9{}", "~".repeat(34)))),
        AzureStorageKey => format!("{}==", chance.form(&format!("9{}", "~".repeat(85)))),
        GitHubToken => format!("ghp_{}", chance.form(&format!("9{}", "~".repeat(35)))),
        SlackToken => format!("xoxb-{}", chance.form("999999999999-~~~~~~~~~~~~~~~~~~~~~~~~")),
        StripeKey => format!("sk_live_{}", chance.form(&format!("9{}", "~".repeat(23)))),
        OpenAiKey => chance.form(&"~".repeat(20)).replacen("", "sk-9", 1) + "T3BlbkFJ" + &chance.form(&"~".repeat(20)),
        AnthropicKey => format!("sk-ant-api03-{}AA", chance.form(&"~".repeat(93))),
        UsSsn => chance.form_of(&["199-29-4999", "219-39-1999", "329 19 6999", "419299999"]),
        GbNhs => loop {
            let number = chance.form("999999999");
            let check = (11 - by_11(&number, &[10, 9, 8, 7, 6, 5, 4, 3, 2])) % 11;
            if check < 10 {
                let form = chance.of(&["9999999999", "999 999 9999", "999-999-9999"]);
                return in_form(&format!("{number}{check}"), form);
            }
        },
        EsDni => {
            let number = chance.form("99999999");
            format!("{number}{}{}", chance.of(&["", "-"]), letter(&number))
        }
        EsNie => {
            let number = chance.form("9999999");
            let first = chance.below(3) as usize;
            format!("{}{number}{}", ["X", "Y", "Z"][first], letter(&format!("{first}{number}")))
        }
        ItCodiceFiscale => tax_code(chance),
        FrNir => {
            let (year, month, _) = date(chance);
            let number = format!(
                "{}{:02}{month:02}{:02}{}",
                1 + chance.below(2),
                year % 100,
                1 + chance.below(95),
                chance.form("999999")
            );
            let whole = format!("{number}{:02}", 97 - by_97(&number));
            in_form(&whole, chance.of(&["999999999999999", "9 99 99 99 999 999 99"]))
        }
        DeSteuerId => tax_id(chance),
        NlBsn => loop {
            let number = chance.form("999999999");
            if number.parse::<u64>().expect("a number") > 10_000_000
                && by_11(&number, &[9, 8, 7, 6, 5, 4, 3, 2, 10]) == 0
            {
                return in_form(&number, chance.of(&["999999999", "9999.99.999"]));
            }
        },
        PlPesel => {
            let (year, month, day) = date(chance);
            let month = if year >= 2000 { month + 20 } else { month };
            let number = format!("{:02}{month:02}{day:02}{}", year % 100, chance.form("9999"));
            let weights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3];
            let sum: u32 = weights.iter().enumerate().map(|(at, weight)| digit(&number, at) * weight).sum();
            format!("{number}{}", (10 - sum % 10) % 10)
        }
        SePersonnummer => {
            let (year, month, day) = date(chance);
            let number = format!("{:02}{month:02}{day:02}{}", year % 100, chance.form("999"));
            let whole = format!("{number}{}", luhn(&number));
            match chance.below(3) {
                0 => in_form(&whole, "999999-9999"),
                1 => in_form(&format!("{}{whole}", year / 100), "99999999-9999"),
                _ => whole,
            }
        }
        BrCpf => {
            let number = chance.form("999999999");
            let check = |number: &str| {
                let weights: Vec<u32> = (2..number.len() as u32 + 2).rev().collect();
                let rest = by_11(number, &weights);
                if rest < 2 { 0 } else { 11 - rest }
            };
            let first = format!("{number}{}", check(&number));
            let whole = format!("{first}{}", check(&first));
            in_form(&whole, chance.of(&["999.999.999-99", "99999999999"]))
        }
        InAadhaar => {
            let number = format!("{}{}", 2 + chance.below(8), chance.form("9999999999"));
            let whole = format!("{number}{}", verhoeff(&number));
            in_form(&whole, chance.of(&["999999999999", "9999 9999 9999"]))
        }
        CnResidentId => {
            let (year, month, day) = date(chance);
            let province = chance.of(&[11, 31, 44, 51, 65]);
            let number = format!("{province}{}{year}{month:02}{day:02}{}", chance.form("9999"), chance.form("999"));
            let sum = by_11(&number, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
            format!("{number}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum as usize])
        }
    }
}
