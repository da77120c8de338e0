//! Whether an evaluation found a run better than another model.

use tunedrop_evaluation::{DEPLOYED, Verdict};
use tunedrop_run::{EvaluationEntry, EvaluationResult, RunId};

use crate::evaluations::{verdict, words};
use crate::format::visible;

/// What the evaluation of a run says about another model.
#[derive(Debug)]
pub(super) struct Gate<'e> {
    /// `base`, `deployed` or a run's id.
    other: &'e str,
    run_id: &'e RunId,
    found: Found<'e>,
}

#[derive(Debug)]
enum Found<'e> {
    Verdict(Verdict, &'e EvaluationResult),
    /// There is none, and the run's evaluation is in progress.
    InProgress(&'e EvaluationEntry),
    None,
}

impl<'e> Gate<'e> {
    pub(super) fn of(other: &'e str, evaluation: Option<&'e EvaluationEntry>, run_id: &'e RunId) -> Gate<'e> {
        let found = evaluation.map_or(Found::None, |one| match decided(one, other) {
            Some((verdict, result)) => Found::Verdict(verdict, result),
            None if !one.state.is_end() => Found::InProgress(one),
            None => Found::None,
        });
        Gate { other, run_id, found }
    }

    pub(super) fn verdict(&self) -> Option<Verdict> {
        match self.found {
            Found::Verdict(verdict, _) => Some(verdict),
            Found::InProgress(_) | Found::None => None,
        }
    }

    /// The exit code with `--gate`.
    pub(super) fn code(&self) -> u8 {
        match self.verdict() {
            Some(Verdict::Better) => 0,
            Some(Verdict::Worse | Verdict::NoDifference) => 1,
            None => 2,
        }
    }

    /// What was found, or how to find it. `named`: the options that name the stack in the next commands.
    pub(super) fn line(&self, named: &str) -> String {
        let (id, other) = (visible(self.run_id), visible(self.other));
        match self.found {
            Found::Verdict(verdict, result) => format!(
                "{id} against {other}: {}. {} Open the report with `tunedrop report {id} --evaluation{named}`",
                words(Some(verdict)),
                visible(&result.sentence)
            ),
            Found::InProgress(one) => {
                format!("the evaluation of {id} is {}; follow it with `tunedrop watch {id}{named}`", one.state.as_str())
            }
            Found::None => format!(
                "no evaluation compared {id} with {other}; make one with `tunedrop evaluate {id} --against {other}{named}`"
            ),
        }
    }
}

/// What the last decision about a run says about another model: by its name, or as the one that was deployed.
fn decided<'e>(one: &'e EvaluationEntry, other: &str) -> Option<(Verdict, &'e EvaluationResult)> {
    let result = one.result.as_ref()?;
    // The sides are those of the last evaluation, and the result may be of an earlier one.
    let was_deployed = result.number == one.number
        && one.sides.iter().any(|side| side.name == DEPLOYED && side.run_id.as_deref() == Some(other));
    let by_name = verdict(result, other);
    let found = by_name.or_else(|| if was_deployed { verdict(result, DEPLOYED) } else { None })?;
    Some((found, result))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evaluations::tests::{RUN, evaluation};

    const OTHER: &str = "bot-000000000001";

    fn gate(other: &str, one: Option<&EvaluationEntry>) -> (u8, String) {
        let run_id = RUN.parse().expect("an id");
        let gate = Gate::of(other, one, &run_id);
        (gate.code(), gate.line(" --local"))
    }

    #[test]
    fn only_a_better_model_passes() {
        for (state, code) in [("Kept", 0), ("Dropped", 1), ("Undecided", 1)] {
            assert_eq!(gate("base", Some(&evaluation(state, &json!({})))).0, code, "{state}");
        }
        insta::assert_snapshot!(gate("base", Some(&evaluation("Dropped", &json!({})))).1, @"bot-000000000002 against base: worse. Drop the new model: rouge_l is 0.101 lower than that of base. Open the report with `tunedrop report bot-000000000002 --evaluation --local`");
    }

    #[test]
    fn without_an_evaluation_the_command_that_makes_one_is_shown() {
        let (code, line) = gate(OTHER, Some(&evaluation("Kept", &json!({}))));
        assert_eq!(code, 2);
        insta::assert_snapshot!(line, @"no evaluation compared bot-000000000002 with bot-000000000001; make one with `tunedrop evaluate bot-000000000002 --against bot-000000000001 --local`");
        assert_eq!(gate(OTHER, None), (code, line));
        let (code, line) = gate("base", Some(&evaluation("Answering", &json!({}))));
        assert!(code == 2 && line.contains("is Answering; follow it"), "{line}");
    }

    #[test]
    fn the_deployed_model_is_found_by_its_run() {
        let sides = json!([{ "name": RUN, "run_id": RUN }, { "name": "deployed", "run_id": OTHER }]);
        let mut one = evaluation("Kept", &json!({ "sides": sides }));
        if let Some(result) = &mut one.result {
            result.verdicts = [("deployed".to_owned(), "better".to_owned())].into();
        }
        assert_eq!(gate(OTHER, Some(&one)).0, 0);
        assert_eq!(gate("deployed", Some(&one)).0, 0);
        assert_eq!(gate("bot-000000000003", Some(&one)).0, 2);
        one.number = 2;
        assert_eq!(gate(OTHER, Some(&one)).0, 2, "the sides are another evaluation's");
    }
}
