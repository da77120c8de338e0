use proptest::prelude::*;
use tunedrop_run::deployment::bedrock_name;
use tunedrop_run::{Capacity, DeployPlan, DeployWhen, EvaluationPlan};

use super::{LossPoint, Outcome, Trained};
use crate::samples::{HOSTILE, assert_harmless, compared, failed, loss_series, seen, succeeded};

fn point(step: u64, loss: f64) -> LossPoint {
    LossPoint { step, epoch: 0, loss, perplexity: None }
}

fn with(training: Vec<LossPoint>, validation: Vec<LossPoint>) -> String {
    let html = Outcome { training, validation, ..succeeded() }.html();
    assert_harmless(&html);
    html
}

#[test]
fn shows_model_losses_and_next_steps_of_a_success() {
    let html = succeeded().html();
    assert_harmless(&html);
    assert!(html.contains("<header class=\"good\">"));
    assert_eq!(
        html.matches(
            "role=\"img\" aria-label=\"Line chart of loss by step. The training loss goes from 2.4000 at step 0"
        )
        .count(),
        2
    );
    insta::assert_snapshot!(seen(&html));
}

#[test]
fn shows_bedrocks_message_of_a_failure_as_text() {
    let html = failed().html();
    assert_harmless(&html);
    assert!(html.contains("&#60;b&#62;Dear\nAda&#60;/b&#62;") && !html.contains("<svg"));
    insta::assert_snapshot!(seen(&html));
    let silent = Outcome { failure_message: Some("  ".to_owned()), ..failed() }.html();
    assert!(silent.contains("(Bedrock gave no reason)"));
}

#[test]
fn writes_all_fields_as_json() {
    let outcome = Outcome { training: vec![point(0, 2.5), point(1, f64::NAN)], validation: Vec::new(), ..succeeded() };
    insta::assert_snapshot!(outcome.json());
}

#[test]
fn mentions_losses_that_the_chart_omits() {
    assert!(with(Vec::new(), Vec::new()).contains("Bedrock reported no losses for this run."));
    let single = with(vec![point(0, 1.5)], Vec::new());
    assert!(single.contains("There is only one training loss") && single.contains("<circle"));
    assert!(single.contains("There are no validation losses."));
    let none = with(vec![point(0, f64::NAN), point(1, f64::INFINITY), point(2, 1e300)], Vec::new());
    assert!(none.contains("None of the 3 training losses is a usable number") && !none.contains("<svg"));
    assert!(none.contains("not a number at step 0") && none.contains("1.000e300 at step 2"));
    let some = with(vec![point(0, 2.0), point(1, f64::NAN), point(2, 1.0)], Vec::new());
    assert!(
        some.contains(
            "1 of 3 training losses isn&#39;t usable (not a number, infinite, or beyond 1e12). The chart leaves it out."
        ) && some.contains("<svg")
    );
    assert!(some.contains("1.0000 at step 2"));
}

#[test]
fn thins_a_long_series_and_keeps_its_spike() {
    let mut training = loss_series(100_000, 2.0);
    training[77_777].loss = 9.0;
    let html = with(training, Vec::new());
    assert!(html.len() < 60_000, "{} bytes", html.len());
    assert!(html.contains("8.0"), "the axis reaches the spike");
    assert!(html.contains("over 100,000 points"));
}

#[test]
fn escapes_hostile_text() {
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
fn shows_the_reason_and_no_training_of_a_refusal() {
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
        html.contains("no job was started") && html.contains("<h2>Reason</h2>") && html.contains("guard.max_tokens")
    );
    assert!(!html.contains("<h2>Loss</h2>") && !html.contains("get-model-customization-job"));
}

#[test]
fn compares_earlier_runs() {
    let html = compared().html();
    assert_harmless(&html);
    let (_, table) = html.split_once("Comparison with earlier runs").unwrap();
    insta::assert_snapshot!(seen(table.split_once("</section>").unwrap().0));
    assert!(!succeeded().html().contains("Comparison with earlier runs"));
}

/// The steps after a success, as text.
fn next_of(outcome: &Outcome) -> Vec<String> {
    super::next::next(outcome).into_iter().map(|(what, command)| format!("{what}:\n{command}")).collect()
}

#[test]
fn lists_commands_to_deploy_call_and_delete() {
    let next = |base_model: &str| next_of(&Outcome { base_model: base_model.to_owned(), ..succeeded() });
    insta::assert_snapshot!(next("anthropic.claude-3-haiku-20240307-v1:0:200k").join("\n"));
    assert_eq!(next("amazon.titan-embed-image-v1:0").len(), 3, "an embedding model doesn't support Converse");
}

