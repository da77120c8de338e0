//! How long training may take: what earlier runs of the same base model took. AWS documents no time.

use std::sync::Arc;

use tunedrop_run::{Run, State, Timestamp};
use tunedrop_validation::TokenBracket;

use crate::catalogue::Rules;
use crate::format::{counted, grouped};
use crate::losses::Losses;
use crate::ui::console::Console;

/// The newest runs whose times are shown.
const RUNS: usize = 5;

/// The time of earlier runs with the same base model and customization, as a sentence.
pub(super) async fn training_time(console: &Console, rules: Rules<'static>) -> String {
    console.live.refresh(&console.ledger).await;
    let mirror = console.live.mirror();
    let is_alike = |run: &&Arc<Run>| {
        let plan = run.plan.as_ref().filter(|_| run.state == State::Succeeded);
        plan.is_some_and(|plan| {
            plan.catalogue_model == rules.model.identifier && plan.customization == rules.customization
        })
    };
    let mut runs: Vec<&Arc<Run>> = mirror.runs.values().filter(is_alike).collect();
    runs.sort_by(|a, b| b.uploaded_at.cmp(&a.uploaded_at));
    let mut seen = Vec::new();
    for run in runs.into_iter().take(RUNS) {
        let losses = console.details.losses(&console.stack, run, console.live.every()).await;
        if let Some(seconds) = losses.ok().flatten().and_then(|losses| lasted(&losses)) {
            let plan = run.plan.as_ref();
            let tokens = plan.and_then(|plan| plan.tokens.zip(plan.epochs));
            seen.push((seconds, tokens));
        }
    }
    words(&seen)
}

/// The seconds from the start of the job's first phase to the end of its last one.
fn lasted(losses: &Losses) -> Option<i64> {
    let time = |text: &String| text.parse::<Timestamp>().ok().map(Timestamp::as_second);
    let start = losses.phases.iter().filter_map(|[.., start, _]| time(start)).min()?;
    let end = losses.phases.iter().filter_map(|[.., end]| time(end)).max()?;
    (end >= start).then_some(end - start)
}

/// Seconds, and the tokens of the training file with the epochs, of each run.
fn words(seen: &[(i64, Option<(TokenBracket, u64)>)]) -> String {
    let times = seen.iter().map(|(seconds, _)| *seconds);
    let (Some(low), Some(high)) = (times.clone().min(), times.max()) else {
        return "unknown: AWS documents none, and no run of this base model has succeeded in this stack yet".to_owned();
    };
    let range =
        if lasting(low) == lasting(high) { lasting(low) } else { format!("{} to {}", lasting(low), lasting(high)) };
    // The upper estimate, as guards count.
    let billed: Vec<u64> =
        seen.iter().filter_map(|(_, tokens)| tokens.map(|(one, epochs)| one.high.saturating_mul(epochs))).collect();
    let tokens = match (billed.iter().min(), billed.iter().max()) {
        (Some(low), Some(high)) if low == high => format!(", for up to {} billed tokens", grouped(*low)),
        (Some(low), Some(high)) => format!(", for up to {} to {} billed tokens", grouped(*low), grouped(*high)),
        _ => String::new(),
    };
    let last = match seen.len() {
        1 => "the last run".to_owned(),
        count => format!("the last {}", counted(count as u64, "run")),
    };
    format!("{last} of this base model took {range}{tokens}")
}

/// A length of time in its largest units.
fn lasting(seconds: i64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn phases(times: &[[&str; 2]]) -> Losses {
        let phase = |[start, end]: &[&str; 2]| json!({ "name": "n", "status": "Completed", "started_at": start, "changed_at": end });
        Losses::of(&json!({ "phases": times.iter().map(phase).collect::<Vec<_>>() }))
    }

    #[test]
    fn a_job_lasts_from_its_first_phase_to_its_last() {
        let job = phases(&[
            ["2026-11-30T07:00:00Z", "2026-11-30T07:05:00Z"],
            ["", ""],
            ["2026-11-30T07:05:00Z", "2026-11-30T08:10:00Z"],
        ]);
        assert_eq!(lasted(&job), Some(4200));
        assert_eq!(lasted(&phases(&[])), None);
        assert_eq!(lasted(&phases(&[["2026-11-30T08:00:00Z", "2026-11-30T07:00:00Z"]])), None);
    }

    #[test]
    fn a_range_covers_the_earlier_runs() {
        let tokens = |high| Some((TokenBracket { low: 1, high }, 2));
        assert_eq!(
            words(&[(4200, tokens(1000))]),
            "the last run of this base model took 1 h 10 min, for up to 2,000 billed tokens"
        );
        assert_eq!(
            words(&[(4200, tokens(1000)), (130, None), (59, tokens(500))]),
            "the last 3 runs of this base model took 59 s to 1 h 10 min, for up to 1,000 to 2,000 billed tokens"
        );
        assert!(words(&[]).starts_with("unknown: "));
    }
}
