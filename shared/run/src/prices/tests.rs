use tunedrop_validation::{Catalogue, Customization, Model};

use super::*;
use crate::Timestamp;

/// A product as GetProducts returns it.
fn product(usage_type: &str, region: &str, prices: &[(&str, &str)]) -> String {
    let dimensions: serde_json::Map<String, serde_json::Value> = prices
        .iter()
        .enumerate()
        .map(|(at, (unit, usd))| {
            (format!("rate-{at}"), serde_json::json!({"unit": unit, "pricePerUnit": {"USD": usd}}))
        })
        .collect();
    serde_json::json!({
        "product": {"attributes": {"usagetype": usage_type, "regionCode": region, "servicecode": "AmazonBedrock"}},
        "terms": {"OnDemand": {"term": {"priceDimensions": dimensions}}},
        "publicationDate": "2026-11-30T00:00:00Z",
    })
    .to_string()
}

fn one(usage_type: &str, unit: &str, usd: &str) -> String {
    product(usage_type, "us-east-1", &[(unit, usd)])
}

/// The answer that is recorded for Nova 2 Lite.
fn recorded() -> Vec<String> {
    [
        ("Customization-Training", "1K tokens", "0.0037800000"),
        ("Customization-Storage", "Model/month", "1.95"),
        ("input-tokens-custom-model", "1K tokens", "0.0003"),
        ("output-tokens-custom-model", "1K tokens", "0.0025"),
        ("input-tokens", "1K tokens", "0.00033"),
        ("output-tokens", "1K tokens", "0.00275"),
        ("ProvisionedThroughput-NoCommit-ModelUnits", "hour", "60.5"),
    ]
    .iter()
    .map(|(what, unit, usd)| one(&format!("USE1-Nova2.0Lite-{what}"), unit, usd))
    .collect()
}

fn model(alias: &str) -> &'static Model {
    Catalogue::embedded().find(alias).expect("a model")
}

fn listed(products: &[String]) -> PriceList {
    let (rates, faults) = list("us-east-1", products);
    PriceList::read("us-east-1", rates, &faults, "2026-12-01T06:00:00Z")
}

#[test]
fn reads_the_recorded_prices() {
    let (rates, faults) = list("us-east-1", recorded());
    assert_eq!(faults, []);
    let expected = Rates {
        training: Some(0.00378),
        storage: Some(1.95),
        input: Some(0.0003),
        output: Some(0.0025),
        base_input: Some(0.00033),
        base_output: Some(0.00275),
        unit_hour: Some(60.5),
        reinforcement_hour: None,
    };
    assert_eq!(rates, [("Nova2.0Lite".to_owned(), expected)].into());
}

#[test]
fn ignores_other_regions_and_unreadable_products() {
    let other = product("USW2-NovaPro-Customization-Training", "us-west-2", &[("1K tokens", "0.5")]);
    let unread = ["", "[]", "{}", "{\"product\":1}", "\u{0}"].map(str::to_owned);
    let (rates, faults) = list("us-east-1", unread.into_iter().chain([other]));
    assert!(rates.is_empty() && faults.is_empty(), "{rates:?} {faults:?}");
}

#[test]
fn converts_prices_per_million_tokens() {
    let (rates, _) = list("us-east-1", [one("USE1-NovaPro-Customization-Training", "1M tokens", "8")]);
    assert_eq!(rates["NovaPro"].training, Some(0.008));
}

#[test]
fn two_prices_or_a_wrong_unit_are_unknown_and_said() {
    let training = "USE1-NovaPro-Customization-Training";
    let twice = product(training, "us-east-1", &[("1K tokens", "0.008"), ("1K tokens", "0.009")]);
    for (products, why) in [
        (vec![twice], "two prices"),
        (vec![one(training, "1K tokens", "0.008"), one(training, "1K tokens", "0.007")], "two prices"),
        (vec![one(training, "hour", "0.008")], "its unit is `hour`"),
        (vec![one(training, "1K tokens", "0")], "isn't a positive number"),
        (vec![one(training, "1K tokens", "NaN")], "isn't a positive number"),
        (vec![product(training, "us-east-1", &[])], "no price"),
    ] {
        let list = listed(&products);
        assert_eq!(list.rates, [].into(), "{why}");
        let fault = list.fault.expect("a line");
        assert!(fault.contains(why) && fault.starts_with("NovaPro-Customization-Training is unknown"), "{fault}");
    }
    // The same price in two units is one price.
    let same = vec![one(training, "1K tokens", "0.008"), one(training, "1M tokens", "8.0")];
    assert_eq!(listed(&same).rates["NovaPro"].training, Some(0.008));
}

#[test]
fn an_hour_of_reinforcement_is_no_price_of_tokens() {
    let list = listed(&[one("USE1-Nova2.0Lite-RFT-Training-Hours", "Hrs", "44.5")]);
    assert_eq!(list.rates["Nova2.0Lite"].reinforcement_hour, Some(44.5));
    let nova = model("nova-2-lite");
    assert_eq!(training_price(nova, Customization::ReinforcementFineTuning, Some(&list)), None);
}

