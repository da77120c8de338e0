use std::collections::BTreeMap;

use tunedrop_quality::{Level, QualityPass, assess};
use tunedrop_validation::{Catalogue, Code, Customization, Excerpt, Finding, Findings, Role};

use crate::samples::{HOSTILE, accepted, assert_harmless, finding, misnamed, rejected, seen};
use crate::{DatasetReport, FixedFindings, Origin, Setting};

#[test]
fn shows_location_problem_and_fix_of_a_rejected_dataset() {
    let html = rejected().html();
    assert_harmless(&html);
    assert!(html.contains("<header class=\"bad\">"));
    insta::assert_snapshot!(seen(&html));
}

#[test]
fn says_that_an_accepted_dataset_has_no_problems() {
    let html = accepted().html();
    assert_harmless(&html);
    assert!(html.contains("<header class=\"good\">"));
    insta::assert_snapshot!(seen(&html));
}

#[test]
fn shows_neither_data_nor_run_of_a_misnamed_file() {
    let html = misnamed("support-bot").html();
    assert_harmless(&html);
    insta::assert_snapshot!(seen(&html));
}

#[test]
fn writes_all_fields_as_json() {
    let report = DatasetReport { files: accepted().files, ..misnamed("support-bot") };
    insta::assert_snapshot!(report.json());
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&rejected().json()).unwrap()["findings"]["counts"]["empty-text"],
        25
    );
}

#[test]
fn shows_excerpts_in_html_only_and_only_if_allowed() {
    let (page, json) = (rejected().html(), rejected().json());
    assert!(page.contains("<mark>") && page.contains("Where is order"));
    assert!(!json.contains("Where is order"));
    let private = DatasetReport { show_excerpts: false, ..rejected() }.html();
    assert!(!private.contains("<mark>") && !private.contains("Where is order"));
}

#[test]
fn has_a_headline_and_a_style_for_each_state() {
    let sentences = ["Rejected", "Incomplete", "Held", "Queued", "Superseded", "Something else"].map(|state| {
        let mut report = DatasetReport { state: state.to_owned(), findings: Findings::default(), ..accepted() };
        report.missing_files = vec!["train.jsonl".to_owned(), "job.yaml".to_owned()];
        let (tone, sentence) = super::page::headline(&report);
        format!("{state}: {tone}: {sentence}")
    });
    insta::assert_snapshot!(sentences.join("\n"));

    let mut strict = rejected();
    strict.findings = Findings { errors: 0, warnings: 2, ..Findings::default() };
    assert!(strict.html().contains("<h1>Rejected: 2 warnings, and the recipe sets strict: true</h1>"));
    let noted = DatasetReport { note: Some("withdrawn".to_owned()), ..accepted() };
    assert!(noted.html().contains("<header class=\"wait\">") && noted.html().contains("<p>withdrawn</p>"));
    let before = BTreeMap::from([("empty-text".to_owned(), 3), ("blank-line".to_owned(), 2)]);
    let fixed = FixedFindings::since("support-bot-1", "2026-11-22T04:00:00Z", &before, &Findings::default());
    let better = DatasetReport { fixed: Some(fixed), ..accepted() }.html();
    assert!(better.contains("<p>Since the rejection at 2026-11-22 04:00:00 UTC, all 5 findings are resolved.</p>"));
    assert!(better.contains("Resolved: Blank line (blank-line) and Empty text (empty-text)."));
    let held = DatasetReport { state: "Held".to_owned(), ..accepted() };
    assert!(held.html().contains("<pre>tunedrop approve support-bot-0123456789ab</pre>"));
    let settling = DatasetReport { launch_after: Some("2026-11-23T04:05:00.123Z".to_owned()), ..accepted() };
    assert!(settling.html().contains("<pre>tunedrop approve support-bot-0123456789ab</pre>"));
    assert!(
        settling.html().contains("Training starts after 2026-11-23 04:05:00 UTC, unless you upload newer files first.")
    );
    assert!(settling.json().contains("\"launch_after\": \"2026-11-23T04:05:00.123Z\""));
    assert!(!accepted().html().contains("tunedrop approve"));
}

