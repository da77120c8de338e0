"""Teaches ministack what it leaves out of roles: the permissions boundary of a template's role, and paths.

- CloudFormation sets a role's `PermissionsBoundary` (IAM user guide, "Permissions boundaries for IAM entities"). ministack
  enforces boundaries, but its CloudFormation ignores the property.
- A role's ARN has its path, and a session's ARN doesn't (IAM user guide, "IAM identifiers").
- `SimulatePrincipalPolicy` takes a role's ARN. ministack reads everything after `role/` as the role's name.

What is wrapped is private to ministack, hence the check of its version in the launcher.
"""


def teach(iam, provisioners):
    """Adds all of it to the running emulator."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    create, update = handlers["create"], handlers["update"]

    def created(logical_id, props, stack_name):
        require(iam, props)
        return bounded(iam, create(logical_id, props, stack_name), props)

    def updated(physical_id, old, new, stack_name, logical_id=None):
        require(iam, new)
        return bounded(iam, update(physical_id, old, new, stack_name, logical_id), new)

    handlers.update(create=created, update=updated)
    simulate = iam._IAM_HANDLERS["SimulatePrincipalPolicy"]

    def simulated(params):
        before, role, name = iam._p(params, "PolicySourceArn").partition(":role/")
        return simulate({**params, "PolicySourceArn": [before + role + name.rsplit("/", 1)[-1]]})

    iam._IAM_HANDLERS["SimulatePrincipalPolicy"] = simulated


def require(iam, props):
    """IAM refuses a boundary that isn't a policy, before it creates the role."""
    boundary = props.get("PermissionsBoundary")
    if boundary and not iam._policy_exists(boundary):
        raise ValueError(f"Scope ARN: {boundary} does not exist or is not attachable.")


def bounded(iam, made, props):
    """Gives a role that was made or updated the boundary of its properties, or none."""
    iam._roles[made[0]]["PermissionsBoundary"] = props.get("PermissionsBoundary") or ""
    return made


def role_of(iam, arn):
    """The ARN of the role behind a session's ARN, with the role's path. Any other ARN as it is."""
    parts = str(arn).split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("assumed-role/"):
        return arn
    role = iam._roles.get_scoped(parts[4], None, parts[5].split("/")[1])
    return role["Arn"] if role else arn
