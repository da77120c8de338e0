//! Reports on outcomes, with metrics files in Bedrock's format.

use std::collections::BTreeMap;
use std::fmt::Write;

use tunedrop_report::{
    Billing, Compared, Outcome, Phase, SuspectList, loss_jump, training_metrics, validation_metrics,
};
use tunedrop_run::second_look::{SuspectRecord, Suspects};
use tunedrop_run::{Ancestor, Capacity, DeployPlan, DeployWhen, EvaluationPlan, FileVersion, Lineage, PriceSource};
use tunedrop_validation::TokenBracket;

use super::Page;

const MODEL: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/mnopqrstuvwx";
const JOB: &str =
    "arn:aws:bedrock:us-east-1:111122223333:model-customization-job/amazon.nova-lite-v1:0:300k/abcdefghijkl";

pub(crate) fn all() -> Vec<Page> {
    let success = succeeded();
    let alone = Outcome { validation: Vec::new(), training: training(600, false), ..success.clone() };
    let rising = Outcome { validation: validation_metrics(&validation(true)), ..success.clone() };
    let failure = |words: &str| ended("Failed", Some(words));
    let stopped = Outcome { training: training(4, true), ..ended("Stopped", None) };
    let refused = Outcome {
        phases: Vec::new(),
        created_at: None,
        ended_at: None,
        ..ended(
            "Refused",
            Some(
                "training could cost up to 40.12 USD (40,120 tokens at 1 USD per 1,000), but the recipe's guard.max_cost_usd is 40 USD; use fewer records or epochs, or raise the limit",
            ),
        )
    };
    let plan = DeployPlan {
        name: None,
        when: DeployWhen::Succeeded,
        expires_after_s: Some(72 * 3600),
        capacity: Capacity::OnDemand,
    };
    let deployed = Outcome { deploy: Some(plan), ..success.clone() };
    let evaluated = Outcome {
        deploy: Some(DeployPlan {
            name: None,
            when: DeployWhen::Kept,
            expires_after_s: None,
            capacity: Capacity::OnDemand,
        }),
        evaluate: Some(evaluation()),
        ..success.clone()
    };
    let many = Outcome { earlier: earlier(), ..success.clone() };
    let hostile = failure(
        "Input size exceeded in file train.jsonl for record starting with </pre><script>alert(1)</script>\u{202e}\nDear Ada",
    );
    let jumped = jumped();
    [
        ("outcome-success", success),
        ("outcome-jump", jumped),
        ("outcome-success-without-validation", alone),
        ("outcome-validation-rising", rising),
        ("outcome-comparison", many),
        ("outcome-deployed", deployed),
        ("outcome-evaluated", evaluated),
        (
            "outcome-failure",
            failure("Unable to parse Amazon S3 file: train.jsonl. Data files must conform to JSONL format."),
        ),
        ("outcome-failure-hostile", hostile),
        ("outcome-stopped", stopped),
        ("outcome-refused", refused),
    ]
    .map(|(name, outcome)| (name, 0, Box::new(move || outcome.html()) as Box<dyn Fn() -> String>))
    .into()
}

fn training(steps: u64, perplexity: bool) -> Vec<tunedrop_report::LossPoint> {
    let mut csv = String::from("step_number,epoch_number,training_loss");
    csv.push_str(if perplexity { ",perplexity\n" } else { "\n" });
    for step in 0..steps {
        let loss = 0.6 + 2.1 * (-5.0 * step as f64 / steps as f64).exp() + 0.08 * (step as f64 * 1.7).sin();
        let _ = write!(csv, "{step},{},{loss}", step * 3 / steps);
        let _ = if perplexity { writeln!(csv, ",{}", loss.exp()) } else { writeln!(csv) };
    }
    training_metrics(&csv)
}

fn validation(rises: bool) -> String {
    let mut csv = String::from("step_number,epoch_number,validation_loss,perplexity\n");
    for (at, falling) in [2.4, 1.5, 1.1, 0.95, 0.9, 0.88].iter().enumerate() {
        let loss = if rises && at > 2 { falling + 0.15 * (at as f64 - 2.0) } else { *falling };
        let _ = writeln!(csv, "{},{},{loss},{}", at * 100 + 99, at / 2, f64::exp(loss));
    }
    csv
}