#[test]
fn escapes_hostile_text() {
    let mut report = misnamed(HOSTILE);
    assert_harmless(&report.html());
    assert!(report.html().contains(r"&#60;script&#62;alert(1)&#60;/script&#62;&#38;amp;\u{202e}fdp"));
    let hostile = || HOSTILE.to_owned();
    report = DatasetReport {
        state: hostile(),
        uploaded_at: hostile(),
        launch_after: Some(hostile()),
        base_model: Some(hostile()),
        run_id: Some(hostile()),
        customization: Some(hostile()),
        note: Some(hostile()),
        missing_files: vec![hostile()],
        ..rejected()
    };
    let setting = Setting { value: Some(hostile()), range: Some(hostile()), origin: Origin::Recipe };
    report.hyperparameters.insert(hostile(), setting);
    report.catalogue_model = Some(hostile());
    report.fixed = Some(FixedFindings::since(HOSTILE, HOSTILE, &BTreeMap::from([(hostile(), 3)]), &report.findings));
    for file in &mut report.files {
        (file.name, file.role, file.blake3, file.etag) = (hostile(), hostile(), hostile(), Some(hostile()));
    }
    for finding in &mut report.findings.kept {
        (finding.file, finding.pointer, finding.message, finding.help) = (hostile(), hostile(), hostile(), hostile());
        finding.excerpt = Some(Excerpt::around(HOSTILE.as_bytes(), 1));
    }
    assert_harmless(&report.html());
    let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
    assert_eq!(json["note"], HOSTILE);
}

#[test]
fn limits_the_size_of_the_page() {
    let mut findings = Findings::default();
    let line = "<&'\"\u{202e}".repeat(40);
    for code in Code::ALL {
        for at in 0..40_000 / Code::ALL.len() as u64 + 1 {
            // Only some are kept, but all are counted.
            findings.push(Finding {
                pointer: "/messages/17/content/0/text/<a>/<b>".to_owned(),
                message: "<a sentence as long as the longest of them, which names two keys and what they want instead>"
                    .to_owned(),
                excerpt: Some(Excerpt::around(line.as_bytes(), 60)),
                help: format!("{at}: a help text that differs from that of all other findings of this code"),
                ..finding(*code, code.info().severity, Some(at + 1))
            });
        }
    }
    assert!(findings.errors + findings.warnings >= 40_000);
    let html = DatasetReport { findings, ..rejected() }.html();
    assert_harmless(&html);
    assert!(html.len() < 1_000_000, "{} bytes", html.len());
}

#[test]
fn lists_the_codes_if_there_are_many() {
    for many in [3, 4] {
        let mut findings = Findings::default();
        let codes = &Code::ALL[..many];
        codes.iter().for_each(|code| findings.push(finding(*code, code.info().severity, Some(1))));
        let html = DatasetReport { findings, ..rejected() }.html();
        assert_harmless(&html);
        for code in codes.iter().map(|code| code.as_str()) {
            assert_eq!(html.matches(&format!("<a href=\"#{code}\">")).count(), usize::from(many > 3), "{code}");
            assert_eq!(html.matches(&format!("id=\"{code}\"")).count(), 1, "{code}");
        }
    }
}

/// An accepted dataset that was looked at a second time. Its answers are labels.
fn looked_at() -> DatasetReport {
    let model = Catalogue::embedded().find("titan-text-express").expect("a model");
    let training = model.customization(Customization::FineTuning).expect("its rules");
    let mut pass = QualityPass::new("train.jsonl", Role::Train, training, 1);
    for number in 0..240 {
        let words: Vec<String> = (0..30).map(|at| format!("w{}", (number / 2 * 71 + at * 13) % 1999)).collect();
        let prompt = format!("{} {HOSTILE} {}", words.join(" "), if number % 8 == 1 { "again" } else { "" });
        let label = if number % 40 == 0 { "<b>rare</b>" } else { "refund" };
        let record = serde_json::json!({"prompt": format!("{prompt} {}", number % 8 / 2), "completion": label});
        pass.feed(format!("{record}\n").as_bytes());
    }
    let mut quality = assess(vec![pass.finish()], Level::Standard, 1);
    let findings = std::mem::take(&mut quality.files[0].findings);
    DatasetReport { quality: Some(quality), findings, ..accepted() }
}

#[test]
fn shows_the_quality_of_the_data() {
    let html = looked_at().html();
    assert_harmless(&html);
    insta::assert_snapshot!(seen(&html));
    // One picture of each distribution, in two sizes: tokens, lengths and labels. The words are in no language.
    assert_eq!(html.matches("<svg ").count(), 6);
    assert!(html.contains("aria-label=\"Records of train.jsonl by label: refund 234, "));
}

#[test]
fn shows_labels_and_groups_of_records_only_if_excerpts_are_allowed() {
    let report = looked_at();
    assert!(!report.json().contains("refund") && !report.json().contains("w71"));
    assert!(report.json().contains("\"groups\""));
    let private = DatasetReport { show_excerpts: false, ..report }.html();
    assert!(!private.contains("refund") && !private.contains("rare&") && !private.contains("w71"));
    assert!(private.contains("label 1 234, label 2 6"));
}

#[test]
fn says_that_no_problem_was_found() {
    let mut report = looked_at();
    report.findings = Findings::default();
    let html = report.html();
    assert!(html.contains("Nothing stands out in 240 records.") && !html.contains("What to do"));
    assert!(!accepted().html().contains("id=\"quality\"") && !accepted().json().contains("quality"));
}
