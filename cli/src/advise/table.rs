//! Reads the decision table, `table.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Questions, rules and kinds of advice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    #[serde(rename = "question")]
    pub(super) questions: Vec<Question>,
    #[serde(rename = "rule")]
    rules: Vec<Rule>,
    #[serde(rename = "kind")]
    kinds: BTreeMap<String, Kind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    pub(super) id: String,
    pub(super) ask: String,
    /// The first is the default.
    pub(super) answers: Vec<String>,
    #[serde(default)]
    pub(super) help: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    advice: String,
    why: String,
    /// Matching answers, by question. Any answer to another question matches.
    when: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kind {
    pub(super) title: String,
    pub(super) pro: Vec<String>,
    pub(super) con: Vec<String>,
    pub(super) next: Vec<String>,
}

/// An answer to each question, by its id.
pub(super) type Answers = BTreeMap<String, String>;

/// The advice, with its reason.
#[derive(Debug)]
pub(super) struct Advice<'t> {
    pub(super) name: &'t str,
    pub(super) why: &'t str,
    pub(super) kind: &'t Kind,
}

impl Table {
    pub(super) fn embedded() -> Table {
        toml::from_str(include_str!("table.toml")).expect("table.toml is embedded, and a test reads it")
    }

    /// Applies the first rule that matches.
    pub(super) fn advice(&self, answers: &Answers) -> Advice<'_> {
        let fits =
            |rule: &&Rule| rule.when.iter().all(|(id, fit)| answers.get(id).is_some_and(|answer| fit.contains(answer)));
        let rule = self.rules.iter().find(fits).expect("the last rule always matches, which a test checks");
        let kind = &self.kinds[&rule.advice];
        Advice { name: &rule.advice, why: &rule.why, kind }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every combination of answers.
    fn all(table: &Table) -> Vec<Answers> {
        let mut all = vec![Answers::new()];
        for question in &table.questions {
            let with = |answers: &Answers, answer: &String| {
                let mut answers = answers.clone();
                answers.insert(question.id.clone(), answer.clone());
                answers
            };
            all = all
                .iter()
                .flat_map(|answers| question.answers.iter().map(|answer| with(answers, answer)).collect::<Vec<_>>())
                .collect();
        }
        all
    }

    #[test]
    fn rules_refer_to_known_questions_answers_and_kinds() {
        let table = Table::embedded();
        for rule in &table.rules {
            assert!(table.kinds.contains_key(&rule.advice), "{}", rule.advice);
            for (id, fit) in &rule.when {
                let question = table.questions.iter().find(|question| question.id == *id).expect(id);
                assert!(fit.iter().all(|answer| question.answers.contains(answer)), "{id}: {fit:?}");
            }
        }
        assert!(table.rules.last().is_some_and(|rule| rule.when.is_empty()), "the last rule must always match");
        for kind in table.kinds.values() {
            assert!(kind.pro.len() == 2 && kind.con.len() == 2 && !kind.next.is_empty(), "{}", kind.title);
        }
    }

    /// No rule is unreachable, and every kind of advice is given for some answers.
    #[test]
    fn every_rule_decides_for_some_answers() {
        let table = Table::embedded();
        let all = all(&table);
        assert_eq!(all.len(), 3 * 2 * 3 * 2 * 2 * 4 * 3 * 2 * 2);
        let whys: BTreeSet<&str> = all.iter().map(|answers| table.advice(answers).why).collect();
        assert_eq!(whys.len(), table.rules.len());
        let advised: BTreeSet<&str> = all.iter().map(|answers| table.advice(answers).name).collect();
        assert_eq!(advised.len(), table.kinds.len());
    }

    #[test]
    fn advises_what_is_known_to_be_right() {
        let table = Table::embedded();
        let advice = |set: &[(&str, &str)]| {
            let mut answers: Answers =
                table.questions.iter().map(|question| (question.id.clone(), question.answers[0].clone())).collect();
            answers.extend(set.iter().map(|(id, answer)| ((*id).to_owned(), (*answer).to_owned())));
            table.advice(&answers).name.to_owned()
        };
        let pairs = [("data", "pairs"), ("examples", "200-and-more")];
        for (set, right) in [
            (vec![], "prompting"),
            (vec![("behavior", "yes"), ("data", "pairs"), ("examples", "under-8")], "prompting"),
            ([&[("behavior", "yes")][..], &pairs].concat(), "fine-tuning"),
            ([&[("behavior", "yes"), ("knowledge", "yes"), ("sources", "yes")][..], &pairs].concat(), "rag"),
            (vec![("knowledge", "yes"), ("changes", "daily")], "rag"),
            (vec![("hallucinations", "yes")], "rag"),
            ([&[("behavior", "yes"), ("budget", "cost")][..], &pairs].concat(), "distillation"),
            (
                vec![("knowledge", "yes"), ("language", "no"), ("data", "texts"), ("examples", "200-and-more")],
                "continued-pre-training",
            ),
        ] {
            assert_eq!(advice(&set), right, "{set:?}");
        }
    }
}
