//! Counts by name as horizontal bars, as inline SVG in two sizes.

use crate::wording::grouped;

/// The chart.
pub(super) struct Bars {
    /// The text alternative.
    pub label: String,
    pub drawings: [Drawing; 2],
}

/// The chart in one size. All lengths are in points of the view box.
pub(super) struct Drawing {
    /// The class in the style sheet, which shows one of the two sizes.
    pub class: &'static str,
    pub width: u32,
    pub height: u32,
    pub rows: Vec<Row>,
}

pub(super) struct Row {
    pub name: String,
    pub name_x: u32,
    pub name_y: u32,
    pub anchor: &'static str,
    pub bar_x: u32,
    pub bar_y: u32,
    pub bar_width: String,
    pub count: String,
    pub count_x: String,
    pub count_y: u32,
}

/// Where things are in one size.
struct Layout {
    class: &'static str,
    width: u32,
    /// Where bars begin.
    left: u32,
    /// The longest bar. The count follows it.
    longest: u32,
    /// The height of a row.
    row: u32,
    /// Whether the name is above the bar.
    is_stacked: bool,
    /// The longest name, in columns of which wide characters have two.
    name: usize,
}

const WIDE: Layout =
    Layout { class: "wide bars", width: 800, left: 212, longest: 480, row: 30, is_stacked: false, name: 24 };
const NARROW: Layout =
    Layout { class: "narrow bars", width: 360, left: 2, longest: 270, row: 48, is_stacked: true, name: 36 };

/// The height of a bar.
const BAR: u32 = 16;

/// Returns a bar for each of the first `most` counts, and one for the sum of the others. `None` without counts.
pub(super) fn bars(title: &str, counts: &[(String, u64)], most: usize) -> Option<Bars> {
    let (first, others) = counts.split_at(counts.len().min(most));
    let mut shown: Vec<(String, u64)> = first.to_vec();
    if !others.is_empty() {
        shown.push((format!("{} others", others.len()), others.iter().map(|(_, count)| count).sum()));
    }
    let largest = shown.iter().map(|(_, count)| *count).max().filter(|count| *count > 0)?;
    let said: Vec<String> = shown.iter().map(|(name, count)| format!("{name} {}", grouped(*count))).collect();
    let draw = |layout: &Layout| Drawing {
        class: layout.class,
        width: layout.width,
        height: layout.row * shown.len() as u32,
        rows: shown.iter().zip(0..).map(|((name, count), at)| row(layout, name, *count, largest, at)).collect(),
    };
    Some(Bars { label: format!("{title}: {}.", said.join(", ")), drawings: [draw(&WIDE), draw(&NARROW)] })
}

fn row(layout: &Layout, name: &str, count: u64, largest: u64, at: u32) -> Row {
    let top = layout.row * at;
    let bar_y = top + if layout.is_stacked { layout.row - BAR - 6 } else { (layout.row - BAR) / 2 };
    // A count that isn't 0 is visible.
    let width = (count as f64 / largest as f64 * f64::from(layout.longest)).max(1.0);
    Row {
        name: shortened(name, layout.name),
        name_x: if layout.is_stacked { layout.left } else { layout.left - 12 },
        name_y: if layout.is_stacked { bar_y - 6 } else { bar_y + BAR - 3 },
        anchor: if layout.is_stacked { "start" } else { "end" },
        bar_x: layout.left,
        bar_y,
        bar_width: format!("{width:.1}"),
        count: grouped(count),
        count_x: format!("{:.1}", f64::from(layout.left) + width + 8.0),
        count_y: bar_y + BAR - 3,
    }
}

fn shortened(name: &str, most: usize) -> String {
    // The first character of Hangul. Chinese, Japanese and emoji follow.
    let columns = |c: char| if c < '\u{1100}' { 1 } else { 2 };
    let mut left = most;
    let end = name.char_indices().find(|(_, c)| {
        let fits = columns(*c) <= left;
        left = left.saturating_sub(columns(*c));
        !fits
    });
    end.map_or_else(|| name.to_owned(), |(end, _)| format!("{}…", &name[..end]))
}

#[cfg(test)]
mod tests {
    use super::{bars, shortened};

    #[test]
    fn shortens_names_by_their_columns() {
        assert_eq!(shortened("refund", 6), "refund");
        assert_eq!(shortened("refunds", 6), "refund…");
        assert_eq!(shortened("退款申请", 6), "退款申…");
    }

    #[test]
    fn draws_the_first_counts_and_the_sum_of_the_others() {
        let counts: Vec<(String, u64)> = (0..14).map(|at| (format!("label {at}"), 1_400 - at * 100)).collect();
        let chart = bars("By label", &counts, 10).expect("a chart");
        let [wide, narrow] = &chart.drawings;
        assert_eq!((wide.rows.len(), narrow.rows.len()), (11, 11));
        assert_eq!((wide.rows[0].bar_width.as_str(), wide.rows[10].count.as_str()), ("480.0", "1,000"));
        assert!(chart.label.starts_with("By label: label 0 1,400, ") && chart.label.ends_with("4 others 1,000."));
        assert!(bars("", &[], 10).is_none() && bars("", &[("a".to_owned(), 0)], 10).is_none());
    }
}
