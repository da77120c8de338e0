//! The interview, and the file with its answers.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Result, bail};

use super::table::{Answers, Question, Table};
use crate::format::BOLD;

/// Whether questions and answers have a terminal.
pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks the questions. An empty line is the first answer, and an unambiguous beginning of an answer is enough.
pub(super) fn interview(table: &Table) -> Result<Answers> {
    let mut answers = Answers::new();
    let mut lines = std::io::stdin().lock().lines();
    for (at, question) in table.questions.iter().enumerate() {
        anstream::eprintln!("\n{BOLD}{}/{} {}{BOLD:#}", at + 1, table.questions.len(), question.ask);
        if !question.help.is_empty() {
            eprintln!("    {}", question.help);
        }
        loop {
            eprint!("    {} [{}] ", question.answers.join(", "), question.answers[0]);
            std::io::stderr().flush()?;
            let Some(typed) = lines.next().transpose()? else {
                bail!("the input ended at question {}; nothing was decided", at + 1);
            };
            match meant(question, &typed) {
                Some(answer) => break drop(answers.insert(question.id.clone(), answer)),
                None => eprintln!("    one of: {}", question.answers.join(", ")),
            }
        }
    }
    Ok(answers)
}

/// The only answer that begins with `typed`.
fn meant(question: &Question, typed: &str) -> Option<String> {
    let typed = typed.trim().to_lowercase();
    if typed.is_empty() {
        return question.answers.first().cloned();
    }
    if question.answers.contains(&typed) {
        return Some(typed);
    }
    let mut begin = question.answers.iter().filter(|answer| answer.starts_with(&typed));
    match (begin.next(), begin.next()) {
        (Some(one), None) => Some(one.clone()),
        _ => None,
    }
}

/// The questions with their first answers, as a file to fill in.
pub(super) fn form(table: &Table) -> String {
    let mut out = "# Answers for: tunedrop advise --answers FILE\n".to_owned();
    for question in &table.questions {
        out.push_str(&format!("\n# {}\n", question.ask));
        if !question.help.is_empty() {
            out.push_str(&format!("# {}\n", question.help));
        }
        out.push_str(&format!(
            "# One of: {}\n{} = \"{}\"\n",
            question.answers.join(", "),
            question.id,
            question.answers[0]
        ));
    }
    out
}

/// Reads a file of answers.
pub(super) fn read(table: &Table, text: &str) -> Result<Answers> {
    let given: Answers = toml::from_str(text)?;
    check(table, &given)?;
    Ok(given)
}

/// Every question needs a valid answer, and other keys are errors.
pub(super) fn check(table: &Table, given: &Answers) -> Result<()> {
    for question in &table.questions {
        match given.get(&question.id) {
            Some(answer) if question.answers.contains(answer) => {}
            Some(answer) => bail!("{} = {answer:?} is not one of: {}", question.id, question.answers.join(", ")),
            None => bail!("{} has no answer: {} ({})", question.id, question.ask, question.answers.join(", ")),
        }
    }
    if let Some(stray) = given.keys().find(|id| table.questions.iter().all(|question| question.id != **id)) {
        bail!("unknown question {stray}; `tunedrop advise --questions` prints them all");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_form_that_it_prints() {
        let table = Table::embedded();
        let answers = read(&table, &form(&table)).unwrap();
        assert_eq!(answers.len(), table.questions.len());
    }

    #[test]
    fn names_what_is_wrong_in_a_file_of_answers() {
        let table = Table::embedded();
        let error = |text: &str| read(&table, text).unwrap_err().to_string();
        assert!(error("").contains("behavior has no answer"));
        assert!(
            error(&form(&table).replace("behavior = \"no\"", "behavior = \"maybe\""))
                .contains("not one of: no, somewhat, yes")
        );
        assert!(error(&format!("{}color = \"red\"\n", form(&table))).contains("unknown question color"));
    }

    #[test]
    fn accepts_an_unambiguous_beginning_of_an_answer() {
        let table = Table::embedded();
        let question = |id: &str| table.questions.iter().find(|question| question.id == id).unwrap();
        assert_eq!(meant(question("data"), "Pa").as_deref(), Some("pairs"));
        assert_eq!(meant(question("data"), "").as_deref(), Some("none"));
        assert_eq!(meant(question("data"), "p"), None);
        assert_eq!(meant(question("examples"), "under").as_deref(), None);
    }
}
