//! What platform teams ask for: where the roles are, what limits them, and the network of the functions.

use serde_json::{Value, json};

use super::{FUNCTIONS, capital, named, properties, resource, template, text};

/// Returns what is wrong with the roles and the functions. Empty if nothing is.
fn faults(template: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut demand = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };
    for role in named(template, "AWS::IAM::Role") {
        let role_properties = properties(template, &role);
        demand(role_properties["Path"] == "RolePath", format!("{role} has no path"));
        let boundary = json!(["HasBoundary", "PermissionsBoundaryArn", "AWS::NoValue"]);
        demand(role_properties["PermissionsBoundary"] == boundary, format!("{role} has no boundary"));
    }
    for policy in named(template, "AWS::IAM::ManagedPolicy") {
        demand(properties(template, &policy)["Path"] == "RolePath", format!("{policy} has no path"));
    }
    let network = json!([
        "HasFunctionNetwork",
        {"SubnetIds": [",", "FunctionSubnetIds"], "SecurityGroupIds": [",", "FunctionSecurityGroupIds"]},
        "AWS::NoValue"
    ]);
    let globals = &template["Globals"]["Function"];
    demand(globals["VpcConfig"] == network, "the functions have no network".to_owned());
    demand(globals["Tracing"] == "Tracing", "the functions have no setting for traces".to_owned());
    for function in FUNCTIONS.map(capital) {
        let own = properties(template, &format!("{function}Function"));
        for inherited in ["VpcConfig", "Tracing"] {
            demand(own[inherited].is_null(), format!("{function} has a {inherited} of its own"));
        }
        // Otherwise the SAM transform creates a role, without path and boundary.
        demand(own["Role"] == format!("{function}Role.Arn"), format!("{function} leaves its role to the transform"));
        for holder in [globals, own] {
            for creates_a_role in ["AutoPublishAlias", "DeploymentPreference", "Policies"] {
                demand(holder[creates_a_role].is_null(), format!("{function} has {creates_a_role}"));
            }
        }
        let attached = json!([
            ["HasFunctionNetwork", "FunctionNetworkPolicy", "AWS::NoValue"],
            ["IsTraced", "TracingPolicy", "AWS::NoValue"]
        ]);
        let role = properties(template, &format!("{function}Role"));
        demand(role["ManagedPolicyArns"] == attached, format!("{function}Role has other managed policies"));
    }
    faults
}

#[test]
fn every_role_has_path_and_boundary_and_every_function_the_network() {
    assert_eq!(faults(&template()), Vec::<String>::new());
}

#[test]
fn detects_a_role_without_path_or_boundary() {
    for (pointer, value) in [
        ("/Resources/JudgeRole/Properties/Path", json!("/")),
        ("/Resources/ForwardRole/Properties/PermissionsBoundary", Value::Null),
        ("/Resources/SweepFunction/Properties/Role", Value::Null),
        ("/Globals/Function/VpcConfig", Value::Null),
    ] {
        let mut template = template();
        *template.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
        assert_eq!(faults(&template).len(), 1, "{pointer}");
    }
}

#[test]
fn platform_parameters_are_off_by_default() {
    let template = template();
    for (name, default) in [
        ("PermissionsBoundaryArn", ""),
        ("RolePath", "/"),
        ("FunctionSubnetIds", ""),
        ("FunctionSecurityGroupIds", ""),
        ("Tracing", "PassThrough"),
    ] {
        assert_eq!(template["Parameters"][name]["Default"], default, "{name}");
    }
    for (policy, condition) in [("FunctionNetworkPolicy", "HasFunctionNetwork"), ("TracingPolicy", "IsTraced")] {
        assert_eq!(resource(&template, policy)["Condition"], condition);
    }
    assert!(template["Rules"]["FunctionNetworkIsWhole"].is_object());
}

/// A role's ARN is a resource and a condition's value in other policies, where `*`, `?` and `$` have a meaning.
#[test]
fn path_of_roles_has_no_wildcard() {
    let template = template();
    let pattern = template["Parameters"]["RolePath"]["AllowedPattern"].as_str().expect("a pattern");
    assert_eq!(pattern, "^/([A-Za-z0-9+=,.@_-]+/)*$");
}

#[test]
fn functions_may_not_use_the_permissions_of_their_network() {
    let template = template();
    let policy = &properties(&template, "FunctionNetworkPolicy")["PolicyDocument"]["Statement"];
    let actions = |effect: &str| {
        let statements = policy.as_array().expect("statements").iter().filter(|one| one["Effect"] == effect);
        let mut actions: Vec<&str> = statements.flat_map(|statement| super::many(&statement["Action"])).collect();
        actions.sort_unstable();
        actions.dedup();
        actions
    };
    assert_eq!(actions("Allow"), actions("Deny"));
    let denial = policy.as_array().and_then(|all| all.last()).expect("a denial");
    // The key is in every call from within a function, and in none that Lambda makes for its network
    // (https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html).
    assert_eq!(denial["Condition"], json!({"Null": {"lambda:SourceFunctionArn": "false"}}));
}

/// The page has the types of AWS's resource schemas (`taggable`). A new type needs a look at its schema.
#[test]
fn tags_page_knows_every_type_of_resource() {
    let (template, page) = (template(), text("docs/operations.md"));
    let section = page.split("\n## ").find(|part| part.starts_with("Tags")).expect("a section about tags");
    let resources = template["Resources"].as_object().expect("resources are a map");
    for resource in resources.values() {
        let kind = resource["Type"].as_str().expect("a type");
        let made = match kind {
            "AWS::Serverless::Function" => vec!["AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"],
            other => vec![other],
        };
        for kind in made {
            assert!(section.contains(&format!("`{kind}`")), "the section doesn't have {kind}");
        }
    }
}
