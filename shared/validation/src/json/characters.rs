//! Names of characters that look like JSON syntax or are invisible.

use super::digits::{NUMBERS, digit};

/// How to fix a character where JSON syntax is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instead {
    /// Replace it with this ASCII character.
    Write(char),
    /// Replace it with an ordinary space, or remove it.
    Space,
    /// Remove it.
    Nothing,
    /// There is no known fix.
    Unknown,
}

/// Look-alikes of quotes, commas, colons, brackets, and signs, with their Unicode names in lower case.
const LOOK_ALIKES: [(char, &str, char); 66] = [
    ('\u{2018}', "left single quotation mark", '"'),
    ('\u{2019}', "right single quotation mark", '"'),
    ('\u{201a}', "single low-9 quotation mark", '"'),
    ('\u{201b}', "single high-reversed-9 quotation mark", '"'),
    ('\u{201c}', "left double quotation mark", '"'),
    ('\u{201d}', "right double quotation mark", '"'),
    ('\u{201e}', "double low-9 quotation mark", '"'),
    ('\u{201f}', "double high-reversed-9 quotation mark", '"'),
    ('\u{ab}', "left-pointing double angle quotation mark", '"'),
    ('\u{bb}', "right-pointing double angle quotation mark", '"'),
    ('\u{2039}', "single left-pointing angle quotation mark", '"'),
    ('\u{203a}', "single right-pointing angle quotation mark", '"'),
    ('\u{300c}', "left corner bracket", '"'),
    ('\u{300d}', "right corner bracket", '"'),
    ('\u{300e}', "left white corner bracket", '"'),
    ('\u{300f}', "right white corner bracket", '"'),
    ('\u{301d}', "reversed double prime quotation mark", '"'),
    ('\u{301e}', "double prime quotation mark", '"'),
    ('\u{301f}', "low double prime quotation mark", '"'),
    ('\u{275d}', "heavy double turned comma quotation mark ornament", '"'),
    ('\u{275e}', "heavy double comma quotation mark ornament", '"'),
    ('\u{2032}', "prime", '"'),
    ('\u{2033}', "double prime", '"'),
    ('\u{2ba}', "modifier letter double prime", '"'),
    ('\u{2bc}', "modifier letter apostrophe", '"'),
    ('\u{b4}', "acute accent", '"'),
    ('\u{a8}', "diaeresis", '"'),
    ('\u{ff02}', "fullwidth quotation mark", '"'),
    ('\u{ff07}', "fullwidth apostrophe", '"'),
    ('\u{ff1a}', "fullwidth colon", ':'),
    ('\u{fe55}', "small colon", ':'),
    ('\u{fe13}', "presentation form for vertical colon", ':'),
    ('\u{2236}', "ratio", ':'),
    ('\u{a789}', "modifier letter colon", ':'),
    ('\u{ff0c}', "fullwidth comma", ','),
    ('\u{60c}', "Arabic comma", ','),
    ('\u{55d}', "Armenian comma", ','),
    ('\u{3001}', "ideographic comma", ','),
    ('\u{ff64}', "halfwidth ideographic comma", ','),
    ('\u{fe50}', "small comma", ','),
    ('\u{fe51}', "small ideographic comma", ','),
    ('\u{ff5b}', "fullwidth left curly bracket", '{'),
    ('\u{ff5d}', "fullwidth right curly bracket", '}'),
    ('\u{fe5b}', "small left curly bracket", '{'),
    ('\u{fe5c}', "small right curly bracket", '}'),
    ('\u{2774}', "medium left curly bracket ornament", '{'),
    ('\u{2775}', "medium right curly bracket ornament", '}'),
    ('\u{ff3b}', "fullwidth left square bracket", '['),
    ('\u{ff3d}', "fullwidth right square bracket", ']'),
    ('\u{3010}', "left black lenticular bracket", '['),
    ('\u{3011}', "right black lenticular bracket", ']'),
    ('\u{3014}', "left tortoise shell bracket", '['),
    ('\u{3015}', "right tortoise shell bracket", ']'),
    ('\u{301a}', "left white square bracket", '['),
    ('\u{301b}', "right white square bracket", ']'),
    ('\u{2212}', "minus sign", '-'),
    ('\u{2010}', "hyphen", '-'),
    ('\u{2011}', "non-breaking hyphen", '-'),
    ('\u{2012}', "figure dash", '-'),
    ('\u{2013}', "en dash", '-'),
    ('\u{2014}', "em dash", '-'),
    ('\u{fe63}', "small hyphen-minus", '-'),
    ('\u{ff0d}', "fullwidth hyphen-minus", '-'),
    ('\u{ff0e}', "fullwidth full stop", '.'),
    ('\u{ff0b}', "fullwidth plus sign", '+'),
    ('\u{66b}', "Arabic decimal separator", '.'),
];

