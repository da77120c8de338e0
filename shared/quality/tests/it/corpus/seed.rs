//! The seed text of a language, written for this corpus, and random sentences made of it.

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(mixed ^ (mixed >> 31)) * end as u128) >> 64) as usize
    }

    pub(crate) fn of<'w, T>(&mut self, items: &'w [T]) -> &'w T {
        &items[self.below(items.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        (1..items.len()).rev().for_each(|last| items.swap(last, self.below(last + 1)));
    }
}

/// The seed text of a language.
pub(crate) struct Seed {
    pub(crate) code: &'static str,
    sections: Vec<(&'static str, Vec<&'static str>)>,
}

pub(crate) const LANGUAGES: [(&str, &str); 6] = [
    ("eng", include_str!("../../corpus/eng.txt")),
    ("deu", include_str!("../../corpus/deu.txt")),
    ("fra", include_str!("../../corpus/fra.txt")),
    ("cmn", include_str!("../../corpus/cmn.txt")),
    ("ara", include_str!("../../corpus/ara.txt")),
    ("hin", include_str!("../../corpus/hin.txt")),
];

impl Seed {
    pub(crate) fn of(code: &str) -> Seed {
        let (code, text) = LANGUAGES.iter().find(|(name, _)| *name == code).expect("a language of the corpus");
        let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
        for line in text.lines() {
            match line.strip_prefix("# ") {
                Some(name) => sections.push((name, Vec::new())),
                None => sections.last_mut().expect("a section").1.push(line),
            }
        }
        Seed { code, sections }
    }

    pub(crate) fn section(&self, name: &str) -> &[&'static str] {
        &self.sections.iter().find(|(section, _)| *section == name).expect("a section of the seed").1
    }

    /// Replaces the slots of a sentence.
    pub(crate) fn filled(&self, chance: &mut Chance, sentence: &str) -> String {
        let noun = chance.of(self.section("nouns"));
        let place = chance.of(self.section("places"));
        let number = 2 + chance.below(98);
        sentence.replace("{noun}", noun).replace("{place}", place).replace("{n}", &number.to_string())
    }

    /// Returns a question with a number that no other question has.
    pub(crate) fn question(&self, chance: &mut Chance, number: usize) -> String {
        let question = chance.of(self.section("questions")).replace("{n}", &number.to_string());
        self.filled(chance, &question)
    }

    /// Returns an answer of different sentences.
    pub(crate) fn answer(&self, chance: &mut Chance, sentences: usize) -> String {
        let mut order: Vec<&str> = self.section("sentences").to_vec();
        chance.shuffle(&mut order);
        let space = if self.code == "cmn" { "" } else { " " };
        let sentences = order.iter().cycle().take(sentences).map(|sentence| self.filled(chance, sentence));
        sentences.collect::<Vec<_>>().join(space)
    }
}
