//! Rules on records that stand out from the others of their file.

use tunedrop_validation::{Code, Excerpt, Findings};

use crate::assess::finding;
use crate::cut::Cut;
use crate::kept::{Faults, FileSketch};

/// Fewer records have no usual language.
const LANGUAGE_RECORDS_MIN: u64 = 100;
/// A language that more records have belongs to the dataset, in percent.
const RARE_PERCENT: u64 = 1;
/// If rare languages together have more records, the dataset is a multilingual one, in percent.
const RARE_SUM_PERCENT: u64 = 5;

/// Long answers that end like a sentence, among all long answers. From this share on, one that doesn't was cut. In percent.
const COMPLETE_PERCENT: u64 = 90;
const COMPLETE_MIN: u64 = 50;

/// Reports records in a rare language.
pub(crate) fn add_languages(file: &FileSketch, findings: &mut Findings) {
    let total: u64 = file.languages.values().map(|(count, _)| count).sum();
    if total < LANGUAGE_RECORDS_MIN {
        return;
    }
    let rare = || file.languages.iter().filter(|(_, (count, _))| count * 100 <= total * RARE_PERCENT);
    if rare().map(|(_, (count, _))| count).sum::<u64>() * 100 > total * RARE_SUM_PERCENT {
        return;
    }
    let mut kept: Vec<(u32, &str, &Excerpt)> = Vec::new();
    let mut more = 0;
    for (code, (count, first)) in rare() {
        more += count - first.len() as u64;
        kept.extend(first.iter().map(|(line, excerpt)| (*line, *code, excerpt)));
    }
    kept.sort_unstable_by_key(|(line, ..)| *line);
    let of = |line: u32, code: &str, excerpt: Option<Excerpt>| {
        let name = file.names.get(code).copied().unwrap_or(code);
        let message = format!("the record seems to be in {name}, which few records of the file are");
        let help = "remove it, or add records in that language";
        finding(Code::UnusualLanguage, file, line, message, help, excerpt)
    };
    let last = kept.last().map(|(line, code, _)| (*line, *code));
    kept.iter().for_each(|(line, code, excerpt)| findings.push(of(*line, code, Some((*excerpt).clone()))));
    if let Some((line, code)) = last {
        (0..more).for_each(|_| findings.push(of(line, code, None)));
    }
}

/// Reports answers of a rare length.
pub(crate) fn add_lengths(file: &FileSketch, findings: &mut Findings) {
    let Some(outliers) = file.lengths.outliers() else { return };
    for (number, extreme) in (0..outliers.count).zip(outliers.first.iter().cycle()) {
        let message = format!(
            "the answer has {} characters, and half of the file's answers have up to {}",
            extreme.chars, outliers.median
        );
        let excerpt = (number < outliers.first.len() as u64).then(|| extreme.excerpt.clone());
        let help = "read the record, and split, shorten or remove it";
        findings.push(finding(Code::UnusualLength, file, extreme.line, message, help, excerpt));
    }
}

/// Reports the faults that records show by themselves.
pub(crate) fn add_faults(file: &FileSketch, findings: &mut Findings) {
    let mut add = |code: Code, faults: &Faults, message: &dyn Fn(Option<Cut>) -> String, help: &str| {
        for number in 0..faults.count as usize {
            let Some((line, cut, excerpt)) = faults.first.get(number.min(faults.first.len().saturating_sub(1))) else {
                return;
            };
            findings.push(finding(code, file, *line, message(*cut), help, Some(excerpt.clone())));
        }
    };
    let boilerplate = |_| "the model speaks about itself instead of answering".to_owned();
    add(Code::BoilerplateAnswer, &file.boilerplate, &boilerplate, "write the answer, or remove the record");
    let damaged = |_| "the text was decoded with the wrong encoding".to_owned();
    add(Code::DamagedText, &file.damage, &damaged, "decode the original as UTF-8");
    let cut = |cut: Option<Cut>| match cut {
        Some(cut) => format!("the answer {}", cut.as_clause()),
        None => "the answer ends without punctuation, unlike nearly all long answers of the file".to_owned(),
    };
    let help = "complete the answer, or remove the record";
    add(Code::TruncatedAnswer, &file.cut, &cut, help);
    let long = file.complete + file.open.count;
    if file.complete >= COMPLETE_MIN && file.complete * 100 >= long * COMPLETE_PERCENT {
        add(Code::TruncatedAnswer, &file.open, &cut, help);
    }
}
