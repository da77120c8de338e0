//! The records whose scores differ most between the new model and another side.

use tunedrop_evaluation::{ChangedRecord, Prompt, Speaker};

use super::figures::{heading, name, score, signed};
use super::{EvaluationReport, RecordTexts};
use crate::wording::{grouped, visible_lines};

/// The longest text that is shown whole, in characters.
const TEXT_CHARS_MAX: usize = 700;
/// More records than this are folded.
const RECORDS_SHOWN_MAX: usize = 2;
/// Of more earlier turns than this, the first ones are left out.
const TURNS_MAX: usize = 6;

/// The records of one direction.
pub(super) struct Group {
    pub title: String,
    /// The class in the style sheet.
    pub class: &'static str,
    /// What is said if there are none.
    pub none: String,
    pub records: Vec<Record>,
    /// Further records.
    pub folded: Vec<Record>,
}

/// A record.
pub(super) struct Record {
    pub key: String,
    pub line: Option<String>,
    pub new: String,
    pub other: String,
    pub change: String,
    /// None if the page shows no texts, or doesn't have them.
    pub texts: Option<Texts>,
}

/// A record's prompt and its answers.
pub(super) struct Texts {
    /// What `before` is.
    pub title: &'static str,
    /// System prompt and turns before the last one.
    pub before: Vec<(&'static str, Cut)>,
    pub omitted: Option<String>,
    pub prompt: Option<Cut>,
    pub reference: Cut,
    pub answers: Vec<Answer>,
}

/// A side's answer.
pub(super) struct Answer {
    pub side: String,
    /// The score, for the two sides that are compared.
    pub score: Option<String>,
    /// None if there is none.
    pub text: Option<Cut>,
}

/// The beginning of a text.
pub(super) struct Cut {
    /// Empty for white space only.
    pub text: String,
    /// How much is left out.
    pub more: Option<String>,
}

/// Better, then worse; nothing if there is no other side.
pub(super) fn groups(report: &EvaluationReport) -> Vec<Group> {
    let Some(changed) = &report.evaluation.changed else { return Vec::new() };
    let (metric, against) = (changed.metric, name(&report.evaluation, &changed.against));
    let group = |class, word: &str, records: &[ChangedRecord]| {
        let mut records: Vec<Record> = records.iter().map(|one| record(report, one, &changed.against)).collect();
        // Without texts, they are short.
        let shown = if report.show_excerpts { RECORDS_SHOWN_MAX } else { records.len() };
        Group {
            title: format!("New model {word} than {against}"),
            class,
            none: format!("On no record, the new model has a {word} {metric} than {against}."),
            folded: records.split_off(shown.min(records.len())),
            records,
        }
    };
    vec![group("better", "better", &changed.better), group("worse", "worse", &changed.worse)]
}

fn record(report: &EvaluationReport, of: &ChangedRecord, against: &str) -> Record {
    let texts = report.texts.get(&of.record);
    Record {
        key: of.record.to_string(),
        line: texts.and_then(|texts| texts.line).map(grouped),
        new: score(of.new),
        other: score(of.other),
        change: signed(of.new - of.other),
        texts: texts.filter(|_| report.show_excerpts).map(|texts| self::texts(report, texts, of, against)),
    }
}

fn texts(report: &EvaluationReport, texts: &RecordTexts, of: &ChangedRecord, against: &str) -> Texts {
    let evaluation = &report.evaluation;
    let (before, prompt) = texts.prompt.as_ref().map_or((Vec::new(), None), before_and_last);
    let omitted = before.len().saturating_sub(TURNS_MAX);
    let sides = evaluation.sides.iter().map(|side| side.side.as_str());
    // The two that are compared are next to each other.
    let (compared, others): (Vec<&str>, Vec<&str>) =
        sides.partition(|side| *side == evaluation.new || *side == against);
    let answer = |side: &str| Answer {
        side: heading(evaluation, side),
        score: match side {
            _ if side == evaluation.new => Some(score(of.new)),
            _ if side == against => Some(score(of.other)),
            _ => None,
        },
        text: texts.answers.get(side).map(|text| cut(text)),
    };
    let turns = texts.prompt.as_ref().map_or(0, |prompt| prompt.turns.len());
    let has_system = texts.prompt.as_ref().is_some_and(|prompt| !prompt.system.is_empty());
    Texts {
        title: match (has_system, turns > 1) {
            (true, true) => "System prompt and earlier turns",
            (true, false) => "System prompt",
            _ => "Earlier turns",
        },
        before: before.into_iter().skip(omitted).collect(),
        omitted: (omitted > 0).then(|| grouped(omitted as u64)),
        prompt,
        reference: cut(&texts.reference),
        answers: compared.into_iter().chain(others).map(answer).collect(),
    }
}

/// The system prompt and the earlier turns, and the last turn.
fn before_and_last(prompt: &Prompt) -> (Vec<(&'static str, Cut)>, Option<Cut>) {
    let (last, earlier) = match prompt.turns.split_last() {
        Some((last, earlier)) => (Some(cut(&last.texts.join("\n"))), earlier),
        None => (None, &[][..]),
    };
    let system = Some(prompt.system.join("\n")).filter(|text| !text.is_empty());
    let system = system.map(|text| ("System prompt", cut(&text)));
    let earlier = earlier.iter().map(|turn| {
        let speaker = if turn.speaker == Speaker::User { "User" } else { "Assistant" };
        (speaker, cut(&turn.texts.join("\n")))
    });
    (system.into_iter().chain(earlier).collect(), last)
}

fn cut(text: &str) -> Cut {
    let text = text.trim();
    let end = text.char_indices().nth(TEXT_CHARS_MAX).map_or(text.len(), |(at, _)| at);
    let more = text[end..].chars().count() as u64;
    Cut {
        text: visible_lines(text[..end].trim_end()),
        more: (more > 0)
            .then(|| format!("{} more {}", grouped(more), if more == 1 { "character" } else { "characters" })),
    }
}
