//! `{"prompt", "completion"}` and `{"input"}`.

use super::reader::Reader;
use super::text::are_same;
use super::{Parts, text_kind};

pub(super) fn read_input(reader: &mut Reader) -> Option<Parts> {
    reader.require(b'{')?;
    if !reader.consume_key(b"\"input\"")? {
        return None;
    }
    reader.text(text_kind::INPUT)?;
    reader.require(b'}')?;
    Some(Parts::default())
}

pub(super) fn read_prompt_completion(reader: &mut Reader) -> Option<Parts> {
    reader.require(b'{')?;
    let prompt_first = reader.consume_key(b"\"prompt\"")?;
    if !prompt_first && !reader.consume_key(b"\"completion\"")? {
        return None;
    }
    let first = reader.text(if prompt_first { text_kind::PROMPT } else { text_kind::COMPLETION })?;
    let middle = reader.written();
    reader.require(b',')?;
    if !reader.consume_key(if prompt_first { b"\"completion\"" } else { b"\"prompt\"" })? {
        return None;
    }
    let second = reader.text(if prompt_first { text_kind::COMPLETION } else { text_kind::PROMPT })?;
    reader.require(b'}')?;
    if are_same(&reader.hashed()[first], &reader.hashed()[second]) {
        return None;
    }
    if !prompt_first {
        reader.move_to_front(middle);
    }
    Some(Parts { is_reordered: !prompt_first, ..Parts::default() })
}
