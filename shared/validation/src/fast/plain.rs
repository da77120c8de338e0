//! `{"prompt", "completion"}` and `{"input"}`.

use super::reader::Reader;
use super::text::are_same;
use super::{Said, said};

pub(super) fn read_input(reader: &mut Reader) -> Option<Said> {
    reader.eat(b'{')?;
    if !reader.eats_key(b"\"input\"")? {
        return None;
    }
    reader.text(said::INPUT)?;
    reader.eat(b'}')?;
    Some(Said::default())
}

pub(super) fn read_prompt_completion(reader: &mut Reader) -> Option<Said> {
    reader.eat(b'{')?;
    let prompt_first = reader.eats_key(b"\"prompt\"")?;
    if !prompt_first && !reader.eats_key(b"\"completion\"")? {
        return None;
    }
    let first = reader.text(if prompt_first { said::PROMPT } else { said::COMPLETION })?;
    let middle = reader.written();
    reader.eat(b',')?;
    if !reader.eats_key(if prompt_first { b"\"completion\"" } else { b"\"prompt\"" })? {
        return None;
    }
    let second = reader.text(if prompt_first { said::COMPLETION } else { said::PROMPT })?;
    reader.eat(b'}')?;
    if are_same(&reader.said()[first], &reader.said()[second]) {
        return None;
    }
    if !prompt_first {
        reader.swap(middle);
    }
    Some(Said { is_turned: !prompt_first, ..Said::default() })
}
