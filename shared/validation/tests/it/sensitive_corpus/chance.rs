//! Chance that is the same each time.

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(mixed ^ (mixed >> 31)) * u128::from(end)) >> 64) as u64
    }

    pub(crate) fn of<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len() as u64) as usize]
    }

    /// A number of one of these forms.
    pub(crate) fn form_of(&mut self, forms: &[&str]) -> String {
        let form = self.of(forms);
        self.form(form)
    }

    /// A number of this form: `9` is any digit, `#` a capital letter, `~` a letter or a digit; everything else is itself.
    pub(crate) fn form(&mut self, form: &str) -> String {
        form.bytes()
            .map(|byte| match byte {
                b'9' => char::from(b'0' + self.below(10) as u8),
                b'#' => char::from(b'A' + self.below(26) as u8),
                b'~' => char::from(self.of(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")),
                other => char::from(other),
            })
            .collect()
    }
}

/// Puts digits into a form.
pub(crate) fn in_form(digits: &str, form: &str) -> String {
    let mut digits = digits.chars();
    form.chars().map(|place| if place == '9' { digits.next().expect("a digit") } else { place }).collect()
}