#[test]
fn says_what_the_recipe_deploys_instead_of_how_to() {
    let next = |deploy| next_of(&Outcome { stack: "prod".to_owned(), deploy: Some(deploy), ..succeeded() }).join("\n");
    let at_once = DeployPlan {
        name: Some("bot".to_owned()),
        when: DeployWhen::Succeeded,
        expires_after_s: Some(259_200),
        capacity: Capacity::OnDemand,
    };
    insta::assert_snapshot!("deploys_at_once", next(at_once.clone()));
    let approved =
        DeployPlan { name: None, when: DeployWhen::Approved, expires_after_s: None, capacity: Capacity::OnDemand };
    insta::assert_snapshot!("deploys_when_approved", next(approved));
    let capacity = Capacity::Provisioned { model_units: 2 };
    insta::assert_snapshot!("deploys_on_provisioned_throughput", next(DeployPlan { capacity, ..at_once.clone() }));
    let outcome = Outcome { deploy: Some(at_once), ..succeeded() };
    assert_harmless(&outcome.html());
    assert!(seen(&outcome.html()).contains("The deployment expires 72 h after that."));
    let json: serde_json::Value = serde_json::from_str(&outcome.json()).unwrap();
    assert_eq!(json["deploy"]["expires_after_s"], 259_200);
}

#[test]
fn says_that_an_evaluation_follows_and_where_its_report_will_be() {
    let plan =
        serde_json::json!({ "data": "s3://drops/test.jsonl", "max_records": 1_000, "against": ["base", "deployed"] });
    let deploy = DeployPlan {
        name: Some("bot".to_owned()),
        when: DeployWhen::Kept,
        expires_after_s: Some(86_400),
        capacity: Capacity::OnDemand,
    };
    let evaluate: EvaluationPlan = serde_json::from_value(plan).unwrap();
    let outcome = Outcome { deploy: Some(deploy), evaluate: Some(evaluate), ..succeeded() };
    insta::assert_snapshot!("evaluates", next_of(&outcome).join("\n"));
    let (html, json) = (outcome.html(), serde_json::from_str::<serde_json::Value>(&outcome.json()).unwrap());
    assert_harmless(&html);
    assert!(seen(&html).contains("s3://drops/evaluations/support-bot-0123456789ab/1/evaluation.html"));
    assert_eq!(json["evaluate"]["max_records"], 1_000);
    let unknown = next_of(&Outcome { output: String::new(), ..outcome.clone() }).join("\n");
    assert!(unknown.contains("`evaluations/support-bot-0123456789ab/1/evaluation.html`"), "{unknown}");
    // Without a deployment nothing answers the evaluation's questions.
    let elsewhere = Outcome { base_model: "amazon.titan-image-generator-v2:0".to_owned(), ..outcome };
    assert!(!next_of(&elsewhere).join("\n").contains("evaluat"));
}

#[test]
fn calls_the_deployment_by_its_name_at_bedrock() {
    let next = next_of(&succeeded()).join("\n");
    let name = bedrock_name("tunedrop", "111122223333", "support-bot");
    assert!(next.contains(&format!("--custom-model-deployment-identifier {name} ")), "{next}");
    assert!(next.contains("\ntunedrop undeploy support-bot\n"), "{next}");
}

#[test]
fn offers_on_demand_only_where_bedrock_has_it() {
    let deploy = |(region, base_model): (&str, &str)| {
        let model_arn = &format!("arn:aws:bedrock:{region}:1:custom-model/x/y");
        let (run_id, dataset, stack) = ("a-1", "a", "tunedrop");
        let trained =
            Trained { run_id, dataset, stack, base_model, model_arn, deploy: None, evaluate: None, address: "" };
        trained.commands().into_iter().map(|(_, command)| command).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(
        [
            ("us-east-1", "amazon.nova-micro-v1:0:128k"),
            ("us-west-2", "amazon.nova-micro-v1:0:128k"),
            ("", "amazon.nova-micro-v1:0:128k"),
            ("us-west-2", "amazon.titan-image-generator-v2:0"),
            ("us-west-2", ""),
            ("us-west-2", "arn:aws:bedrock:us-west-2:1:custom-model/meta.llama3-3-70b-instruct-v1:0:128k/abcdefghijkl"),
            ("us-west-2", "arn:aws:bedrock:us-west-2:1:custom-model/amazon.titan-embed-image-v1:0/abcdefghijkl")
        ]
        .map(deploy)
        .join("\n\n")
    );
}

/// The columns of reinforcement fine-tuning aren't documented.
#[test]
fn shows_other_metrics_by_their_names() {
    let csv = "step_number,critic/rewards/mean,<b>odd</b>\n0,0.25,1\n10,0.75,2\n";
    let metrics = crate::other_metrics(csv);
    let outcome = Outcome { training: Vec::new(), validation: Vec::new(), metrics, ..succeeded() };
    let html = outcome.html();
    assert_harmless(&html);
    let (_, table) = html.split_once("Other metrics").expect("a table of columns");
    let table = seen(table.split_once("</table>").expect("its end").0);
    assert!(
        table.contains("critic/rewards/mean") && table.contains("0.7500") && table.contains("<b>odd</b>"),
        "{table}"
    );
    assert!(outcome.json().contains("\"name\": \"critic/rewards/mean\""));
    assert!(!succeeded().html().contains("Other metrics") && !succeeded().json().contains("\"metrics\""));
}

fn any_loss() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -10.0..10.0f64, Just(0.0), Just(1e12), Just(-1e12), Just(5e-324)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn renders_any_losses(points in prop::collection::vec((prop_oneof![any::<u64>(), 0..10u64], any_loss()), 0..12), split in 0..12usize) {
        let points: Vec<LossPoint> = points.into_iter().map(|(step, loss)| point(step, loss)).collect();
        let split = split.min(points.len());
        with(points[..split].to_vec(), points[split..].to_vec());
    }
}
