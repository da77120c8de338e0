//! Questions and answers in one language, with each fault a few times.

use tunedrop_validation::{Code, Role};

use super::perturb::{alike, cut, misread};
use super::seed::{Chance, Material, Seed};
use super::{File, Labeled};

const RECORDS: usize = 200;

pub(crate) fn dataset(material: &Material, code: &str, number: usize) -> Vec<File> {
    let seed = material.seed(code);
    let chance = &mut material.chance(number as u64 * 1_000 + code.bytes().map(u64::from).sum::<u64>());
    let mut next = 1_000 * (number + 1);
    let mut plain = |chance: &mut Chance| {
        next += 1;
        let sentences = 2 + chance.below(5);
        Labeled::new(seed.question(chance, next), seed.answer(chance, sentences))
    };
    let mut records: Vec<Labeled> = (0..RECORDS).map(|_| plain(chance)).collect();
    let mut validation: Vec<Labeled> = (0..30).map(|_| plain(chance)).collect();
    for at in 0..12 {
        // A copy that a reader would call the same, in this file and in the validation file.
        records[at].alike = Some(at);
        let prompt = alike(&seed, chance, &records[at].prompt);
        records.push(Labeled { alike: Some(at), ..Labeled::new(prompt, records[at].answer.clone()) });
        let answer = alike(&seed, chance, &records[at + 20].answer);
        validation.push(Labeled::new(records[at + 20].prompt.clone(), answer).with(Code::NearLeakage));
    }
    for record in &mut records[40..50] {
        record.answer = cut(chance, &record.answer);
        record.codes.insert(Code::TruncatedAnswer);
    }
    for (record, phrase) in records[50..58].iter_mut().zip(seed.section("boilerplate").iter().cycle()) {
        let more = seed.answer(chance, 1);
        record.answer = format!("{phrase} {more}");
        record.codes.insert(Code::BoilerplateAnswer);
    }
    for (record, at) in records[58..68].iter_mut().zip(0..) {
        record.answer = match at % 2 {
            0 => misread(&format!("{} “naïve café”", record.answer)),
            _ => record.answer.replacen(' ', " \u{fffd}", 1) + "\u{fffd}",
        };
        record.codes.insert(Code::DamagedText);
    }
    for (record, at) in records[68..72].iter_mut().zip(0..) {
        record.answer = if at % 2 == 0 { seed.answer(chance, 400) } else { "-".to_owned() };
        record.codes.insert(Code::UnusualLength);
    }
    let foreign = material.seed(seed.section("foreign")[0]);
    for record in &mut records[72..74] {
        *record = Labeled::new(foreign.question(chance, number), foreign.answer(chance, 4)).with(Code::UnusualLanguage);
    }
    records.extend(conflicts(&seed, chance));
    records.extend(hard_negatives(&seed, chance, number));
    chance.shuffle(&mut records);
    let file =
        |name: &str, role, records| File { name: format!("{code}{number}/{name}"), role, records, codes: [].into() };
    vec![file("train.jsonl", Role::Train, records), file("validation.jsonl", Role::Validation, validation)]
}

