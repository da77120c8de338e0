//! Bedrock's metrics files (user guide, "Analyze the results of a model customization job").
//!
//! Columns go by the header's names: their order is not documented, and older files lack `perplexity`.
//! A row that can't be read is skipped, for a report with a gap is worth more than none.

use crate::LossPoint;

/// Reads `step_wise_training_metrics.csv`.
pub fn training_metrics(csv: &str) -> Vec<LossPoint> {
    read(csv, "training_loss")
}

/// Reads `validation_metrics.csv`.
pub fn validation_metrics(csv: &str) -> Vec<LossPoint> {
    read(csv, "validation_loss")
}

fn read(csv: &str, loss_column: &str) -> Vec<LossPoint> {
    let mut lines = csv.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty());
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
    lines.filter_map(point).collect()
}

/// No column holds text, so a comma always parts two cells.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.split(',').map(|cell| cell.trim().trim_matches('"').trim())
}

/// Some writers put counts down as `3.0`.
fn whole(number: f64) -> Option<u64> {
    // Above 2^53 a count can't be told from its neighbours, so it is none.
    (number >= 0.0 && number.fract() == 0.0 && number <= 9_007_199_254_740_992.0).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(step: u64, epoch: u64, loss: f64, perplexity: Option<f64>) -> LossPoint {
        LossPoint { step, epoch, loss, perplexity }
    }

    #[test]
    fn columns_go_by_name() {
        let csv = "step_number,epoch_number,training_loss,perplexity\n0,0,2.5,12.18\n1,0,1.5,4.48\n";
        assert_eq!(training_metrics(csv), [point(0, 0, 2.5, Some(12.18)), point(1, 0, 1.5, Some(4.48))]);
        let csv = "validation_loss,more,epoch_number,step_number\n0.75,x,1,40\n";
        assert_eq!(validation_metrics(csv), [point(40, 1, 0.75, None)]);
        assert_eq!(training_metrics(csv), []);
    }

    #[test]
    fn marks_line_ends_and_bad_rows_do_no_harm() {
        let csv = "\u{feff}\"step_number\" , Epoch_Number,training_loss\r\n\r\n0.0,0,2.5\r\nx,0,1\r\n1,0\r\n-1,0,1\r\n\u{0}\r\n2,,1.25,extra\r\n";
        assert_eq!(training_metrics(csv), [point(0, 0, 2.5, None), point(2, 0, 1.25, None)]);
    }

    #[test]
    fn losses_that_are_no_numbers_are_kept_as_such() {
        let csv = "step_number,epoch_number,training_loss,perplexity\n0,0,NaN,nan\n1,0,inf,-Infinity\n";
        let points = training_metrics(csv);
        assert!(points[0].loss.is_nan() && points[1].loss.is_infinite());
        assert_eq!(points.len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(csv in "(step_number,training_loss\n)?[-0-9a-z,.\"\r\n\\PC]{0,200}") {
            let _ = training_metrics(&csv);
        }
    }
}
