//! Verdicts on real data: it goes through the validator as in the cloud.

use std::collections::BTreeMap;

use tunedrop_report::{Billing, FileVerdict, Mended, Verdict, settings};
use tunedrop_validation::{
    Catalogue, Code, Customization, FileCheck, Finding, Findings, Quotas, RecordIndex, Role, SetFile, Severity,
    check_set,
};

use super::Page;
use super::records::{all_bad, good, hostile, in_language, three_faults};

const RECIPE: &str = "base_model: nova-lite\n";

pub(crate) fn all() -> Vec<Page> {
    let validation = good(40, "validation");
    let leaky = good(300, "support") + &good(12, "support");
    let three = verdict("support-bot", &[("train.jsonl", &three_faults())], "Rejected");
    let before = three.findings.counts.iter().map(|(code, n)| (code.as_str().to_owned(), n + 1)).collect();
    let mut held =
        verdict("support-bot", &[("train.jsonl", &good(200, "a")), ("validation.jsonl", &validation)], "Held");
    held.mended = Some(Mended::since("support-bot-1", "2026-11-22T09:30:00Z", &before, &held.findings));
    let clean = [("train.jsonl", good(2_000, "support")), ("validation.jsonl", validation)];
    let mut launched = verdict("support-bot", &clean.each_ref().map(|(name, text)| (*name, text.as_str())), "Queued");
    launched.billing = launched.billing.map(|billing| Billing { price_per_1k_tokens: Some(0.0008), ..billing });
    let mut again = verdict("support-bot", &[("train.jsonl", &three_faults())], "Rejected");
    again.mended = Some(Mended::since("support-bot-1", "2026-11-22T09:30:00Z", &before, &again.findings));
    let mut waiting = verdict("support-bot", &[("train.jsonl", &leaky)], "Incomplete");
    waiting.waits_for = vec!["validation.jsonl".to_owned(), "images/catalogue of spring.jsonl".to_owned()];
    // Each record has a fault, and one more is that there are too many of them.
    let bad = all_bad(39_999);
    let chinese = in_language("我的订单在哪里？请告诉我包裹现在的位置。", "您的包裹已经发出，明天送到。", "助手");
    let arabic = in_language("أين طلبي؟ أرجو إخباري بمكان الطرد الآن.", "طردك في الطريق وسيصل غدا.", "مساعد");
    let guarded = Verdict {
        note: Some("up to 176460 tokens would be billed (58820 in the data, at the upper end of the estimate, × 3 epochs), and the recipe's guard.max_tokens is 100000; use fewer records or epochs, or raise it".to_owned()),
        ..verdict("support-bot", &[("train.jsonl", &leaky)], "Queued")
    };
    [
        ("verdict-clean-launch", launched),
        ("verdict-3-findings", three),
        ("verdict-mended-in-part", again),
        ("verdict-40000-findings", verdict("support-bot", &[("train.jsonl", &bad)], "Rejected")),
        ("verdict-hostile", verdict("hostile", &[("a'b\"<i>&amp;\u{202e}gpj.jsonl", &hostile())], "Rejected")),
        ("verdict-chinese", verdict("support-zh", &[("训练数据.jsonl", &chinese)], "Rejected")),
        ("verdict-arabic", verdict("support-ar", &[("بيانات التدريب.jsonl", &arabic)], "Rejected")),
        ("verdict-held", held),
        ("verdict-incomplete", waiting),
        ("verdict-launch-may-be-refused", guarded),
        ("verdict-misnamed", misnamed()),
    ]
    .map(|(name, verdict)| {
        let findings = verdict.findings.errors + verdict.findings.warnings;
        (name, findings, Box::new(move || verdict.html()) as Box<dyn Fn() -> String>)
    })
    .into()
}

/// Judges `files`, the training file first, by Nova Lite's rules.
fn verdict(dataset: &str, files: &[(&str, &str)], state: &str) -> Verdict {
    let model = Catalogue::embedded().find("nova-lite").expect("it is in the catalogue");
    let training = model.customization(Customization::FineTuning).expect("it can be tuned");
    let mut findings = Findings::default();
    let mut judged = vec![file("job.yaml", "recipe", RECIPE, None)];
    let mut index: Option<RecordIndex> = None;
    for (at, (name, text)) in files.iter().enumerate() {
        let (role, word) = if at == 0 { (Role::Train, "train") } else { (Role::Validation, "validation") };
        let mut check = FileCheck::new(name, training, role, index.take());
        check.feed(text.as_bytes());
        let report = check.finish();
        findings.extend(report.findings);
        index = Some(report.index);
        judged.push(file(name, word, text, Some(report.statistics)));
    }
    let of = |at: usize| Some(SetFile { name: &judged.get(at)?.name, statistics: judged[at].statistics.as_ref()? });
    let across = check_set(model, Customization::FineTuning, of(1), of(2), &Quotas { records: None });
    findings.extend(across);
    let given = BTreeMap::from([("epochCount".to_owned(), "3".to_owned())]);
    let tokens = judged[1].statistics.as_ref().map(|statistics| statistics.tokens).unwrap_or_default();
    Verdict {
        version: 1,
        stack: "tunedrop".to_owned(),
        dataset: dataset.to_owned(),
        run_id: (state != "Incomplete").then(|| format!("{dataset}-0123456789ab")),
        state: state.to_owned(),
        dropped_at: "2026-11-23T04:00:00Z".to_owned(),
        launch_after: None,
        base_model: Some(model.identifier.clone()),
        catalogue_model: Some(model.alias.clone()),
        customization: Some("fine-tuning".to_owned()),
        hyperparameters: settings(Some(training), &given),
        record_tokens: training.record_tokens,
        billing: Some(Billing { tokens, epochs: Some(3), price_per_1k_tokens: None }),
        files: judged,
        waits_for: Vec::new(),
        findings,
        mended: None,
        show_excerpts: true,
        note: None,
    }
}

fn file(name: &str, role: &str, text: &str, statistics: Option<tunedrop_validation::Statistics>) -> FileVerdict {
    FileVerdict {
        name: name.to_owned(),
        role: role.to_owned(),
        // As long as a BLAKE3, which this crate doesn't compute.
        blake3: format!("{:064x}", text.len()),
        etag: Some(format!("\"{:032x}\"", text.len())),
        dropped_at: Some("2026-11-23T03:59:30Z".to_owned()),
        statistics,
    }
}

fn misnamed() -> Verdict {
    let mut findings = Findings::default();
    findings.push(Finding {
        code: Code::NearMissName,
        severity: Severity::Error,
        file: "Support Bot (final)/Train.JSONL.gz".to_owned(),
        line: None,
        column: None,
        pointer: String::new(),
        message: "only job.yaml, job.json and names that end in .jsonl are read, and this one is compressed".to_owned(),
        help: "unpack it, and drop it as datasets/Support-Bot-final/train.jsonl".to_owned(),
        excerpt: None,
    });
    let empty = verdict("Support Bot (final)", &[("train.jsonl", "")], "Rejected");
    Verdict { run_id: None, billing: None, record_tokens: None, files: Vec::new(), findings, ..empty }
}