/// The same prompt with answers that disagree, and with answers that don't.
fn conflicts(seed: &Seed, chance: &mut Chance) -> Vec<Labeled> {
    let mut records = Vec::new();
    let mut group = 0;
    let mut add = |prompt: &str, answers: [String; 2], code| {
        group += 1;
        for answer in answers {
            records.push(Labeled { asked: Some((group, code)), ..Labeled::new(prompt, answer) });
        }
    };
    let facts: Vec<Vec<&str>> = seed.section("facts").iter().map(|fact| fact.split('|').collect()).collect();
    let context = |chance: &mut Chance, prompt: &str| format!("{} {prompt}", seed.answer(chance, 1));
    for _ in 0..3 {
        // Numbers that differ.
        let prompt = context(chance, facts[0][0]);
        let days = 10 + chance.below(40);
        let said = |days: usize| facts[0][1].replace("{n}", &days.to_string());
        add(&prompt, [said(days), said(days + 7)], Code::ConflictingAnswers);
        // Yes and no.
        let prompt = context(chance, facts[1][0]);
        add(&prompt, [facts[1][1].to_owned(), facts[1][2].to_owned()], Code::ConflictingAnswers);
        // Two different names.
        let prompt = seed.filled(chance, "{noun} {n} {n}?");
        let names = seed.section("nouns");
        let first = chance.below(names.len());
        add(&prompt, [names[first].to_owned(), names[(first + 1) % names.len()].to_owned()], Code::ConflictingAnswers);
        // Two answers that may both be right.
        let prompt = context(chance, seed.section("questions")[1]);
        let said = |chance: &mut Chance, way: &str| format!("{way} {}", seed.answer(chance, 1));
        let [one, other] = seed.section("paraphrases") else { panic!("two paraphrases") };
        let answers = [said(chance, one), said(chance, other)];
        add(&prompt, answers, Code::SeveralAnswers);
    }
    // A choice that is free.
    let noun = seed.filled(chance, "{noun}");
    add(&format!("Name: {noun} (a/b/c)?"), ["a".to_owned(), "b".to_owned()], Code::SeveralAnswers);
    records
}

/// Records that look faulty, and aren't.
fn hard_negatives(seed: &Seed, chance: &mut Chance, number: usize) -> Vec<Labeled> {
    let mut records = Vec::new();
    let sentence = |chance: &mut Chance| seed.answer(chance, 1);
    for at in 0..12 {
        let noun = seed.filled(chance, "{noun}");
        // Short prompts that differ in a word or a number, with their own answers.
        records.push(Labeled::new(format!("{noun} {number}{at}?"), seed.filled(chance, "{n}: {noun}")));
        // Two sentences of one answer in another order and with others.
        let (one, other) = (sentence(chance), sentence(chance));
        records.push(Labeled::new(seed.question(chance, 10 * at + 1), format!("{one}\n{other}")));
        records.push(Labeled::new(seed.question(chance, 10 * at + 2), format!("{other}\n{}", sentence(chance))));
    }
    for at in 0..6 {
        let question = seed.question(chance, 500 + at);
        let items = [seed.filled(chance, "- {noun}"), seed.filled(chance, "- {noun}"), seed.filled(chance, "- {noun}")];
        // Complete without a full stop: a list, code, a signature, a heading, an address.
        let answer = match at {
            0 => format!("{}\n\n{}", sentence(chance), items.join("\n")),
            1 => format!("{}\n\n```sh\ntunedrop check {at}\n```", sentence(chance)),
            2 => format!("{}\n\n{},\nAda", sentence(chance), seed.section("nouns")[at]),
            3 => format!("{}\nhttps://example.com/{number}", sentence(chance)),
            4 => format!("{} 🙂", sentence(chance)),
            _ => format!("{{\"id\": {number}, \"items\": [1, 2, {at}]}}"),
        };
        records.push(Labeled::new(question, answer));
    }
    let phrase = seed.section("boilerplate")[0].trim_end_matches(['.', '。', '।']);
    // A quoted phrase, and one late in a long answer.
    records.push(Labeled::new(seed.question(chance, 600), format!("{} «{phrase}»", sentence(chance))));
    records.push(Labeled::new(seed.question(chance, 601), format!("“{phrase}”: {}", sentence(chance))));
    let late = seed.answer(chance, 12);
    records.push(Labeled::new(seed.question(chance, 602), format!("{late} {phrase}.")));
    // Correct text with the letters that damaged text has.
    for text in [
        "IRMÃ”, NÃO",
        "Ô\u{a0}!",
        "SÃO TOMÉ, ÂNGELA, L’ÎLE",
        "«\u{a0}LIBERTÉ\u{a0}»",
        "ÑANDÚ, Ðuro, Økonomi",
        "é\u{a0}»",
    ] {
        records.push(Labeled::new(seed.question(chance, 700), format!("{text} {}", sentence(chance))));
    }
    records
}
