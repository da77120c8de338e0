//! Reports on datasets. The data is validated as in the cloud.

use std::collections::BTreeMap;

use tunedrop_report::{Billing, DatasetReport, FixedFindings, ReportFile, settings};
use tunedrop_run::PriceSource;
use tunedrop_validation::{
    Catalogue, Code, Customization, FileCheck, Finding, Findings, Quotas, RecordIndex, Role, SetFile, Severity,
    check_set,
};

use super::Page;
use super::quality::{drift, labeled, nearly, quality, written};
use super::records::{all_bad, good, hostile, in_language, three_invalid};

const RECIPE: &str = "base_model: nova-lite\n";

pub(crate) fn all() -> Vec<Page> {
    let validation = good(40, "validation");
    let leaky = good(300, "support") + &good(12, "support");
    let three = report("support-bot", &[("train.jsonl", &three_invalid())], "Rejected");
    let before = three.findings.counts.iter().map(|(code, n)| (code.as_str().to_owned(), n + 1)).collect();
    let mut held =
        report("support-bot", &[("train.jsonl", &good(200, "a")), ("validation.jsonl", &validation)], "Held");
    held.fixed = Some(FixedFindings::since("support-bot-1", "2026-11-22T09:30:00Z", &before, &held.findings));
    let clean = [("train.jsonl", good(2_000, "support")), ("validation.jsonl", validation)];
    let mut launched = report("support-bot", &clean.each_ref().map(|(name, text)| (*name, text.as_str())), "Queued");
    launched.billing = launched.billing.map(|billing| Billing {
        price_per_1k_tokens: Some(0.0008),
        price_source: Some(PriceSource::Recipe),
        ..billing
    });
    let mut again = report("support-bot", &[("train.jsonl", &three_invalid())], "Rejected");
    again.fixed = Some(FixedFindings::since("support-bot-1", "2026-11-22T09:30:00Z", &before, &again.findings));
    let mut waiting = report("support-bot", &[("train.jsonl", &leaky)], "Incomplete");
    waiting.missing_files = vec!["validation.jsonl".to_owned(), "images/catalogue of spring.jsonl".to_owned()];
    // Each record is invalid, and there are too many of them.
    let bad = all_bad(39_999);
    let chinese = in_language("我的订单在哪里？请告诉我包裹现在的位置。", "您的包裹已经发出，明天送到。", "助手");
    let arabic = in_language("أين طلبي؟ أرجو إخباري بمكان الطرد الآن.", "طردك في الطريق وسيصل غدا.", "مساعد");
    let guarded = DatasetReport {
        note: Some("Bedrock could bill up to 176,460 tokens (58,820 bytes of training data, at most one token per byte, × 3 epochs), but the recipe's guard.max_tokens is 100,000; use fewer records or epochs, or raise it".to_owned()),
        ..report("support-bot", &[("train.jsonl", &leaky)], "Queued")
    };
    [
        ("dataset-clean-launch", launched),
        ("dataset-3-findings", three),
        ("dataset-partly-resolved", again),
        ("dataset-40000-findings", report("support-bot", &[("train.jsonl", &bad)], "Rejected")),
        ("dataset-hostile", report("hostile", &[("a'b\"<i>&amp;\u{202e}gpj.jsonl", &hostile())], "Rejected")),
        ("dataset-chinese", report("support-zh", &[("训练数据.jsonl", &chinese)], "Rejected")),
        ("dataset-arabic", report("support-ar", &[("بيانات التدريب.jsonl", &arabic)], "Rejected")),
        ("dataset-held", held),
        ("dataset-incomplete", waiting),
        ("dataset-launch-may-be-refused", guarded),
        ("dataset-misnamed", misnamed()),
        (
            "dataset-quality-labels",
            looked_at(&[("train.jsonl", &labeled(1_200)), ("validation.jsonl", &nearly(60))], true),
        ),
        ("dataset-quality-answers", looked_at(&[("train.jsonl", &written(1_500))], true)),
        ("dataset-quality-drift", drifted()),
        ("dataset-quality-without-excerpts", looked_at(&[("train.jsonl", &labeled(400))], false)),
    ]
    .map(|(name, report)| {
        let findings = report.findings.errors + report.findings.warnings;
        (name, findings, Box::new(move || report.html()) as Box<dyn Fn() -> String>)
    })
    .into()
}

