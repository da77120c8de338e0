//! An evaluation as text for a terminal of 80 columns.

use std::fmt::Write;

use tunedrop_evaluation::{Difference, Evaluation, MetricResult, SideResult, Verdict};
use tunedrop_validation::money::price;

use super::figures::{cost, latency, name, score, signed, signed_interval, tail, verdict};
use crate::wording::{grouped, visible};

const COLUMNS: usize = 80;
/// More comparisons than this are in the report only.
const ROWS_MAX: usize = 5;
/// The longest name of a side, and of a metric, in characters.
const SIDE: usize = 13;
const METRIC: usize = 19;

/// Returns the decision, a table of scores with differences and intervals, the notes, and what the answers took, in 80
/// columns: about 15 lines, without color. Names are escaped for a terminal.
pub fn evaluation_text(evaluation: &Evaluation, cost_usd: Option<f64>) -> String {
    let mut out = wrapped(&visible(&evaluation.decision.sentence));
    let rows: Vec<(&MetricResult, &Difference)> = evaluation
        .metrics
        .iter()
        .flat_map(|metric| metric.differences.iter().map(move |difference| (metric, difference)))
        .collect();
    let metrics = rows.iter().map(|(metric, _)| metric.metric.as_str().len());
    let metrics = metrics.max().unwrap_or_default().clamp("metric".len(), METRIC);
    if !rows.is_empty() {
        let _ = writeln!(
            out,
            "\n{:<metrics$} {:>5} {:>5}  {:<SIDE$} {:>6}  {:<16}",
            "metric", "new", "other", "against", "diff.", "95% interval"
        );
    }
    for (metric, difference) in rows.iter().take(ROWS_MAX) {
        row(&mut out, evaluation, (metric, metrics), difference);
    }
    if rows.len() > ROWS_MAX {
        let _ = writeln!(out, "and {} more in evaluation.html", rows.len() - ROWS_MAX);
    }
    let notes = evaluation.notes.iter().filter(|note| !evaluation.decision.sentence.contains(note.as_str()));
    for note in notes {
        out.push_str(&wrapped(&format!("Note: {}", visible(note))));
    }
    let _ = writeln!(
        out,
        "\n{:<SIDE$} {:>13}  {:>13} {:>8} {:>7} {:>16}",
        "", "prompt tokens", "answer tokens", "median", "p95", "1,000 requests"
    );
    for result in &evaluation.sides {
        side(&mut out, evaluation, result);
    }
    let is_judged = evaluation.metrics.iter().any(|metric| metric.metric.is_judged());
    let _ = writeln!(out, "Cost of the evaluation: {}", cost(cost_usd, is_judged));
    // The columns before an empty one are padded.
    out.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// A metric, compared with one side. `width` is that of the metrics' column.
fn row(out: &mut String, evaluation: &Evaluation, (metric, width): (&MetricResult, usize), difference: &Difference) {
    let value = |side: &str| {
        let found = metric.scores.iter().find(|score| score.side == side).and_then(|score| score.score);
        found.map_or("–".to_owned(), |found| score(found.value))
    };
    let _ = writeln!(
        out,
        "{:<width$} {:>5} {:>5}  {:<SIDE$} {:>6}  {:<16}  {}",
        tail(metric.metric.as_str(), METRIC),
        value(&evaluation.new),
        value(&difference.against),
        tail(&name(evaluation, &difference.against), SIDE),
        difference.difference.as_ref().map_or("–".to_owned(), |found| signed(found.value)),
        signed_interval(difference.difference.as_ref()).unwrap_or_default(),
        match difference.verdict {
            Verdict::NoDifference => "",
            _ => verdict(difference),
        }
    );
}

/// What a side's answers took.
fn side(out: &mut String, evaluation: &Evaluation, result: &SideResult) {
    let usage = &result.usage;
    let or_unknown = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
    let _ = writeln!(
        out,
        "{:<SIDE$} {:>13}  {:>13} {:>8} {:>7} {:>16}",
        tail(&name(evaluation, &result.side), SIDE),
        or_unknown(usage.tokens_in.map(grouped)),
        or_unknown(usage.tokens_out.map(grouped)),
        or_unknown(usage.latency_p50_ms.map(latency)),
        or_unknown(usage.latency_p95_ms.map(latency)),
        or_unknown(usage.usd_per_1k_requests.map(price)),
    );
}

/// The text in lines of at most 80 columns. A longer word has a line of its own.
fn wrapped(text: &str) -> String {
    let (mut out, mut width) = (String::new(), 0);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > COLUMNS {
            out.push('\n');
            width = 0;
        } else if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
    }
    out.push('\n');
    out
}
