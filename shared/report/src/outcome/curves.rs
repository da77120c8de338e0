//! Charts of losses for the console: of one run, and of several over each other.

use plotters::style::RGBColor;

use super::LossPoint;
use super::chart::{Overlaid, charts, overlaid};
use crate::svg::{Drawn, TRAINING};

/// The most runs that one chart compares.
pub const CURVES_MAX: usize = 6;

/// The colors of the runs, in their order. The console's style sheet selects lines by them.
const COLORS: [RGBColor; CURVES_MAX] = [
    TRAINING,
    RGBColor(0xc2, 0x41, 0x0c),
    RGBColor(0x0f, 0x76, 0x6e),
    RGBColor(0x9d, 0x17, 0x4d),
    RGBColor(0x6d, 0x28, 0xd9),
    RGBColor(0x52, 0x52, 0x5b),
];

/// A chart as inline SVG in two sizes, `wide` and `narrow`, of which the style sheet shows one.
#[derive(Debug, Clone, PartialEq)]
pub struct LossChart {
    /// The two `svg` elements. Text in them is escaped.
    pub svg: String,
    /// The names of the series.
    pub names: Vec<String>,
    /// Whether a ring marks the lowest validation loss.
    pub has_ring: bool,
    /// The first and the last step of the axis.
    pub steps: (f64, f64),
    /// The lowest and the highest loss of the axis.
    pub losses: (f64, f64),
}

impl LossChart {
    /// Left, top, right and bottom of the plot in the view box of the wide drawing, and of the narrow one.
    pub const PLOTS: [[u32; 4]; 2] = [[64, 10, 780, 318], [64, 10, 340, 238]];
}

fn svg(drawn: Drawn) -> String {
    drawn.wide + &drawn.narrow
}

/// The chart of the outcome report. `window`: the first and the last step to show; all without one. `None` if no loss there is
/// usable.
pub fn loss_chart(training: &[LossPoint], validation: &[LossPoint], window: Option<(u64, u64)>) -> Option<LossChart> {
    let charts = charts(training, validation, window)?;
    Some(LossChart {
        svg: svg(charts.drawn),
        names: charts.legend.into_iter().map(str::to_owned).collect(),
        has_ring: charts.rings,
        steps: charts.steps,
        losses: charts.losses,
    })
}

/// The losses of up to [`CURVES_MAX`] runs over each other, by name. The order gives the colors. `window`: the first and the
/// last step to show; all without one. `None` if no loss there is usable.
pub fn loss_curves(what: &str, runs: &[(String, &[LossPoint])], window: Option<(u64, u64)>) -> Option<LossChart> {
    let shown = &runs[..runs.len().min(CURVES_MAX)];
    let series: Vec<(RGBColor, &[LossPoint])> =
        shown.iter().zip(COLORS).map(|((_, points), color)| (color, *points)).collect();
    let names: Vec<String> = shown.iter().map(|(name, _)| name.clone()).collect();
    let label = format!("{what} by step of {}.", names.join(", "));
    let Overlaid { drawn, steps, losses } = overlaid(&label, &series, window)?;
    Some(LossChart { svg: svg(drawn), names, has_ring: false, steps, losses })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svg::{NARROW, WIDE};

    fn points(losses: &[f64]) -> Vec<LossPoint> {
        let point =
            |(step, loss): (usize, &f64)| LossPoint { step: step as u64, epoch: 0, loss: *loss, perplexity: None };
        losses.iter().enumerate().map(point).collect()
    }

    /// The corners of all lines and dots of a color, as pairs.
    fn drawn_at(svg: &str, color: &str) -> Vec<(f64, f64)> {
        let lines = svg.split("<polyline").skip(1).filter(|line| line.split('>').next().unwrap_or("").contains(color));
        let points = lines.filter_map(|line| line.split("points=\"").nth(1)?.split('"').next());
        let pair = |pair: &str| pair.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()));
        points.flat_map(|points| points.split(' ').filter_map(pair).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn each_run_has_a_color_and_a_line() {
        let (a, b) = (points(&[3.0, 2.0, 1.0]), points(&[2.5, 2.0]));
        let chart = loss_curves("Training loss", &[("a".to_owned(), &a), ("b".to_owned(), &b)], None).expect("a chart");
        assert!(chart.svg.contains("#1F6FD6") && chart.svg.contains("#C2410C"), "{}", chart.svg);
        assert!(chart.svg.contains("aria-label=\"Training loss by step of a, b.\""));
        assert_eq!((chart.steps, chart.names.len()), ((0.0, 2.0), 2));
        assert!(loss_curves("Training loss", &[("a".to_owned(), &[])], None).is_none());
    }

    #[test]
    fn a_window_shows_its_steps_and_their_losses_only() {
        let all: Vec<LossPoint> = (0..100)
            .map(|step| LossPoint { step, epoch: step / 50, loss: 5.0 - step as f64 / 100.0, perplexity: None })
            .collect();
        let chart = loss_chart(&all, &all[..20], Some((40, 60))).expect("a chart");
        assert_eq!(chart.steps, (40.0, 60.0));
        assert!(chart.losses.0 > 4.3 && chart.losses.1 < 4.7, "{:?}", chart.losses);
        // The lowest validation loss is before it, and the second epoch begins in it.
        assert!(!chart.has_ring && chart.names == ["training"] && chart.svg.contains("epoch 2"), "{}", chart.svg);
        assert!(loss_chart(&all, &[], Some((200, 300))).is_none());
        let curves = loss_curves("Loss", &[("a".to_owned(), &all)], Some((10, 20))).expect("a chart");
        assert_eq!(curves.steps, (10.0, 20.0));
    }

    #[test]
    fn more_runs_than_colors_are_left_out() {
        let line = points(&[1.0, 0.5]);
        let runs: Vec<(String, &[LossPoint])> = (0..8).map(|n| (format!("r{n}"), line.as_slice())).collect();
        assert_eq!(loss_curves("Loss", &runs, None).expect("a chart").names.len(), CURVES_MAX);
    }

    /// The console's script reads steps and losses from where lines are.
    #[test]
    fn lines_start_and_end_at_the_edges_of_the_plot() {
        let chart = loss_chart(&points(&[3.0, 2.0, 1.0]), &[], None).expect("a chart");
        for (part, plot, size) in [(0, LossChart::PLOTS[0], WIDE), (1, LossChart::PLOTS[1], NARROW)] {
            let svg = chart.svg.split("<svg").nth(part + 1).expect("a drawing");
            let line = drawn_at(svg, "#1F6FD6");
            let (first, last) = (line[0], line[line.len() - 1]);
            assert_eq!(
                ((first.0 - f64::from(plot[0])).abs() <= 1.0, (last.0 - f64::from(plot[2])).abs() <= 1.0),
                (true, true),
                "{line:?}"
            );
            let height = f64::from(plot[3] - plot[1]);
            let at =
                |loss: f64| f64::from(plot[1]) + (chart.losses.1 - loss) / (chart.losses.1 - chart.losses.0) * height;
            assert!((first.1 - at(3.0)).abs() <= 2.0 && (last.1 - at(1.0)).abs() <= 2.0, "{line:?} {size:?}");
        }
    }
}
