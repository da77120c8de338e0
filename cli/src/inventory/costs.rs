//! What an inventory costs together, for people.

use tunedrop_validation::money::usd;
use unicode_width::UnicodeWidthStr;

use super::gather::Found;
use crate::format::{counted, visible};

/// What is billed as long as it exists, and where the prices are from: a sentence each.
pub(crate) fn sentences(found: &Found) -> Vec<String> {
    let (storage, hourly) = (&found.costs.storage_per_month, &found.costs.throughput_per_hour);
    let mut all = Vec::new();
    let sums = [("Storage", "model", "a month", storage), ("Provisioned throughput", "deployment", "an hour", hourly)];
    for (what, thing, per, sum) in sums {
        let unknown = format!("{} at an unknown price", counted(sum.unpriced as u64, thing));
        all.push(match (sum.priced, sum.unpriced) {
            (0, 0) => continue,
            (0, _) => format!("{what}: {unknown} {per}."),
            (_, 0) => format!("{what}: {} {per}.", usd(sum.usd)),
            (_, _) => format!("{what}: {} {per}, and {unknown}.", usd(sum.usd)),
        });
    }
    for source in storage.sources.iter().chain(&hourly.sources) {
        let sentence = format!("Price: {}.", visible(&source.to_string()));
        if !all.contains(&sentence) {
            all.push(sentence);
        }
    }
    all.extend(found.prices_fault.as_ref().map(|fault| format!("Prices: {}.", visible(fault))));
    all
}

/// The same in lines of at most 80 columns.
pub(super) fn costs(found: &Found) -> String {
    sentences(found).iter().map(|sentence| wrapped(sentence)).collect()
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
