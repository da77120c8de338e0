"""Teaches ministack what EventBridge does with who may put which event on which bus.

- `AWS::Events::EventBusPolicy` becomes a statement of the bus's policy (user guide, "Permissions for event buses").
- `aws:PrincipalArn` of a role that is assumed is the role's ARN, not the session's (IAM user guide, "AWS global condition
  context keys").
- With IAM enforced, PutEvents is checked against that policy as well, and carries the condition keys `events:source`
  and `events:detail-type`, a value for each entry (service authorization reference, Amazon EventBridge).

What is wrapped is private to ministack, hence the check of its version in the launcher.
"""

import json

import roles


def teach(eventbridge, iam, provisioners, iam_actions, iam_evaluator):
    """Adds all of it to the running emulator."""
    provisioners._RESOURCE_HANDLERS["AWS::Events::EventBusPolicy"] = {
        "create": lambda logical_id, props, stack_name: (put_statement(eventbridge, props), {}),
        "update": lambda physical_id, old, new, stack_name, logical_id=None: (put_statement(eventbridge, new), {}),
        "delete": lambda physical_id, props: remove_statement(eventbridge, props),
    }
    eventbridge.bus_policy_for_arn = lambda arn: policy_of(eventbridge, arn)
    iam_evaluator._RESOURCE_POLICY_LOOKUPS["events"] = ("eventbridge", "bus_policy_for_arn")
    resolve = iam_evaluator._resolve_condition_key

    def resolved(key, ctx):
        value = resolve(key, ctx)
        return roles.role_of(iam, value) if key.lower() == "aws:principalarn" else value

    iam_evaluator._resolve_condition_key = resolved
    tags_of = iam_actions.request_tag_context

    def context(service, iam_action, body, params):
        found = tags_of(service, iam_action, body, params)
        return {**found, **entries_context(body)} if iam_action == "events:PutEvents" else found

    iam_actions.request_tag_context = context


def put_statement(eventbridge, props):
    """Puts a template's statement into its bus's policy, in place of one of the same id; the physical id."""
    bus, name = props.get("EventBusName", "default"), props["StatementId"]
    policy = eventbridge._event_bus_policies.get(bus) or {"Version": "2012-10-17", "Statement": []}
    others = [statement for statement in policy["Statement"] if statement.get("Sid") != name]
    policy["Statement"] = [*others, {**props["Statement"], "Sid": name}]
    eventbridge._event_bus_policies[bus] = policy
    return f"{bus}|{name}"


def remove_statement(eventbridge, props):
    """Takes it out again; a bus that is gone has none."""
    policy = eventbridge._event_bus_policies.get(props.get("EventBusName", "default"))
    if policy:
        policy["Statement"] = [entry for entry in policy["Statement"] if entry.get("Sid") != props["StatementId"]]


def policy_of(eventbridge, arn):
    """A bus's policy and the account that owns it, or None where it has none."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("event-bus/"):
        return None
    policy = eventbridge._event_bus_policies.get(parts[5].removeprefix("event-bus/"))
    return (policy, parts[4]) if policy else None


def entries_context(body):
    """The condition keys of a PutEvents call."""
    try:
        entries = json.loads(body or b"{}").get("Entries") or []
        entries = [entry for entry in entries if isinstance(entry, dict)]
    except (ValueError, AttributeError):
        return {}
    keys = {"events:source": "Source", "events:detail-type": "DetailType"}
    return {key: [str(entry.get(field, "")) for entry in entries] for key, field in keys.items()}
