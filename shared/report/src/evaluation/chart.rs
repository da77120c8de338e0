//! The intervals of the differences around zero, as inline SVG in two sizes, with a text alternative.
//!
//! Right of zero is better for every metric, so differences of metrics where less is better are mirrored.

use tunedrop_evaluation::{Check, Difference, Direction, Estimate, Evaluation, MetricResult, Rule, Verdict};

use super::figures::{name, signed, signed_interval, tail, verdict};

/// The chart.
pub(super) struct Chart {
    /// The text alternative.
    pub label: String,
    pub drawings: [Drawing; 2],
    /// Whether a requirement's limit is marked.
    pub has_limit: bool,
}

/// The chart in one size. All lengths are in points of the view box.
pub(super) struct Drawing {
    /// The class in the style sheet, which shows one of the two sizes.
    pub class: &'static str,
    pub width: u32,
    pub height: u32,
    /// The plot's edges.
    pub left: u32,
    pub right: u32,
    pub top: u32,
    pub bottom: u32,
    /// From where to where the vertical lines go. They don't go through labels.
    pub spans: Vec<(u32, u32)>,
    pub ticks: Vec<Tick>,
    pub rows: Vec<Row>,
}

pub(super) struct Tick {
    pub x: f64,
    pub text: String,
    pub is_zero: bool,
}

/// A metric, compared with one side.
pub(super) struct Row {
    pub label: String,
    pub label_x: u32,
    pub label_y: u32,
    /// Which side it is compared with, if there are several.
    pub against: Option<String>,
    pub against_y: u32,
    pub verdict: &'static str,
    pub verdict_x: u32,
    pub verdict_anchor: &'static str,
    pub verdict_y: u32,
    /// The class in the style sheet: the verdict.
    pub class: &'static str,
    pub y: u32,
    pub bar: Option<Bar>,
    /// Where the requirement's limit is.
    pub limit: Option<f64>,
}

/// An interval, and the mark for the difference.
pub(super) struct Bar {
    pub low: f64,
    pub high: f64,
    pub value: f64,
    /// The corners of a triangle; none for the circle of *no difference*.
    pub corners: Option<String>,
}

/// What a row shows, before it has coordinates.
struct Line<'a> {
    metric: &'a MetricResult,
    difference: &'a Difference,
    /// The difference as an advantage: positive is better.
    advantage: Option<Advantage>,
    limit: Option<f64>,
}

#[derive(Clone, Copy)]
struct Advantage {
    value: f64,
    low: f64,
    high: f64,
}

/// Where things are in one size.
struct Layout {
    class: &'static str,
    width: u32,
    /// The plot's left and right edge.
    left: u32,
    right: u32,
    /// The height of a row.
    row: u32,
    /// By how much a row is higher that says which side it compares with.
    against: u32,
    /// Whether label and verdict are above the bar.
    is_stacked: bool,
    /// About how many numbers the axis has.
    ticks: f64,
    /// The longest name of a side, in characters.
    name: usize,
}

const WIDE: Layout = Layout {
    class: "wide intervals",
    width: 800,
    left: 244,
    right: 664,
    row: 38,
    against: 8,
    is_stacked: false,
    ticks: 6.0,
    name: 24,
};
const NARROW: Layout = Layout {
    class: "narrow intervals",
    width: 360,
    left: 14,
    right: 346,
    row: 60,
    against: 18,
    is_stacked: true,
    ticks: 4.0,
    name: 30,
};
/// Above the rows: the words for the two directions.
const TOP: u32 = 30;
/// Below them: the numbers of the axis.
const BOTTOM: u32 = 30;

/// Returns `None` if no difference was measured.
pub(super) fn chart(evaluation: &Evaluation) -> Option<Chart> {
    let lines: Vec<Line> = evaluation
        .metrics
        .iter()
        .flat_map(|metric| metric.differences.iter().map(move |difference| (metric, difference)))
        .map(|(metric, difference)| Line {
            metric,
            difference,
            advantage: difference.difference.as_ref().map(|estimate| advantage(estimate, metric.better)),
            limit: limit(&evaluation.decision.checks, metric, difference),
        })
        .collect();
    let range = range(&lines)?;
    Some(Chart {
        label: alternative(evaluation, &lines),
        has_limit: lines.iter().any(|line| line.limit.is_some()),
        drawings: [WIDE, NARROW].map(|layout| draw(evaluation, &lines, range, &layout)),
    })
}

fn advantage(estimate: &Estimate, better: Direction) -> Advantage {
    let (low, high) = (estimate.interval.low, estimate.interval.high);
    match better {
        Direction::Higher => Advantage { value: estimate.value, low, high },
        Direction::Lower => Advantage { value: -estimate.value, low: -high, high: -low },
    }
}

/// The advantage that a requirement asks for, if it isn't 0.
fn limit(checks: &[Check], metric: &MetricResult, difference: &Difference) -> Option<f64> {
    let is_of = |check: &&Check| {
        check.rule == Rule::OverBase
            && check.metric == metric.metric
            && check.against.as_ref() == Some(&difference.against)
    };
    checks.iter().find(is_of).map(|check| check.limit).filter(|limit| *limit != 0.0)
}

