//! Parts of the page by themselves, for a page around them that has the same style sheet.

use askama::Template;
use tunedrop_validation::Statistics;

use super::data::{Longest, Row, longest, rows};
use super::groups::{Group, groups};
use super::quality::{Section, section};
use super::tokens::{Histogram, histogram};
use super::{DatasetReport, ReportFile};
use crate::wording::{errors_and_warnings, visible};

#[derive(Template)]
#[template(path = "dataset_report.html", block = "findings")]
struct FindingsPart {
    must_fix: bool,
    total: String,
    has_lines: bool,
    resolved: Option<String>,
    groups: Vec<Group>,
    check_again: Option<String>,
}

#[derive(Template)]
#[template(path = "dataset_report.html", block = "data")]
struct DataPart {
    data_files: Vec<String>,
    rows: Vec<Row>,
    histograms: Vec<Histogram>,
    has_limit: bool,
    longest: Vec<Longest>,
    quality: Option<Section>,
}

/// The lengths of a file's records, as the report draws them.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenHistogram {
    /// The file's name, for people.
    pub file: String,
    /// Two `svg` elements, `wide` and `narrow`, of which the style sheet shows one. Text in them is escaped.
    pub svg: String,
    /// What it shows.
    pub sentence: String,
    /// Whether a line marks the model's limit.
    pub has_limit: bool,
}

/// Draws the lengths of a file's records; `None` if no record is valid. `limit`: the model's limit of tokens per record.
pub fn token_histogram(file: &str, statistics: &Statistics, limit: Option<u64>) -> Option<TokenHistogram> {
    let Histogram { file, drawn, sentence } = histogram(file, statistics, limit)?;
    Some(TokenHistogram { file, svg: drawn.wide + &drawn.narrow, sentence, has_limit: limit.is_some() })
}

impl DatasetReport {
    /// Returns the page's section with the findings.
    pub fn findings_section(&self) -> String {
        let findings = &self.findings;
        let part = FindingsPart {
            must_fix: findings.errors > 0,
            total: errors_and_warnings(findings.errors, findings.warnings),
            has_lines: findings.kept.iter().any(|finding| finding.line.is_some()),
            resolved: None,
            groups: groups(self),
            check_again: None,
        };
        part.render().expect("writing to a string doesn't fail")
    }

    /// Returns the page's section with the statistics of the data files. Empty if none was read.
    pub fn data_section(&self) -> String {
        let data: Vec<(&ReportFile, &Statistics)> =
            self.files.iter().filter_map(|file| Some((file, file.statistics.as_ref()?))).collect();
        let part = DataPart {
            data_files: data.iter().map(|(file, _)| visible(&file.name)).collect(),
            rows: rows(&data),
            histograms: data
                .iter()
                .filter_map(|(file, statistics)| histogram(&file.name, statistics, self.record_tokens))
                .collect(),
            has_limit: self.record_tokens.is_some(),
            longest: longest(&data, self.record_tokens),
            quality: section(self),
        };
        part.render().expect("writing to a string doesn't fail")
    }
}

#[cfg(test)]
mod tests {
    use super::token_histogram;
    use crate::samples::rejected;

    #[test]
    fn parts_are_sections_of_the_page() {
        let report = rejected();
        let page = report.html();
        let data = report.data_section();
        assert!(data.trim().starts_with("<section>") && page.contains(data.trim()), "{data}");
        let train = report.files.iter().find(|file| file.role == "train").expect("a training file");
        let statistics = train.statistics.as_ref().expect("its statistics");
        let drawn = token_histogram(&train.name, statistics, report.record_tokens).expect("a histogram");
        assert!(page.contains(&drawn.svg) && page.contains(&drawn.sentence), "{drawn:?}");
        let findings = report.findings_section();
        let first = findings.find("<article").expect("a finding");
        let last = findings.rfind("</article>").expect("its end");
        assert!(page.contains(&findings[first..last]), "{findings}");
    }
}
