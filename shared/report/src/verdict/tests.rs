use std::collections::BTreeMap;

use tunedrop_validation::{Code, Excerpt, Finding, Findings};

use crate::samples::{HOSTILE, accepted, assert_harmless, finding, misnamed, rejected, seen};
use crate::{Mended, Origin, Setting, Verdict};

#[test]
fn a_rejected_set_says_where_what_and_how_to_mend() {
    let html = rejected().html();
    assert_harmless(&html);
    assert!(html.contains("<header class=\"bad\">"));
    insta::assert_snapshot!(seen(&html));
}

#[test]
fn an_accepted_set_says_that_nothing_was_found() {
    let html = accepted().html();
    assert_harmless(&html);
    assert!(html.contains("<header class=\"good\">"));
    insta::assert_snapshot!(seen(&html));
}

#[test]
fn a_misnamed_file_has_neither_data_nor_run() {
    let html = misnamed("support-bot").html();
    assert_harmless(&html);
    insta::assert_snapshot!(seen(&html));
}

#[test]
fn the_json_holds_it_all() {
    let verdict = Verdict { files: accepted().files, ..misnamed("support-bot") };
    insta::assert_snapshot!(verdict.json());
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&rejected().json()).unwrap()["findings"]["counts"]["empty-text"],
        25
    );
}

#[test]
fn excerpts_are_for_the_page_alone_and_only_where_they_are_wanted() {
    let (page, json) = (rejected().html(), rejected().json());
    assert!(page.contains("<mark>") && page.contains("Where is order"));
    assert!(!json.contains("Where is order"));
    let private = Verdict { show_excerpts: false, ..rejected() }.html();
    assert!(!private.contains("<mark>") && !private.contains("Where is order"));
}

#[test]
fn each_state_has_its_sentence_and_colour() {
    let sentences = ["Rejected", "Incomplete", "Held", "Queued", "Superseded", "Something else"].map(|state| {
        let mut verdict = Verdict { state: state.to_owned(), findings: Findings::default(), ..accepted() };
        verdict.waits_for = vec!["train.jsonl".to_owned(), "job.yaml".to_owned()];
        let (tone, sentence) = super::page::headline(&verdict);
        format!("{state}: {tone}: {sentence}")
    });
    insta::assert_snapshot!(sentences.join("\n"));

    let mut strict = rejected();
    strict.findings = Findings { errors: 0, warnings: 2, ..Findings::default() };
    assert!(strict.html().contains("<h1>Rejected: 2 warnings, and the recipe says strict: true</h1>"));
    let noted = Verdict { note: Some("withdrawn".to_owned()), ..accepted() };
    assert!(noted.html().contains("<header class=\"wait\">") && noted.html().contains("<p>withdrawn</p>"));
    let before = BTreeMap::from([("empty-text".to_owned(), 3), ("blank-line".to_owned(), 2)]);
    let mended = Mended::since("support-bot-1", "2026-11-22T04:00:00Z", &before, &Findings::default());
    let better = Verdict { mended: Some(mended), ..accepted() }.html();
    assert!(better.contains("<p>Since the rejection of 2026-11-22 04:00:00 UTC, all 5 findings are gone.</p>"));
    assert!(better.contains("Mended since: Blank line (blank-line) and Empty text (empty-text)."));
    let held = Verdict { state: "Held".to_owned(), ..accepted() };
    assert!(held.html().contains("<pre>tunedrop approve support-bot-0123456789ab</pre>"));
    let settling = Verdict { launch_after: Some("2026-11-23T04:05:00.123Z".to_owned()), ..accepted() };
    assert!(settling.html().contains("<pre>tunedrop approve support-bot-0123456789ab</pre>"));
    assert!(settling.html().contains("training starts after 2026-11-23 04:05:00 UTC, unless newer files come before"));
    assert!(settling.json().contains("\"launch_after\": \"2026-11-23T04:05:00.123Z\""));
    assert!(!accepted().html().contains("tunedrop approve"));
}

#[test]
fn hostile_text_stays_text() {
    let mut verdict = misnamed(HOSTILE);
    assert_harmless(&verdict.html());
    assert!(verdict.html().contains(r"&#60;script&#62;alert(1)&#60;/script&#62;&#38;amp;\u{202e}fdp"));
    let hostile = || HOSTILE.to_owned();
    verdict = Verdict {
        state: hostile(),
        dropped_at: hostile(),
        launch_after: Some(hostile()),
        base_model: Some(hostile()),
        run_id: Some(hostile()),
        customization: Some(hostile()),
        note: Some(hostile()),
        waits_for: vec![hostile()],
        ..rejected()
    };
    let setting = Setting { value: Some(hostile()), range: Some(hostile()), origin: Origin::Recipe };
    verdict.hyperparameters.insert(hostile(), setting);
    verdict.catalogue_model = Some(hostile());
    verdict.mended = Some(Mended::since(HOSTILE, HOSTILE, &BTreeMap::from([(hostile(), 3)]), &verdict.findings));
    for file in &mut verdict.files {
        (file.name, file.role, file.blake3, file.etag) = (hostile(), hostile(), hostile(), Some(hostile()));
    }
    for finding in &mut verdict.findings.kept {
        (finding.file, finding.pointer, finding.message, finding.help) = (hostile(), hostile(), hostile(), hostile());
        finding.excerpt = Some(Excerpt::around(HOSTILE.as_bytes(), 1));
    }
    assert_harmless(&verdict.html());
    let json: serde_json::Value = serde_json::from_str(&verdict.json()).unwrap();
    assert_eq!(json["note"], HOSTILE);
}

#[test]
fn however_much_is_found_a_page_stays_small() {
    let mut findings = Findings::default();
    let line = "<&'\"\u{202e}".repeat(40);
    for code in Code::ALL {
        for at in 0..40_000 / Code::ALL.len() as u64 + 1 {
            // Few are kept, but for the count each is met.
            findings.push(Finding {
                pointer: "/messages/17/content/0/text/<a>/<b>".to_owned(),
                message: "<a sentence as long as the longest of them, which names two keys and what they want instead>"
                    .to_owned(),
                excerpt: Some(Excerpt::around(line.as_bytes(), 60)),
                help: format!("{at} is another one to mend than all the others were before"),
                ..finding(*code, code.info().severity, Some(at + 1))
            });
        }
    }
    assert!(findings.errors + findings.warnings >= 40_000);
    let html = Verdict { findings, ..rejected() }.html();
    assert_harmless(&html);
    assert!(html.len() < 1_000_000, "{} bytes", html.len());
}

#[test]
fn many_codes_have_a_list_that_leads_to_each() {
    for many in [3, 4] {
        let mut findings = Findings::default();
        let codes = &Code::ALL[..many];
        codes.iter().for_each(|code| findings.push(finding(*code, code.info().severity, Some(1))));
        let html = Verdict { findings, ..rejected() }.html();
        assert_harmless(&html);
        for code in codes.iter().map(|code| code.as_str()) {
            assert_eq!(html.matches(&format!("<a href=\"#{code}\">")).count(), usize::from(many > 3), "{code}");
            assert_eq!(html.matches(&format!("id=\"{code}\"")).count(), 1, "{code}");
        }
    }
}
