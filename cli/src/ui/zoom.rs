//! The part of a loss chart that is shown. The address has its first and its last step, so that a bookmark keeps it, and that
//! it works without script.

use std::cmp::Ordering;

use tunedrop_report::LossPoint;

use crate::format::grouped;

/// The steps that are shown, and the links to others.
pub(super) struct Zoom {
    /// The first and the last step; `None` for all.
    pub(super) window: Option<(u64, u64)>,
    /// What is shown.
    pub(super) words: String,
    /// Id, name and address. Without any, the chart has too few steps.
    pub(super) links: Vec<(&'static str, &'static str, String)>,
}

/// The steps of losses, each once, in order.
pub(super) fn steps<'p>(points: impl Iterator<Item = &'p LossPoint>) -> Vec<u64> {
    let mut steps: Vec<u64> = points.filter(|point| point.loss.is_finite()).map(|point| point.step).collect();
    steps.sort_unstable();
    steps.dedup();
    steps
}

/// Fewer steps than this aren't divided.
const FEW: usize = 4;

impl Zoom {
    /// `from` and `to` are the values of the query; what can't be used counts as absent. `page`: the address without them.
    pub(super) fn of(from: &str, to: &str, steps: Vec<u64>, page: &str) -> Zoom {
        let count = steps.len();
        let none = Zoom { window: None, words: String::new(), links: Vec::new() };
        let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return none };
        if count < FEW {
            return none;
        }
        let asked = from.parse::<u64>().ok().zip(to.parse::<u64>().ok());
        let found = asked.filter(|(from, to)| from <= to && to >= first && from <= last);
        // Positions in `steps`, the last one included. A window between two steps shows both.
        let (a, b) = found.map_or((0, count - 1), |(from, to)| {
            let a = steps.partition_point(|step| *step < from).min(count - 1);
            let b = steps.partition_point(|step| *step <= to).saturating_sub(1);
            match a.cmp(&b) {
                Ordering::Less => (a, b),
                Ordering::Equal => (a.saturating_sub(1), (b + 1).min(count - 1)),
                Ordering::Greater => (b, a),
            }
        });
        let (shown, is_all) = (b - a + 1, a == 0 && b == count - 1);
        let sign = if page.contains('?') { '&' } else { '?' };
        let at = |a: usize, b: usize| match (a, b) {
            (0, b) if b == count - 1 => format!("{page}#losses"),
            (a, b) => format!("{page}{sign}from={}&to={}#losses", steps[a], steps[b]),
        };
        let mut links = Vec::new();
        if shown >= FEW {
            links.push(("zoom-in", "Zoom in", at(a + shown / 4, b - shown / 4)));
        }
        if !is_all {
            links.push((
                "zoom-out",
                "Zoom out",
                at(a.saturating_sub(shown.div_ceil(2)), (b + shown.div_ceil(2)).min(count - 1)),
            ));
            let by = shown.div_ceil(2);
            if a > 0 {
                let a = a.saturating_sub(by);
                links.push(("zoom-earlier", "Earlier", at(a, a + shown - 1)));
            }
            if b < count - 1 {
                let b = (b + by).min(count - 1);
                links.push(("zoom-later", "Later", at(b + 1 - shown, b)));
            }
            links.push(("zoom-all", "All steps", at(0, count - 1)));
        }
        let all = format!("{} to {}", grouped(*first), grouped(*last));
        let words = match is_all {
            true => format!("Steps {all}"),
            false => format!("Steps {} to {} of {all}", grouped(steps[a]), grouped(steps[b])),
        };
        Zoom { window: (!is_all).then(|| (steps[a], steps[b])), words, links }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(from: &str, to: &str) -> Zoom {
        Zoom::of(from, to, (0..100).map(|step| step * 10).collect(), "/runs/a")
    }

    fn link<'z>(zoom: &'z Zoom, id: &str) -> Option<&'z str> {
        zoom.links.iter().find(|(name, ..)| *name == id).map(|(.., address)| address.as_str())
    }

    #[test]
    fn links_lead_to_a_part_and_back() {
        let all = of("", "");
        assert_eq!((all.window, all.words.as_str()), (None, "Steps 0 to 990"));
        assert_eq!(link(&all, "zoom-in"), Some("/runs/a?from=250&to=740#losses"));
        assert_eq!(all.links.len(), 1);
        let part = of("250", "740");
        assert_eq!((part.window, part.words.as_str()), (Some((250, 740)), "Steps 250 to 740 of 0 to 990"));
        assert_eq!(link(&part, "zoom-out"), Some("/runs/a#losses"));
        assert_eq!(link(&part, "zoom-all"), Some("/runs/a#losses"));
        assert_eq!(link(&part, "zoom-earlier"), Some("/runs/a?from=0&to=490#losses"));
        assert_eq!(link(&part, "zoom-later"), Some("/runs/a?from=500&to=990#losses"));
    }

    #[test]
    fn unusable_steps_show_all() {
        for (from, to) in [("", "10"), ("x", "y"), ("700", "20"), ("5000", "6000"), ("-1", "3"), ("0", "99999")] {
            assert_eq!(of(from, to).window, None, "{from} {to}");
        }
        assert!(Zoom::of("", "", vec![1, 2, 3], "/").links.is_empty());
        assert!(Zoom::of("", "", Vec::new(), "/").links.is_empty());
    }

    #[test]
    fn a_window_has_at_least_two_steps() {
        assert_eq!(of("253", "256").window, Some((250, 260)));
        assert_eq!(of("250", "250").window, Some((240, 260)));
        assert_eq!(of("0", "3").window, Some((0, 10)));
        assert_eq!(of("985", "2000").window, Some((980, 990)));
        assert_eq!(link(&of("253", "256"), "zoom-in"), None);
    }

    #[test]
    fn a_comparison_keeps_its_runs() {
        let zoom = Zoom::of("2", "5", (0..9).collect(), "/compare?run=a&run=b");
        assert_eq!(link(&zoom, "zoom-later"), Some("/compare?run=a&run=b&from=4&to=7#losses"));
        assert_eq!(link(&zoom, "zoom-all"), Some("/compare?run=a&run=b#losses"));
    }
}
