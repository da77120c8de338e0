//! National identity numbers: their shapes, their check digits, and the words that announce them.

mod checks;
#[cfg(test)]
mod tests;

use super::SensitiveKind;
use super::shape::{has_context, read};

/// A country's numbers.
struct NationalId {
    kind: SensitiveKind,
    /// Forms that few other numbers have: no word is needed.
    plain: &'static [&'static str],
    /// Forms that other numbers have, too: one of `words` must be shortly before.
    announced: &'static [&'static str],
    /// Whether the digits and letters may be such a number.
    check: fn(&[u8]) -> bool,
    /// In lower case.
    words: &'static [&'static str],
}

/// Which forms need a word follows from how many random numbers of that form pass the check: docs/sensitive.md has the
/// figures.
static IDS: [NationalId; 13] = [
    NationalId {
        kind: SensitiveKind::UsSsn,
        plain: &[],
        announced: &["999-99-9999", "999 99 9999", "999999999"],
        check: checks::us_ssn,
        words: &["ssn", "ssn number", "social security", "socialsecurity", "ss#"],
    },
    NationalId {
        kind: SensitiveKind::GbNhs,
        plain: &[],
        announced: &["9999999999", "999 999 9999", "999-999-9999"],
        check: checks::gb_nhs,
        words: &["nhs"],
    },
    NationalId {
        kind: SensitiveKind::EsDni,
        plain: &["99.999.999-A", "99.999.999A"],
        announced: &["99999999A", "99999999-A", "99999999 A"],
        check: checks::es_dni,
        words: &["dni", "nif", "d.n.i", "documento nacional", "documento de identidad"],
    },
    NationalId {
        kind: SensitiveKind::EsNie,
        plain: &[],
        announced: &["A9999999A", "A-9999999-A", "A9999999-A", "A-9999999A"],
        check: checks::es_nie,
        words: &["nie", "nif", "n.i.e", "identidad de extranjero", "identificación de extranjero"],
    },
    NationalId {
        kind: SensitiveKind::ItCodiceFiscale,
        plain: &["AAAAAAooAooAoooA"],
        announced: &[],
        check: checks::it_codice_fiscale,
        words: &[],
    },
    NationalId {
        kind: SensitiveKind::FrNir,
        plain: &["999999D99999999", "9 99 99 9D 999 999 99"],
        announced: &[],
        check: checks::fr_nir,
        words: &[],
    },
    NationalId {
        kind: SensitiveKind::DeSteuerId,
        plain: &[],
        announced: &["99999999999", "99 999 999 999"],
        check: checks::de_steuer_id,
        words: &[
            "steuer id",
            "steuerid",
            "steueridentifikationsnummer",
            "steuer identifikationsnummer",
            "identifikationsnummer",
            "idnr",
            "steuer idnr",
            "tax id",
            "tin",
        ],
    },
    NationalId {
        kind: SensitiveKind::NlBsn,
        plain: &[],
        announced: &["999999999", "9999.99.999", "999 999 999", "9999 99 999"],
        check: checks::nl_bsn,
        words: &["bsn", "burgerservicenummer", "sofinummer", "citizen service number"],
    },
    NationalId {
        kind: SensitiveKind::PlPesel,
        plain: &[],
        announced: &["99999999999"],
        check: checks::pl_pesel,
        words: &["pesel"],
    },
    NationalId {
        kind: SensitiveKind::SePersonnummer,
        plain: &[],
        announced: &["999999-9999", "99999999-9999", "999999+9999", "9999999999", "999999999999"],
        check: checks::se_personnummer,
        words: &["personnummer", "personnr", "pnr", "samordningsnummer", "personal identity number"],
    },
    NationalId {
        kind: SensitiveKind::BrCpf,
        plain: &["999.999.999-99"],
        announced: &["99999999999", "999999999-99"],
        check: checks::br_cpf,
        words: &["cpf", "cadastro de pessoas"],
    },
    NationalId {
        kind: SensitiveKind::InAadhaar,
        plain: &[],
        announced: &["9999 9999 9999", "9999-9999-9999", "999999999999"],
        check: checks::in_aadhaar,
        words: &["aadhaar", "aadhar", "adhaar", "uidai", "uid", "आधार"],
    },
    NationalId {
        kind: SensitiveKind::CnResidentId,
        plain: &["99999999999999999X"],
        announced: &[],
        check: checks::cn_resident_id,
        words: &[],
    },
];

/// The number that begins at `start`, the beginning of a word, and its end.
pub(super) fn national_id(bytes: &[u8], start: usize) -> Option<(SensitiveKind, usize)> {
    IDS.iter().find_map(|id| {
        let read = |shape: &&str| read(bytes, start, shape).filter(|shaped| (id.check)(shaped.characters()));
        let plain = || id.plain.iter().find_map(read);
        let announced = || id.announced.iter().find_map(read).filter(|_| has_context(bytes, start, id.words));
        Some((id.kind, plain().or_else(announced)?.end))
    })
}
