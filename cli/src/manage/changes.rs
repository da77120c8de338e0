//! A change set as people read it, and what must not be executed.

use std::collections::BTreeMap;

use tunedrop_aws::ResourceChange;

use crate::format::{BOLD, ERROR, GOOD, WARNING, counted, visible};

/// Resources with data. A new one would be empty, and the old one would stay outside of the stack.
const DATA: [&str; 2] = ["Bucket", "Table"];

/// What happens to a resource, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Remove,
    Replace,
    MayReplace,
    Change,
    Add,
    /// An action that this version doesn't know.
    Other,
}

impl Kind {
    fn of(change: &ResourceChange) -> Kind {
        match (change.action.as_str(), change.replacement.as_deref()) {
            ("Add", _) => Kind::Add,
            ("Remove", _) => Kind::Remove,
            ("Modify", Some("True")) => Kind::Replace,
            ("Modify", Some("Conditional")) => Kind::MayReplace,
            ("Modify", _) => Kind::Change,
            _ => Kind::Other,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Add => "add",
            Kind::Remove => "remove",
            Kind::Replace => "replace",
            Kind::MayReplace => "change?",
            Kind::Change => "change",
            Kind::Other => "other",
        }
    }

    fn style(self) -> anstyle::Style {
        match self {
            Kind::Add => GOOD,
            Kind::Change => BOLD,
            Kind::MayReplace | Kind::Other => WARNING,
            Kind::Remove | Kind::Replace => ERROR,
        }
    }
}

