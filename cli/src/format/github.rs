//! Output as workflow commands of GitHub Actions, which annotate lines.

use tunedrop_validation::{Finding, Severity};

use super::summary::summary;
use super::visible;
use crate::check_result::CheckResult;

/// A command for each finding, and the summary for the log.
pub(crate) fn github(outcome: &CheckResult) -> String {
    let mut text: String = outcome.shown().map(command).collect();
    for note in &outcome.notes {
        text.push_str(&format!("::warning title=tunedrop::{}\n", data(&visible(note))));
    }
    text.push_str(&summary(outcome));
    text
}

fn command(finding: &Finding) -> String {
    let Finding { code, severity, file, line, message, help, excerpt, column, .. } = finding;
    let level = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut place = format!("file={}", property(&visible(file)));
    // An annotation counts characters, we count bytes.
    let column = excerpt.as_ref().map_or(*column, |excerpt| Some(excerpt.column()));
    for (name, number) in [("line", *line), ("col", column)] {
        place.extend(number.map(|number| format!(",{name}={number}")));
    }
    format!(
        "::{level} {place},title={}::{}\n",
        property(code.as_str()),
        data(&visible(&format!("{message}. Help: {help}")))
    )
}

/// Escapes the text after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn escapes_what_would_end_a_command() {
        assert_eq!(data("50%\r\n::set-env"), "50%25%0D%0A::set-env");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
