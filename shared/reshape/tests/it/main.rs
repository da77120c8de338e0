//! Converts records of every layout, and has the validator judge what comes out.

mod avoided;
mod copied;
mod images;
mod layouts;
mod left_out;
mod logs;
mod meaning;
mod openai;
mod redacted;
mod turns;

use tunedrop_reshape::{Converted, LeftOut, Pictures, convert};
use tunedrop_validation::{Catalogue, Customization, FileCheck, Role, Severity, Training};

const FINE_TUNING: Customization = Customization::FineTuning;
const DISTILLATION: Customization = Customization::Distillation;
const REINFORCEMENT: Customization = Customization::ReinforcementFineTuning;
const PRE_TRAINING: Customization = Customization::ContinuedPreTraining;

fn training(model: &str, customization: Customization) -> &'static Training {
    let model = Catalogue::embedded().find(model).expect("a model of the catalogue");
    model.customization(customization).expect("a customization of the model")
}

fn converted(record: &str, model: &str, customization: Customization) -> Result<Converted, LeftOut> {
    convert(record, None, training(model, customization), &mut Pictures::default())
}

/// The line that a record becomes, which the validator must accept.
#[track_caller]
fn line(record: &str, model: &str, customization: Customization) -> String {
    let line = match converted(record, model, customization) {
        Ok(converted) => converted.line,
        Err(left_out) => panic!("{record}: {}", left_out.why),
    };
    assert_eq!(errors(&line, training(model, customization)), Vec::<String>::new(), "{line}");
    line
}

/// Why a record is left out.
#[track_caller]
fn why(record: &str, model: &str, customization: Customization) -> String {
    match converted(record, model, customization) {
        Ok(converted) => panic!("{record} became {}", converted.line),
        Err(left_out) => left_out.why.into_owned(),
    }
}

/// The errors that the validator finds in a line, but for those of the file as a whole.
fn errors(line: &str, training: &Training) -> Vec<String> {
    let mut check = FileCheck::new("train.jsonl", training, Role::Train, None);
    check.feed(line.as_bytes());
    check.feed(b"\n");
    let kept = check.finish().findings.kept;
    let of_record = kept.iter().filter(|finding| finding.severity == Severity::Error && finding.line.is_some());
    of_record.map(|finding| format!("{} {}", finding.code.as_str(), finding.message)).collect()
}
