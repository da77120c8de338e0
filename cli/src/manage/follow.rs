//! Follows an operation of CloudFormation to its end.

use std::time::Duration;

use anyhow::Result;

use super::events::Operation;
use crate::note;
use crate::stack::{Connection, explain, is_passing};

/// How often CloudFormation is asked. An emulator is done within seconds.
pub(super) fn pause(connection: &Connection) -> Duration {
    if connection.is_emulated() { Duration::from_millis(300) } else { Duration::from_secs(3) }
}

/// Prints the events after `last`, until the stack's operation has ended. A failed call doesn't end it if it may pass.
pub(super) async fn to_the_end(
    connection: &Connection,
    stack_id: &str,
    mut last: Option<String>,
    mut operation: Operation,
) -> Result<Operation> {
    loop {
        match connection.stacks.events(stack_id, last.as_deref()).await.map_err(explain) {
            Ok(events) => {
                for line in operation.take(&events) {
                    note_styled(&line);
                }
                last = events.last().map(|event| event.id.clone()).or(last);
            }
            Err(error) if is_passing(&error) => note(&format!("{error:#}")),
            Err(error) => return Err(error),
        }
        if operation.ended.is_some() {
            return Ok(operation);
        }
        tokio::time::sleep(pause(connection)).await;
    }
}

/// A line with color. What came from AWS is escaped in it already.
fn note_styled(line: &str) {
    anstream::eprintln!("{line}");
}
