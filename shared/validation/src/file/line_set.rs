//! The line numbers in a finding.

use std::fmt::{self, Display};

use crate::set::grouped;

/// The maximum number of ranges that are kept.
const RANGES: usize = 4;

/// Lines of a file, in ascending order: their number, and the first ranges.
#[derive(Debug, Default)]
pub(super) struct LineSet {
    count: u64,
    ranges: Vec<(u64, u64)>,
    is_full: bool,
}

impl LineSet {
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Returns the first line, or 0 if there is none.
    pub(super) fn first(&self) -> u64 {
        self.ranges.first().map_or(0, |(first, _)| *first)
    }

    /// Adds a line that follows those added before.
    pub(super) fn add(&mut self, line: u64) {
        self.count += 1;
        self.add_range((line, line));
    }

    /// Adds `later`, whose line 1 follows line `before`.
    pub(super) fn extend(&mut self, later: LineSet, before: u64) {
        self.count += later.count;
        later.ranges.into_iter().for_each(|(first, last)| self.add_range((before + first, before + last)));
        self.is_full |= later.is_full;
    }

    fn add_range(&mut self, (first, last): (u64, u64)) {
        let count = self.ranges.len();
        match self.ranges.last_mut() {
            _ if self.is_full => {}
            Some((_, end)) if *end + 1 == first => *end = last,
            _ if count == RANGES => self.is_full = true,
            _ => self.ranges.push((first, last)),
        }
    }
}

impl Display for LineSet {
    /// Writes `line 3`, `lines 51 to 100` or `lines 1, 3, 5, 7 and others`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(first, last): &(u64, u64)| match last - first {
            0 => vec![grouped(*first)],
            1 => vec![grouped(*first), grouped(*last)],
            _ => vec![format!("{} to {}", grouped(*first), grouped(*last))],
        };
        let ranges: Vec<String> = self.ranges.iter().flat_map(shown).collect();
        let noun = if self.count == 1 { "line" } else { "lines" };
        match ranges.as_slice() {
            all if self.is_full => write!(out, "{noun} {} and others", all.join(", ")),
            [many @ .., last] if !many.is_empty() => write!(out, "{noun} {} and {last}", many.join(", ")),
            ranges => write!(out, "{noun} {}", ranges.concat()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LineSet;

    #[track_caller]
    fn check(lines: &[u64], shown: &str) {
        let mut set = LineSet::default();
        lines.iter().for_each(|line| set.add(*line));
        assert_eq!((set.to_string().as_str(), set.count()), (shown, lines.len() as u64));
        // The lines are the same wherever the file is cut into two pieces.
        for at in 0..lines.len() {
            let (mut start, mut end) = (LineSet::default(), LineSet::default());
            lines[..at].iter().for_each(|line| start.add(*line));
            let before = lines[..at].last().copied().unwrap_or_default();
            lines[at..].iter().for_each(|line| end.add(line - before));
            start.extend(end, before);
            assert_eq!((start.to_string().as_str(), start.count()), (shown, lines.len() as u64), "cut at {at}");
        }
    }

    #[test]
    fn shows_single_lines_and_ranges() {
        check(&[3], "line 3");
        check(&[3, 7], "lines 3 and 7");
        check(&[51, 52, 53], "lines 51 to 53");
        check(&[1, 2, 4, 1000, 1001, 1002], "lines 1, 2, 4 and 1,000 to 1,002");
    }

    #[test]
    fn names_the_first_ranges_only() {
        check(&[1, 3, 5, 7, 8], "lines 1, 3, 5, 7 and 8");
        check(&[1, 3, 5, 7, 9, 10, 11], "lines 1, 3, 5, 7 and others");
    }
}
