//! The losses as a line chart: inline SVG that scales, uses the page's colors, and has a text alternative.

use plotters::prelude::*;

use super::LossPoint;
use super::losses::{alternative, first_epoch, is_usable};
use crate::svg::{DrawError, Drawn, GRID, TRAINING, VALIDATION, drawn};

/// A long series is divided into at most this many stretches of steps. The chart shows the lowest and the highest loss of
/// each, which is as much as its width can show.
const STRETCHES: usize = 400;
/// A series of at most this many points has dots on its line, because a line through two or three is easy to miss.
const DOTS_MAX: usize = 40;

/// With more epochs than this, their starts aren't shown, because they would hide the lines.
const EPOCHS_MAX: usize = 12;

/// What a chart shows besides its lines.
struct Marks {
    /// The start of each epoch except the first: its number, counted from 1, and its first step.
    epochs: Vec<(u64, f64)>,
    /// Step and loss of the lowest validation loss, if there are at least two.
    lowest: Option<(f64, f64)>,
}

/// A series: its name, its color, and the points to draw as step and loss.
type Series = (&'static str, RGBColor, Vec<(f64, f64)>);

/// The chart and its legend.
pub(super) struct Charts {
    pub drawn: Drawn,
    /// The names of the series, which are also their classes in the style sheet.
    pub legend: Vec<&'static str>,
    /// Whether a ring marks the lowest validation loss.
    pub rings: bool,
    /// The first and the last step of the axis.
    pub steps: (f64, f64),
    /// The lowest and the highest loss of the axis.
    pub losses: (f64, f64),
}

/// The first and the last step that a chart shows; `None` for all.
pub(super) type Window = Option<(u64, u64)>;

/// Returns `None` if no loss within the window is usable.
pub(super) fn charts(training: &[LossPoint], validation: &[LossPoint], window: Window) -> Option<Charts> {
    let series: Vec<Series> = [("training", TRAINING, training), ("validation", VALIDATION, validation)]
        .into_iter()
        .map(|(name, color, points)| (name, color, thinned(points, window)))
        .filter(|(_, _, points)| !points.is_empty())
        .collect();
    let text = alternative(training, validation);
    let marks = marks(training, validation, window);
    let lines: Vec<(RGBColor, &[(f64, f64)])> =
        series.iter().map(|(_, color, points)| (*color, points.as_slice())).collect();
    let all = || lines.iter().flat_map(|(_, points)| points.iter());
    let steps = range(all().map(|point| point.0), 1.0)?;
    let losses = padded(range(all().map(|point| point.1), 0.0)?);
    Some(Charts {
        drawn: drawn(&text, |out, size| draw(out, size, steps, losses, &lines, &marks))?,
        rings: marks.lowest.is_some(),
        legend: series.iter().map(|(name, ..)| *name).collect(),
        steps,
        losses,
    })
}

/// Series of several runs, with the ranges of the axes.
pub(super) struct Overlaid {
    pub drawn: Drawn,
    pub steps: (f64, f64),
    pub losses: (f64, f64),
}

/// Draws series of several runs over each other, in these colors. Returns `None` if no loss within the window is usable.
pub(super) fn overlaid(text: &str, series: &[(RGBColor, &[LossPoint])], window: Window) -> Option<Overlaid> {
    let thin: Vec<(RGBColor, Vec<(f64, f64)>)> =
        series.iter().map(|(color, points)| (*color, thinned(points, window))).collect();
    let lines: Vec<(RGBColor, &[(f64, f64)])> =
        thin.iter().map(|(color, points)| (*color, points.as_slice())).collect();
    let all = || lines.iter().flat_map(|(_, points)| points.iter());
    let steps = range(all().map(|point| point.0), 1.0)?;
    let losses = padded(range(all().map(|point| point.1), 0.0)?);
    let marks = Marks { epochs: Vec::new(), lowest: None };
    let drawn = drawn(text, |out, size| draw(out, size, steps, losses, &lines, &marks))?;
    Some(Overlaid { drawn, steps, losses })
}

/// Whether the window has this step.
fn is_within(window: Window, step: u64) -> bool {
    window.is_none_or(|(first, last)| (first..=last).contains(&step))
}

/// The usable points within the window, sorted by step and few enough to draw. Every stretch keeps its extremes, so no spike
/// is lost.
fn thinned(points: &[LossPoint], window: Window) -> Vec<(f64, f64)> {
    let shown = points.iter().filter(|point| is_usable(point) && is_within(window, point.step));
    let mut points: Vec<(f64, f64)> = shown.map(|point| (point.step as f64, point.loss)).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    if points.len() <= 2 * STRETCHES {
        return points;
    }
    let mut kept = vec![points[0]];
    for stretch in points.chunks(points.len().div_ceil(STRETCHES)) {
        let by_loss = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        if let (Some(low), Some(high)) = (stretch.iter().min_by(by_loss), stretch.iter().max_by(by_loss)) {
            kept.extend(if low.0 <= high.0 { [*low, *high] } else { [*high, *low] });
        }
    }
    kept.extend(points.last());
    kept
}

/// The marks within the window, which are those of all losses.
fn marks(training: &[LossPoint], validation: &[LossPoint], window: Window) -> Marks {
    let mut steps: Vec<&LossPoint> = training.iter().filter(|point| is_usable(point)).collect();
    steps.sort_by_key(|point| point.step);
    let first = first_epoch(training, validation);
    let begins = |pair: &[&LossPoint]| {
        let begins = pair[0].epoch < pair[1].epoch && is_within(window, pair[1].step);
        begins.then_some((pair[1].epoch - first + 1, pair[1].step as f64))
    };
    let mut epochs: Vec<(u64, f64)> = steps.windows(2).filter_map(begins).collect();
    if epochs.len() > EPOCHS_MAX {
        epochs.clear();
    }
    let usable = || validation.iter().filter(|point| is_usable(point));
    let lowest = usable().min_by(|a, b| a.loss.total_cmp(&b.loss)).filter(|_| usable().count() > 1);
    let lowest = lowest.filter(|point| is_within(window, point.step));
    Marks { epochs, lowest: lowest.map(|point| (point.step as f64, point.loss)) }
}

/// The lowest and the highest value, at least `least` apart.
fn range(values: impl Iterator<Item = f64>, least: f64) -> Option<(f64, f64)> {
    let (low, high) = values.fold(None, |range, value| {
        let (low, high) = range.unwrap_or((value, value));
        Some((f64::min(low, value), f64::max(high, value)))
    })?;
    Some((low, high.max(low + least)))
}

/// Adds room above and below, so that the labels of the axis differ.
fn padded((low, high): (f64, f64)) -> (f64, f64) {
    let room = (0.05 * (high - low)).max(1e-3 * high.abs().max(low.abs())).max(1e-6);
    let floor = if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
    ((low - room).max(floor), high + room)
}

fn draw(
    out: &mut String,
    size: (u32, u32),
    steps: (f64, f64),
    losses: (f64, f64),
    lines: &[(RGBColor, &[(f64, f64)])],
    marks: &Marks,
) -> Result<(), DrawError> {
    let area = SVGBackend::with_string(out, size).into_drawing_area();
    let mut chart = ChartBuilder::on(&area)
        .margin_right(20)
        .margin_top(10)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d(steps.0..steps.1, losses.0..losses.1)?;
    let font = ("sans-serif", 16);
    let wide = size.0 > 500;
    chart
        .configure_mesh()
        // Vertical lines mark epochs.
        .disable_x_mesh()
        .x_desc("step")
        .y_desc("loss")
        .x_labels(if wide { 9 } else { 5 })
        .y_labels(6)
        .x_label_formatter(&|step| if step.fract().abs() < 1e-6 { format!("{step:.0}") } else { String::new() })
        .y_label_formatter(&|loss| tick(*loss, losses.1 - losses.0))
        .label_style(font)
        .axis_desc_style(font)
        .axis_style(GRID)
        .bold_line_style(GRID.mix(0.3))
        .light_line_style(TRANSPARENT)
        .draw()?;
    // A label at the right edge wouldn't fit.
    let room = (steps.1 - steps.0) * 60.0 / f64::from(size.0 - 84);
    for (epoch, step) in &marks.epochs {
        chart.draw_series(LineSeries::new([(*step, losses.0), (*step, losses.1)], GRID))?;
        if (wide || marks.epochs.len() <= 2) && step + room <= steps.1 {
            let text = format!(" epoch {epoch}");
            chart.draw_series([Text::new(text, (*step, losses.1), ("sans-serif", 14))])?;
        }
    }
    if let Some(lowest) = marks.lowest {
        chart.draw_series([Circle::new(lowest, 7, VALIDATION.stroke_width(2))])?;
    }
    for (color, points) in lines {
        chart.draw_series(LineSeries::new(points.iter().copied(), color.stroke_width(2)))?;
        if points.len() <= DOTS_MAX {
            chart.draw_series(points.iter().map(|point| Circle::new(*point, 3, color.filled())))?;
        }
    }
    area.present()
}

/// With enough decimals that adjacent labels differ.
fn tick(value: f64, range: f64) -> String {
    if value != 0.0 && value.abs() >= 1e5 || range < 1e-4 {
        return format!("{value:.2e}");
    }
    let decimals = (1.0 - range.log10().floor()).clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}")
}
