//! The state of the rules for one record: its findings, its texts for the fingerprint, and its media.

use std::collections::BTreeMap;

use crate::catalogue::{Training, nearest};
use crate::json::{Member, Node, Value, field, raw_offset};
use crate::line_findings::LineFindings;
use crate::lookalike::{difference, looks_like};
use crate::meant::{Meant, meant};
use crate::pointer::{At, shown};
use crate::record_summary::{RecordSummary, fingerprint, frame, mark};
use crate::reserved::Reserved;
use crate::rules::text_kind;
use crate::{Code, MediaFolder, MediumMet};

/// Objects with more keys have their misspelled keys compared only while findings are kept.
const MOST_COMPARED: usize = 64;

/// Checks one record: collects its findings and the parts of its summary.
pub(crate) struct RecordChecker<'t, 'f, 'g> {
    pub(crate) line: &'t str,
    pub(crate) training: &'t Training,
    pub(crate) reserved: &'t Reserved,
    pub(crate) noted: &'f mut LineFindings<'g>,
    pub(crate) turns: u64,
    pub(crate) ascii: u64,
    pub(crate) beyond_ascii: u64,
    /// The media that it refers to; the line is not known here.
    pub(crate) media: Vec<MediumMet>,
    pub(crate) shows: Modalities,
    /// Whether secrets are looked for, too.
    pub(crate) sensitive: bool,
    /// Where media must be, if that is known.
    pub(crate) media_folder: Option<&'t MediaFolder>,
    hashed: Vec<u8>,
    system: Option<u64>,
    /// The keys that were meant, by the offsets of misspelled keys, or of keys of other formats.
    misspelled: BTreeMap<usize, &'static str>,
}

/// What a record has besides text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Modalities {
    pub(crate) images: bool,
    pub(crate) videos: bool,
    pub(crate) reasoning: bool,
}

impl<'t, 'f, 'g> RecordChecker<'t, 'f, 'g> {
    pub(crate) fn new(
        line: &'t str,
        training: &'t Training,
        reserved: &'t Reserved,
        noted: &'f mut LineFindings<'g>,
    ) -> Self {
        RecordChecker {
            line,
            training,
            reserved,
            noted,
            turns: 0,
            ascii: 0,
            beyond_ascii: 0,
            media: Vec::new(),
            shows: Modalities::default(),
            sensitive: false,
            media_folder: None,
            hashed: Vec::new(),
            system: None,
            misspelled: BTreeMap::new(),
        }
    }

    /// Reports a finding on the value at `node`.
    pub(crate) fn report(
        &mut self,
        code: Code,
        node: &Node,
        at: At,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        if !self.noted.only_counts(code) {
            self.noted.push(code, node.start, at.to_string(), message, help);
        }
    }

    /// Reports a finding at byte `decoded` of the string at `node`.
    pub(crate) fn report_text(&mut self, code: Code, node: &Node, decoded: usize, at: At, message: String, help: &str) {
        if self.noted.only_counts(code) {
            return;
        }
        let offset = raw_offset(self.line, node.start, decoded);
        self.noted.push(code, offset, at.to_string(), message, help);
    }

    /// Notes that the value at `node` is not `wanted`.
    pub(crate) fn wrong_type(&mut self, node: &Node, at: At, wanted: &str) {
        if !matches!(node.value, Value::Unread) && !self.noted.only_counts(Code::WrongType) {
            let name = match at {
                At::Key(_, key) => format!(" as `{key}`"),
                _ => String::new(),
            };
            let message = format!("expected {wanted}{name}, found {}", node.value.kind());
            let help = match node.value {
                Value::Null => format!("write {wanted}, or remove the record"),
                _ => format!("write {wanted}"),
            };
            self.report(Code::WrongType, node, at, message, help);
        }
    }

    /// Notes that the object at `node` lacks `key`.
    pub(crate) fn missing(&mut self, key: &str, node: &Node, at: At) {
        let (message, help) = (format!("missing key `{key}`"), format!("add `{key}`, or remove the record"));
        self.noted.note_shared((Code::MissingKey, key), node.start, at.to_string(), message, help);
    }

