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

/// What a corpus is made of.
pub(crate) struct Material {
    /// The languages with their seed text. The first one also has the datasets of other kinds.
    pub(crate) languages: [(&'static str, &'static str); 6],
    /// What the random numbers of all datasets begin with.
    random: u64,
    /// The name of the second language in a request for a translation.
    pub(crate) target: &'static str,
    /// The instruction before each prompt of a dataset.
    pub(crate) instruction: &'static str,
}

/// The corpus that the rules were written with.
pub(crate) const CORPUS: Material = Material {
    languages: [
        ("eng", include_str!("../../corpus/eng.txt")),
        ("deu", include_str!("../../corpus/deu.txt")),
        ("fra", include_str!("../../corpus/fra.txt")),
        ("cmn", include_str!("../../corpus/cmn.txt")),
        ("ara", include_str!("../../corpus/ara.txt")),
        ("hin", include_str!("../../corpus/hin.txt")),
    ],
    random: 0,
    target: "German",
    instruction: "You sort the requests that customers send to a shop. Read the whole request before you decide. \
        Answer with exactly one word in lower case and without punctuation. Use refund if the customer wants money \
        back, exchange if the customer wants another article, status if the customer asks where something is, and \
        other in all remaining cases. Never explain the decision, and never ask a question. The request follows after \
        this line.\n\n",
};

/// The corpus that was made after the rules, and that none of them was changed for.
pub(crate) const HELD_BACK: Material = Material {
    languages: [
        ("eng", include_str!("../../corpus/held_back/eng.txt")),
        ("spa", include_str!("../../corpus/held_back/spa.txt")),
        ("por", include_str!("../../corpus/held_back/por.txt")),
        ("cmn", include_str!("../../corpus/held_back/cmn.txt")),
        ("ara", include_str!("../../corpus/held_back/ara.txt")),
        ("hin", include_str!("../../corpus/held_back/hin.txt")),
    ],
    random: 20_261_201,
    target: "Spanish",
    instruction: "Members of a garden club write about their plots, and every message belongs into one drawer. Choose the \
        drawer by what the member wants, and not by what went wrong. The drawers are refund, exchange, status and \
        other. Print the name of the drawer alone, because a program reads it. Treat messages without a wish as other, \
        and do the same with messages that are about two drawers at once. Here is the message that arrived.\n\n",
};

impl Material {
    /// Returns the random numbers of a dataset.
    pub(crate) fn chance(&self, dataset: u64) -> Chance {
        Chance(self.random + dataset)
    }

    pub(crate) fn seed(&self, code: &str) -> Seed {
        let (code, text) = self.languages.iter().find(|(name, _)| *name == code).expect("a language of the corpus");
        let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
        for line in text.lines() {
            match line.strip_prefix("# ") {
                Some(name) => sections.push((name, Vec::new())),
                None => sections.last_mut().expect("a section").1.push(line),
            }
        }
        Seed { code, sections }
    }
}

impl Seed {
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
