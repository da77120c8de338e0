//! SARIF 2.1.0 (OASIS), for code scanning.

use percent_encoding::{AsciiSet, utf8_percent_encode};
use serde_json::{Value, json};
use tunedrop_report::URI_PATH;
use tunedrop_validation::{Code, Finding, Severity};

use crate::check_result::CheckResult;

/// The whole log, and a line feed.
pub(crate) fn sarif(outcome: &CheckResult) -> String {
    let mut codes: Vec<Code> = outcome.shown().map(|finding| finding.code).collect();
    codes.sort();
    codes.dedup();
    let notes = outcome.notes.iter().map(|note| json!({"level": "warning", "message": {"text": note}}));
    let unreadable = outcome.unreadable.iter().map(
        |fault| json!({"level": "error", "message": {"text": format!("{} can't be read: {}", fault.path, fault.why)}}),
    );
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "tunedrop",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": outcome.unreadable.is_empty(),
                "toolExecutionNotifications": notes.chain(unreadable).collect::<Vec<_>>(),
            }],
            "results": outcome.shown().map(|finding| result(finding, &codes)).collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(code: Code) -> Value {
    let info = code.info();
    json!({
        "id": code.as_str(),
        "shortDescription": {"text": info.title},
        "fullDescription": {"text": format!("{} {}", info.what, info.why)},
        "help": {"text": info.fix},
        "defaultConfiguration": {"level": level(info.severity)},
    })
}

fn result(finding: &Finding, codes: &[Code]) -> Value {
    let mut place = json!({"artifactLocation": {"uri": uri(&finding.file)}});
    if let Some(line) = finding.line {
        place["region"] = json!({"startLine": line});
        if let Some(excerpt) = &finding.excerpt {
            place["region"]["startColumn"] = json!(excerpt.column());
        }
    }
    json!({
        "ruleId": finding.code.as_str(),
        "ruleIndex": codes.iter().position(|code| *code == finding.code),
        "level": level(finding.severity),
        "message": {"text": format!("{}. Help: {}", finding.message, finding.help)},
        "locations": [{"physicalLocation": place}],
        "properties": {"byteColumn": finding.column, "pointer": finding.pointer},
    })
}

/// A path as a URI reference (RFC 3986), an address as it is.
fn uri(path: &str) -> String {
    const ADDRESS: &AsciiSet = &URI_PATH.remove(b':');
    let uri = utf8_percent_encode(path, if path.starts_with("s3://") { ADDRESS } else { URI_PATH });
    if path.starts_with('/') { format!("file://{uri}") } else { uri.to_string() }
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a b/é.jsonl"), "a%20b/%C3%A9.jsonl");
        assert_eq!(uri("/tmp/x.jsonl"), "file:///tmp/x.jsonl");
        assert_eq!(uri("s3://b/k.jsonl"), "s3://b/k.jsonl");
        assert_eq!(uri("c:x"), "c%3Ax");
    }
}
