use proptest::prelude::*;

use super::{LossPoint, Outcome, next_commands};
use crate::samples::{HOSTILE, assert_harmless, compared, course, failed, seen, succeeded};

fn point(step: u64, loss: f64) -> LossPoint {
    LossPoint { step, epoch: 0, loss, perplexity: None }
}

fn with(training: Vec<LossPoint>, validation: Vec<LossPoint>) -> String {
    let html = Outcome { training, validation, ..succeeded() }.html();
    assert_harmless(&html);
    html
}

#[test]
fn a_success_shows_the_model_the_losses_and_what_to_do() {
    let html = succeeded().html();
    assert_harmless(&html);
    assert!(html.contains("<header class=\"good\">"));
    assert_eq!(
        html.matches("role=\"img\" aria-label=\"Loss by step. Training loss goes from 2.4000 at step 0").count(),
        2
    );
    insta::assert_snapshot!(seen(&html));
}

#[test]
fn a_failure_shows_bedrocks_words_as_text() {
    let html = failed().html();
    assert_harmless(&html);
    assert!(html.contains("&#60;b&#62;Dear\nAda&#60;/b&#62;") && !html.contains("<svg"));
    insta::assert_snapshot!(seen(&html));
    let silent = Outcome { failure_message: Some("  ".to_owned()), ..failed() }.html();
    assert!(silent.contains("(Bedrock gave no reason)"));
}

#[test]
fn the_json_holds_it_all() {
    let outcome = Outcome { training: vec![point(0, 2.5), point(1, f64::NAN)], validation: Vec::new(), ..succeeded() };
    insta::assert_snapshot!(outcome.json());
}

#[test]
fn losses_that_cannot_be_drawn_are_said() {
    assert!(with(Vec::new(), Vec::new()).contains("Bedrock left no losses for this run."));
    let single = with(vec![point(0, 1.5)], Vec::new());
    assert!(single.contains("There is a single training loss") && single.contains("<circle"));
    assert!(single.contains("There are no validation losses."));
    let none = with(vec![point(0, f64::NAN), point(1, f64::INFINITY), point(2, 1e300)], Vec::new());
    assert!(none.contains("None of the 3 training losses is a usable number") && !none.contains("<svg"));
    assert!(none.contains("not a number at step 0") && none.contains("1.000e300 at step 2"));
    let some = with(vec![point(0, 2.0), point(1, f64::NAN), point(2, 1.0)], Vec::new());
    assert!(some.contains("1 of 3 training losses is no usable number") && some.contains("<svg"));
    assert!(some.contains("1.0000 at step 2"));
}

#[test]
fn a_long_course_is_thinned_and_keeps_its_spike() {
    let mut training = course(100_000, 2.0);
    training[77_777].loss = 9.0;
    let html = with(training, Vec::new());
    assert!(html.len() < 60_000, "{} bytes", html.len());
    assert!(html.contains("8.0"), "the axis reaches the spike");
    assert!(html.contains("over 100,000 points"));
}

#[test]
fn hostile_text_stays_text() {
    let hostile = || HOSTILE.to_owned();
    for state in ["Succeeded", "Failed", HOSTILE] {
        let mut outcome = Outcome {
            state: state.to_owned(),
            dataset: hostile(),
            run_id: hostile(),
            base_model: hostile(),
            job_arn: hostile(),
            model_arn: Some(hostile()),
            failure_message: Some(hostile()),
            created_at: Some(hostile()),
            output: hostile(),
            ..succeeded()
        };
        outcome.hyperparameters.insert(hostile(), hostile());
        outcome.earlier = compared().earlier;
        for run in &mut outcome.earlier {
            (run.run_id, run.state, run.changed_at, run.base_model) = (hostile(), hostile(), hostile(), hostile());
        }
        for phase in &mut outcome.phases {
            (phase.name, phase.status, phase.started_at) = (hostile(), hostile(), Some(hostile()));
        }
        assert_harmless(&outcome.html());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&outcome.json()).unwrap()["failure_message"], HOSTILE);
    }
}

