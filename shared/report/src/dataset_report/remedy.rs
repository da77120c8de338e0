//! The command that fixes the findings of a code, or lists the values to choose from.

use tunedrop_validation::{Code, Finding, Severity};

use super::DatasetReport;
use crate::wording::shell;

/// Returns an instruction and the command for the findings of one code, or `None` if no command helps.
pub(super) fn remedy(report: &DatasetReport, first: &Finding) -> Option<(&'static str, String)> {
    let model = report.catalogue_model.as_deref();
    let of_file = |verb: &str, flags: &str| {
        let (file, model) = (&first.file, shell(model?));
        let kind = report.customization.as_deref().filter(|kind| *kind != "fine-tuning");
        let kind = kind.map_or(String::new(), |kind| format!(" --type {}", shell(kind)));
        // Neither command overwrites its input.
        let out = shell(&format!("fixed-{}", file.rsplit('/').next().unwrap_or(file)));
        Some(format!("tunedrop {verb} {} --model {model}{kind}{flags} -o {out}", shell(file)))
    };
    match first.code {
        // The finding's help names the command that reads the file, if there is one.
        Code::WrongLayout => {
            let (_, named) = first.help.split_once("`tunedrop ")?;
            let mut words = named.split([' ', '`']);
            let verb = words.next().filter(|verb| ["convert", "fix"].contains(verb))?;
            let flags = match (words.next(), words.next()) {
                (Some("--from"), Some(from)) => format!(" --from {from}"),
                _ => String::new(),
            };
            Some(("To convert the file", of_file(verb, &flags)?))
        }
        Code::ByteOrderMark | Code::BlankLine | Code::DuplicateRecord => {
            Some(("To fix all of them", of_file("fix", "")?))
        }
        Code::InvalidJson | Code::UnknownRole => Some((
            "To fix mechanical problems, and remove the records that remain invalid",
            of_file("fix", " --drop-invalid")?,
        )),
        Code::UnknownHyperparameter
        | Code::MissingHyperparameter
        | Code::HyperparameterWrongType
        | Code::HyperparameterOutOfRange => {
            Some(("To list the hyperparameters and their ranges", format!("tunedrop models {}", shell(model?))))
        }
        Code::RecipeUnknownModel | Code::UnsupportedCustomization | Code::ModelWithdrawn => {
            Some(("To list the models and what they accept", "tunedrop models".to_owned()))
        }
        // An error in a line concerns one record, which can be removed.
        _ if first.line.is_some() && first.severity == Severity::Error && !is_recipe(&first.file) => {
            Some(("Or remove these records", of_file("fix", " --drop-invalid")?))
        }
        _ => None,
    }
}

/// The command that checks the dataset's folder.
pub(super) fn check_again(report: &DatasetReport) -> String {
    format!("tunedrop check {}", shell(&report.dataset))
}

fn is_recipe(file: &str) -> bool {
    matches!(file, "job.yaml" | "job.json")
}

#[cfg(test)]
mod tests {
    use tunedrop_validation::{Code, Severity};

    use super::remedy;
    use crate::DatasetReport;
    use crate::samples::{HOSTILE, finding, rejected};

    #[test]
    fn names_file_and_model_in_each_command() {
        let command = |code, line, file: &str| {
            let finding =
                tunedrop_validation::Finding { file: file.to_owned(), ..finding(code, Severity::Error, line) };
            remedy(&rejected(), &finding).map(|(_, command)| command)
        };
        let layout = |help: &str| {
            let finding = finding(Code::WrongLayout, Severity::Error, None);
            remedy(&rejected(), &tunedrop_validation::Finding { help: help.to_owned(), ..finding })
                .map(|(_, command)| command)
        };
        let lines = [
            layout("convert it with `tunedrop convert --from csv IN --model MODEL -o OUT` to {…}"),
            layout("write each record on one line: `tunedrop fix IN --model MODEL -o OUT`"),
            layout("unpack it with `gunzip`; Bedrock takes uncompressed files"),
            command(Code::BlankLine, Some(2), "a/b.jsonl"),
            command(Code::UnpairedTurn, Some(2), "train.jsonl"),
            command(Code::RecipeSyntax, Some(2), "job.yaml"),
            command(Code::HyperparameterOutOfRange, None, "job.yaml"),
            command(Code::RecipeUnknownModel, Some(1), "job.yaml"),
            command(Code::BlankLine, Some(2), HOSTILE),
        ];
        insta::assert_snapshot!(lines.map(|line| line.unwrap_or("–".to_owned())).join("\n"));
        let nameless = DatasetReport { catalogue_model: None, ..rejected() };
        assert_eq!(remedy(&nameless, &finding(Code::BlankLine, Severity::Error, Some(2))), None);
        let distilled = DatasetReport { customization: Some("distillation".to_owned()), ..rejected() };
        let (_, command) = remedy(&distilled, &finding(Code::BlankLine, Severity::Error, Some(2))).unwrap();
        assert!(command.contains(" --type distillation -o "), "{command}");
    }
}