/// The axis: from the lowest to the highest value, with some room on both sides of zero.
fn range(lines: &[Line]) -> Option<(f64, f64)> {
    let measured = lines.iter().filter_map(|line| line.advantage).flat_map(|bar| [bar.low, bar.high]);
    let limits = lines.iter().filter(|line| line.advantage.is_some()).filter_map(|line| line.limit);
    let (low, high) = measured.chain(limits).filter(|value| value.is_finite()).fold(None, |range, value| {
        let (low, high) = range.unwrap_or((0.0, 0.0));
        Some((f64::min(low, value), f64::max(high, value)))
    })?;
    let room = (0.12 * (high - low)).max(0.005);
    Some((low - room, high + room))
}

fn draw(evaluation: &Evaluation, lines: &[Line], range: (f64, f64), layout: &Layout) -> Drawing {
    let Layout { class, width, left, right, is_stacked, .. } = *layout;
    let at = |value: f64| {
        let share = (value - range.0) / (range.1 - range.0);
        tenth(f64::from(left) + share.clamp(0.0, 1.0) * f64::from(right - left))
    };
    let has_several = lines.iter().any(|line| line.difference.against != lines[0].difference.against);
    let against_height = if has_several { layout.against } else { 0 };
    let height = layout.row + against_height;
    let bottom = TOP + height * lines.len() as u32;
    let rows: Vec<Row> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let top = TOP + height * index as u32;
            let y = if is_stacked { top + 38 + against_height } else { top + height / 2 };
            let label_y = if is_stacked { top + 22 } else { y + 5 - against_height };
            let class = class_of(line.difference.verdict);
            Row {
                label: line.metric.metric.to_string(),
                label_x: if is_stacked { left } else { 0 },
                label_y,
                against: has_several
                    .then(|| format!("against {}", tail(&name(evaluation, &line.difference.against), layout.name))),
                against_y: label_y + 18,
                verdict: verdict(line.difference),
                verdict_x: if is_stacked { right } else { right + 18 },
                verdict_anchor: if is_stacked { "end" } else { "start" },
                verdict_y: if is_stacked { label_y } else { y + 5 },
                class,
                y,
                bar: line.advantage.map(|bar| self::bar(at(bar.low), at(bar.value), at(bar.high), y, class)),
                limit: line.limit.map(at),
            }
        })
        .collect();
    let tick = |value| Tick { x: at(value), text: tick(value), is_zero: value == 0.0 };
    Drawing {
        class,
        width,
        height: bottom + BOTTOM,
        left,
        right,
        top: TOP,
        bottom,
        spans: if is_stacked { rows.iter().map(|row| (row.y - 14, row.y + 14)).collect() } else { vec![(TOP, bottom)] },
        ticks: steps(range, layout.ticks).into_iter().map(tick).collect(),
        rows,
    }
}

fn bar(low: f64, value: f64, high: f64, y: u32, class: &str) -> Bar {
    let corners = |tip: f64| format!("{},{} {},{} {},{y}", value - tip, y - 9, value - tip, y + 9, tenth(value + tip));
    let corners = match class {
        "better" => Some(corners(8.0)),
        "worse" => Some(corners(-8.0)),
        _ => None,
    };
    Bar { low, high, value, corners }
}

/// The class of a row.
fn class_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::NoDifference => "same",
    }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Round numbers within the range, zero among them, about `most` of them.
fn steps(range: (f64, f64), most: f64) -> Vec<f64> {
    let rough = (range.1 - range.0) / most;
    let power = 10f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| *step >= rough).unwrap_or(power);
    let first = (range.0 / step).ceil() as i64;
    let last = (range.1 / step).floor() as i64;
    (first..=last).map(|times| times as f64 * step).collect()
}

/// With as many decimals as are needed.
fn tick(value: f64) -> String {
    let text = format!("{value:+.3}");
    match text.trim_end_matches('0').trim_end_matches('.') {
        "+0" | "-0" | "+" | "-" | "" => "0".to_owned(),
        text => text.to_owned(),
    }
}

fn alternative(evaluation: &Evaluation, lines: &[Line]) -> String {
    let row = |line: &Line| {
        let (metric, against) = (line.metric.metric, name(evaluation, &line.difference.against));
        let limit = line.limit.map_or(String::new(), |limit| format!(", required: {}", signed(limit)));
        let words = verdict(line.difference);
        let difference = line.difference.difference.as_ref();
        let value = difference.map_or(String::new(), |found| format!(", difference {}", signed(found.value)));
        let interval = signed_interval(difference).map_or(String::new(), |found| format!(", 95% interval {found}"));
        format!("{metric} against {against}: {words}{value}{interval}{limit}.")
    };
    let rows: Vec<String> = lines.iter().map(row).collect();
    format!("Intervals of the differences around zero. {}", rows.join(" "))
}
