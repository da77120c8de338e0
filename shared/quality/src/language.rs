//! The language of a text.

use std::sync::OnceLock;

use whatlang::Lang;

use crate::tokens::{is_mark, tokenize};
use crate::word_table::WordTable;

/// How many characters of a text are looked at: more change the answer rarely, and take time.
const CHARS: usize = 200;
/// The same in words, for [`by_frequent_words`], which takes far less time.
const WORDS: usize = 160;
/// In a shorter text, two related languages can't be distinguished.
const CHARS_MIN: usize = 40;
/// The same for a script that few languages are written in.
const CHARS_MIN_OTHER: usize = 12;

/// A language, by its number among those that can be recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Language(Lang);

impl Language {
    /// Returns its code of ISO 639-3, such as `eng`.
    pub(crate) fn code(self) -> &'static str {
        self.0.code()
    }

    /// Returns its name in English.
    pub(crate) fn name(self) -> &'static str {
        self.0.eng_name()
    }
}

/// Returns the name in English of the language with this code.
pub(crate) fn name_of(code: &str) -> Option<&'static str> {
    Lang::from_code(code).map(|language| language.eng_name())
}

/// Returns the language of a text with these `tokens`. None if the text is too short, or isn't prose.
pub(crate) fn language(text: &str, tokens: &[u64]) -> Option<Language> {
    let sample = first_chars(text.trim(), CHARS);
    let (mut letters, mut others, mut latin) = (0, 0, 0);
    for c in sample.chars() {
        match c {
            'a'..='z' | 'A'..='Z' => (letters, latin) = (letters + 1, latin + 1),
            ' ' => {}
            c if c.is_ascii() => others += 1,
            c if c.is_alphabetic() => {
                letters += 1;
                latin += usize::from(c < '\u{250}');
            }
            c if !is_mark(c) => others += 1,
            _ => {}
        }
    }
    let least = if latin * 2 > letters { CHARS_MIN } else { CHARS_MIN_OTHER };
    // Code and tables have many other characters.
    if letters < least || others * 4 > letters {
        return None;
    }
    by_frequent_words(&tokens[..tokens.len().min(WORDS)]).or_else(|| by_trigrams(sample))
}

/// Returns the first characters of a text.
fn first_chars(text: &str, chars: usize) -> &str {
    let bytes = text.as_bytes();
    if bytes.len() <= chars || bytes[..chars].is_ascii() {
        return &text[..bytes.len().min(chars)];
    }
    &text[..text.char_indices().nth(chars).map_or(text.len(), |(end, _)| end)]
}

/// Words that are frequent in one of these languages, and rare in others.
const FREQUENT: [(Lang, &str); 7] = [
    (
        Lang::Eng,
        "the and of to is that for with you your this are it can be have from will if or not by as we what they there their \
         them these those which when where who how would should could about after before because been being has had were \
         more other out than only into very any each every our between through while might does did just now here please \
         first until without",
    ),
    (
        Lang::Deu,
        "der die und das ist nicht sie mit ein eine zu den von auf für ich wird im dem es auch wie kann sich einer eines \
         einem einen wenn aber oder aus bei nach nur noch werden wurde haben hat sind sein war durch über unter vor zum \
         zur dass diese dieser dieses ihre ihr ihren wir uns kein keine schon sehr mehr dann müssen können bitte gegen \
         ohne zwischen während bis beim vom",
    ),
    (
        Lang::Fra,
        "le les des et est vous une pour dans pas sur qui au avec ce votre sont nous du il plus cette être ils elle elles \
         leur leurs vos où donc aux fait faire peut avez avoir était très tout tous toute toutes sans sous comme après \
         avant chez alors aussi bien encore quand puis afin lors depuis deux",
    ),
    (
        Lang::Spa,
        "el los las y es para una por su con del lo como más pero sus está esta puede cuando muy sin estos estas esto eso \
         hay fue tiene hasta donde también usted ustedes nuestro nuestra mientras aunque ya así otra otro otros después",
    ),
    (
        Lang::Ita,
        "il di che è per una con non della sono alla nel gli anche più questo come dei può si lo delle degli dalla nella \
         nelle alle agli sul sulla ed essere stato questa questi dove perché molto suo suoi loro ogni dopo senza quindi \
         ancora tutti tutto devono hanno",
    ),
    (
        Lang::Por,
        "o os as e uma para não com do da em mais dos por seu sua você pode foi são ao isso nas pela pelo pelos pelas ela \
         eles elas também já até depois essa esse onde têm estão sem após nosso nossa",
    ),
    (
        Lang::Nld,
        "het een van en dat niet op te zijn voor met aan je er om ook bij naar wordt heeft deze maar uit nog worden werd \
         hebben kunnen moet moeten door tussen geen zeer daar wanneer omdat hun hij zij wij ons onze uw elke zonder tegen",
    ),
];

/// How many such words make a language certain, and how many times as many as of any other language.
const CERTAIN: u32 = 4;
const TIMES: u32 = 3;

/// Returns the language that most frequent words belong to. It takes a hundredth of the time that trigrams do.
fn by_frequent_words(tokens: &[u64]) -> Option<Language> {
    static WORDS: OnceLock<WordTable> = OnceLock::new();
    let words = WORDS.get_or_init(frequent_words);
    let mut counts = [0_u32; FREQUENT.len() + 1];
    for language in tokens.iter().filter_map(|token| words.get(*token)) {
        counts[language as usize] += 1;
    }
    let counts = &counts[..FREQUENT.len()];
    let most = counts.iter().copied().max()?;
    let at = counts.iter().position(|count| *count == most)?;
    let others = counts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, count)| *count).max()?;
    (most >= CERTAIN && most >= others * TIMES).then_some(Language(FREQUENT[at].0))
}

/// Returns the frequent words, each with the number of its language. A word of two languages counts for neither.
fn frequent_words() -> WordTable {
    let mut words = WordTable::new();
    for (language, (_, text)) in (0..).zip(FREQUENT) {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        for token in tokens {
            let is_other = words.get(token).is_some_and(|other| other != language);
            words.insert(token, if is_other { FREQUENT.len() as u64 } else { language });
        }
    }
    words
}

fn by_trigrams(sample: &str) -> Option<Language> {
    whatlang::detect(sample).filter(|found| found.is_reliable()).map(|found| Language(found.lang()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_languages_of_prose_only() {
        let code = |text: &str| {
            let mut tokens = Vec::new();
            tokenize(text, &mut tokens);
            language(text, &tokens).map(Language::code)
        };
        assert_eq!(code("The parcel was sent yesterday and should arrive on Tuesday morning."), Some("eng"));
        assert_eq!(code("Das Paket wurde gestern verschickt und sollte am Dienstag ankommen."), Some("deu"));
        assert_eq!(code("包裹昨天已经寄出，预计星期二上午送达。"), Some("cmn"));
        assert_eq!(code("تم إرسال الطرد أمس ومن المتوقع أن يصل صباح يوم الثلاثاء."), Some("ara"));
        assert_eq!(
            code("पार्सल कल भेजा गया था और उसे मंगलवार की सुबह तक आपके घर पहुँच जाना चाहिए, लेकिन वह अब तक नहीं आया है।"),
            Some("hin")
        );
        assert_eq!(code("ok"), None);
        assert_eq!(code("for (i = 0; i < n; i++) { a[i] = b[i] * 2; c[i] += a[i]; }"), None);
    }
}
