//! Texts with values, and texts that only look like some.

use tunedrop_validation::SensitiveKind::{self, *};

use super::chance::Chance;
use super::values::value;

/// A text, and the values in it.
pub(crate) struct Labeled {
    pub(crate) text: String,
    pub(crate) values: Vec<(SensitiveKind, usize, usize)>,
}

/// Words that announce a kind in a text.
pub(crate) fn words(kind: SensitiveKind) -> &'static [&'static str] {
    match kind {
        UsSsn => &["SSN", "Social Security number", "ssn"],
        GbNhs => &["NHS number", "NHS no.", "nhs_number"],
        EsDni => &["DNI", "mi DNI es", "NIF"],
        EsNie => &["NIE", "mi NIE es"],
        DeSteuerId => &["Steuer-ID", "Steueridentifikationsnummer", "IdNr."],
        NlBsn => &["BSN", "burgerservicenummer"],
        PlPesel => &["PESEL", "nr PESEL"],
        SePersonnummer => &["personnummer", "Personnummer är"],
        BrCpf => &["CPF", "meu CPF é"],
        InAadhaar => &["Aadhaar", "Aadhaar number", "UID"],
        ItCodiceFiscale => &["codice fiscale", "C.F."],
        FrNir => &["numéro de sécurité sociale", "NIR"],
        CnResidentId => &["身份证号", "ID"],
        CardNumber => &["card", "my Visa", "credit card number"],
        AzureStorageKey => &["AccountKey="],
        _ => &["it is", "here:", "use"],
    }
}

/// A text with one value: two thirds have a word before it, a sixth have it far away, and a sixth have none.
pub(crate) fn with_value(kind: SensitiveKind, chance: &mut Chance) -> Labeled {
    let word = chance.of(words(kind));
    let value = value(kind, chance);
    let always = kind == AzureStorageKey;
    let before = match chance.below(6) {
        _ if always => format!("DefaultEndpointsProtocol=https;AccountName=a;{word}"),
        0..4 => format!(
            "{}{word}{}",
            chance.of(&["Hello, ", "My ", "Please update: ", "{\"", ""]),
            chance.of(&[": ", " ", " is ", " = "])
        ),
        4 => format!(
            "You asked for the {word} of the person who wrote to us last week about the delivery and the invoice. It is "
        ),
        _ => chance.of(&["Please note ", "I have ", "", "(", "see "]).to_owned(),
    };
    let after = chance.of(&[".", ", thanks", "\nRegards", "", ")", " and more"]);
    let start = before.len();
    let text = format!("{before}{value}{after}");
    Labeled { text, values: vec![(kind, start, start + value.len())] }
}

/// Things in support tickets, logs and catalogs that have the form of a value: none of them is one.
const DECOYS: [&str; 52] = [
    "Order 999999999 has shipped.",
    "Order 9999999999, two items",
    "order no. 99999999999 is late",
    "tracking number 999999999999",
    "Tracking: 9999999999999999",
    "parcel 9999 9999 9999",
    "reference 999-99-9999",
    "ticket 999 999 9999",
    "invoice 99999999-9999",
    "Invoice 999999-9999 of May",
    "case 99999999#",
    "SKU #9999999#",
    "part #-9999999-# fits",
    "serial number ##99####99999999999999",
    "article ######99#99#999#",
    "item 999.999.999-99",
    "account 99999999999999",
    "transaction 999999999999999999",
    "id 99999999999999999999",
    "snowflake 1999999999999999999",
    "IMEI 359999999999999",
    "timestamp 1799999999",
    "at 1799999999999 ms",
    "EAN 4099999999999",
    "ISBN 978-3-99-999999-9",
    "ISBN 9789999999999",
    "uuid 99999999-~9~9-4999-8999-999999999999",
    "sha 9~9~9~9~9~9~9~9~9~9~9~9~9~9~9~9~9~9~9~9~",
    "commit ~9~9~9~",
    "version 9.99.999",
    "10.99.99.9",
    "lat 59.999999, lon 19.999999",
    "2026-09-19 19:39:49",
    "20260919-0999",
    "+15% in March, +1500000 in total",
    "+99999999 points",
    "UTC+02:00 and +0200",
    "call 0999 999999",
    "(999) 999-9999",
    "999-999-9999 ext. 9",
    "@~~~~~~~~ wrote",
    "price 3 @ 1.99",
    "npm i @types/node@99.9.9",
    "git@~~~~:repo.git is a remote",
    "eyJub3QiOiJhIHRva2VuIn0.~~~~~~~~.~~~~~~~~",
    "AKIA is a prefix, and sk-learn a library",
    "key AIza… is shortened",
    "-----BEGIN CERTIFICATE-----",
    "phone model 9999-9999-9999-9999",
    "batch 99 999 999 999",
    "https://shop.example/orders/9999999999?item=999999999",
    "rows 99999 999999 9999999 99999999",
];

/// A text with up to three of them.
pub(crate) fn decoy(chance: &mut Chance) -> Labeled {
    let count = 1 + chance.below(3);
    let parts: Vec<String> = (0..count).map(|_| chance.form_of(&DECOYS)).collect();
    Labeled { text: parts.join(" "), values: Vec::new() }
}

/// A word that announces a kind, before a random number of the same form that isn't one.
pub(crate) fn announced_decoy(kind: SensitiveKind, form: &str, chance: &mut Chance) -> Labeled {
    let text = format!("{} team, ticket {} is open", chance.of(words(kind)), chance.form(form));
    Labeled { text, values: Vec::new() }
}
