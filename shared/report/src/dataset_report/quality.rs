//! The section "Quality": what the second look at the data found, with a picture of each distribution.

use tunedrop_quality::{FileQuality, Group};
use tunedrop_validation::{Code, TokenBucket};

use super::DatasetReport;
use super::bars::{Bars, bars};
use super::compared::{Compared, compared};
use super::excerpt::{Highlighted, plain};
use super::tokens::{Axis, draw};
use crate::svg::{Drawn, drawn};
use crate::wording::{Span, counted, grouped, spans, visible};

/// How many languages or labels have a bar.
const BARS_MAX: usize = 10;

/// How many locations of a group are listed.
const PLACES_MAX: usize = 5;

/// The codes of the second look. Those that mislead most come first.
const CODES: [Code; 12] = [
    Code::NearLeakage,
    Code::ConflictingAnswers,
    Code::NearDuplicate,
    Code::TruncatedAnswer,
    Code::DamagedText,
    Code::BoilerplateAnswer,
    Code::LabelImbalance,
    Code::UnusualLanguage,
    Code::UnusualLength,
    Code::SeveralAnswers,
    Code::DataDrift,
    Code::QualityIncomplete,
];

/// The section.
pub(super) struct Section {
    /// What was found, in one sentence.
    pub sentence: String,
    /// What to do: the code that the findings are under, and the instruction.
    pub steps: Vec<Step>,
    pub compared: Option<Compared>,
    pub files: Vec<FileSection>,
    pub groups: Vec<GroupRow>,
}

pub(super) struct Step {
    pub code: &'static str,
    pub title: &'static str,
    pub fix: Vec<Span>,
}

/// The distributions of a file.
pub(super) struct FileSection {
    pub file: String,
    pub lengths: Option<(Drawn, String)>,
    pub languages: Option<Bars>,
    pub labels: Option<Bars>,
}

/// A group of near-duplicates.
pub(super) struct GroupRow {
    pub records: String,
    pub places: String,
    pub excerpt: Option<Highlighted>,
}

/// Returns the section, if the data was looked at a second time.
pub(super) fn section(report: &DatasetReport) -> Option<Section> {
    let quality = report.quality.as_ref()?;
    let found = CODES.into_iter().filter(|code| report.findings.counts.contains_key(code));
    let step = |code: Code| Step { code: code.as_str(), title: code.info().title, fix: spans(code.info().fix) };
    Some(Section {
        sentence: quality.sentence(&report.findings.counts),
        steps: found.map(step).collect(),
        compared: quality.compared.as_ref().map(|one| compared(one, report.show_excerpts)),
        files: quality.files.iter().map(|file| of_file(file, report.show_excerpts)).collect(),
        groups: quality.groups.iter().map(|group| row(group, report.show_excerpts)).collect(),
    })
}

fn of_file(file: &FileQuality, shows_texts: bool) -> FileSection {
    let name = visible(&file.name);
    let languages: Vec<(String, u64)> =
        file.languages.iter().map(|language| (language.name.to_owned(), language.records)).collect();
    // A label is a record's text.
    let label = |at: usize, text: &str| if shows_texts { visible(text) } else { format!("label {}", at + 1) };
    let labels: Vec<(String, u64)> =
        file.labels.iter().enumerate().map(|(at, one)| (label(at, one.label.text()), one.records)).collect();
    FileSection {
        lengths: lengths(&name, file),
        languages: bars(&format!("Records of {name} by language"), &languages, BARS_MAX),
        labels: bars(&format!("Records of {name} by label"), &labels, BARS_MAX),
        file: name,
    }
}

fn lengths(name: &str, file: &FileQuality) -> Option<(Drawn, String)> {
    let (half, most) = (file.answer_chars_p50?, file.answer_chars_p95?);
    let sentence = format!(
        "Half of the answers have at most {} characters, and 95% have at most {}.",
        grouped(half.into()),
        grouped(most.into())
    );
    let of_tokens =
        |bucket: &tunedrop_quality::LengthBucket| TokenBucket { up_to: bucket.up_to.into(), records: bucket.records };
    let buckets: Vec<TokenBucket> = file.answer_lengths.iter().map(of_tokens).collect();
    let label = format!("Histogram of characters per answer in {name}. {sentence}");
    let axis = Axis { x: "characters per answer", y: "answers", limit: None };
    Some((drawn(&label, |out, size| draw(out, size, &buckets, &axis))?, sentence))
}

fn row(group: &Group, shows_texts: bool) -> GroupRow {
    let places: Vec<String> =
        group.places.iter().take(PLACES_MAX).map(|place| format!("{}:{}", visible(&place.file), place.line)).collect();
    let more = group.records - places.len() as u64;
    let rest = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
    GroupRow {
        records: counted(group.records, "record"),
        places: format!("{}{rest}", places.join(", ")),
        excerpt: shows_texts.then(|| plain(&group.excerpt)),
    }
}
