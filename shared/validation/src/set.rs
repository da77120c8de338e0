//! Checks across files and of the recipe: counts, sizes, hyperparameters.

mod hyperparameters;

pub use hyperparameters::check_hyperparameters;

use crate::{Code, Customization, Finding, Findings, Model, Role, Statistics, Training};

/// The largest data file that tunedrop reads, in bytes, whatever the model takes: 12 GiB. That is more than any documented
/// limit (10 GB, training data of Claude 3 Haiku), and two such files fit the time that validate has: docs/reliability.md,
/// "How much is read", has the figures.
pub const FILE_MAX: u64 = 12 << 30;

/// The largest held-out file that an evaluation reads, in bytes: 100 MiB. Our own judgment: at most 1,000 records are asked, and
/// each is read twice, by the check and by the evaluation.
pub const HELD_OUT_MAX: u64 = 100 << 20;

/// The account's own quotas, where they were raised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotas {
    /// Most records of training and validation together.
    pub records: Option<u64>,
}

/// A file of a set.
#[derive(Debug, Clone, Copy)]
pub struct SetFile<'a> {
    /// Relative to the dataset's folder.
    pub name: &'a str,
    /// What it holds.
    pub statistics: &'a Statistics,
}

/// Checks the files of a set together. A file in which no record was found has its own finding, and none here.
pub fn check_set(
    model: &Model,
    customization: Customization,
    train: Option<SetFile>,
    validation: Option<SetFile>,
    quotas: &Quotas,
) -> Findings {
    let mut findings = Findings::default();
    let Some(training) = model.customization(customization) else {
        return findings;
    };
    let name = &model.name;
    let mut push = |code, file: &str, message: String, help: String| findings.push(whole(code, file, message, help));

    if let (Some(file), false) = (&validation, training.validation) {
        let message = format!("{name} accepts no validation file with {}", customization.as_str());
        let help = "remove `validation` from the recipe; you can add its records to the training file";
        push(Code::ValidationNotSupported, file.name, message, help.to_owned());
    }
    let limits = [
        (&train, Role::Train, training.train_min, training.train_max),
        (&validation, Role::Validation, training.validation_min, training.validation_max),
    ];
    for (file, of, min, max) in limits {
        let role = data_of(of);
        let Some(SetFile { name: file, statistics }) = file else { continue };
        let (records, bytes) = (statistics.records, statistics.bytes);
        let has = format!("{} in the {role} file", counted(records));
        // A file without records is empty or isn't JSON Lines, and has its own finding.
        let fewer = |least: &u64| (1..*least).contains(&records) && !is_one_invalid(statistics);
        if let Some(min) = min.filter(fewer) {
            let message = format!("{has}, and {name} requires at least {}", grouped(min));
            push(Code::TooFewRecords, file, message, format!("add at least {} more", grouped(min - records)));
        } else if let Some(advised) = training.train_advised.filter(fewer).filter(|_| of == Role::Train) {
            let least = grouped(advised);
            let message = format!("{has}; one of AWS's guides asks for at least {least} for {name}, another for fewer");
            push(Code::FewRecords, file, message, format!("add {} more to be safe", grouped(advised - records)));
        }
        if let Some(max) = max.filter(|max| records > *max) {
            let message = format!("{has}, and {name} accepts at most {}", grouped(max));
            push(Code::TooManyRecords, file, message, format!("remove {}", grouped(records - max)));
        }
        if let Some(finding) = check_size(model, training, of, file, bytes) {
            push(finding.code, file, finding.message, finding.help);
        }
    }
    let together =
        if train.is_some() && validation.is_some() { "training and validation together" } else { "the file" };
    let raised = quotas.records.filter(|_| training.sum_adjustable);
    let sum: u64 = [train, validation].iter().flatten().map(|file| file.statistics.records).sum();
    if let (Some(file), Some(min)) = (train.or(validation), training.sum_min)
        && (1..min).contains(&sum)
        && !(sum == 1 && is_one_invalid(file.statistics))
    {
        let message = format!("{} in {together}, and {name} requires at least {}", counted(sum), grouped(min));
        push(Code::TooFewRecords, file.name, message, format!("add at least {} more", grouped(min - sum)));
    }
    if let (Some(file), Some(max)) = (train.or(validation), raised.or(training.sum_max))
        && sum > max
    {
        let message = format!("{} in {together}, and {name} accepts at most {}", counted(sum), grouped(max));
        let quota = ", or request a higher quota and write it under `quotas` in the recipe";
        let quota = if training.sum_adjustable { quota } else { "" };
        push(Code::TooManyRecords, file.name, message, format!("remove {}{quota}", grouped(sum - max)));
    } else if let (Some(file), Some(advised)) =
        (train.or(validation), training.sum_advised.filter(|_| raised.is_none()))
        && sum > advised
    {
        let message = format!(
            "{} in {together}; one of AWS's pages accepts at most {} for {name}, another more",
            counted(sum),
            grouped(advised)
        );
        let help = format!(
            "remove {} to be safe, or request a higher quota and write it under `quotas` in the recipe",
            grouped(sum - advised)
        );
        push(Code::ManyRecords, file.name, message, help);
    }
    findings
}

/// Whether the file has one line, which isn't a valid record: it may hold many, with other separators between them.
fn is_one_invalid(statistics: &Statistics) -> bool {
    statistics.records == 1 && statistics.valid_records == 0
}

/// Checks a file's size alone, which is known before it is read. The limit is the model's, or else [`FILE_MAX`].
pub fn check_size(model: &Model, training: &Training, role: Role, file: &str, bytes: u64) -> Option<Finding> {
    let most = match role {
        Role::Train => training.train_bytes,
        Role::Validation => training.validation_bytes,
        Role::Evaluation => None,
    };
    match most {
        Some(most) if bytes > most => Some(too_large(role, file, bytes, &format!("{} accepts", model.name), most)),
        _ => check_size_alone(role, file, bytes),
    }
}

/// Checks the size of a file whose model isn't known.
pub fn check_size_alone(role: Role, file: &str, bytes: u64) -> Option<Finding> {
    let (who, most) = match role {
        Role::Evaluation => ("an evaluation reads", HELD_OUT_MAX),
        Role::Train | Role::Validation => ("tunedrop reads", FILE_MAX),
    };
    (bytes > most).then(|| too_large(role, file, bytes, who, most))
}

fn too_large(role: Role, file: &str, bytes: u64, who: &str, most: u64) -> Finding {
    let message =
        format!("the {} file has {} bytes, and {who} at most {}", data_of(role), grouped(bytes), grouped(most));
    whole(Code::FileTooLarge, file, message, "use fewer or shorter records".to_owned())
}

fn data_of(role: Role) -> &'static str {
    match role {
        Role::Train => "training",
        Role::Validation => "validation",
        Role::Evaluation => "held-out",
    }
}

/// A finding on a file as a whole.
pub(crate) fn whole(code: Code, file: &str, message: String, help: String) -> Finding {
    Finding::of_file(code, file, message, help)
}

fn counted(records: u64) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{} records", grouped(records)) }
}

/// A number as people read it: `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