const SPACES: [(char, &str); 21] = [
    ('\u{85}', "next line"),
    ('\u{a0}', "no-break space"),
    ('\u{1680}', "ogham space mark"),
    ('\u{2000}', "en quad"),
    ('\u{2001}', "em quad"),
    ('\u{2002}', "en space"),
    ('\u{2003}', "em space"),
    ('\u{2004}', "three-per-em space"),
    ('\u{2005}', "four-per-em space"),
    ('\u{2006}', "six-per-em space"),
    ('\u{2007}', "figure space"),
    ('\u{2008}', "punctuation space"),
    ('\u{2009}', "thin space"),
    ('\u{200a}', "hair space"),
    ('\u{2028}', "line separator"),
    ('\u{2029}', "paragraph separator"),
    ('\u{202f}', "narrow no-break space"),
    ('\u{205f}', "medium mathematical space"),
    ('\u{2800}', "braille pattern blank"),
    ('\u{3000}', "ideographic space"),
    ('\u{3164}', "hangul filler"),
];

const HIDDEN: [(char, &str); 22] = [
    ('\u{7f}', "delete"),
    ('\u{ad}', "soft hyphen"),
    ('\u{61c}', "Arabic letter mark"),
    ('\u{180e}', "Mongolian vowel separator"),
    ('\u{200b}', "zero width space"),
    ('\u{200c}', "zero width non-joiner"),
    ('\u{200d}', "zero width joiner"),
    ('\u{200e}', "left-to-right mark"),
    ('\u{200f}', "right-to-left mark"),
    ('\u{202a}', "left-to-right embedding"),
    ('\u{202b}', "right-to-left embedding"),
    ('\u{202c}', "pop directional formatting"),
    ('\u{202d}', "left-to-right override"),
    ('\u{202e}', "right-to-left override"),
    ('\u{2060}', "word joiner"),
    ('\u{2063}', "invisible separator"),
    ('\u{2066}', "left-to-right isolate"),
    ('\u{2067}', "right-to-left isolate"),
    ('\u{2068}', "first strong isolate"),
    ('\u{2069}', "pop directional isolate"),
    ('\u{fe0f}', "variation selector-16"),
    ('\u{feff}', "zero width no-break space (byte order mark)"),
];

/// Returns the code point and the name, such as `U+201C left double quotation mark`. A character that isn't listed here
/// has no name.
pub(crate) fn named(c: char) -> String {
    let point = format!("U+{:04X}", u32::from(c));
    match name(c) {
        Some(name) => format!("{point} {name}"),
        None => point,
    }
}

fn name(c: char) -> Option<String> {
    let look_alike = LOOK_ALIKES.iter().find(|(known, ..)| *known == c).map(|(_, name, _)| *name);
    let unseen = SPACES.iter().chain(&HIDDEN).find(|(known, _)| *known == c).map(|(_, name)| *name);
    let other = match c {
        '\t' => Some("tab"),
        '\n' => Some("line feed"),
        '\r' => Some("carriage return"),
        ' ' => Some("space"),
        '\u{0}' => Some("null"),
        '\u{1b}' => Some("escape"),
        '\u{2022}' => Some("bullet"),
        '\u{2026}' => Some("horizontal ellipsis"),
        '\u{fffd}' => Some("replacement character"),
        '\u{ff1b}' => Some("fullwidth semicolon"),
        '\u{61b}' => Some("Arabic semicolon"),
        _ => None,
    };
    let digit = || digit(c).map(|(script, value)| format!("{script} digit {}", NUMBERS[usize::from(value)]));
    let fullwidth = || ascii_of_fullwidth(c).map(|ascii| format!("fullwidth `{ascii}`"));
    let script = || Some(format!("{} `{}`", script(c)?, similar_letter(c)?)).map(|like| format!("({like})"));
    look_alike.or(unseen).or(other).map(str::to_owned).or_else(fullwidth).or_else(digit).or_else(script)
}

/// Returns how to fix `c` where JSON syntax is expected.
pub(crate) fn instead(c: char) -> Instead {
    if let Some((_, _, ascii)) = LOOK_ALIKES.iter().find(|(known, ..)| *known == c) {
        return Instead::Write(*ascii);
    }
    if SPACES.iter().any(|(known, _)| *known == c) {
        return Instead::Space;
    }
    if is_invisible(c) || matches!(c, '\u{ff1b}' | '\u{61b}') {
        return Instead::Nothing;
    }
    let digit = || digit(c).map(|(_, value)| char::from(b'0' + value));
    ascii_of_fullwidth(c).or_else(digit).map_or(Instead::Unknown, Instead::Write)
}

/// Whether `c` is invisible.
pub(crate) fn is_invisible(c: char) -> bool {
    HIDDEN.iter().any(|(known, _)| *known == c) || matches!(c, '\u{2061}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}')
}

/// Whether `c` is white space, in JSON or elsewhere.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || SPACES.iter().any(|(known, _)| *known == c)
}