    /// The value of a key that must be there. A key that only looks like it has its finding already.
    pub(crate) fn required<'n, 'a>(
        &mut self,
        key: &str,
        members: &'n [Member<'a>],
        node: &Node,
        at: At,
    ) -> Option<&'n Node<'a>> {
        let found = field(members, key);
        if found.is_none()
            && !members.iter().any(|member| looks_like(&member.key, key) || self.is_misspelled(member, key))
        {
            self.missing(key, node, at);
        }
        found
    }

    /// Whether the member's key is a misspelling of `key`, or its name in another format; it has its own finding, which
    /// names `key`.
    pub(crate) fn is_misspelled(&self, member: &Member, key: &str) -> bool {
        self.misspelled.get(&member.start).is_some_and(|near| *near == key)
    }

    /// Notes every key that is not among `known`.
    pub(crate) fn unknown_keys(&mut self, members: &[Member], known: &[&'static str], at: At) {
        let missing: Vec<&'static str> = known.iter().copied().filter(|key| field(members, key).is_none()).collect();
        let is_unknown = |member: &&Member| !known.contains(&member.key.as_ref());
        // Of a record as a whole, such keys show another format.
        let may_mean = !matches!(at, At::Root) && members.len() <= MOST_COMPARED;
        let others = members.iter().filter(|member| may_mean && is_unknown(member));
        let others: Vec<Meant> = others.filter_map(|member| meant(member, members, known)).collect();
        for member in members.iter().filter(is_unknown) {
            if member.key == "type" && others.iter().any(|other| other.has_type) {
                continue;
            }
            if matches!(member.node.value, Value::Null) && !known.iter().any(|key| looks_like(&member.key, key)) {
                let message = format!("{} is null, and isn't part of the format", shown(&member.key));
                let help = "remove keys that are null: `jq -c 'del(.. | nulls)' IN > OUT`".to_owned();
                self.noted.note_null(Code::UnknownKey, member.start, at.to_string(), message, help);
                continue;
            }
            if let Some(Meant { start, key, help, is_inside, .. }) =
                others.iter().find(|other| other.start == member.start)
            {
                self.misspelled.insert(*start, key);
                let message = match is_inside {
                    true => format!("{} belongs in `{key}`", shown(&member.key)),
                    false => format!("{} isn't part of the format", shown(&member.key)),
                };
                let what = (Code::UnknownKey, member.key.as_ref());
                self.noted.note_shared(what, *start, at.to_string(), message, help.clone());
                continue;
            }
            let near = match members.len() <= MOST_COMPARED || !self.noted.is_full(Code::UnknownKey) {
                true => nearest(&member.key.to_lowercase(), missing.iter().copied()),
                false => None,
            };
            self.misspelled.extend(near.map(|near| (member.start, near)));
            if self.look_alike(member, known, members, at) {
                continue;
            }
            let message = format!("{} isn't part of the format", shown(&member.key));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if member.key == "label" && matches!(member.node.value, Value::Bool | Value::Number) => {
                    "remove it, and remove the records whose `label` is false: the model must not learn their answers"
                        .to_owned()
                }
                None => format!("remove it; known keys: {}", known.join(", ")),
            };
            self.noted.note_shared((Code::UnknownKey, &member.key), member.start, at.to_string(), message, help);
        }
    }

    /// Notes a key that looks like one of `known`, and isn't; whether it does.
    pub(crate) fn look_alike(&mut self, member: &Member, known: &[&'static str], all: &[Member], at: At) -> bool {
        let Some((meant, difference)) = difference("key", &member.key, known.iter().copied()) else {
            return false;
        };
        let offset = difference.at.map_or(member.start, |at| raw_offset(self.line, member.start, at));
        let help = match field(all, meant) {
            Some(_) => format!("remove the key: the object already has `{meant}`"),
            None => format!("write the key as `{meant}`"),
        };
        self.noted.note_shared((Code::UnknownKey, &member.key), offset, at.to_string(), difference.message, help);
        true
    }

    /// Adds a text to the fingerprint. `kind` is one of [`text_kind`].
    pub(crate) fn add_text(&mut self, kind: u8, bytes: &[u8]) {
        let start = self.hashed.len();
        self.hashed.extend_from_slice(bytes);
        if kind == text_kind::SYSTEM {
            self.system = Some(self.system.unwrap_or_default() ^ mark(&self.hashed[start..]));
        }
        self.hashed.extend_from_slice(&frame(kind, bytes.len()));
    }

    /// The texts so far, each followed by its frame.
    pub(crate) fn framed(&self) -> &[u8] {
        &self.hashed
    }

    /// The record's summary.
    pub(crate) fn summary(&self) -> RecordSummary {
        RecordSummary {
            turns: self.turns,
            ascii: self.ascii,
            beyond_ascii: self.beyond_ascii,
            fingerprint: fingerprint(&self.hashed),
            system: self.system,
        }
    }
}
