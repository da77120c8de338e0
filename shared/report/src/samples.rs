//! Dataset reports, outcomes and event details for tests.

mod statistics;

use std::collections::BTreeMap;

use tunedrop_run::event::RunDetail;
use tunedrop_run::{PriceSource, State};
use tunedrop_validation::{Catalogue, Code, Customization, Excerpt, Finding, Findings, Severity, Statistics};

pub(crate) use statistics::statistics;

use crate::{Billing, Compared, DatasetReport, LossPoint, Outcome, Phase, ReportFile, settings};

/// Text that tries to break out of HTML, quotes, a shell command, the text's direction, and its line.
pub(crate) const HOSTILE: &str = "[x\"'><script>alert(1)</script>&amp;\u{202e}fdp\r\nBcc: eve@example.com\0'; rm -rf ~";

/// The detail of an event about a run in this state.
pub(crate) fn detail_in(state: State) -> RunDetail {
    let launched = matches!(state, State::Running | State::Succeeded | State::Failed | State::Stopped);
    let succeeded = state == State::Succeeded;
    RunDetail {
        run_id: "support-bot-0123456789ab".parse().unwrap(),
        state,
        uploaded_at: "2026-11-23T04:00:00.000Z".to_owned(),
        launch_after: None,
        base_model: Some("amazon.nova-lite-v1:0:300k".to_owned()),
        records: Some(12_345),
        errors: 0,
        warnings: 1,
        findings: Vec::new(),
        job_arn: launched.then(|| JOB.to_owned()),
        model_arn: succeeded.then(|| MODEL.to_owned()),
        reason: match state {
            State::Refused => Some(REFUSAL.to_owned()),
            State::Failed => {
                Some("Unable to parse Amazon S3 file: train.jsonl.\nData files must conform to JSONL format".to_owned())
            }
            _ => None,
        },
        blocked_by: None,
        lifecycle_warning: (state == State::Running).then(|| LIFECYCLE.to_owned()),
        training_loss: succeeded.then_some(0.4213),
        validation_loss: succeeded.then_some(0.5121),
        report: Some("s3://drops/reports/support-bot/support-bot-0123456789ab/report.html".to_owned()),
        notify: Vec::new(),
        owner: Some("support".to_owned()),
        uploader: Some("111122223333".to_owned()),
        fixed: None,
        drift: None,
        deploy: None,
        evaluate: None,
    }
}

const REFUSAL: &str = "training could cost up to 40.12 USD (40,120 tokens at 1 USD per 1,000), but the recipe's guard.max_cost_usd is 40 USD; use fewer records or epochs, or raise the limit";

const LIFECYCLE: &str =
    "amazon.nova-lite-v1:0:300k becomes legacy on 2027-01-15 (no new job can be started on it after that)";

const JOB: &str =
    "arn:aws:bedrock:us-east-1:111122223333:model-customization-job/amazon.nova-lite-v1:0:300k/abcdefghijkl";
pub(crate) const MODEL: &str =
    "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/mnopqrstuvwx";

/// The line that contains the findings.
const RECORD: &[u8] = br#"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "Where is order 17?"}]}, {"role": "assistant", "content": [{"text": ""}]}]}"#;

pub(crate) fn finding(code: Code, severity: Severity, line: Option<u64>) -> Finding {
    Finding {
        code,
        severity,
        file: "train.jsonl".to_owned(),
        line,
        column: line.map(|line| line * 3),
        pointer: line.map_or(String::new(), |_| "/messages/1/content/0/text".to_owned()),
        message: "the text is empty".to_owned(),
        help: "write a text, or remove the record".to_owned(),
        excerpt: line.map(|_| Excerpt::around(RECORD, RECORD.len() - 6)),
    }
}

fn billed(price_per_1k_tokens: Option<f64>) -> Billing {
    let price_source = price_per_1k_tokens.map(|_| PriceSource::Recipe);
    Billing { tokens: statistics().tokens, epochs: Some(2), price_per_1k_tokens, price_source }
}

