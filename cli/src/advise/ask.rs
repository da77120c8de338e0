//! The interview, and the file that takes its place.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Result, bail};

use super::table::{Answers, Question, Table};
use crate::format::BOLD;

/// Questions and answers both need a terminal.
pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks one question after the other; an empty line takes the first answer, and a beginning is enough.
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
                bail!("the interview broke off at question {}; nothing was decided", at + 1);
            };
            match meant(question, &typed) {
                Some(answer) => break drop(answers.insert(question.id.clone(), answer)),
                None => eprintln!("    one of: {}", question.answers.join(", ")),
            }
        }
    }
    Ok(answers)
}

/// The only answer that begins like this.
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

/// Every question with its first answer, as a file to fill in.
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

/// Reads such a file: every question must have one of its answers, and nothing else may stand there.
pub(super) fn read(table: &Table, text: &str) -> Result<Answers> {
    let given: Answers = toml::from_str(text)?;
    for question in &table.questions {
        match given.get(&question.id) {
            Some(answer) if question.answers.contains(answer) => {}
            Some(answer) => bail!("{} = {answer:?} is not one of: {}", question.id, question.answers.join(", ")),
            None => bail!("{} has no answer: {} ({})", question.id, question.ask, question.answers.join(", ")),
        }
    }
    if let Some(stray) = given.keys().find(|id| table.questions.iter().all(|question| question.id != **id)) {
        bail!("{stray} is no question; `tunedrop advise --questions` prints them all");
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_read_as_it_is_printed() {
        let table = Table::embedded();
        let answers = read(&table, &form(&table)).unwrap();
        assert_eq!(answers.len(), table.questions.len());
    }

    #[test]
    fn a_wrong_file_is_named_for_what_is_wrong() {
        let table = Table::embedded();
        let said = |text: &str| read(&table, text).unwrap_err().to_string();
        assert!(said("").contains("behaviour has no answer"));
        assert!(
            said(&form(&table).replace("behaviour = \"no\"", "behaviour = \"maybe\""))
                .contains("not one of: no, somewhat, yes")
        );
        assert!(said(&format!("{}color = \"red\"\n", form(&table))).contains("color is no question"));
    }

    #[test]
    fn a_beginning_is_enough_where_it_is_the_only_one() {
        let table = Table::embedded();
        let question = |id: &str| table.questions.iter().find(|question| question.id == id).unwrap();
        assert_eq!(meant(question("data"), "Pa").as_deref(), Some("pairs"));
        assert_eq!(meant(question("data"), "").as_deref(), Some("none"));
        assert_eq!(meant(question("data"), "p"), None);
        assert_eq!(meant(question("examples"), "under").as_deref(), None);
    }
}
