//! Datasets of other kinds: labels with a long instruction, code, several languages, short facts, unbalanced labels.

use tunedrop_validation::{Code, Role};

use super::seed::{Chance, Material, Seed};
use super::{File, Labeled};

pub(crate) fn datasets(material: &Material) -> Vec<Vec<File>> {
    let one_each = [labels_after_an_instruction, code, several_languages, facts, translations];
    let mut datasets: Vec<Vec<File>> = one_each.iter().map(|make| make(material)).collect();
    datasets.extend((0..40).map(|number| label_counts(material, number)));
    datasets
}

fn train(name: &str, mut records: Vec<Labeled>, chance: &mut Chance) -> Vec<File> {
    chance.shuffle(&mut records);
    vec![File { name: format!("{name}/train.jsonl"), role: Role::Train, records, codes: [].into() }]
}

/// Most words of each record are those of the instruction.
fn labels_after_an_instruction(material: &Material) -> Vec<File> {
    let (seed, chance) = (material.seed("eng"), &mut material.chance(11));
    let labels = ["refund", "exchange", "status", "other"];
    let records = (0..500).map(|number| {
        let request = request(&seed, chance, number);
        Labeled::new(format!("{}{request}", material.instruction), *chance.of(&labels))
    });
    let records = records.collect();
    train("instruction", records, chance)
}

/// A question with three sentences before it: two questions that differ in a number only would be near-duplicates.
fn request(seed: &Seed, chance: &mut Chance, number: usize) -> String {
    format!("{} {}", seed.answer(chance, 3), seed.question(chance, number))
}

fn code(material: &Material) -> Vec<File> {
    let chance = &mut material.chance(12);
    let names = ["total", "count", "index", "price", "parcel", "customer", "weight", "label", "route", "stock"];
    let bodies = [
        "for {a} in {b}:\n    if {a} > {n}:\n        yield {a}",
        "return [{a} * {n} for {a} in {b} if {a}]",
        "with open({a}) as {b}:\n    return {b}.read({n})",
        "while {a} < {n}:\n    {a} += len({b})\nreturn {a}",
        "try:\n    return {b}[{a}]\nexcept KeyError:\n    return {n}",
        "{a}, {b} = {b}, {a}\nreturn {a} % {n}",
    ];
    let record = |number: usize, chance: &mut Chance| {
        let (a, b) = (*chance.of(&names), format!("{}s", chance.of(&names)));
        let body = chance.of(&bodies).replace("{a}", a).replace("{b}", &b).replace("{n}", &number.to_string());
        let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
        let prompt = format!("Write variant {number} of a Python function that takes {a} and {b}.");
        let answer = match number % 3 {
            0 => format!("import sys\n\ndef f{number}({a}, {b}):\n{body}"),
            1 => format!("Here it is.\n\n```python\ndef f{number}({a}, {b}):\n{body}```"),
            _ => format!("def f{number}({a}, {b}):\n{body}    # variant {number}"),
        };
        Labeled::new(prompt, answer)
    };
    let records = (0..300).map(|number| record(number, chance)).collect();
    train("code", records, chance)
}

fn several_languages(material: &Material) -> Vec<File> {
    let chance = &mut material.chance(13);
    let mut records = Vec::new();
    for (code, _) in material.languages {
        let seed = material.seed(code);
        // One language has 30 records, one 50, and so on.
        let count = 30 + 20 * records.len() % 100;
        records.extend((0..count).map(|number| {
            let sentences = 2 + chance.below(4);
            Labeled::new(seed.question(chance, number), seed.answer(chance, sentences))
        }));
    }
    train("languages", records, chance)
}

/// Short prompts that differ in one number, with answers that are all different.
fn facts(material: &Material) -> Vec<File> {
    let chance = &mut material.chance(14);
    let records = (0..400).map(|number| {
        let (one, other) = (number / 20 + 2, number % 20 + 3);
        Labeled::new(format!("What is {one} times {other}?"), (one * other).to_string())
    });
    let records = records.collect();
    train("facts", records, chance)
}

/// A few prompts ask for another language.
fn translations(material: &Material) -> Vec<File> {
    let (seed, chance) = (material.seed("eng"), &mut material.chance(15));
    let other = material.seed(material.languages[1].0);
    let mut records: Vec<Labeled> =
        (0..300).map(|number| Labeled::new(seed.question(chance, number), seed.answer(chance, 3))).collect();
    for _ in 0..2 {
        let prompt = format!("Translate into {}: {}", material.target, seed.answer(chance, 2));
        records.push(Labeled::new(prompt, other.answer(chance, 2)));
    }
    train("translations", records, chance)
}

/// Labels with different shares. In every other dataset, one label was cut to less than a tenth of the others.
fn label_counts(material: &Material, number: usize) -> Vec<File> {
    let seed = material.seed(material.languages[number % 6].0);
    let chance = &mut material.chance(100 + number as u64);
    let labels = &seed.section("nouns")[..2 + number % 5];
    let is_cut = number.is_multiple_of(2);
    let mut records = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let usual = 60 + chance.below(120);
        let count = if is_cut && at == 0 { 1 + chance.below(5) } else { usual };
        records.extend((0..count).map(|n| Labeled::new(request(&seed, chance, 1000 * at + n), *label)));
    }
    // The same request with two labels.
    for (group, label) in labels.windows(2).enumerate() {
        let prompt = request(&seed, chance, 9_000 + group);
        let asked = Some((group, Code::ConflictingAnswers));
        records.extend(label.iter().map(|label| Labeled { asked, ..Labeled::new(prompt.as_str(), *label) }));
    }
    let mut files = train(&format!("labels{number}"), records, chance);
    if is_cut {
        files[0].codes.insert(Code::LabelImbalance);
    }
    files
}
