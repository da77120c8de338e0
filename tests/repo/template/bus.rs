//! The stack's own bus: who puts which events on it, and which events are forwarded from it.

use std::collections::BTreeSet;

use serde_json::json;
use tunedrop_run::event::{Kind, senders};

use super::{FUNCTIONS, capital, many, properties, statements, template};

/// The kinds that each of `FUNCTIONS` puts.
const OWN: [&[Kind]; FUNCTIONS.len()] = [
    senders::VALIDATE,
    senders::LAUNCH,
    senders::RECORD,
    senders::DEPLOY,
    senders::EVALUATE,
    senders::NOTIFY,
    senders::SWEEP,
    senders::CLEAN,
];

fn words(kinds: &[Kind]) -> BTreeSet<&'static str> {
    kinds.iter().map(|kind| kind.as_str()).collect()
}

#[test]
fn each_role_may_put_its_own_kinds_of_events_only() {
    let template = template();
    for (function, kinds) in FUNCTIONS.into_iter().zip(OWN) {
        let role = format!("{}Role", capital(function));
        let puts: Vec<_> = statements(properties(&template, &role))
            .into_iter()
            .filter(|statement| many(&statement["Action"]).contains(&"events:PutEvents"))
            .collect();
        let [statement] = puts.as_slice() else { panic!("{role} has {} statements that put events", puts.len()) };
        assert_eq!(statement["Resource"], "Bus.Arn", "{role}");
        // One call may carry several events. The user guide's own examples use this operator.
        let condition = &statement["Condition"]["ForAllValues:StringEquals"];
        assert_eq!(condition["events:source"], json!(["tunedrop"]), "{role}");
        assert_eq!(many(&condition["events:detail-type"]).into_iter().collect::<BTreeSet<_>>(), words(kinds), "{role}");
        assert!(!kinds.iter().any(|kind| senders::COMMANDS.contains(kind)), "{function} sends no command");
    }
}

#[test]
fn other_roles_may_put_commands_only() {
    let template = template();
    let policy = properties(&template, "BusPolicy");
    assert_eq!(policy["EventBusName"], "Bus");
    let statement = &policy["Statement"];
    assert_eq!((&statement["Effect"], &statement["Principal"]), (&json!("Deny"), &json!("*")));
    assert_eq!((&statement["Action"], &statement["Resource"]), (&json!("events:PutEvents"), &json!("Bus.Arn")));
    let condition = &statement["Condition"];
    assert_eq!(condition.as_object().map(|map| map.len()), Some(2), "each further condition would narrow the denial");
    let spared = many(&condition["ForAnyValue:StringNotEquals"]["events:detail-type"]);
    assert_eq!(spared.into_iter().collect::<BTreeSet<_>>(), words(senders::COMMANDS));
    let roles: Vec<String> = FUNCTIONS.iter().map(|function| format!("{}Role.Arn", capital(function))).collect();
    assert_eq!(condition["ArnNotEquals"]["aws:PrincipalArn"], json!(roles));
}

#[test]
fn events_are_forwarded_and_commands_are_not() {
    let template = template();
    let pattern = &properties(&template, "ForwardRule")["EventPattern"];
    assert_eq!(many(&pattern["detail-type"]).into_iter().collect::<BTreeSet<_>>(), words(senders::FORWARDED));
    let put: BTreeSet<&str> = OWN.into_iter().chain([senders::COMMANDS]).flat_map(words).collect();
    assert_eq!(put, words(senders::ALL), "every kind has a sender");
}
