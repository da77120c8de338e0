//! How long a file's records are, as a histogram with the model's limit drawn in.

use plotters::prelude::*;
use tunedrop_validation::{Statistics, TokenBucket};

use crate::svg::{DrawError, Drawn, GRID, LIMIT, TRAINING, drawn};
use crate::wording::{counted, grouped, visible};

/// The histogram of one file.
pub(super) struct Histogram {
    pub file: String,
    pub drawn: Drawn,
    /// What it shows, and how the longest record stands to the limit.
    pub sentence: String,
}

/// `None` where no record is valid. `limit` is the most tokens of a record.
pub(super) fn histogram(file: &str, statistics: &Statistics, limit: Option<u64>) -> Option<Histogram> {
    let bars = statistics.token_chart();
    if bars.is_empty() {
        return None;
    }
    let sentence = sentence(statistics, limit);
    let label = format!("Histogram of tokens per record of {}. {sentence}", visible(file));
    let drawn = drawn(&label, |out, size| draw(out, size, &bars, limit))?;
    Some(Histogram { file: visible(file), drawn, sentence })
}

fn sentence(statistics: &Statistics, limit: Option<u64>) -> String {
    let within = |percent| statistics.token_percentile(percent).map_or("0".to_owned(), grouped);
    let longest = statistics.longest_tokens.high;
    let spread = format!(
        "At the upper end of the estimate, half of {} have at most {} tokens, 95 of 100 at most {}, and the longest {}",
        counted(statistics.valid_records, "valid record"),
        within(50),
        within(95),
        grouped(longest)
    );
    match limit {
        Some(limit) if longest > limit => {
            format!("{spread}: it may be above the {} that the model takes.", grouped(limit))
        }
        Some(limit) => {
            let percent = (longest as f64 / limit as f64 * 100.0).ceil();
            format!("{spread}: {percent:.0} % of the {} that the model takes.", grouped(limit))
        }
        None => format!("{spread}. AWS names no limit per record for this model."),
    }
}

/// Each bar is twice as wide as the one before, so on the axis, which doubles, all are of one width.
fn draw(out: &mut String, size: (u32, u32), bars: &[TokenBucket], limit: Option<u64>) -> Result<(), DrawError> {
    let doubling = |tokens: u64| (tokens as f64).max(1.0).log2();
    let end = |bar: &TokenBucket| doubling(bar.up_to.saturating_add(1)).round();
    let limit = limit.map(doubling);
    let first = bars.first().map_or(0.0, |bar| end(bar) - 1.0);
    let last = bars.last().map_or(1.0, end).max(first + 1.0);
    let (from, to) =
        (limit.map_or(first, |limit| first.min(limit.floor())), limit.map_or(last, |limit| last.max(limit + 0.5)));
    let most = bars.iter().map(|bar| bar.records).max().unwrap_or(1) as f64;
    let wide = size.0 > 500;
    let area = SVGBackend::with_string(out, size).into_drawing_area();
    let mut chart = ChartBuilder::on(&area)
        .margin_right(20)
        .margin_top(24)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d(from..to, 0.0..most * 1.05)?;
    let font = ("sans-serif", 16);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_desc("tokens per record")
        .y_desc("records")
        .x_labels(if wide { 12 } else { 5 })
        .y_labels(5)
        .x_label_formatter(&|power| tick(*power))
        .y_label_formatter(&|records| if records.fract() == 0.0 { grouped(*records as u64) } else { String::new() })
        .label_style(font)
        .axis_desc_style(font)
        .axis_style(GRID)
        .bold_line_style(GRID.mix(0.3))
        .light_line_style(TRANSPARENT)
        .draw()?;
    chart.draw_series(bars.iter().map(|bar| {
        let mut bar = Rectangle::new([(end(bar) - 1.0, 0.0), (end(bar), bar.records as f64)], TRAINING.filled());
        bar.set_margin(0, 0, 2, 2);
        bar
    }))?;
    if let Some(limit) = limit {
        chart.draw_series(LineSeries::new([(limit, 0.0), (limit, most * 1.05)], LIMIT.stroke_width(2)))?;
    }
    area.present()
}

/// Only powers of two bound a bar, so only they are named.
fn tick(power: f64) -> String {
    if power.fract() == 0.0 && (0.0..63.0).contains(&power) { grouped(1 << power as u32) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use tunedrop_validation::{Statistics, TokenBracket, TokenBucket};

    use super::{histogram, tick};

    fn of(buckets: &[(u64, u64)], limit: Option<u64>) -> Option<String> {
        let longest = buckets.last().map_or(0, |(up_to, _)| *up_to);
        let statistics = Statistics {
            valid_records: buckets.iter().map(|(_, records)| records).sum(),
            longest_tokens: TokenBracket { low: longest / 2, high: longest },
            token_histogram: buckets
                .iter()
                .map(|(up_to, records)| TokenBucket { up_to: *up_to, records: *records })
                .collect(),
            ..Statistics::default()
        };
        let histogram = histogram("train.jsonl", &statistics, limit)?;
        assert_eq!(histogram.drawn.wide.matches("#B42318").count(), usize::from(limit.is_some()), "the limit");
        Some(histogram.sentence)
    }

    #[test]
    fn the_longest_is_measured_against_the_limit() {
        let spread = "At the upper end of the estimate, half of 100 valid records have at most 60 tokens, 95 of 100 at most 63, and the longest 127";
        let buckets = [(60, 50), (63, 49), (127, 1)];
        assert_eq!(of(&buckets, Some(1_000)), Some(format!("{spread}: 13 % of the 1,000 that the model takes.")));
        assert_eq!(of(&buckets, Some(126)), Some(format!("{spread}: it may be above the 126 that the model takes.")));
        assert_eq!(of(&buckets, None), Some(format!("{spread}. AWS names no limit per record for this model.")));
        assert_eq!(of(&[], Some(1)), None);
    }

    #[test]
    fn the_smallest_and_the_largest_counts_are_drawn() {
        assert!(of(&[(0, 1)], Some(0)).is_some());
        assert!(of(&[(0, 1), (1 << 50, 1)], Some(u64::MAX)).is_some());
        assert_eq!([0.0, 3.0, 15.0, 0.5, -1.0].map(tick), ["1", "8", "32,768", "", ""]);
    }
}
