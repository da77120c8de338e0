//! What an inventory costs together, for people.

use std::fmt::Write;

use tunedrop_validation::money::usd;
use unicode_width::UnicodeWidthStr;

use super::gather::Found;
use crate::format::{counted, visible};

/// What is billed as long as it exists, a line each, and where the prices are from.
pub(super) fn costs(found: &Found) -> String {
    let (storage, hourly) = (&found.costs.storage_per_month, &found.costs.throughput_per_hour);
    let mut out = String::new();
    let all = [("Storage", "model", "a month", storage), ("Provisioned throughput", "deployment", "an hour", hourly)];
    for (what, thing, per, sum) in all {
        let unknown = format!("{} at an unknown price", counted(sum.unpriced as u64, thing));
        let _ = match (sum.priced, sum.unpriced) {
            (0, 0) => continue,
            (0, _) => writeln!(out, "{what}: {unknown} {per}."),
            (_, 0) => writeln!(out, "{what}: {} {per}.", usd(sum.usd)),
            (_, _) => writeln!(out, "{what}: {} {per}, and {unknown}.", usd(sum.usd)),
        };
    }
    let mut sources: Vec<String> = Vec::new();
    for source in storage.sources.iter().chain(&hourly.sources).map(ToString::to_string) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    for source in sources {
        out.push_str(&wrapped(&format!("Price: {}.", visible(&source))));
    }
    if let Some(fault) = &found.prices_fault {
        out.push_str(&wrapped(&format!("Prices: {}.", visible(fault))));
    }
    out
}

/// The text in lines of at most 80 columns, where its words allow.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut columns = 0;
    for word in text.split(' ') {
        let width = word.width();
        if columns > 0 && columns + 1 + width > 80 {
            out.push_str("\n  ");
            columns = 2;
        } else if columns > 0 {
            out.push(' ');
            columns += 1;
        }
        out.push_str(word);
        columns += width;
    }
    out.push('\n');
    out
}
