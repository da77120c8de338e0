//! The labeled corpus of docs/sensitive.md, and what is measured on it.

mod chance;
mod texts;
mod values;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use tunedrop_validation::{SensitiveKind, sensitive_spans};

use chance::Chance;
use texts::{Labeled, announced_decoy, decoy, with_value};

/// Texts with a value of each kind, texts without one, and texts of each form with a word that announces it.
const VALUES: usize = 300;
const DECOYS: usize = 30_000;
const ANNOUNCED: usize = 20;
/// Random numbers of each form.
const RANDOM: u64 = 100_000;

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    right: u64,
    wrong: u64,
    missing: u64,
}

/// Forms of numbers, with the kind that they are most often taken for.
const FORMS: [(SensitiveKind, &str); 16] = {
    use SensitiveKind::*;
    [
        (CardNumber, "9999 9999 9999 9999"),
        (CardNumber, "9999999999999999"),
        (UsSsn, "999-99-9999"),
        (GbNhs, "9999999999"),
        (EsDni, "99999999#"),
        (EsNie, "X9999999#"),
        (ItCodiceFiscale, "######99#99#999#"),
        (FrNir, "999999999999999"),
        (DeSteuerId, "99999999999"),
        (NlBsn, "999999999"),
        (PlPesel, "99999999999"),
        (SePersonnummer, "999999-9999"),
        (BrCpf, "999.999.999-99"),
        (BrCpf, "99999999999"),
        (InAadhaar, "999999999999"),
        (CnResidentId, "999999999999999999"),
    ]
};

fn corpus() -> Vec<Labeled> {
    let mut chance = Chance(19);
    let mut texts: Vec<Labeled> = Vec::new();
    for kind in SensitiveKind::ALL {
        texts.extend((0..VALUES).map(|_| with_value(kind, &mut chance)));
    }
    texts.extend((0..DECOYS).map(|_| decoy(&mut chance)));
    for (kind, form) in FORMS {
        texts.extend((0..ANNOUNCED).map(|_| announced_decoy(kind, form, &mut chance)));
    }
    texts
}

fn measured() -> (usize, BTreeMap<SensitiveKind, Counts>) {
    let (texts, mut counts) = (corpus(), BTreeMap::<SensitiveKind, Counts>::new());
    let show = std::env::var("TUNEDROP_SHOW").ok();
    for labeled in &texts {
        let found: Vec<_> =
            sensitive_spans(&labeled.text).iter().map(|span| (span.kind, span.start, span.end)).collect();
        for value in &found {
            let count = counts.entry(value.0).or_default();
            if labeled.values.contains(value) { count.right += 1 } else { count.wrong += 1 }
        }
        for value in labeled.values.iter().filter(|value| !found.contains(value)) {
            counts.entry(value.0).or_default().missing += 1;
        }
        if found != labeled.values && show.as_deref() == Some("all") {
            println!("{:?} found {found:?}, not {:?}", labeled.text, labeled.values);
        }
    }
    (texts.len(), counts)
}

/// How many of `RANDOM` numbers of a form are taken for this kind: alone, and behind a word that announces it.
fn by_chance(kind: SensitiveKind, form: &str) -> (u64, u64) {
    let mut chance = Chance(97);
    let (mut alone, mut announced) = (0, 0);
    let word = texts::words(kind)[0];
    for _ in 0..RANDOM {
        let number = chance.form(form);
        let is_found = |text: &str| u64::from(sensitive_spans(text).iter().any(|span| span.kind == kind));
        alone += is_found(&format!("order {number} has shipped"));
        announced += is_found(&format!("{word} {number}"));
    }
    (alone, announced)
}

#[test]
fn precision_and_recall_are_those_of_the_page() {
    let (texts, counts) = measured();
    let mut failed: Vec<String> = Vec::new();
    let mut table = format!(
        "Measured on {texts} texts.\n\n| Kind | Values | Found | Precision | Recall |\n|---|---|---|---|---|\n"
    );
    for kind in SensitiveKind::ALL {
        let Counts { right, wrong, missing } = counts.get(&kind).copied().unwrap_or_default();
        let precision = right as f64 / (right + wrong).max(1) as f64;
        let recall = right as f64 / (right + missing).max(1) as f64;
        assert_eq!(right + missing, VALUES as u64, "{kind}");
        let is_precise = precision >= 0.9;
        failed.extend((!is_precise).then(|| format!("{kind}: precision {precision:.3}, {wrong} wrong")));
        let _ = writeln!(table, "| `{kind}` | {VALUES} | {} | {precision:.3} | {recall:.3} |", right + wrong);
    }
    table.push_str(
        "\n| Form | Kind | Reported of 100,000 random numbers | With a word before them |\n|---|---|---|---|\n",
    );
    for (kind, form) in FORMS {
        let (alone, announced) = by_chance(kind, form);
        failed.extend((alone * 25 > RANDOM).then(|| format!("{form} counts as {kind} too often: {alone}")));
        let _ = writeln!(table, "| `{form}` | `{kind}` | {alone} | {announced} |");
    }
    println!("{table}");
    assert_eq!(failed, [""; 0]);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sensitive.md");
    let text = std::fs::read_to_string(&page).expect("docs/sensitive.md");
    let (begin, end) = ("<!-- precision -->\n", "<!-- end of precision -->");
    let (before, rest) = text.split_once(begin).expect("the table's place");
    let (old, after) = rest.split_once(end).expect("the table's end");
    let new = format!("\n{table}\n");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&page, format!("{before}{begin}{new}{end}{after}")).expect("docs/sensitive.md");
    } else {
        assert_eq!(old, new, "run again with UPDATE_DOCS=1");
    }
}
