//! Provisioned throughput is billed by the hour, so a stack must allow it.

use serde_json::Value;

use super::{many, properties, template};

#[test]
fn only_a_stack_with_max_model_units_can_buy_throughput() {
    let template = template();
    let list = properties(&template, "DeployRole")["Policies"][0]["PolicyDocument"]["Statement"].clone();
    let list = list.as_array().expect("statements");
    for (action, is_conditional) in [("Create", true), ("Update", true), ("Get", false), ("Delete", false)] {
        let action = format!("bedrock:{action}ProvisionedModelThroughput");
        let allows = |statement: &Value| many(&statement["Action"]).contains(&action.as_str());
        let found: Vec<bool> = list
            .iter()
            .filter_map(|entry| match entry[0] == "AllowProvisioned" {
                true => allows(&entry[1]).then_some(true),
                false => allows(entry).then_some(false),
            })
            .collect();
        assert_eq!(found, [is_conditional], "{action}");
    }
    assert_eq!(template["Parameters"]["MaxModelUnits"]["Default"], "0");
    for function in ["Validate", "Launch", "Deploy"] {
        let variables = &properties(&template, &format!("{function}Function"))["Environment"]["Variables"];
        assert_eq!(variables["TUNEDROP_MAX_MODEL_UNITS"], "MaxModelUnits", "{function}");
    }
}