#[test]
fn a_users_catalogue_wins_then_the_list_then_the_built_in_price() {
    let fine_tuning = Customization::FineTuning;
    let list = listed(&[one("USE1-NovaMicro-Customization-Training", "1K tokens", "0.0012")]);
    let price = |model: &Model, list| training_price(model, fine_tuning, list).map(|price| (price.usd, price.source));
    let micro = model("nova-micro");
    let built_in = price(micro, None).expect("a price");
    assert!(matches!(built_in, (0.001, PriceSource::BuiltIn { ref date, .. }) if date == "2026-08-10"), "{built_in:?}");
    let read = PriceSource::PriceList { date: "2026-12-01".to_owned() };
    assert_eq!(price(micro, Some(&list)), Some((0.0012, read)));
    let overlay = "[[model]]\nalias = \"nova-micro\"\nprice_per_1k_tokens = 0.002\n";
    let own = Catalogue::with_overlay(overlay).expect("a catalogue");
    let own = own.find("nova-micro").expect("a model");
    assert_eq!(price(own, Some(&list)), Some((0.002, PriceSource::Catalogue)));
    assert_eq!(price(model("nova-pro"), Some(&list)), None, "it stays unknown");
}

#[test]
fn an_evaluation_counts_the_higher_of_the_two_models() {
    let list = listed(&recorded());
    let price = inference_price(model("nova-2-lite"), Some(&list)).expect("a price").usd;
    assert_eq!((price.input_per_1k, price.output_per_1k), (0.00033, 0.00275));
    let half: Vec<String> = recorded().into_iter().filter(|one| !one.contains("-output-tokens\"")).collect();
    let mut without = model("nova-2-lite").clone();
    without.prices = None;
    assert_eq!(inference_price(&without, Some(&listed(&half))), None, "the base model's answers have no price");
}

#[test]
fn a_list_out_of_reach_keeps_the_last_prices_and_their_date() {
    let read = listed(&recorded());
    let later = PriceList::out_of_reach(Some(read.clone()), "us-east-1", "2026-12-03T06:00:00Z");
    assert_eq!((later.date(), &later.rates), (Some("2026-12-01"), &read.rates));
    assert_eq!(later.fault.as_deref(), Some("the AWS Price List can't be reached; the prices are those of 2026-12-01"));
    let never = PriceList::out_of_reach(None, "us-east-1", "2026-12-03T06:00:00Z");
    assert_eq!((never.date(), never.rates.len()), (None, 0));
    assert_eq!(never.fault.as_deref(), Some("the AWS Price List can't be reached; no price was read before"));
}

#[test]
fn is_read_once_a_day_and_tried_once_an_hour() {
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    let read = listed(&recorded());
    assert!(PriceList::is_due(None, at("2026-12-01T06:00:00Z")));
    assert!(!PriceList::is_due(Some(&read), at("2026-12-02T05:59:59Z")));
    assert!(PriceList::is_due(Some(&read), at("2026-12-02T06:00:00Z")));
    let failed = PriceList::out_of_reach(Some(read), "us-east-1", "2026-12-02T06:00:00Z");
    assert!(!PriceList::is_due(Some(&failed), at("2026-12-02T06:59:59Z")));
    assert!(PriceList::is_due(Some(&failed), at("2026-12-02T07:00:00Z")));
    let never = PriceList::out_of_reach(None, "us-east-1", "2026-12-02T06:00:00Z");
    assert!(PriceList::is_due(Some(&never), at("2026-12-02T07:00:00Z")));
}

/// A plan as validate writes it.
fn plan(price: Option<(f64, PriceSource)>, known: Option<(f64, PriceSource)>) -> Plan {
    let (price, price_source) = price.unzip();
    let (known, source) = known.unzip();
    let plan = serde_json::json!({
        "base_model": "amazon.nova-micro-v1:0:128k", "catalogue_model": "amazon.nova-micro-v1:0:128k",
        "customization": "fine-tuning", "model_name": "m", "output": "s3://b/o/", "hyperparameters": {}, "tags": {},
        "guard": {}, "price_per_1k_tokens": price, "price_source": price_source,
        "catalogue_price_per_1k_tokens": known, "catalogue_price_source": source,
    });
    serde_json::from_value(plan).expect("a plan")
}

#[test]
fn a_launch_uses_the_prices_of_its_day() {
    let list = listed(&[one("USE1-NovaMicro-Customization-Training", "1K tokens", "0.0012")]);
    let read = PriceSource::PriceList { date: "2026-12-01".to_owned() };
    let old = PriceSource::BuiltIn { date: "2026-08-10".to_owned(), source: "s".to_owned() };
    let now = |plan: Plan| {
        let plan = plan.with_list(Some(model("nova-micro")), Some(&list));
        (plan.price_per_1k_tokens, plan.catalogue_price_per_1k_tokens, plan.catalogue_price_source)
    };
    let known = Some((0.001, old));
    assert_eq!(now(plan(known.clone(), known.clone())), (Some(0.0012), Some(0.0012), Some(read.clone())));
    assert_eq!(now(plan(None, None)), (Some(0.0012), Some(0.0012), Some(read.clone())));
    let recipes = Some((0.5, PriceSource::Recipe));
    assert_eq!(now(plan(recipes.clone(), known)), (Some(0.5), Some(0.0012), Some(read)));
    let own = Some((0.002, PriceSource::Catalogue));
    assert_eq!(now(plan(own.clone(), own.clone())), (Some(0.002), Some(0.002), Some(PriceSource::Catalogue)));
    // A run of an older version has a catalogue's price, without its source.
    let older = Plan { catalogue_price_source: None, price_source: None, ..plan(own.clone(), own) };
    assert_eq!(now(older.clone()), (Some(0.002), Some(0.002), None));
    assert!(!older.wants_list() && plan(recipes, None).wants_list());
}
