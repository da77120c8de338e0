//! The bucket and the table that a stack leaves, and their deletion.

use std::time::{Duration, Instant};

use anyhow::Result;
use tunedrop_aws::{Remains, StackEvent};

use crate::format::counted;
use crate::note;
use crate::stack::{Connection, explain};

/// How often the progress is printed.
const EVERY: Duration = Duration::from_secs(5);

/// Names of what a stack keeps its data in.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Data {
    pub(super) buckets: Vec<String>,
    pub(super) tables: Vec<String>,
}

impl Data {
    /// What CloudFormation kept when it deleted the stack, or took back its creation.
    pub(super) fn kept(events: &[StackEvent]) -> Data {
        let of = |logical_id: &str, kind: &str| {
            let kept = |event: &&StackEvent| {
                event.status == "DELETE_SKIPPED" && event.logical_id == logical_id && event.kind == kind
            };
            let mut names: Vec<String> =
                events.iter().filter(kept).filter_map(|event| event.physical_id.clone()).collect();
            names.sort();
            names.dedup();
            names
        };
        Data { buckets: of("Bucket", "AWS::S3::Bucket"), tables: of("Table", "AWS::DynamoDB::Table") }
    }

    /// Leaves out what doesn't exist any more.
    pub(super) async fn existing(self, connection: &Connection) -> Result<Data> {
        let remains = Remains::new(&connection.configs.all);
        let mut found = Data::default();
        for bucket in self.buckets {
            if remains.has_bucket(&bucket).await.map_err(explain)? {
                found.buckets.push(bucket);
            }
        }
        for table in self.tables {
            if remains.has_table(&table).await.map_err(explain)? {
                found.tables.push(table);
            }
        }
        Ok(found)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.buckets.is_empty() && self.tables.is_empty()
    }

    /// Their names, in a sentence.
    pub(super) fn names(&self) -> String {
        let buckets = self.buckets.iter().map(|name| format!("bucket {name}"));
        let tables = self.tables.iter().map(|name| format!("table {name}"));
        buckets.chain(tables).collect::<Vec<_>>().join(" and ")
    }

    /// Deletes all of it. What was deleted before an interruption isn't missed by the next attempt.
    pub(super) async fn erase(&self, connection: &Connection) -> Result<()> {
        let remains = Remains::new(&connection.configs.all);
        for bucket in &self.buckets {
            let (mut count, mut printed) = (0, Instant::now());
            loop {
                match remains.delete_versions(bucket).await.map_err(explain)? {
                    0 => break,
                    more => count += more,
                }
                if printed.elapsed() >= EVERY {
                    note(&format!("Deleted {} of bucket {bucket} so far", counted(count, "version")));
                    printed = Instant::now();
                }
            }
            remains.delete_bucket(bucket).await.map_err(explain)?;
            note(&format!("Deleted bucket {bucket}, with {}", counted(count, "version")));
        }
        for table in &self.tables {
            remains.delete_table(table).await.map_err(explain)?;
            note(&format!("Deleted table {table}. DynamoDB keeps a backup of it for 35 days"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kept_data_counts() {
        let event = |logical_id: &str, kind: &str, status: &str, physical_id: &str| StackEvent {
            logical_id: logical_id.to_owned(),
            kind: kind.to_owned(),
            status: status.to_owned(),
            physical_id: Some(physical_id.to_owned()),
            ..StackEvent::default()
        };
        let events = [
            event("Bucket", "AWS::S3::Bucket", "CREATE_COMPLETE", "b"),
            event("BucketPolicy", "AWS::S3::BucketPolicy", "DELETE_SKIPPED", "b"),
            event("Bucket", "AWS::S3::Bucket", "DELETE_SKIPPED", "b"),
            event("Table", "AWS::DynamoDB::Table", "DELETE_SKIPPED", "t"),
            event("Table", "AWS::DynamoDB::Table", "DELETE_SKIPPED", "t"),
            event("Other", "AWS::S3::Bucket", "DELETE_SKIPPED", "o"),
        ];
        let kept = Data::kept(&events);
        assert_eq!(kept, Data { buckets: vec!["b".to_owned()], tables: vec!["t".to_owned()] });
        assert_eq!(kept.names(), "bucket b and table t");
        assert!(Data::kept(&events[..1]).is_empty());
    }
}
