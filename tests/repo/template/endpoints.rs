//! docs/vpc.md has the VPC endpoints that the functions need, and why other calls need none.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{FUNCTIONS, capital, many, properties, statements, template, text};

/// What a page or the template says: functions by endpoint, and actions that need none.
#[derive(Debug, PartialEq, Eq, Default)]
struct Needs {
    endpoints: BTreeMap<String, BTreeSet<String>>,
    without: BTreeSet<String>,
}

/// Returns the endpoint that an action of a function's role needs: its service's, named after the prefix in most cases.
///
/// Converse is called at `bedrock-runtime`, and needs `bedrock:InvokeModel`
/// (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>).
fn endpoint(action: &str) -> &str {
    match action {
        "bedrock:InvokeModel" => "bedrock-runtime",
        other => other.split(':').next().unwrap_or_default(),
    }
}

/// Returns the actions that a function's role allows, those of its managed policies included.
fn allowed<'a>(template: &'a Value, function: &str) -> BTreeSet<&'a str> {
    let role = properties(template, &format!("{}Role", capital(function)));
    let attached: Vec<&Value> = many(&role["ManagedPolicyArns"])
        .into_iter()
        .filter(|name| name.ends_with("Policy"))
        .map(|policy| properties(template, policy))
        .collect();
    let own = std::iter::once(&role["Policies"]).chain(attached);
    let statements = own.flat_map(statements).filter(|statement| statement["Effect"] == "Allow");
    statements.flat_map(|statement| many(&statement["Action"])).collect()
}

/// What the template's roles need, apart from the actions that the page explains as made without an endpoint.
fn needed(template: &Value, without: &BTreeSet<String>) -> Needs {
    let mut needs = Needs::default();
    for function in FUNCTIONS {
        for action in allowed(template, function) {
            if without.contains(action) {
                needs.without.insert(action.to_owned());
            } else {
                needs.endpoints.entry(endpoint(action).to_owned()).or_default().insert(function.to_owned());
            }
        }
    }
    needs
}

/// Returns the rows of the section with this heading, each with its cells.
fn rows<'p>(page: &'p str, heading: &str) -> Vec<Vec<&'p str>> {
    let section = page.split("\n## ").find(|part| part.starts_with(heading)).expect("the section");
    let lines = section.lines().filter(|line| line.starts_with("| `"));
    lines.map(|line| line.split('|').map(str::trim).filter(|cell| !cell.is_empty()).collect()).collect()
}

/// The words in backticks.
fn quoted(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What the page says.
fn documented(page: &str) -> Needs {
    let mut needs = Needs::default();
    for row in rows(page, "Endpoints that the functions need") {
        let name = row[0].trim_matches('`').strip_prefix("com.amazonaws.REGION.").expect("an endpoint's service name");
        let functions = match row[2] {
            "all" => FUNCTIONS.iter().map(|function| (*function).to_owned()).collect(),
            some => some.split(", ").map(str::to_owned).collect(),
        };
        needs.endpoints.insert(name.to_owned(), functions);
    }
    for row in rows(page, "Calls that need no endpoint") {
        needs.without.extend(quoted(row[0]));
    }
    needs
}

#[test]
fn page_lists_the_endpoints_of_every_role() {
    let page = documented(&text("docs/vpc.md"));
    assert_eq!(page, needed(&template(), &page.without));
}

#[test]
fn detects_a_missing_endpoint_and_a_row_too_many() {
    let (template, page) = (template(), text("docs/vpc.md"));
    let fits = |page: &str| {
        let page = documented(page);
        page == needed(&template, &page.without)
    };
    assert!(fits(&page));
    for row in ["| `com.amazonaws.REGION.sns`", "| `com.amazonaws.REGION.sqs`", "| `iam:PassRole`"] {
        let line = page.lines().find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("no row {row}"));
        assert!(!fits(&page.replace(&format!("{line}\n"), "")), "{row}");
    }
    let added = page.replace("| `iam:PassRole`", "| `ssm:GetParameter` | . |\n| `iam:PassRole`");
    assert!(!fits(&added));
}

#[test]
fn commands_create_the_listed_endpoints() {
    let page = text("docs/vpc.md");
    let (mut gateway, mut interface) = (BTreeSet::new(), BTreeSet::new());
    for row in rows(&page, "Endpoints that the functions need") {
        let name = row[0].trim_matches('`').rsplit('.').next().unwrap_or_default().to_owned();
        match row[1] {
            "gateway" => gateway.insert(name),
            "interface" => interface.insert(name),
            other => panic!("an endpoint of the kind {other}"),
        };
    }
    let looped = |line: &str| -> BTreeSet<String> {
        let list = line.trim().strip_prefix("for service in ").and_then(|rest| rest.split(';').next());
        list.into_iter().flat_map(str::split_whitespace).map(str::to_owned).collect()
    };
    let loops: Vec<BTreeSet<String>> =
        page.lines().filter(|line| line.contains("for service in")).map(looped).collect();
    assert_eq!(loops, [gateway, interface]);
}
