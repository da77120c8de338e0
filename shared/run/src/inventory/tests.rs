use tunedrop_validation::Catalogue;

use super::*;
use crate::{PriceList, PriceSource};

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
    let bill = billing_of_model(None, None);
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
        billing: bill.clone(),
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
        billing: bill.clone(),
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

fn throughput(units: Option<u32>, committed: bool) -> FoundDeployment {
    FoundDeployment {
        arn: "d".to_owned(),
        name: String::new(),
        model_arn: String::new(),
        created_at: String::new(),
        status: String::new(),
        model_units: units,
        committed_until: committed.then(|| "2027-06-01T00:00:00Z".to_owned()),
    }
}

/// What GetProducts answered for Nova 2 Lite, as others recorded it in August 2026, with another price of storage.
fn price_list() -> PriceList {
    let product = |what: &str, unit: &str, usd: &str| {
        serde_json::json!({
            "product": {"attributes": {"usagetype": format!("USE1-Nova2.0Lite-{what}"), "regionCode": "us-east-1"}},
            "terms": {"OnDemand": {"t": {"priceDimensions": {"r": {"unit": unit, "pricePerUnit": {"USD": usd}}}}}},
        })
        .to_string()
    };
    let products = [
        product("Customization-Training", "1K tokens", "0.0037800000"),
        product("Customization-Storage", "Model/month", "2.0000000000"),
        product("ProvisionedThroughput-NoCommit-ModelUnits", "hour", "60.5000000000"),
    ];
    let (rates, faults) = crate::price_list("us-east-1", products);
    PriceList::read("us-east-1", rates, &faults, "2026-12-01T06:00:00Z")
}

#[test]
fn storage_and_units_have_the_price_of_the_list_or_else_the_built_in_one() {
    let (catalogue, list) = (Catalogue::embedded(), price_list());
    let nova = catalogue.find("nova-2-lite");
    let of_list = PriceSource::PriceList { date: "2026-12-01".to_owned() };
    let stored = billing_of_model(nova, Some(&list));
    assert_eq!((stored.usd, stored.quantity, stored.source), (Some(2.0), 1, Some(of_list.clone())));
    let built_in = billing_of_model(nova, None);
    assert_eq!(built_in.usd, Some(1.95));
    assert!(matches!(built_in.source, Some(PriceSource::BuiltIn { date, .. }) if date == "2026-08-02"));
    let hourly = billing_of_deployment(&throughput(Some(2), false), nova, Some(&list));
    assert_eq!((hourly.usd, hourly.unit, hourly.source), (Some(121.0), BillingUnit::UnitHour, Some(of_list)));
}

#[test]
fn unknown_prices_stay_unknown() {
    let (catalogue, list) = (Catalogue::embedded(), price_list());
    let (nova, pro) = (catalogue.find("nova-2-lite"), catalogue.find("nova-pro"));
    let committed = billing_of_deployment(&throughput(Some(1), true), nova, Some(&list));
    assert_eq!((committed.usd, committed.source), (None, None), "a commitment has another price");
    for base in [None, pro] {
        let (stored, hourly) =
            (billing_of_model(base, Some(&list)), billing_of_deployment(&throughput(Some(1), false), base, None));
        assert_eq!((stored.usd, stored.source, hourly.usd, hourly.source), (None, None, None, None));
    }
}

#[test]
fn tokens_have_the_price_of_the_custom_model() {
    let overlay = "[[model]]\nalias = \"nova-lite\"\ninference_price = { input_per_1k_tokens = 0.5, output_per_1k_tokens = 2.0 }\n";
    let own = Catalogue::with_overlay(overlay).expect("a catalogue");
    let tokens = billing_of_deployment(&throughput(None, false), own.find("nova-lite"), None);
    assert_eq!((tokens.usd_per_1k_input_tokens, tokens.usd_per_1k_output_tokens), (Some(0.5), Some(2.0)));
    assert_eq!((tokens.usd, tokens.source), (None, Some(PriceSource::Catalogue)));
    let built_in = billing_of_deployment(&throughput(None, false), own.find("nova-2-lite"), None);
    assert_eq!(built_in.usd_per_1k_input_tokens, Some(0.0003), "not the base model's price");
}

#[test]
fn sums_count_only_known_prices() {
    let (catalogue, list) = (Catalogue::embedded(), price_list());
    let model = |alias: &str, list: Option<&PriceList>| {
        let found = FoundModel {
            arn: String::new(),
            name: String::new(),
            base_arn: String::new(),
            created_at: String::new(),
            status: None,
        };
        let billing = billing_of_model(catalogue.find(alias), list);
        Line { found, base_model: None, made_by: Maker::of_tags(None), last_invoked: None, billing, tags: None }
    };
    let serving = |units| {
        let found = throughput(units, false);
        let billing = billing_of_deployment(&found, catalogue.find("nova-2-lite"), Some(&list));
        Line { found, base_model: None, made_by: Maker::of_tags(None), last_invoked: None, billing, tags: None }
    };
    let models = [
        model("nova-2-lite", Some(&list)),
        model("nova-2-lite", Some(&list)),
        model("nova-lite", Some(&list)),
        model("nova-pro", Some(&list)),
    ];
    let costs = standing_costs(&models, &[serving(Some(1)), serving(Some(3)), serving(None)]);
    let Sum { usd, priced, unpriced, sources } = costs.storage_per_month;
    assert_eq!((usd, priced, unpriced, sources.len()), (5.95, 3, 1, 2));
    let Sum { usd, priced, unpriced, sources } = costs.throughput_per_hour;
    assert_eq!((usd, priced, unpriced, sources.len()), (242.0, 2, 0, 1));
}
