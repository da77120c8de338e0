"""Teaches ministack what CloudFormation does with a template.

- The value of a parameter is a text, whatever its type, and CloudFormation makes a number of it if a property needs one (user
  guide, "CloudFormation template Parameters syntax"). ministack passes the text on, and can't compare it with the invocations
  in progress.
- An alarm may have metric math (`Metrics`). ministack refuses such a template. Its alarms are never evaluated, so one that has
  some watches the first of its metrics here. The repository tests check what the template says of them.
- A change set lists what is created, changed and removed. A resource whose condition is false is none of these. ministack
  evaluates conditions when it executes a change set, but not when it lists the changes.

What is wrapped is private to ministack, hence the check of its version in the launcher.
"""


def teach(provisioners, changesets, engine):
    """Adds all of it to the running emulator."""
    mappings = provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
    create, update = mappings["create"], mappings["update"]

    def created(logical_id, props, stack_name):
        return create(logical_id, with_numbers(props), stack_name)

    def updated(physical_id, old, new, stack_name):
        return update(physical_id, with_numbers(old), with_numbers(new), stack_name)

    mappings.update(create=created, update=updated)
    record = provisioners._cw_metric_alarm_record
    provisioners._cw_metric_alarm_record = lambda name, props: record(name, with_one_metric(props))
    resolve = changesets._resolve_props_for_diff

    def resolved(template, params, stack_name, stack_id):
        found = resolve(template, params, stack_name, stack_id)
        if not found:
            return found
        conditions = engine._evaluate_conditions(template, params)
        kept = {name: of for name, of in found["Resources"].items() if conditions.get(of.get("Condition"), True)}
        return {**found, "Resources": kept}

    changesets._resolve_props_for_diff = resolved


def with_numbers(props):
    """A mapping's properties, with numbers in `ScalingConfig`."""
    scaling = props.get("ScalingConfig")
    if not scaling:
        return props
    return {**props, "ScalingConfig": {name: int(value) for name, value in scaling.items()}}


def with_one_metric(props):
    """An alarm's properties, without metric math."""
    stats = [entry["MetricStat"] for entry in props.get("Metrics") or [] if "MetricStat" in entry]
    if not stats:
        return props
    rest = {name: value for name, value in props.items() if name != "Metrics"}
    return {**rest, **stats[0]["Metric"], "Period": stats[0]["Period"], "Statistic": stats[0]["Stat"]}
