use super::IDS;
use crate::sensitive::SensitiveKind::{self, *};
use crate::sensitive::sensitive_spans;
use crate::sensitive::tests::found;

/// Published examples: valid and invalid numbers of each kind, and a word that announces them. They are those of the
/// authorities and of the pages that `checks` names, or of the documentation of python-stdnum
/// (<https://github.com/arthurdejong/python-stdnum>).
const EXAMPLES: [(SensitiveKind, &str, &[&str], &[&str]); 13] = [
    (
        UsSsn,
        "SSN",
        &["123-45-6789", "123 45 6789", "123456789"],
        &["000-45-6789", "666-45-6789", "900-45-6789", "123-00-6789", "123-45-0000", "111-11-1111", "123-456-789"],
    ),
    (GbNhs, "NHS number", &["943 476 5919", "9434765919", "943-476-5870"], &["9434765871", "9434765918", "0000000000"]),
    (EsDni, "DNI", &["12345678Z", "12345678-Z", "12345678z", "12.345.678-Z"], &["12345678A", "54362315Z", "1234567L"]),
    (EsNie, "NIE", &["X2482300W", "X-2482300-W", "Y1234567X"], &["X2482300A", "A2482300W", "X2482300"]),
    (
        ItCodiceFiscale,
        "codice fiscale",
        &["RCCMNL83S18D969H", "rccmnl83s18d969h", "CNTCHR83T41D969D"],
        &["RCCMNL83S18D969A", "RCCMNL83S38D969H", "RCCMNL83S18D969", "RCCMNL83F18D969H"],
    ),
    (
        FrNir,
        "NIR",
        &["295109912611193", "2 95 10 99 126 111 93", "253072B07300470", "253072A07300443"],
        &["295109912611199", "253072C07300443", "095109912611193", "2951099126111"],
    ),
    (
        DeSteuerId,
        "Steuer-ID",
        &["12345678995", "36574261809", "36 574 261 809", "86095742719"],
        &["12345678996", "36574261890", "01234567899", "12345678903", "11145678904"],
    ),
    (NlBsn, "BSN", &["111222333", "1112.22.333", "249566758"], &["111252333", "1112.52.333", "000000000"]),
    (PlPesel, "PESEL", &["44051401359", "02070803628", "02211307589"], &["44051401358", "02381307589", "20070803628"]),
    (
        SePersonnummer,
        "personnummer",
        &["640823-3234", "19640823-3234", "640823+3234", "6408233234", "196408233234", "701063-2391"],
        &["640823-3235", "641323-3234", "640832-3234", "21640823-3234"],
    ),
    (
        BrCpf,
        "CPF",
        &["111.444.777-35", "11144477735", "390.533.447-05"],
        &["231.002.999-00", "111.444.777-36", "111.111.111-11"],
    ),
    (
        InAadhaar,
        "Aadhaar",
        &["234123412346", "2341 2341 2346", "2341-2341-2346"],
        &["234123412347", "123412341234", "222222222222"],
    ),
    (
        CnResidentId,
        "身份证",
        &["11010519491231002X", "440524188001010014", "11010519491231002x", "360426199101010071"],
        &["110105194912310021", "11010519491331002X", "99010519491231002X", "110105194912310029"],
    ),
];

#[test]
fn published_numbers_are_found_and_wrong_ones_are_not() {
    for (kind, word, valid, invalid) in EXAMPLES {
        for number in valid {
            let text = format!("{word}: {number}.");
            assert_eq!(found(&text, kind), (Some(word.len() + 2), 1), "{text}");
            let span = sensitive_spans(&text)[0];
            assert_eq!(&text[span.start..span.end], *number);
        }
        for number in invalid {
            let text = format!("{word}: {number}.");
            assert_eq!(found(&text, kind), (None, 0), "{text}");
        }
    }
}

#[test]
fn numbers_that_others_look_like_need_a_word() {
    for (kind, _, valid, _) in EXAMPLES {
        let id = IDS.iter().find(|id| id.kind == kind).expect("its entry");
        for number in valid {
            let shape = |shape: &&&str| crate::sensitive::shape::read(number.as_bytes(), 0, shape).is_some();
            let expected = u64::from(id.plain.iter().any(|one| shape(&one)));
            assert_eq!(found(&format!("order {number}, please"), kind).1, expected, "{number}");
        }
    }
}

#[test]
fn parts_of_longer_numbers_are_none() {
    for text in
        ["SSN 1-123-45-6789", "BSN 111222333-1", "CPF 111.444.777-35-2", "NHS 1 943 476 5919", "PESEL 440514013590"]
    {
        assert!(sensitive_spans(text).is_empty(), "{text}");
    }
}
