//! Differences in words.

use tunedrop_validation::grouped;

use super::proportion::Share;

/// From this ratio of the medians, texts are longer or shorter. Below, their lengths are spread differently.
const RATIO_MIN: f64 = 1.1;
/// From this ratio, a text is this many times as long.
const TIMES_MIN: f64 = 3.0;

/// `12%`, or `0.4%` below 1%.
fn percent(share: Share) -> String {
    let percent = share.part() * 100.0;
    if percent > 0.0 && percent < 0.95 { format!("{percent:.1}%") } else { format!("{percent:.0}%") }
}

/// `12% of records are in French, before 0%`.
pub(crate) fn share_text(what: &str, [before, now]: [Share; 2]) -> String {
    format!("{} {what}, before {}", percent(now), percent(before))
}

/// `label 2 fell from 30% to 3%`. `name`: `None` for a label that isn't used any more.
pub(crate) fn label_text(name: Option<&str>, [before, now]: [Share; 2]) -> String {
    let (was, is) = (percent(before), percent(now));
    match name {
        None => format!("a label that {was} of records had isn't used any more"),
        Some(name) if before.part() <= 0.0 => format!("{name} is new: {is} of records have it"),
        Some(name) if now.part() > before.part() => format!("{name} rose from {was} to {is}"),
        Some(name) => format!("{name} fell from {was} to {is}"),
    }
}

/// `answers are 40% longer (median 210 characters, before 150)`.
pub(crate) fn size_text(names: (&str, &str), medians: [f64; 2], low: [f64; 2], high: [f64; 2]) -> String {
    let number = |size: f64| grouped(size as u64);
    let [before, now] = medians;
    let is_turns = names.1 == "turns";
    let (more, less, as_many) =
        if is_turns { ("more turns", "fewer turns", "as many turns") } else { ("longer", "shorter", "as long") };
    let have = if is_turns { "have" } else { "are" };
    let unit = if is_turns { "turns" } else { "characters" };
    let ratio = now.max(1.0) / before.max(1.0);
    if ratio.max(1.0 / ratio) < RATIO_MIN {
        let what = if is_turns { "turns".to_owned() } else { format!("{} lengths", names.1) };
        let range = |at: usize| format!("{} to {}", number(low[at]), number(high[at]));
        return format!("{what} are spread differently (90% have {} {unit}, before {})", range(1), range(0));
    }
    let by = if ratio >= TIMES_MIN {
        format!("{ratio:.0} times {as_many}")
    } else if ratio > 1.0 {
        format!("{:.0}% {more}", (ratio - 1.0) * 100.0)
    } else {
        format!("{:.0}% {less}", (1.0 - ratio) * 100.0)
    };
    format!("{} {have} {by} (median {} {unit}, before {})", names.0, number(now), number(before))
}
