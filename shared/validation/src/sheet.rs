//! What the rules gather while they walk over one record.

use crate::catalogue::{Training, nearest};
use crate::faults::Faults;
use crate::gist::{Gist, fingerprint, frame, mark};
use crate::json::{Member, Node, Value, field, raw_offset};
use crate::lookalike::{difference, looks_like};
use crate::pointer::{At, shown};
use crate::reserved::Reserved;
use crate::rules::said;
use crate::{Code, MediaFolder, MediumMet};

/// The record at hand: its faults, and what its texts come to.
pub(crate) struct Sheet<'t, 'f, 'g> {
    pub(crate) line: &'t str,
    pub(crate) training: &'t Training,
    pub(crate) reserved: &'t Reserved,
    pub(crate) faults: &'f mut Faults<'g>,
    pub(crate) turns: u64,
    pub(crate) ascii: u64,
    pub(crate) beyond_ascii: u64,
    /// The media that it refers to; the line is not known here.
    pub(crate) media: Vec<MediumMet>,
    pub(crate) shows: Shows,
    /// Whether secrets are looked for, too.
    pub(crate) sensitive: bool,
    /// Where media must be, if that is known.
    pub(crate) media_folder: Option<&'t MediaFolder>,
    said: Vec<u8>,
    system: Option<u64>,
}

/// What a record shows beside text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shows {
    pub(crate) images: bool,
    pub(crate) videos: bool,
    pub(crate) reasoning: bool,
}

impl<'t, 'f, 'g> Sheet<'t, 'f, 'g> {
    pub(crate) fn new(
        line: &'t str,
        training: &'t Training,
        reserved: &'t Reserved,
        faults: &'f mut Faults<'g>,
    ) -> Self {
        Sheet {
            line,
            training,
            reserved,
            faults,
            turns: 0,
            ascii: 0,
            beyond_ascii: 0,
            media: Vec::new(),
            shows: Shows::default(),
            sensitive: false,
            media_folder: None,
            said: Vec::new(),
            system: None,
        }
    }

    /// Notes a fault of the value at `node`.
    pub(crate) fn fault(
        &mut self,
        code: Code,
        node: &Node,
        at: At,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        if !self.faults.only_counts(code) {
            self.faults.push(code, node.start, at.to_string(), message, help);
        }
    }

    /// Notes a fault at byte `decoded` of the text at `node`.
    pub(crate) fn text_fault(&mut self, code: Code, node: &Node, decoded: usize, at: At, message: String, help: &str) {
        if self.faults.only_counts(code) {
            return;
        }
        let offset = raw_offset(self.line, node.start, decoded);
        self.faults.push(code, offset, at.to_string(), message, help);
    }

    /// Notes that the value at `node` is not `wanted`.
    pub(crate) fn wrong_type(&mut self, node: &Node, at: At, wanted: &str) {
        if !matches!(node.value, Value::Unread) && !self.faults.only_counts(Code::WrongType) {
            let name = match at {
                At::Key(_, key) => format!("`{key}`"),
                _ => "this".to_owned(),
            };
            let message = format!("{name} is {}, and must be {wanted}", node.value.kind());
            let help = match node.value {
                Value::Null => format!("write {wanted} here, or drop the record"),
                _ => format!("write {wanted} here"),
            };
            self.fault(Code::WrongType, node, at, message, help);
        }
    }

    /// Notes that the object at `node` lacks `key`.
    pub(crate) fn missing(&mut self, key: &str, node: &Node, at: At) {
        if self.faults.only_counts(Code::MissingKey) {
            return;
        }
        self.fault(
            Code::MissingKey,
            node,
            at,
            format!("the key `{key}` is missing"),
            format!("add `{key}`, or drop the record"),
        );
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
        if found.is_none() && !members.iter().any(|member| looks_like(&member.key, key)) {
            self.missing(key, node, at);
        }
        found
    }

    /// Notes every key that is not among `known`.
    pub(crate) fn unknown_keys(&mut self, members: &[Member], known: &[&'static str], at: At) {
        let missing: Vec<&str> = known.iter().copied().filter(|key| field(members, key).is_none()).collect();
        for member in members.iter().filter(|member| !known.contains(&member.key.as_ref())) {
            if self.faults.only_counts(Code::UnknownKey) {
                continue;
            }
            if self.look_alike(member, known, members, at) {
                continue;
            }
            let null = if matches!(member.node.value, Value::Null) { "null, and " } else { "" };
            let message = format!("{} is {null}not one that this format has", shown(&member.key));
            let near = nearest(&member.key.to_lowercase(), missing.iter().copied());
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("take it out; known here: {}", known.join(", ")),
            };
            self.faults.push(Code::UnknownKey, member.start, at.to_string(), message, help);
        }
    }

    /// Notes a key that looks like one of `known`, and isn't; whether it does.
    pub(crate) fn look_alike(&mut self, member: &Member, known: &[&'static str], all: &[Member], at: At) -> bool {
        let Some((meant, difference)) = difference("key", &member.key, known.iter().copied()) else {
            return false;
        };
        let offset = difference.at.map_or(member.start, |at| raw_offset(self.line, member.start, at));
        let help = match field(all, meant) {
            Some(_) => format!("remove the key: `{meant}` is here, too"),
            None => format!("write the key as `{meant}`"),
        };
        self.faults.push(Code::UnknownKey, offset, at.to_string(), difference.message, help);
        true
    }

    /// Adds to what the record says, for its fingerprint; `kind` tells whose words they are.
    pub(crate) fn says(&mut self, kind: u8, bytes: &[u8]) {
        let start = self.said.len();
        self.said.extend_from_slice(bytes);
        if kind == said::SYSTEM {
            self.system = Some(self.system.unwrap_or_default() ^ mark(&self.said[start..]));
        }
        self.said.extend_from_slice(&frame(kind, bytes.len()));
    }

    /// What the record comes to.
    pub(crate) fn gist(&self) -> Gist {
        Gist {
            turns: self.turns,
            ascii: self.ascii,
            beyond_ascii: self.beyond_ascii,
            fingerprint: fingerprint(&self.said),
            system: self.system,
        }
    }
}
