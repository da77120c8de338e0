//! The AWS Price List.

use serde_json::{Value, json};

use crate::harness::TestSimulator;

async fn products(simulator: &TestSimulator, request: Value) -> (u16, Value) {
    let call = reqwest::Client::new().post(&simulator.url).header("x-amz-target", "AWSPriceListService.GetProducts");
    let answer = call.body(request.to_string()).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn usage_types(answer: &Value) -> Vec<String> {
    let product = |text: &Value| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap();
    let listed = answer["PriceList"].as_array().unwrap().iter().map(product);
    listed.map(|one| one["product"]["attributes"]["usagetype"].as_str().unwrap().to_owned()).collect()
}

fn of(region: &str) -> Value {
    json!([{ "Type": "TERM_MATCH", "Field": "regionCode", "Value": region }])
}

#[tokio::test]
async fn lists_the_products_of_a_region() {
    let simulator = TestSimulator::start().await;
    let (status, answer) =
        products(&simulator, json!({ "ServiceCode": "AmazonBedrock", "Filters": of("us-west-2") })).await;
    assert_eq!((status, usage_types(&answer)), (200, vec!["USW2-Llama3-3-70B-Customization-Training".to_owned()]));
    let (_, answer) = products(&simulator, json!({ "ServiceCode": "AmazonEC2", "Filters": [] })).await;
    assert_eq!(usage_types(&answer), Vec::<String>::new());
}

#[tokio::test]
async fn pages_have_a_token_for_the_next_one() {
    let simulator = TestSimulator::start().await;
    let (mut all, mut token) = (Vec::new(), Value::Null);
    for _ in 0..20 {
        let request = json!({
            "ServiceCode": "AmazonBedrock", "Filters": of("us-east-1"), "MaxResults": 4, "NextToken": token,
        });
        let (_, answer) = products(&simulator, request).await;
        all.extend(usage_types(&answer));
        token = answer["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(all.len(), 10, "{all:?}");
}

#[tokio::test]
async fn other_operations_are_unknown() {
    let simulator = TestSimulator::start().await;
    let answer = reqwest::Client::new().post(&simulator.url).body("{}").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 404);
}