fn succeeded() -> Outcome {
    let time = |time: &str| Some(format!("2026-11-23T{time}Z"));
    let phase = |name: &str, from: &str, to: &str| Phase {
        name: name.to_owned(),
        status: "Completed".to_owned(),
        started_at: time(from),
        changed_at: time(to),
    };
    Outcome {
        lifecycle_warning: None,
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
        hyperparameters: asked("3", "0.00001"),
        records: Some(2_000),
        billing: Some(Billing {
            tokens: TokenBracket { low: 88_000, high: 176_000 },
            epochs: Some(3),
            price_per_1k_tokens: Some(0.0008),
            price_source: Some(PriceSource::PriceList { date: "2026-11-30".to_owned() }),
        }),
        earlier: Vec::new(),
        lineage: lineage(),
        training: training(600, true),
        validation: validation_metrics(&validation(false)),
        metrics: Vec::new(),
        loss_jump: None,
        suspects: None,
        output: "s3://tunedrop-111122223333-us-east-1/output/support-bot-0123456789ab/".to_owned(),
        deploy: None,
        evaluate: None,
    }
}

/// The loss jumps, and some records stand out.
fn jumped() -> Outcome {
    let mut training = training(600, true);
    training[320..].iter_mut().enumerate().for_each(|(at, point)| point.loss += 4.0 * (-(at as f64) / 30.0).exp());
    let suspect = |line: u32, reasons: &[&str]| SuspectRecord {
        line,
        reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
    };
    let suspects = vec![
        suspect(17, &["unusual-length", "rare-characters"]),
        suspect(240, &["damaged-text"]),
        suspect(1_141, &["unusual-language"]),
        suspect(1_806, &["near-duplicate"]),
    ];
    let suspects = Suspects { version: 1, file: "train.jsonl".to_owned(), records: 2_000, suspects };
    let loss_jump = loss_jump(&training);
    Outcome { training, loss_jump, suspects: Some(SuspectList::Known(suspects)), ..succeeded() }
}

/// The run continues from the model that its deployment served.
fn lineage() -> Lineage {
    let file = |role: &str, name: &str, hash: char| FileVersion {
        role: role.to_owned(),
        name: name.to_owned(),
        blake3: hash.to_string().repeat(64),
    };
    let base = Ancestor {
        run_id: "support-bot-2222bbbb3333".parse().expect("a run's id"),
        named: Some("deployed:support-bot".to_owned()),
        model_arn: Some(MODEL.to_owned()),
    };
    Lineage {
        files: vec![
            file("recipe", "job.yaml", 'a'),
            file("train", "train.jsonl", 'b'),
            file("validation", "validation.jsonl", 'c'),
        ],
        continues_from: vec![base],
    }
}

fn evaluation() -> EvaluationPlan {
    serde_json::from_value(serde_json::json!({
        "data": "s3://tunedrop-111122223333-us-east-1/runs/support-bot-0123456789ab/data/evaluation.jsonl",
        "max_records": 200, "against": ["base", "deployed"],
    }))
    .expect("a plan")
}

fn ended(state: &str, why: Option<&str>) -> Outcome {
    Outcome {
        lifecycle_warning: None,
        state: state.to_owned(),
        model_arn: None,
        job_arn: if state == "Refused" { String::new() } else { JOB.to_owned() },
        failure_message: why.map(str::to_owned),
        training: Vec::new(),
        validation: Vec::new(),
        ..succeeded()
    }
}

fn asked(epochs: &str, rate: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("epochCount".to_owned(), epochs.to_owned()), ("learningRate".to_owned(), rate.to_owned())])
}

/// Two earlier runs of the dataset.
fn earlier() -> Vec<Compared> {
    let run = |id: &str, state: &str, day: u32, hyperparameters, loss: Option<f64>| Compared {
        run_id: format!("support-bot-{id}"),
        state: state.to_owned(),
        changed_at: format!("2026-11-{day}T10:00:00Z"),
        base_model: "amazon.nova-lite-v1:0:300k".to_owned(),
        records: Some(1_500),
        hyperparameters,
        training_loss: loss.map(|loss| loss - 0.2),
        validation_loss: loss,
    };
    vec![
        run("9f8e7d6c5b4a", "Succeeded", 21, asked("2", "0.00001"), Some(0.8312)),
        run("aa00bb11cc22", "Failed", 20, asked("3", "0.0001"), None),
    ]
}