#[test]
fn a_refusal_says_why_and_shows_no_training() {
    let refused = Outcome {
        state: "Refused".to_owned(),
        job_arn: String::new(),
        model_arn: None,
        failure_message: Some("the recipe's guard.max_tokens is 10".to_owned()),
        training: Vec::new(),
        validation: Vec::new(),
        ..succeeded()
    };
    let html = refused.html();
    assert!(
        html.contains("no job was started") && html.contains("Why it was refused") && html.contains("guard.max_tokens")
    );
    assert!(!html.contains("<h2>Loss</h2>") && !html.contains("get-model-customization-job"));
}

#[test]
fn several_runs_stand_side_by_side() {
    let html = compared().html();
    assert_harmless(&html);
    let (_, table) = html.split_once("This run and earlier ones").unwrap();
    insta::assert_snapshot!(seen(table.split_once("</section>").unwrap().0));
    assert!(!succeeded().html().contains("This run and earlier ones"));
}

#[test]
fn a_success_can_be_deployed_tried_and_taken_down() {
    let next = |base_model: &str| {
        let outcome = Outcome { base_model: base_model.to_owned(), ..succeeded() };
        super::next::next(&outcome).into_iter().map(|(what, command)| format!("{what}:\n{command}")).collect::<Vec<_>>()
    };
    insta::assert_snapshot!(next("anthropic.claude-3-haiku-20240307-v1:0:200k").join("\n"));
    assert_eq!(next("amazon.titan-embed-image-v1:0").len(), 3, "an embedding can't be talked to");
}

#[test]
fn only_models_that_take_it_are_offered_on_demand() {
    let deploy = |base| next_commands("a-1", "arn:aws:bedrock:us-west-2:1:custom-model/x/y", base)[0].1.clone();
    insta::assert_snapshot!(
        [
            "amazon.nova-micro-v1:0:128k",
            "amazon.titan-image-generator-v2:0",
            "",
            "arn:aws:bedrock:us-west-2:1:custom-model/meta.llama3-3-70b-instruct-v1:0:128k/abcdefghijkl",
            "arn:aws:bedrock:us-west-2:1:custom-model/amazon.titan-embed-image-v1:0/abcdefghijkl"
        ]
        .map(deploy)
        .join("\n")
    );
}

/// A reinforcement job's files have columns that no page names.
#[test]
fn other_columns_are_shown_by_their_names() {
    let csv = "step_number,critic/rewards/mean,<b>odd</b>\n0,0.25,1\n10,0.75,2\n";
    let metrics = crate::other_metrics(csv);
    let outcome = Outcome { training: Vec::new(), validation: Vec::new(), metrics, ..succeeded() };
    let html = outcome.html();
    assert_harmless(&html);
    let (_, table) = html.split_once("Other columns of Bedrock").expect("a table of columns");
    let table = seen(table.split_once("</table>").expect("its end").0);
    assert!(
        table.contains("critic/rewards/mean") && table.contains("0.7500") && table.contains("<b>odd</b>"),
        "{table}"
    );
    assert!(outcome.json().contains("\"name\": \"critic/rewards/mean\""));
    assert!(!succeeded().html().contains("Other columns") && !succeeded().json().contains("\"metrics\""));
}

fn any_loss() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -10.0..10.0f64, Just(0.0), Just(1e12), Just(-1e12), Just(5e-324)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_losses_panic(points in prop::collection::vec((prop_oneof![any::<u64>(), 0..10u64], any_loss()), 0..12), split in 0..12usize) {
        let points: Vec<LossPoint> = points.into_iter().map(|(step, loss)| point(step, loss)).collect();
        let split = split.min(points.len());
        with(points[..split].to_vec(), points[split..].to_vec());
    }
}
