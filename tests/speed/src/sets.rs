//! Generates the files. They have the same bytes each time.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::bail;

/// SplitMix64 (Steele, Lea, Flood 2014), which is random enough for test data.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(mixed ^ (mixed >> 31)) * u128::from(end)) >> 64) as u64
    }

    fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len() as u64) as usize]
    }
}

const PLAIN: &str = "a about account after answer any are around as ask be because before best bill both by call can card case check close code contact could customer date day delay deliver did do document down each early else email end error even ever every example fact few file find first fix for free from full get give go good had has have help here how if in information invoice is issue it item just keep know large last late leave left less let like line list little long look lost mail make many may mean message might model month more most much must name need never new next no not note now number of off often old on once only open or order other our out over own page part pay people phone place please point problem product question quick rather reason record refund reply report request return right said same say see send service set ship should show since small so some soon state step still store such support sure take talk tell than that the their them then there these they thing this time to today too try turn two under until up update us use very wait want was way we week well what when where which while who why will with word work would write year yes yet you";
const ACCENTED: [&str; 10] = ["déjà", "straße", "naïve", "señor", "ação", "žluť", "мир", "слово", "λόγος", "“so”"];
const WIDE: [&str; 8] = ["東京", "お客様", "サポート", "数据", "模型", "안녕", "。", "😀"];
const ESCAPED: [&str; 11] =
    ["\\n", "\\n\\n", "\\n", "\\\"", "\\t", "\\n* ", "\\\\", "\\u2019", "\\u00e9", "\\ud83d\\ude00", "\\/"];

/// Returns a text of about this many bytes. 5 % of its words have an escape, and 1 % are followed by a colon.
fn text(chance: &mut Chance, words: &[&str], script: u64, length: u64, line: &mut String) {
    let end = line.len() + length as usize;
    while line.len() < end {
        match script {
            0 if chance.below(4) == 0 => line.push_str(chance.of(&ACCENTED)),
            1 => (0..=chance.below(4)).for_each(|_| line.push_str(chance.of(&WIDE))),
            _ => line.push_str(chance.of(words)),
        }
        match chance.below(1000) {
            0..50 => line.push_str(chance.of(&ESCAPED)),
            50..110 => line.push_str(". "),
            110..150 => line.push_str(", "),
            150..160 => line.push_str(": "),
            160..162 => line.push_str(" [1] "),
            _ => line.push(' '),
        }
    }
    line.push('.');
}

/// A tenth of the records are in a script other than Latin, or have accents.
fn script(chance: &mut Chance) -> u64 {
    chance.below(20)
}

/// Writes a file: `a` prompt/completion of 1 KB, `b` conversations of 2 KB, `c` plain texts of 2 KB, `bad` like `a` but
/// with an error in each record, `short` different records of 40 bytes, `near` like `a` but in Latin letters only and with
/// copies that have up to 16 other words.
pub(crate) fn make(set: &str, records: u64, path: &Path) -> anyhow::Result<String> {
    let words: Vec<&str> = PLAIN.split(' ').collect();
    let mut chance = Chance(set.bytes().map(u64::from).sum());
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut line = String::new();
    let mut kept: Vec<String> = Vec::new();
    for number in 0..records {
        line.clear();
        let script = match script(&mut chance) {
            1 if set == "near" => 2,
            script => script,
        };
        let mut say = |chance: &mut Chance, length, line: &mut String| text(chance, &words, script, length, line);
        match set {
            // A tenth of them are copies of an earlier record.
            "near" if number % 10 == 9 && number > 100 => {
                let earlier = kept[chance.below(kept.len() as u64) as usize].clone();
                changed(&mut chance, &words, &earlier, &mut line);
            }
            "a" | "bad" | "near" => {
                line.push_str(if set == "bad" { "{\"promt\": \"" } else { "{\"prompt\": \"" });
                let (prompt, completion) = (200 + chance.below(500), 200 + chance.below(700));
                say(&mut chance, prompt, &mut line);
                line.push_str("\", \"completion\": \"");
                say(&mut chance, completion, &mut line);
                line.push_str("\"}\n");
            }
            "b" => conversation(&mut chance, &mut say, &mut line),
            "c" => {
                line.push_str("{\"input\": \"");
                let length = 500 + chance.below(3000);
                say(&mut chance, length, &mut line);
                line.push_str("\"}\n");
            }
            "short" => line = format!("{{\"prompt\": \"{number}\", \"completion\": \"yes\"}}\n"),
            _ => bail!("the sets are a, b, c, bad, short and near"),
        }
        if set == "near" && number % 10 != 9 {
            // Whether it divides a word depends on the program.
            line = line.replace("\\u2019", " ");
            if kept.len() < 10_000 {
                kept.push(line.clone());
            }
        }
        file.write_all(line.as_bytes())?;
    }
    file.flush()?;
    Ok(format!("{records} records"))
}

/// Writes a record with up to 16 of its words replaced, so that similarities are spread from about 0.5 to 1.
fn changed(chance: &mut Chance, words: &[&str], record: &str, line: &mut String) {
    let mut parts: Vec<&str> = record.split(' ').collect();
    for _ in 0..chance.below(17) {
        let at = chance.below(parts.len() as u64) as usize;
        if parts[at].bytes().all(|byte| byte.is_ascii_lowercase()) {
            parts[at] = chance.of(words);
        }
    }
    line.push_str(&parts.join(" "));
}

/// Returns a system prompt, and one to three questions with their answers.
fn conversation(chance: &mut Chance, say: &mut impl FnMut(&mut Chance, u64, &mut String), line: &mut String) {
    line.push_str("{\"schemaVersion\": \"bedrock-conversation-2024\", \"system\": [{\"text\": \"");
    say(chance, 200, line);
    line.push_str("\"}], \"messages\": [");
    let messages = 2 + 2 * chance.below(3);
    for turn in 0..messages {
        line.push_str(if turn > 0 { ", " } else { "" });
        let role = if turn % 2 == 0 { "user" } else { "assistant" };
        line.push_str(&format!("{{\"role\": \"{role}\", \"content\": [{{\"text\": \""));
        let share = 1500 / messages;
        let length = share / 2 + chance.below(share);
        say(chance, length, line);
        line.push_str("\"}]}");
    }
    line.push_str("]}\n");
}
