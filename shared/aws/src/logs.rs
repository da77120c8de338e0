//! The functions' log lines, from CloudWatch Logs.

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata;

use crate::Failure;

/// CloudWatch Logs.
#[derive(Debug, Clone)]
pub struct Logs {
    client: Client,
}

/// A line, and when it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Milliseconds since 1970.
    pub at: i64,
    /// As the function printed it.
    pub text: String,
}

impl Logs {
    /// Create one per process.
    pub fn new(config: &SdkConfig) -> Logs {
        Logs { client: Client::new(config) }
    }

    /// Returns the lines of a log group that contain `phrase`, oldest first, and at most `most`. `since_ms` is in
    /// milliseconds since 1970: without a start time, CloudWatch Logs searches everything that it keeps of the group.
    /// Returns no lines if the group doesn't exist.
    pub async fn lines(&self, group: &str, phrase: &str, since_ms: i64, most: usize) -> Result<Vec<Line>, Failure> {
        // A text in quotes is a phrase, which a quotation mark in the text would end.
        let pattern = format!("\"{}\"", phrase.replace(['"', '\\'], ""));
        let request = self.client.filter_log_events().log_group_name(group).filter_pattern(pattern);
        let request = request.start_time(since_ms);
        let mut pages = request.into_paginator().send();
        let mut lines = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(lines),
                Err(error) => return Err(Failure::new(format!("logs:FilterLogEvents {group}"), &error)),
            };
            for event in page.events.unwrap_or_default() {
                if let (Some(at), Some(text)) = (event.timestamp, event.message) {
                    lines.push(Line { at, text: text.trim_end().to_owned() });
                }
            }
            if lines.len() >= most {
                break;
            }
        }
        lines.truncate(most);
        Ok(lines)
    }
}
