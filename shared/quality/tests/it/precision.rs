//! Precision and recall of each rule on the labeled corpora, and the tables of docs/quality.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use tunedrop_quality::{FileQuality, Level, assess};
use tunedrop_validation::{Code, KEPT_PER_CODE, grouped};

use crate::corpus::{CORPUS, HELD_BACK, Material, corpus};
use crate::support::sketch;

/// Findings of a code: right, wrong, and missing ones.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    right: u64,
    wrong: u64,
    missing: u64,
}

impl Counts {
    fn precision(self) -> f64 {
        self.right as f64 / (self.right + self.wrong).max(1) as f64
    }

    fn recall(self) -> f64 {
        self.right as f64 / (self.right + self.missing).max(1) as f64
    }
}

fn found(file: &FileQuality) -> BTreeSet<(Code, u64)> {
    for (code, count) in &file.findings.counts {
        if std::env::var_os("TUNEDROP_SHOW").is_some() {
            continue;
        }
        assert!(*count <= KEPT_PER_CODE as u64, "{}: {count} findings of {code} can't all be compared", file.name);
    }
    file.findings.kept.iter().map(|finding| (finding.code, finding.line.unwrap_or(0))).collect()
}

fn measured(material: &Material) -> (usize, BTreeMap<Code, Counts>) {
    let (mut records, mut counts) = (0, BTreeMap::<Code, Counts>::new());
    let show = std::env::var("TUNEDROP_SHOW").ok();
    for dataset in corpus(material) {
        records += dataset.iter().map(|file| file.records.len()).sum::<usize>();
        let sketches = dataset.iter().map(|file| sketch(&file.name, file.role, &file.bytes(), 1 << 20, 2)).collect();
        for quality in assess(sketches, Level::Thorough, 2).files {
            let file = dataset.iter().find(|file| file.name == quality.name).expect("the file");
            let (expected, found) = (file.expected(), found(&quality));
            for (code, line) in expected.union(&found) {
                let count = counts.entry(*code).or_default();
                match (expected.contains(&(*code, *line)), found.contains(&(*code, *line))) {
                    (true, true) => count.right += 1,
                    (true, false) => count.missing += 1,
                    (false, _) => count.wrong += 1,
                }
                if show.as_deref() == Some(code.as_str())
                    && expected.contains(&(*code, *line)) != found.contains(&(*code, *line))
                {
                    let record = line.checked_sub(1).map(|at| &file.records[at as usize]);
                    println!("{} {line} expected {}: {record:?}", file.name, expected.contains(&(*code, *line)));
                }
            }
        }
    }
    (records, counts)
}

#[test]
fn precision_and_recall_are_those_of_the_page() {
    compare_with_page(&CORPUS, "precision");
}

#[test]
fn precision_and_recall_of_the_corpus_that_was_held_back_are_those_of_the_page() {
    compare_with_page(&HELD_BACK, "held back");
}

/// Rules that only `thorough` applies.
const THOROUGH: [Code; 1] = [Code::SeveralAnswers];

/// Measures a corpus, and compares the result with the table of docs/quality.md between two comments of this name.
fn compare_with_page(material: &Material, name: &str) {
    let (records, counts) = measured(material);
    assert!(records >= 5_000, "{records} records");
    let mut table = format!("Measured on {} records.\n\n", grouped(records as u64));
    table.push_str("| Rule | Faults | Found | Precision | Recall | On in `standard` |\n|---|---|---|---|---|---|\n");
    for (code, count) in &counts {
        let (faults, found) = (count.right + count.missing, count.right + count.wrong);
        let _ = writeln!(
            table,
            "| `{code}` | {faults} | {found} | {:.3} | {:.3} | {} |",
            count.precision(),
            count.recall(),
            if THOROUGH.contains(code) { "no" } else { "yes" }
        );
    }
    println!("{table}");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/quality.md");
    let text = std::fs::read_to_string(&page).expect("docs/quality.md");
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = text.split_once(&begin).expect("the table's place");
    let (old, after) = rest.split_once(&end).expect("the table's end");
    let new = format!("\n{table}\n");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&page, format!("{before}{begin}{new}{end}{after}")).expect("docs/quality.md");
    } else {
        assert_eq!(old, new, "run again with UPDATE_DOCS=1");
    }
    for (code, count) in &counts {
        let (faults, is_on) = (count.right + count.missing, !THOROUGH.contains(code));
        assert!(!is_on || count.precision() >= 0.9, "{code}: precision {:.3} {count:?}", count.precision());
        assert!(faults >= 20, "{code}: only {faults} faults");
    }
}
