"""Changes to a template's policies that tests ask for: a permission taken away, TLS not demanded."""

import sys

# An action no service has: a statement that is left with it stays well-formed and says nothing.
NOTHING = "tunedrop-local:Nothing"


def statements(node):
    """Every policy statement below a node, whatever intrinsic functions it stands in."""
    if isinstance(node, dict):
        if "Effect" in node and ("Action" in node or "NotAction" in node):
            yield node
        else:
            for value in node.values():
                yield from statements(value)
    elif isinstance(node, list):
        for value in node:
            yield from statements(value)


def withdraw(template, entry):
    """Takes one permission from a role, function or policy: `Resource:s3:GetObject` an action,
    `Resource:SomeSid` a whole statement. One that isn't there is an error: the test that asked
    for it would prove nothing."""
    name, _, what = entry.partition(":")
    if name not in template["Resources"]:
        sys.exit(f"--without {entry}: the template has no resource {name}")
    found = False
    for statement in statements(template["Resources"][name].get("Properties", {})):
        if statement["Effect"] != "Allow":
            continue
        actions = statement.get("Action", [])
        actions = [actions] if isinstance(actions, str) else actions
        if statement.get("Sid") == what:
            left = []
        elif what in actions:
            left = [action for action in actions if action != what]
        else:
            continue
        statement["Action"] = left or [NOTHING]
        found = True
    if not found:
        sys.exit(f"--without {entry}: no statement of {name} allows that")


def allow_plain_http(template):
    """Empties every statement that denies requests without TLS: the emulator speaks plain HTTP."""
    for resource in template["Resources"].values():
        for statement in statements(resource.get("Properties", {})):
            demands = statement.get("Condition", {}).get("Bool", {})
            if statement["Effect"] == "Deny" and "aws:SecureTransport" in demands:
                statement["Action"] = [NOTHING]
