//! Draws a curve with a few characters.

/// Eight heights, as characters.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws values as bars, the lowest value as the lowest bar. More values than `width` are averaged in `width` groups.
/// Values that aren't finite numbers are left out.
pub fn curve(values: &[f64], width: usize) -> String {
    let values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let groups = values.len().min(width);
    let means: Vec<f64> = (0..groups)
        .map(|group| {
            let part = &values[group * values.len() / groups..(group + 1) * values.len() / groups];
            part.iter().sum::<f64>() / part.len() as f64
        })
        .collect();
    let least = means.iter().copied().fold(f64::INFINITY, f64::min);
    let most = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    means.iter().map(|mean| bar((mean - least) / (most - least))).collect()
}

/// `height` is from 0 to 1. For a flat curve it is 0 / 0, and the bar is drawn at the bottom.
fn bar(height: f64) -> char {
    let step = (height * 7.0).round();
    if step.is_nan() { BARS[0] } else { BARS[step.clamp(0.0, 7.0) as usize] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_from_left_to_right() {
        assert_eq!(curve(&[8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0], 40), "█▇▆▅▄▃▂▁");
    }

    #[test]
    fn averages_what_is_wider_than_the_line() {
        assert_eq!(curve(&[4.0, 6.0, 1.0, 1.0], 2), "█▁");
        assert_eq!(curve(&(0..1000).map(f64::from).collect::<Vec<_>>(), 60).chars().count(), 60);
    }

    #[test]
    fn accepts_any_curve() {
        assert_eq!(curve(&[], 10), "");
        assert_eq!(curve(&[2.0, 2.0], 10), "▁▁");
        assert_eq!(curve(&[f64::NAN, 1.0, f64::INFINITY], 10), "▁");
        assert_eq!(curve(&[1.0], 0), "");
    }
}
