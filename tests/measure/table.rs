//! Figures, and their layout.

use std::time::Duration;

/// The median: half of the samples are smaller.
pub(crate) fn median(samples: &[f64]) -> f64 {
    let sorted = sorted(samples);
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) { f64::midpoint(sorted[middle - 1], sorted[middle]) } else { sorted[middle] }
}

/// The 90th percentile.
pub(crate) fn p90(samples: &[f64]) -> f64 {
    sorted(samples)[(samples.len() * 9).div_ceil(10) - 1]
}

fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// Formats milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Formats kibibytes, as in `/proc`, as megabytes. A dash if there is no `/proc`.
pub(crate) fn mb(kib: Option<u64>) -> String {
    kib.map_or_else(|| "-".to_owned(), |kib| format!("{:.1}", kib as f64 * 1024.0 / 1e6))
}

/// Prints a heading, then lines of cells: the first column is left-aligned, the others are right-aligned.
pub(crate) fn print(heading: &str, lines: &[Vec<String>]) {
    println!("\n{heading}");
    let columns = lines.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(String::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for line in lines {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") }
        });
        println!("{}", cells.collect::<String>());
    }
}

/// Prints a line of text cells.
pub(crate) fn line(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}
