//! Bedrock's metrics files (user guide, "Analyze the results of a model customization job").
//!
//! Columns are found by the names in the header: their order isn't documented, and older files lack `perplexity`.
//! An unreadable row is skipped, because a report with a gap is better than none. Several rows of one step are averaged,
//! as in AWS's sample for Nova. The columns of reinforcement fine-tuning aren't documented, so every other column with
//! numbers is shown under its own name.

use std::collections::HashMap;

use serde::Serialize;

use crate::LossPoint;

/// A column of a metrics file that isn't a loss, such as a reward.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricColumn {
    /// The name in the file's header.
    pub name: String,
    /// The number of values that are numbers.
    pub values: u64,
    /// The first value.
    pub first: f64,
    /// The last value.
    pub last: f64,
    /// The lowest value.
    pub lowest: f64,
    /// The highest value.
    pub highest: f64,
}

/// No documented job has this many columns.
const COLUMNS_MAX: usize = 40;
/// In characters. Longer names are shortened.
const NAME_MAX: usize = 80;
/// The columns that every file has, and those in the chart.
const KNOWN: [&str; 5] = ["step_number", "epoch_number", "training_loss", "validation_loss", "perplexity"];

/// Reads `step_wise_training_metrics.csv`.
pub fn training_metrics(csv: &str) -> Vec<LossPoint> {
    read(csv, "training_loss")
}

/// Reads the columns of a metrics file other than its losses.
pub fn other_metrics(csv: &str) -> Vec<MetricColumn> {
    let mut lines = rows(csv);
    let names: Vec<&str> = lines.next().map(|header| cells(header).collect()).unwrap_or_default();
    let mut columns: Vec<Option<MetricColumn>> = vec![None; names.len()];
    for line in lines {
        for (at, cell) in cells(line).enumerate().take(names.len()) {
            let Some(value) = cell.parse::<f64>().ok().filter(|value| value.is_finite()) else { continue };
            let column = columns[at].get_or_insert_with(|| MetricColumn {
                name: names[at].chars().take(NAME_MAX).collect(),
                values: 0,
                first: value,
                last: value,
                lowest: value,
                highest: value,
            });
            column.values += 1;
            column.last = value;
            column.lowest = column.lowest.min(value);
            column.highest = column.highest.max(value);
        }
    }
    let other =
        |column: &MetricColumn| !column.name.is_empty() && !KNOWN.contains(&column.name.to_ascii_lowercase().as_str());
    columns.into_iter().flatten().filter(other).take(COLUMNS_MAX).collect()
}

/// Reads `validation_metrics.csv`.
pub fn validation_metrics(csv: &str) -> Vec<LossPoint> {
    read(csv, "validation_loss")
}

fn read(csv: &str, loss_column: &str) -> Vec<LossPoint> {
    let mut lines = rows(csv);
    let Some(header) = lines.next() else {
        return Vec::new();
    };
    let names: Vec<String> = cells(header).map(str::to_ascii_lowercase).collect();
    let column = |name: &str| names.iter().position(|there| there == name);
    let (Some(step), Some(loss)) = (column("step_number"), column(loss_column)) else {
        return Vec::new();
    };
    let (epoch, perplexity) = (column("epoch_number"), column("perplexity"));
    let point = |line: &str| {
        let row: Vec<&str> = cells(line).collect();
        let number = |column: usize| row.get(column)?.parse::<f64>().ok();
        Some(LossPoint {
            step: whole(number(step)?)?,
            epoch: epoch.and_then(number).and_then(whole).unwrap_or_default(),
            loss: number(loss)?,
            perplexity: perplexity.and_then(number),
        })
    };
    averaged(lines.filter_map(point))
}

/// One point for each step, in the order of the steps' first rows.
fn averaged(points: impl Iterator<Item = LossPoint>) -> Vec<LossPoint> {
    let mut steps: Vec<(LossPoint, f64)> = Vec::new();
    let mut indexes: HashMap<u64, usize> = HashMap::new();
    for point in points {
        let index = *indexes.entry(point.step).or_insert(steps.len());
        let Some((mean, count)) = steps.get_mut(index) else {
            steps.push((point, 1.0));
            continue;
        };
        *count += 1.0;
        mean.loss += (point.loss - mean.loss) / *count;
        mean.perplexity = match (mean.perplexity, point.perplexity) {
            (Some(before), Some(new)) => Some(before + (new - before) / *count),
            (before, new) => before.or(new),
        };
    }
    steps.into_iter().map(|(point, _)| point).collect()
}