/// Whether `c` is a closing quotation mark of some language that looks like a double quote.
pub(crate) fn closes_quotation(c: char) -> bool {
    matches!(c, '\u{201d}' | '\u{201c}' | '\u{201f}' | '\u{bb}' | '\u{ff02}' | '\u{301e}' | '\u{2033}')
}

fn ascii_of_fullwidth(c: char) -> Option<char> {
    let point = u32::from(c);
    (0xff01..=0xff5e).contains(&point).then(|| char::from_u32(point - 0xfee0)).flatten()
}

/// Returns the ASCII character that `c` looks like. `c` is a Cyrillic, Greek, Armenian or fullwidth letter, or a dash.
pub(crate) fn similar_letter(c: char) -> Option<char> {
    const LIKE: [(&str, char); 26] = [
        ("\u{430}\u{410}\u{3b1}\u{391}\u{251}", 'a'),
        ("\u{412}\u{392}", 'b'),
        ("\u{441}\u{421}\u{3f2}\u{3f9}", 'c'),
        ("\u{501}", 'd'),
        ("\u{435}\u{415}\u{395}\u{451}", 'e'),
        ("\u{261}\u{50d}", 'g'),
        ("\u{4bb}\u{41d}\u{397}", 'h'),
        ("\u{456}\u{406}\u{3b9}\u{399}\u{131}\u{130}", 'i'),
        ("\u{458}\u{408}\u{3f3}", 'j'),
        ("\u{43a}\u{41a}\u{3ba}\u{39a}", 'k'),
        ("\u{4cf}\u{4c0}", 'l'),
        ("\u{43c}\u{41c}\u{39c}", 'm'),
        ("\u{39d}\u{578}", 'n'),
        ("\u{43e}\u{41e}\u{3bf}\u{39f}\u{585}", 'o'),
        ("\u{440}\u{420}\u{3c1}\u{3a1}", 'p'),
        ("\u{51b}", 'q'),
        ("\u{433}", 'r'),
        ("\u{455}\u{405}", 's'),
        ("\u{442}\u{422}\u{3c4}\u{3a4}", 't'),
        ("\u{3c5}\u{57d}", 'u'),
        ("\u{3bd}\u{475}", 'v'),
        ("\u{51d}\u{461}", 'w'),
        ("\u{445}\u{425}\u{3c7}\u{3a7}", 'x'),
        ("\u{443}\u{423}\u{3a5}\u{4af}", 'y'),
        ("\u{396}", 'z'),
        ("\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}\u{fe63}", '-'),
    ];
    let like = LIKE.iter().find(|(letters, _)| letters.contains(c)).map(|(_, ascii)| *ascii);
    like.or_else(|| ascii_of_fullwidth(c))
}

fn script(c: char) -> Option<&'static str> {
    match c {
        '\u{370}'..='\u{3ff}' => Some("Greek, looks like"),
        '\u{400}'..='\u{52f}' => Some("Cyrillic, looks like"),
        '\u{531}'..='\u{58f}' => Some("Armenian, looks like"),
        '\u{130}' | '\u{131}' | '\u{251}' | '\u{261}' => Some("looks like"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_have_a_name_and_a_replacement() {
        assert_eq!(named('\u{201c}'), "U+201C left double quotation mark");
        assert_eq!((instead('\u{201c}'), instead('\u{ff0c}')), (Instead::Write('"'), Instead::Write(',')));
        assert_eq!((instead('\u{a0}'), instead('\u{200b}')), (Instead::Space, Instead::Nothing));
        assert_eq!((named('\u{ff15}').as_str(), instead('\u{ff15}')), ("U+FF15 fullwidth `5`", Instead::Write('5')));
        assert_eq!(named('\u{43e}'), "U+043E (Cyrillic, looks like `o`)");
        assert_eq!(
            (named('\u{663}').as_str(), instead('\u{663}')),
            ("U+0663 Arabic-Indic digit three", Instead::Write('3'))
        );
        assert_eq!(
            (named('\u{b2}').as_str(), instead('\u{b2}')),
            ("U+00B2 superscript digit two", Instead::Write('2'))
        );
        assert_eq!(
            (named('\u{1d7d8}').as_str(), instead('\u{1d7e2}')),
            ("U+1D7D8 mathematical digit zero", Instead::Write('0'))
        );
        assert_eq!((named('\u{2468}').as_str(), instead('\u{2469}')), ("U+2468 circled digit nine", Instead::Unknown));
    }

    #[test]
    fn other_characters_are_named_by_code_point() {
        assert_eq!((named('\u{4f60}').as_str(), instead('\u{4f60}')), ("U+4F60", Instead::Unknown));
        assert_eq!((named('\u{1f600}').as_str(), instead('\u{1f600}')), ("U+1F600", Instead::Unknown));
    }

    #[test]
    fn each_character_has_one_name() {
        let mut all: Vec<char> = LOOK_ALIKES.iter().map(|(c, ..)| *c).collect();
        all.extend(SPACES.iter().chain(&HIDDEN).map(|(c, _)| *c));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
