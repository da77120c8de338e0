//! The lengths of a file's records as a histogram, with the model's limit.

use plotters::prelude::*;
use tunedrop_validation::{Statistics, TokenBucket};

use crate::svg::{DrawError, Drawn, GRID, LIMIT, TRAINING, drawn};
use crate::wording::{counted, grouped, visible};

/// The histogram of one file.
pub(super) struct Histogram {
    pub file: String,
    pub drawn: Drawn,
    /// What it shows, and how the longest record compares with the limit.
    pub sentence: String,
}

/// What the axes show.
pub(super) struct Axis {
    pub x: &'static str,
    pub y: &'static str,
    /// A limit on the x axis.
    pub limit: Option<u64>,
}

/// Returns `None` if no record is valid. `limit` is the model's limit of tokens per record.
pub(super) fn histogram(file: &str, statistics: &Statistics, limit: Option<u64>) -> Option<Histogram> {
    let bars = statistics.token_chart();
    if bars.is_empty() {
        return None;
    }
    let sentence = sentence(statistics, limit);
    let label = format!("Histogram of tokens per record in {}. {sentence}", visible(file));
    let axis = Axis { x: "tokens per record", y: "records", limit };
    let drawn = drawn(&label, |out, size| draw(out, size, &bars, &axis))?;
    Some(Histogram { file: visible(file), drawn, sentence })
}

fn sentence(statistics: &Statistics, limit: Option<u64>) -> String {
    let within = |percent| statistics.token_percentile(percent).map_or("0".to_owned(), grouped);
    let longest = statistics.longest_tokens.high;
    let spread = format!(
        "By the upper estimate, half of {} have at most {} tokens, 95% have at most {}, and the longest has {}",
        counted(statistics.valid_records, "valid record"),
        within(50),
        within(95),
        grouped(longest)
    );
    match limit {
        Some(limit) if longest > limit => {
            format!("{spread}. That may exceed the model's limit of {} tokens per record.", grouped(limit))
        }
        Some(limit) => {
            let percent = (longest as f64 / limit as f64 * 100.0).ceil();
            format!("{spread}. That is {percent:.0}% of the model's limit of {} tokens per record.", grouped(limit))
        }
        None => format!("{spread}. AWS documents no limit per record for this model."),
    }
}

/// Each bar covers twice the range of the one before. On the logarithmic axis all have the same width.
pub(super) fn draw(out: &mut String, size: (u32, u32), bars: &[TokenBucket], axis: &Axis) -> Result<(), DrawError> {
    let doubling = |tokens: u64| (tokens as f64).max(1.0).log2();
    let end = |bar: &TokenBucket| doubling(bar.up_to.saturating_add(1)).round();
    let limit = axis.limit.map(doubling);
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
        .x_desc(axis.x)
        .y_desc(axis.y)
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

/// Labels powers of two only, because they are the bounds of the bars.
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
    fn compares_the_longest_record_with_the_limit() {
        let spread = "By the upper estimate, half of 100 valid records have at most 60 tokens, 95% have at most 63, and the longest has 127";
        let buckets = [(60, 50), (63, 49), (127, 1)];
        assert_eq!(
            of(&buckets, Some(1_000)),
            Some(format!("{spread}. That is 13% of the model's limit of 1,000 tokens per record."))
        );
        assert_eq!(
            of(&buckets, Some(126)),
            Some(format!("{spread}. That may exceed the model's limit of 126 tokens per record."))
        );
        assert_eq!(of(&buckets, None), Some(format!("{spread}. AWS documents no limit per record for this model.")));
        assert_eq!(of(&[], Some(1)), None);
    }

    #[test]
    fn draws_the_smallest_and_the_largest_counts() {
        assert!(of(&[(0, 1)], Some(0)).is_some());
        assert!(of(&[(0, 1), (1 << 50, 1)], Some(u64::MAX)).is_some());
        assert_eq!([0.0, 3.0, 15.0, 0.5, -1.0].map(tick), ["1", "8", "32,768", "", ""]);
    }
}
