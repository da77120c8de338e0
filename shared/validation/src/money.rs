//! Amounts in US dollars, for people.

/// `1.23 USD`, `less than 0.01 USD`, `0 USD`.
pub fn usd(amount: f64) -> String {
    if !amount.is_finite() {
        return "unknown".to_owned();
    }
    match amount {
        0.0 => "0 USD".to_owned(),
        _ if amount > 0.0 && amount < 0.01 => "less than 0.01 USD".to_owned(),
        _ => format!("{amount:.2} USD"),
    }
}

/// `1.20 to 3.40 USD`, `less than 0.01 USD`, `up to 0.20 USD`. Both ends are 0 or more.
pub fn usd_range((low, high): (f64, f64)) -> String {
    let is_small = |amount: f64| amount < 0.01;
    match usd(high) {
        high if is_small(low) && !high.starts_with(|c: char| c.is_ascii_digit()) => high,
        high if usd(low) == high => high,
        high if is_small(low) => format!("up to {high}"),
        high => format!("{low:.2} to {high}"),
    }
}

/// A price that readers compare with another one, with four decimals if it is small: `0.0072 USD`, `1.23 USD`.
pub fn price(amount: f64) -> String {
    match amount {
        _ if !amount.is_finite() => "unknown".to_owned(),
        0.0 => "0 USD".to_owned(),
        _ if amount < 0.000_1 => "less than 0.0001 USD".to_owned(),
        _ if amount < 0.1 => format!("{amount:.4} USD"),
        _ => format!("{amount:.2} USD"),
    }
}

/// An amount that is the most that may be billed, rounded up to a cent: `12.35`. The unit is the caller's.
pub fn at_most(amount: f64) -> String {
    // Without what the computation of the amount is wrong by.
    format!("{:.2}", (amount * 100.0 - 1e-6).ceil().max(0.0) / 100.0)
}

/// An amount that is the least that is left, rounded down to a cent: `12.34`. The unit is the caller's.
pub fn at_least(amount: f64) -> String {
    format!("{:.2}", (amount * 100.0 + 1e-6).floor().max(0.0) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_amounts_are_not_shown_as_nothing() {
        assert_eq!(
            [0.0, 0.000_001, 0.009_99, 0.01, 1.234, 1234.5, f64::NAN].map(usd),
            ["0 USD", "less than 0.01 USD", "less than 0.01 USD", "0.01 USD", "1.23 USD", "1234.50 USD", "unknown"]
        );
    }

    #[test]
    fn ranges_show_only_ends_that_differ() {
        assert_eq!(
            [(1.2, 3.4), (0.000_1, 0.000_2), (0.0, 0.0), (0.001, 0.2), (1.0, 1.001), (0.0, 2.0)].map(usd_range),
            ["1.20 to 3.40 USD", "less than 0.01 USD", "0 USD", "up to 0.20 USD", "1.00 USD", "up to 2.00 USD"]
        );
    }

    #[test]
    fn small_prices_have_four_decimals() {
        assert_eq!(
            [0.0, 0.000_01, 0.012_3, 1.234, f64::NAN].map(price),
            ["0 USD", "less than 0.0001 USD", "0.0123 USD", "1.23 USD", "unknown"]
        );
    }

    #[test]
    fn bounds_are_rounded_to_the_safe_side() {
        assert_eq!([0.0, 0.000_4, 0.12, 0.121, 40.12].map(at_most), ["0.00", "0.01", "0.12", "0.13", "40.12"]);
        assert_eq!([0.0, 0.009, 0.12, 0.129, 88.0].map(at_least), ["0.00", "0.00", "0.12", "0.12", "88.00"]);
    }
}
