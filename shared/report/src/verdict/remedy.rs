//! The command that mends findings of a code, or shows what there is to choose from.

use tunedrop_validation::{Code, Finding, Severity};

use super::Verdict;
use crate::wording::shell;

/// A few words, and the command, for the findings of one code. `None` where only its owner can mend it.
pub(super) fn remedy(verdict: &Verdict, first: &Finding) -> Option<(&'static str, String)> {
    let model = verdict.catalogue_model.as_deref();
    let of_file = |verb: &str, flags: &str| {
        let (file, model) = (&first.file, shell(model?));
        let kind = verdict.customization.as_deref().filter(|kind| *kind != "fine-tuning");
        let kind = kind.map_or(String::new(), |kind| format!(" --type {}", shell(kind)));
        // Neither ever writes over what it reads.
        let out = shell(&format!("mended-{}", file.rsplit('/').next().unwrap_or(file)));
        Some(format!("tunedrop {verb} {} --model {model}{kind}{flags} -o {out}", shell(file)))
    };
    match first.code {
        // The finding names the command that reads the file, if there is one.
        Code::WrongLayout => {
            let (_, named) = first.help.split_once("`tunedrop ")?;
            let mut words = named.split([' ', '`']);
            let verb = words.next().filter(|verb| ["convert", "fix"].contains(verb))?;
            let flags = match (words.next(), words.next()) {
                (Some("--from"), Some(from)) => format!(" --from {from}"),
                _ => String::new(),
            };
            Some(("Convert the file", of_file(verb, &flags)?))
        }
        Code::ByteOrderMark | Code::BlankLine | Code::DuplicateRecord => Some(("Mend them all", of_file("fix", "")?)),
        Code::InvalidJson | Code::UnknownRole => {
            Some(("Mend what is mechanical, and leave out the rest", of_file("fix", " --drop-invalid")?))
        }
        Code::UnknownHyperparameter
        | Code::MissingHyperparameter
        | Code::HyperparameterWrongType
        | Code::HyperparameterOutOfRange => {
            Some(("See what can be set, and within which ranges", format!("tunedrop models {}", shell(model?))))
        }
        Code::RecipeUnknownModel | Code::UnsupportedCustomization | Code::ModelWithdrawn => {
            Some(("See the models, and what they take", "tunedrop models".to_owned()))
        }
        // An error in a line is a record's own, so the record can go.
        _ if first.line.is_some() && first.severity == Severity::Error && !is_recipe(&first.file) => {
            Some(("Or leave such records out", of_file("fix", " --drop-invalid")?))
        }
        _ => None,
    }
}

/// What checks all of it once more, before it is dropped again.
pub(super) fn check_again(verdict: &Verdict) -> String {
    format!("tunedrop check {}", shell(&verdict.dataset))
}

fn is_recipe(file: &str) -> bool {
    matches!(file, "job.yaml" | "job.json")
}

#[cfg(test)]
mod tests {
    use tunedrop_validation::{Code, Severity};

    use super::remedy;
    use crate::Verdict;
    use crate::samples::{HOSTILE, finding, rejected};

    #[test]
    fn each_command_names_file_and_model() {
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
        let nameless = Verdict { catalogue_model: None, ..rejected() };
        assert_eq!(remedy(&nameless, &finding(Code::BlankLine, Severity::Error, Some(2))), None);
        let distilled = Verdict { customization: Some("distillation".to_owned()), ..rejected() };
        let (_, command) = remedy(&distilled, &finding(Code::BlankLine, Severity::Error, Some(2))).unwrap();
        assert!(command.contains(" --type distillation -o "), "{command}");
    }
}
