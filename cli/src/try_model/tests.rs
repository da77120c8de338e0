use super::*;

#[test]
fn control_characters_in_an_answer_are_escaped() {
    assert_eq!(shown("a\n\tb\u{1b}[31m"), "a\n\tb\\u{1b}[31m");
}

#[test]
fn figures_say_why_an_answer_is_incomplete() {
    let second = Duration::from_secs(1);
    assert_eq!(
        figures(Some((12, 3, Some(250))), Some(second), 2 * second, "end_turn"),
        "  12 tokens in, 3 out; latency 250 ms; 2.0 s in all, 1.0 s to the first text"
    );
    assert_eq!(figures(None, None, second, "max_tokens"), "  1.0 s in all; the answer ends at the maximum of tokens");
}

#[test]
fn temperature_is_from_0_to_1() {
    assert_eq!(temperature("0.5"), Ok(0.5));
    for bad in ["1.5", "-1", "NaN", "warm"] {
        assert!(temperature(bad).is_err(), "{bad}");
    }
}