pub(crate) fn rejected() -> DatasetReport {
    let mut findings = Findings::default();
    findings.push(finding(Code::DuplicateRecord, Severity::Warning, Some(7)));
    (1..=25).for_each(|line| findings.push(finding(Code::EmptyText, Severity::Error, Some(line))));
    findings.push(Finding {
        help: "use at least 8 records".to_owned(),
        message: "3 records, and nova-lite takes no fewer than 8".to_owned(),
        ..finding(Code::TooFewRecords, Severity::Error, None)
    });
    let file = |name: &str, role: &str, statistics| ReportFile {
        name: name.to_owned(),
        role: role.to_owned(),
        blake3: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262".to_owned(),
        etag: Some("\"9a0364b9e99bb480dd25e1f0284c8555\"".to_owned()),
        uploaded_at: Some("2026-11-23T03:59:00.000Z".to_owned()),
        statistics,
    };
    DatasetReport {
        version: 1,
        stack: "tunedrop".to_owned(),
        dataset: "support-bot".to_owned(),
        run_id: Some("support-bot-0123456789ab".to_owned()),
        state: "Rejected".to_owned(),
        uploaded_at: "2026-11-23T04:00:00.000Z".to_owned(),
        launch_after: None,
        base_model: Some("amazon.nova-lite-v1:0:300k".to_owned()),
        customization: Some("fine-tuning".to_owned()),
        catalogue_model: Some("nova-lite".to_owned()),
        hyperparameters: settings(
            Catalogue::embedded().find("nova-lite").unwrap().customization(Customization::FineTuning),
            &BTreeMap::from([("epochCount".to_owned(), "2".to_owned())]),
        ),
        record_tokens: Some(32_000),
        billing: Some(billed(Some(0.002))),
        quality: None,
        fixed: None,
        files: vec![
            file("job.yaml", "recipe", None),
            file("train.jsonl", "train", Some(statistics())),
            file("validation.jsonl", "validation", Some(Statistics { longest_line: None, ..Statistics::default() })),
        ],
        missing_files: Vec::new(),
        findings,
        show_excerpts: true,
        note: None,
    }
}

pub(crate) fn accepted() -> DatasetReport {
    DatasetReport { state: "Queued".to_owned(), findings: Findings::default(), ..rejected() }
}

pub(crate) fn misnamed(dataset: &str) -> DatasetReport {
    let mut findings = Findings::default();
    findings.push(Finding {
        file: format!("{dataset}/Train.JSONL"),
        message: "only job.yaml, job.json and names that end in .jsonl are read".to_owned(),
        help: format!("upload it as datasets/{dataset}/train.jsonl"),
        pointer: String::new(),
        ..finding(Code::NearMissName, Severity::Error, None)
    });
    DatasetReport {
        dataset: dataset.to_owned(),
        run_id: None,
        base_model: None,
        catalogue_model: None,
        customization: None,
        hyperparameters: BTreeMap::new(),
        record_tokens: None,
        billing: None,
        files: Vec::new(),
        findings,
        ..rejected()
    }
}

/// A typical series of `points` training losses, which starts at about `from` and falls.
pub(crate) fn loss_series(points: u64, from: f64) -> Vec<LossPoint> {
    let loss = |step: u64| 0.4 + from * (-4.0 * step as f64 / points as f64).exp() + 0.05 * (step as f64 * 1.7).sin();
    (0..points)
        .map(|step| LossPoint { step, epoch: step * 2 / points, loss: loss(step), perplexity: Some(loss(step).exp()) })
        .collect()
}

