//! Digits beyond ASCII, which JSON doesn't allow.

/// The zero of each script's decimal digits (Unicode 16, decimal numbers).
const ZEROS: [(char, &str); 19] = [
    ('\u{660}', "Arabic-Indic"),
    ('\u{6f0}', "extended Arabic-Indic"),
    ('\u{7c0}', "NKo"),
    ('\u{966}', "Devanagari"),
    ('\u{9e6}', "Bengali"),
    ('\u{a66}', "Gurmukhi"),
    ('\u{ae6}', "Gujarati"),
    ('\u{b66}', "Oriya"),
    ('\u{be6}', "Tamil"),
    ('\u{c66}', "Telugu"),
    ('\u{ce6}', "Kannada"),
    ('\u{d66}', "Malayalam"),
    ('\u{de6}', "Sinhala Lith"),
    ('\u{e50}', "Thai"),
    ('\u{ed0}', "Lao"),
    ('\u{f20}', "Tibetan"),
    ('\u{1040}', "Myanmar"),
    ('\u{17e0}', "Khmer"),
    ('\u{1810}', "Mongolian"),
];

/// The names of the digits in Unicode.
pub(super) const NUMBERS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/// Returns the script and the value of a digit that isn't ASCII.
pub(super) fn digit(c: char) -> Option<(&'static str, u8)> {
    let value = |zero: u32| u32::from(c).checked_sub(zero).filter(|value| *value < 10).map(|value| value as u8);
    let of_script = || ZEROS.iter().find_map(|(zero, script)| Some((*script, value(u32::from(*zero))?)));
    let superscript = match c {
        '\u{b9}' => Some(1),
        '\u{b2}' => Some(2),
        '\u{b3}' => Some(3),
        '\u{2070}' | '\u{2074}'..='\u{2079}' => value(0x2070),
        _ => None,
    };
    let named = |script: &'static str| move |value| (script, value);
    let circled = || value(0x2460).filter(|value| *value < 9).map(|value| value + 1).map(named("circled"));
    let mathematical = || {
        let point = u32::from(c);
        (0x1d7ce..=0x1d7ff).contains(&point).then(|| ((point - 0x1d7ce) % 10) as u8).map(named("mathematical"))
    };
    let subscript = || value(0x2080).map(named("subscript"));
    of_script().or(superscript.map(named("superscript"))).or_else(subscript).or_else(circled).or_else(mathematical)
}