/// Validates `files`, the training file first, with Nova Lite's rules.
fn report(dataset: &str, files: &[(&str, &str)], state: &str) -> DatasetReport {
    let model = Catalogue::embedded().find("nova-lite").expect("it is in the catalogue");
    let training = model.customization(Customization::FineTuning).expect("it can be tuned");
    let mut findings = Findings::default();
    let mut checked = vec![file("job.yaml", "recipe", RECIPE, None)];
    let mut index: Option<RecordIndex> = None;
    for (at, (name, text)) in files.iter().enumerate() {
        let (role, word) = if at == 0 { (Role::Train, "train") } else { (Role::Validation, "validation") };
        let mut check = FileCheck::new(name, training, role, index.take());
        check.feed(text.as_bytes());
        let report = check.finish();
        findings.extend(report.findings);
        index = Some(report.index);
        checked.push(file(name, word, text, Some(report.statistics)));
    }
    let of = |at: usize| Some(SetFile { name: &checked.get(at)?.name, statistics: checked[at].statistics.as_ref()? });
    let across = check_set(model, Customization::FineTuning, of(1), of(2), &Quotas { records: None });
    findings.extend(across);
    let given = BTreeMap::from([("epochCount".to_owned(), "3".to_owned())]);
    let tokens = checked[1].statistics.as_ref().map(|statistics| statistics.tokens).unwrap_or_default();
    DatasetReport {
        version: 1,
        stack: "tunedrop".to_owned(),
        dataset: dataset.to_owned(),
        run_id: (state != "Incomplete").then(|| format!("{dataset}-0123456789ab")),
        state: state.to_owned(),
        uploaded_at: "2026-11-23T04:00:00Z".to_owned(),
        launch_after: None,
        base_model: Some(model.identifier.clone()),
        catalogue_model: Some(model.alias.clone()),
        customization: Some("fine-tuning".to_owned()),
        hyperparameters: settings(Some(training), &given),
        record_tokens: training.record_tokens,
        billing: Some(Billing { tokens, epochs: Some(3), price_per_1k_tokens: None, price_source: None }),
        files: checked,
        missing_files: Vec::new(),
        findings,
        quality: None,
        fixed: None,
        show_excerpts: true,
        note: None,
    }
}

/// A version that differs from the last accepted one.
fn drifted() -> DatasetReport {
    let mut report = looked_at(&[("train.jsonl", &labeled(1_200))], true);
    if let Some(quality) = &mut report.quality {
        let compared =
            drift(&labeled(1_200).lines().step_by(3).map(|line| format!("{line}\n")).collect::<String>(), quality);
        report.findings.extend(compared.findings("train.jsonl"));
        quality.compared = Some(compared);
    }
    report
}

/// Looks at the data a second time, too.
fn looked_at(files: &[(&str, &str)], show_excerpts: bool) -> DatasetReport {
    let mut report = report("support-bot", files, "Held");
    let mut quality = quality(files);
    for file in &mut quality.files {
        report.findings.extend(std::mem::take(&mut file.findings));
    }
    DatasetReport { quality: Some(quality), show_excerpts, ..report }
}

fn file(name: &str, role: &str, text: &str, statistics: Option<tunedrop_validation::Statistics>) -> ReportFile {
    ReportFile {
        name: name.to_owned(),
        role: role.to_owned(),
        // As long as a BLAKE3, which this crate doesn't compute.
        blake3: format!("{:064x}", text.len()),
        etag: Some(format!("\"{:032x}\"", text.len())),
        uploaded_at: Some("2026-11-23T03:59:30Z".to_owned()),
        statistics,
    }
}

fn misnamed() -> DatasetReport {
    let mut findings = Findings::default();
    findings.push(Finding {
        code: Code::NearMissName,
        severity: Severity::Error,
        file: "Support Bot (final)/Train.JSONL.gz".to_owned(),
        line: None,
        column: None,
        pointer: String::new(),
        message: "only job.yaml, job.json and names that end in .jsonl are read, and this one is compressed".to_owned(),
        help: "unpack it, and upload it as datasets/Support-Bot-final/train.jsonl".to_owned(),
        excerpt: None,
    });
    let empty = report("Support Bot (final)", &[("train.jsonl", "")], "Rejected");
    DatasetReport { run_id: None, billing: None, record_tokens: None, files: Vec::new(), findings, ..empty }
}