/// The table of a change set, and its warnings. Of a new stack, how many resources of each type it gets.
pub(super) fn table(changes: &[ResourceChange], is_new: bool) -> String {
    let mut out = String::new();
    if is_new {
        let mut types: BTreeMap<&str, u64> = BTreeMap::new();
        for change in changes {
            *types.entry(&change.kind).or_default() += 1;
        }
        for (kind, count) in types {
            out.push_str(&format!("  {GOOD}add{GOOD:#}  {count:>3}  {}\n", visible(kind)));
        }
        out.push_str(&format!("\n{} to add\n", counted(changes.len() as u64, "resource")));
        return out;
    }
    let mut rows: Vec<(Kind, &ResourceChange)> = changes.iter().map(|change| (Kind::of(change), change)).collect();
    rows.sort_by_key(|(kind, change)| (*kind, change.logical_id.as_str()));
    let width = |of: fn(&ResourceChange) -> &str| changes.iter().map(|one| of(one).len()).max().unwrap_or(0);
    let (names, kinds) = (width(|one| &one.logical_id), width(|one| &one.kind));
    for (kind, change) in &rows {
        let (style, word, name) = (kind.style(), kind.word(), visible(&change.logical_id));
        let line =
            format!("{name:<names$}  {:<kinds$}  {}", visible(&change.kind), visible(&change.changed.join(", ")));
        out.push_str(&format!("  {style}{word:<8}{style:#} {}\n", line.trim_end()));
    }
    let count = |wanted: Kind| rows.iter().filter(|(kind, _)| *kind == wanted).count();
    let parts = [
        (Kind::Add, "to add"),
        (Kind::Change, "to change"),
        (Kind::MayReplace, "to change or replace"),
        (Kind::Replace, "to replace"),
        (Kind::Remove, "to remove"),
        (Kind::Other, "with another action"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(kind, words)| (count(kind), words))
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    out.push_str(&format!("\n{}: {}\n", counted(changes.len() as u64, "resource"), parts.join(", ")));
    for (kind, change) in &rows {
        if let Some(words) = warning(*kind, change) {
            out.push_str(&format!("{WARNING}warning{WARNING:#}: {words}\n"));
        }
    }
    out
}

/// What a person should know before a resource is removed or replaced.
fn warning(kind: Kind, change: &ResourceChange) -> Option<String> {
    let name = visible(&change.logical_id);
    let stays = change.policy.as_deref().is_some_and(|policy| policy.contains("Retain"));
    match kind {
        Kind::Replace => Some(format!(
            "{name} is replaced by a new {}, and the old one is {}",
            visible(&change.kind),
            if stays { "kept, outside of the stack" } else { "deleted" }
        )),
        Kind::MayReplace if is_data(change) => Some(format!(
            "CloudFormation can't tell yet whether it replaces {name}, which has your data. If it does, the old one is kept, \
             outside of the stack, and the new one is empty. Read the changelog before you continue"
        )),
        Kind::Remove => Some(format!("{name} leaves the stack, and is {}", if stays { "kept" } else { "deleted" })),
        _ => None,
    }
}

fn is_data(change: &ResourceChange) -> bool {
    DATA.contains(&change.logical_id.as_str())
}

/// Why the change set must not be executed: it would replace or remove what has the data.
pub(super) fn refusal(changes: &[ResourceChange]) -> Option<String> {
    let loses = |change: &&ResourceChange| is_data(change) && matches!(Kind::of(change), Kind::Replace | Kind::Remove);
    let lost: Vec<&str> = changes.iter().filter(loses).map(|change| change.logical_id.as_str()).collect();
    (!lost.is_empty()).then(|| {
        format!(
            "it would replace or remove {}: the stack would go on with empty storage, and your data would stay outside of it. \
             Nothing was changed. Leave out the parameter that causes it, or file an issue",
            lost.join(" and ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(
        action: &str,
        logical_id: &str,
        kind: &str,
        replacement: Option<&str>,
        changed: &[&str],
    ) -> ResourceChange {
        ResourceChange {
            action: action.to_owned(),
            logical_id: logical_id.to_owned(),
            kind: kind.to_owned(),
            replacement: replacement.map(str::to_owned),
            changed: changed.iter().map(|name| (*name).to_owned()).collect(),
            ..ResourceChange::default()
        }
    }

    fn shown(changes: &[ResourceChange], is_new: bool) -> String {
        anstream::adapter::strip_str(&table(changes, is_new)).to_string()
    }

    #[test]
    fn an_upgrade_lists_every_resource() {
        let mut role = change("Modify", "JobRole", "AWS::IAM::Role", Some("True"), &["Path"]);
        let mut removed = change("Remove", "OldAlarm", "AWS::CloudWatch::Alarm", None, &[]);
        role.policy = Some("ReplaceAndDelete".to_owned());
        removed.policy = Some("Delete".to_owned());
        let changes = [
            change("Modify", "LaunchFunction", "AWS::Lambda::Function", Some("False"), &["Code", "Environment"]),
            change("Add", "JudgeRole", "AWS::IAM::Role", None, &[]),
            role,
            removed,
            change("Modify", "Table", "AWS::DynamoDB::Table", Some("Conditional"), &["AttributeDefinitions"]),
            change("SyncWithActual", "Topic", "AWS::SNS::Topic", None, &[]),
        ];
        insta::assert_snapshot!(shown(&changes, false), @r"
          remove   OldAlarm        AWS::CloudWatch::Alarm
          replace  JobRole         AWS::IAM::Role          Path
          change?  Table           AWS::DynamoDB::Table    AttributeDefinitions
          change   LaunchFunction  AWS::Lambda::Function   Code, Environment
          add      JudgeRole       AWS::IAM::Role
          other    Topic           AWS::SNS::Topic

        6 resources: 1 to add, 1 to change, 1 to change or replace, 1 to replace, 1 to remove, 1 with another action
        warning: OldAlarm leaves the stack, and is deleted
        warning: JobRole is replaced by a new AWS::IAM::Role, and the old one is deleted
        warning: CloudFormation can't tell yet whether it replaces Table, which has your data. If it does, the old one is kept, outside of the stack, and the new one is empty. Read the changelog before you continue
        ");
        assert_eq!(refusal(&changes), None);
    }

    #[test]
    fn a_new_stack_lists_types() {
        let function = |name: &str| change("Add", name, "AWS::Lambda::Function", None, &[]);
        let changes = [function("A"), function("B"), change("Add", "Bucket", "AWS::S3::Bucket", None, &[])];
        insta::assert_snapshot!(shown(&changes, true), @r"
          add    2  AWS::Lambda::Function
          add    1  AWS::S3::Bucket

        3 resources to add
        ");
        assert_eq!(refusal(&changes), None);
    }

    #[test]
    fn a_replacement_of_data_is_refused() {
        let bucket = change("Modify", "Bucket", "AWS::S3::Bucket", Some("True"), &["BucketName"]);
        let table = change("Remove", "Table", "AWS::DynamoDB::Table", None, &[]);
        insta::assert_snapshot!(refusal(&[bucket, table]).expect("a refusal"), @"it would replace or remove Bucket and Table: the stack would go on with empty storage, and your data would stay outside of it. Nothing was changed. Leave out the parameter that causes it, or file an issue");
        let others = [
            change("Modify", "Bucket", "AWS::S3::Bucket", Some("False"), &["Tags"]),
            change("Modify", "JobRole", "AWS::IAM::Role", Some("True"), &["Path"]),
        ];
        assert_eq!(refusal(&others), None);
    }
}
