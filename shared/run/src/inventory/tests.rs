use tunedrop_validation::Catalogue;

use super::*;

fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn tags_say_which_stack_made_it() {
    let ours = tags(&[("tunedrop:stack", "prod"), ("tunedrop:dataset", "bot"), ("team", "x")]);
    let maker = Maker::of_tags(Some(&ours));
    assert_eq!(
        (maker.known_by, maker.stack.as_deref(), maker.dataset.as_deref()),
        (KnownBy::Tags, Some("prod"), Some("bot"))
    );
    // A dataset's tag alone proves nothing.
    assert_eq!(Maker::of_tags(Some(&tags(&[("tunedrop:dataset", "bot")]))).known_by, KnownBy::NotByTunedrop);
    assert_eq!(Maker::of_tags(Some(&tags(&[]))).known_by, KnownBy::NotByTunedrop);
    assert_eq!(Maker::of_tags(None).known_by, KnownBy::Unknown);
}

#[test]
fn foundation_model_is_in_the_arn() {
    let account = "arn:aws:bedrock:us-east-1:111122223333";
    let custom = format!("{account}:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl");
    for (arn, base) in [
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k", Some("amazon.nova-lite-v1:0:300k")),
        (&custom, Some("amazon.nova-lite-v1:0:300k")),
        (&format!("{account}:imported-model/abcdefghijkl"), None),
        ("arn:aws:bedrock:us-east-1::foundation-model/", None),
        ("", None),
    ] {
        assert_eq!(foundation_of(arn), base, "{arn}");
    }
}

#[test]
fn a_model_is_as_recently_invoked_as_what_serves_it() {
    let maker = || Maker::of_tags(None);
    let bill = billing(BillingUnit::ModelMonth, 1, None);
    let model = |arn: &str, day: Option<&str>| Line {
        found: FoundModel {
            arn: arn.to_owned(),
            name: String::new(),
            base_arn: String::new(),
            created_at: String::new(),
            status: None,
        },
        base_model: None,
        made_by: maker(),
        last_invoked: day.map(str::to_owned),
        billing: bill,
        tags: None,
    };
    let deployment = |model_arn: &str, day: Option<&str>| Line {
        found: FoundDeployment {
            arn: "d".to_owned(),
            name: String::new(),
            model_arn: model_arn.to_owned(),
            created_at: String::new(),
            status: String::new(),
            model_units: None,
            committed_until: None,
        },
        base_model: None,
        made_by: maker(),
        last_invoked: day.map(str::to_owned),
        billing: bill,
        tags: None,
    };
    let mut models =
        [model("a", None), model("b", Some("2026-11-30")), model("c", Some("2026-11-01")), model("d", None)];
    let deployments = [
        deployment("a", Some("2026-11-02")),
        deployment("a", Some("2026-11-29")),
        deployment("a", Some("2026-11-03")),
        deployment("b", Some("2026-11-01")),
        deployment("c", None),
    ];
    join_invocations(&mut models, &deployments);
    let days = models.iter().map(|one| one.last_invoked.as_deref()).collect::<Vec<_>>();
    assert_eq!(days, [Some("2026-11-29"), Some("2026-11-30"), Some("2026-11-01"), None]);
}

#[test]
fn only_tokens_have_a_price_in_the_catalogue() {
    let overlay = "[[model]]\nalias = \"nova-lite\"\ninference_price = { input_per_1k_tokens = 0.5, output_per_1k_tokens = 2.0 }\n";
    let own = Catalogue::with_overlay(overlay).expect("a catalogue");
    let model = own.find("nova-lite");
    let tokens = billing(BillingUnit::Tokens, 0, model);
    assert_eq!((tokens.usd_per_1k_input_tokens, tokens.usd_per_1k_output_tokens), (Some(0.5), Some(2.0)));
    let storage = billing(BillingUnit::ModelMonth, 1, model);
    assert_eq!((storage.usd, storage.usd_per_1k_input_tokens, storage.quantity), (None, None, 1));
    assert_eq!(billing(BillingUnit::UnitHour, 2, model).usd, None);
}
