//! The language of a text.

use std::collections::HashMap;
use std::sync::OnceLock;

use whatlang::Lang;

use crate::tokens::is_mark;

/// How many characters of a text are looked at: more change the answer rarely, and take time.
const CHARS: usize = 200;
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

/// Returns the language of a text. None if the text is too short, or isn't prose.
pub(crate) fn language(text: &str) -> Option<Language> {
    let text = text.trim();
    let end = text.char_indices().nth(CHARS).map_or(text.len(), |(end, _)| end);
    let sample = &text[..end];
    let (mut letters, mut others, mut latin) = (0, 0, 0);
    for c in sample.chars() {
        match c {
            ' ' => {}
            c if c.is_alphabetic() => {
                letters += 1;
                latin += usize::from(c < '\u{250}');
            }
            c if c.is_ascii() || !is_mark(c) => others += 1,
            _ => {}
        }
    }
    let least = if latin * 2 > letters { CHARS_MIN } else { CHARS_MIN_OTHER };
    // Code and tables have many other characters.
    if letters < least || others * 4 > letters {
        return None;
    }
    by_frequent_words(sample).or_else(|| by_trigrams(sample))
}

/// Words that are frequent in one of these languages, and rare in the others.
const FREQUENT: [(Lang, &str); 7] = [
    (Lang::Eng, "the and of to is that for with you your this are it can be have from will if or not by as we what"),
    (Lang::Deu, "der die und das ist nicht sie mit ein eine zu den von auf für ich wird im dem es auch wie kann sich"),
    (Lang::Fra, "le les des et est vous une pour dans pas sur qui au avec ce votre sont nous du il plus cette être"),
    (Lang::Spa, "el los las y es para una por su con del lo como más pero sus está esta puede cuando muy sin"),
    (Lang::Ita, "il di che è per una con non della sono alla nel gli anche più questo come dei può si lo"),
    (Lang::Por, "o os as e uma para não com do da em mais dos por seu sua você pode foi são ao isso"),
    (Lang::Nld, "het een van en dat niet op te zijn voor met aan je er om ook bij naar wordt heeft deze"),
];

/// How many such words make a language certain, and how many times as many as of any other language.
const CERTAIN: u32 = 4;
const TIMES: u32 = 3;

/// Returns the language that most frequent words belong to. It takes a hundredth of the time that trigrams do.
fn by_frequent_words(sample: &str) -> Option<Language> {
    static WORDS: OnceLock<HashMap<&str, Option<usize>>> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        let mut words = HashMap::new();
        for (at, (_, text)) in FREQUENT.iter().enumerate() {
            // A word of two languages counts for neither.
            text.split(' ').for_each(|word| {
                words.entry(word).and_modify(|language| *language = None).or_insert(Some(at));
            });
        }
        words
    });
    let mut counts = [0_u32; FREQUENT.len()];
    let is_word = |word: &&str| (1..=5).contains(&word.len());
    for word in sample.split(|c: char| !c.is_alphabetic()).filter(is_word) {
        let lower = if word.starts_with(|c: char| c.is_ascii_uppercase()) { &word.to_lowercase() } else { word };
        if let Some(Some(at)) = words.get(lower) {
            counts[*at] += 1;
        }
    }
    let most = counts.iter().copied().max()?;
    let at = counts.iter().position(|count| *count == most)?;
    let others = counts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, count)| *count).max()?;
    (most >= CERTAIN && most >= others * TIMES).then_some(Language(FREQUENT[at].0))
}

fn by_trigrams(sample: &str) -> Option<Language> {
    whatlang::detect(sample).filter(|found| found.is_reliable()).map(|found| Language(found.lang()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_languages_of_prose_only() {
        let code = |text: &str| language(text).map(Language::code);
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