fn rows(csv: &str) -> impl Iterator<Item = &str> {
    csv.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty())
}

/// No column contains text, so every comma separates two cells.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.split(',').map(|cell| cell.trim().trim_matches('"').trim())
}

/// Reads a count, which some files write as `3.0`.
fn whole(number: f64) -> Option<u64> {
    // Above 2^53, adjacent whole numbers can't be distinguished.
    (number >= 0.0 && number.fract() == 0.0 && number <= 9_007_199_254_740_992.0).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(step: u64, epoch: u64, loss: f64, perplexity: Option<f64>) -> LossPoint {
        LossPoint { step, epoch, loss, perplexity }
    }

    #[test]
    fn finds_columns_by_name() {
        let csv = "step_number,epoch_number,training_loss,perplexity\n0,0,2.5,12.18\n1,0,1.5,4.48\n";
        assert_eq!(training_metrics(csv), [point(0, 0, 2.5, Some(12.18)), point(1, 0, 1.5, Some(4.48))]);
        let csv = "validation_loss,more,epoch_number,step_number\n0.75,x,1,40\n";
        assert_eq!(validation_metrics(csv), [point(40, 1, 0.75, None)]);
        assert_eq!(training_metrics(csv), []);
    }

    #[test]
    fn ignores_byte_order_marks_line_ends_and_bad_rows() {
        let csv = "\u{feff}\"step_number\" , Epoch_Number,training_loss\r\n\r\n0.0,0,2.5\r\nx,0,1\r\n1,0\r\n-1,0,1\r\n\u{0}\r\n2,,1.25,extra\r\n";
        assert_eq!(training_metrics(csv), [point(0, 0, 2.5, None), point(2, 0, 1.25, None)]);
    }

    #[test]
    fn keeps_losses_that_are_not_finite() {
        let csv = "step_number,epoch_number,training_loss,perplexity\n0,0,NaN,nan\n1,0,inf,-Infinity\n";
        let points = training_metrics(csv);
        assert!(points[0].loss.is_nan() && points[1].loss.is_infinite());
        assert_eq!(points.len(), 2);
    }

    #[test]
    fn averages_the_rows_of_a_step() {
        let csv = "step_number,epoch_number,training_loss,perplexity\n0,0,2,4\n0,0,4,8\n1,0,1,\n0,0,6,12\n1,0,3,5\n";
        assert_eq!(training_metrics(csv), [point(0, 0, 4.0, Some(8.0)), point(1, 0, 2.0, Some(5.0))]);
        let csv = "step_number,validation_loss\n10,0.5\n10,1.5\n";
        assert_eq!(validation_metrics(csv), [point(10, 0, 1.0, None)]);
    }

    #[test]
    fn reads_other_columns_by_their_names() {
        let csv = "step_number,critic/rewards/mean,response_length/mean,note,training_loss\n0,0.25,100,x,1\n1,0.75,90,,2\n2,nan,95,3,1\n";
        let column = |name: &str, values, first, last, lowest, highest| MetricColumn {
            name: name.to_owned(),
            values,
            first,
            last,
            lowest,
            highest,
        };
        let expected = [
            column("critic/rewards/mean", 2, 0.25, 0.75, 0.25, 0.75),
            column("response_length/mean", 3, 100.0, 95.0, 90.0, 100.0),
            column("note", 1, 3.0, 3.0, 3.0, 3.0),
        ];
        assert_eq!(other_metrics(csv), expected);
        assert_eq!(other_metrics("step_number,epoch_number,training_loss,perplexity\n0,0,1,2\n"), []);
        assert_eq!(other_metrics(""), []);
    }

    proptest::proptest! {
        #[test]
        fn accepts_any_text(csv in "(step_number,training_loss\n)?[-0-9a-z,.\"\r\n\\PC]{0,200}") {
            let _ = (training_metrics(&csv), other_metrics(&csv));
        }
    }
}