pub(crate) fn succeeded() -> Outcome {
    let time = |time: &str| Some(format!("2026-11-23T{time}Z"));
    let phase = |name: &str, from: &str, to: &str| Phase {
        name: name.to_owned(),
        status: "Completed".to_owned(),
        started_at: time(from),
        changed_at: time(to),
    };
    Outcome {
        lifecycle_warning: Some(LIFECYCLE.to_owned()),
        version: 1,
        stack: "tunedrop".to_owned(),
        run_id: "support-bot-0123456789ab".to_owned(),
        dataset: "support-bot".to_owned(),
        state: "Succeeded".to_owned(),
        base_model: "amazon.nova-lite-v1:0:300k".to_owned(),
        job_arn: JOB.to_owned(),
        model_arn: Some(MODEL.to_owned()),
        failure_message: None,
        created_at: time("04:00:12"),
        ended_at: time("05:13:40"),
        phases: vec![
            phase("Validation", "04:00:12", "04:01:00"),
            phase("Data processing", "04:01:00", "04:06:30"),
            phase("Training", "04:06:30", "05:13:40"),
        ],
        hyperparameters: BTreeMap::from([("epochCount".to_owned(), "2".to_owned())]),
        records: Some(12_345),
        billing: Some(billed(None)),
        earlier: Vec::new(),
        lineage: crate::outcome::lineage_sample(),
        training: loss_series(500, 2.0),
        metrics: Vec::new(),
        loss_jump: None,
        suspects: None,
        validation: loss_series(6, 2.2)
            .into_iter()
            .map(|point| LossPoint { step: point.step * 100, ..point })
            .collect(),
        output: "s3://drops/output/support-bot-0123456789ab/".to_owned(),
        deploy: None,
        evaluate: None,
    }
}

/// A success after two earlier runs.
pub(crate) fn compared() -> Outcome {
    let run = |id: &str, state: &str, epochs: &str, validation_loss| Compared {
        run_id: format!("support-bot-{id}"),
        state: state.to_owned(),
        changed_at: "2026-11-22T14:00:00.000Z".to_owned(),
        base_model: "amazon.nova-micro-v1:0:128k".to_owned(),
        records: Some(9_000),
        hyperparameters: BTreeMap::from([("epochCount".to_owned(), epochs.to_owned())]),
        training_loss: validation_loss,
        validation_loss,
    };
    let earlier = vec![run("aaaaaaaaaaaa", "Succeeded", "5", Some(0.4)), run("bbbbbbbbbbbb", "Failed", "1", None)];
    Outcome { earlier, ..succeeded() }
}

pub(crate) fn failed() -> Outcome {
    Outcome {
        lifecycle_warning: None,
        state: "Failed".to_owned(),
        model_arn: None,
        failure_message: Some(
            "Input size exceeded in file train.jsonl for record starting with <b>Dear\nAda</b>".to_owned(),
        ),
        training: Vec::new(),
        validation: Vec::new(),
        ..succeeded()
    }
}

/// The text of a page as a reader sees it, without the head and without empty lines.
pub(crate) fn seen(html: &str) -> String {
    let body = html.split_once("<body>").map_or(html, |(_, body)| body);
    let mut text = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                text.push('|');
            }
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    for (entity, c) in [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")] {
        text = text.replace(entity, c);
    }
    let parts =
        |line: &str| line.split('|').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" | ");
    let lines = text.lines().map(parts);
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Asserts that `html` loads nothing, runs nothing, and contains no invisible characters.
pub(crate) fn assert_harmless(html: &str) {
    // Links within the page are allowed.
    let lower = html.to_lowercase().replace("href=\"#", "");
    for bad in ["<script", "javascript:", "src=", "href=", " style=", "<img", "onload", "onerror", "url("] {
        assert!(!lower.contains(bad), "{bad} in {html}");
    }
    let outside = lower.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "");
    assert!(!outside.contains("http"), "{html}");
    assert!(!html.chars().any(|c| matches!(c, '\0' | '\r' | '\u{202e}')), "{html}");
    assert!(html.contains("default-src 'none'") && html.contains("name=\"color-scheme\""));
}
