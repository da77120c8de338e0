//! The commands about deployments, as far as they need no stack.

use crate::support::{fed, folder, tunedrop};

/// Standard error and the exit code.
fn failed(args: &[&str]) -> (i32, String) {
    let here = folder(&[]);
    let ran = tunedrop(here.path(), args);
    (ran.code, ran.err)
}

#[test]
fn expiry_outside_an_hour_to_a_year_is_a_usage_error() {
    for (time, expected) in [
        ("30m", "expected a number and h or d, such as 72h or 3d"),
        ("72", "expected a number and h or d, such as 72h or 3d"),
        ("0h", "expected a time from 1h to 365d"),
        ("366d", "expected a time from 1h to 365d"),
    ] {
        let (code, said) = failed(&["deploy", "bot", "--expires", time]);
        assert!(code == 2 && said.contains(expected), "{time}: {said}");
    }
}

#[test]
fn model_units_without_provisioned_throughput_are_a_usage_error() {
    for (args, expected) in [
        (&["--type", "on-demand", "--model-units", "1"][..], "--model-units is allowed only with --type provisioned"),
        (&["--model-units", "1"], "--type"),
        (&["--type", "provisioned", "--model-units", "0"], "0 is not in 1..="),
        (&["--type", "reserved"], "possible values: on-demand, provisioned"),
    ] {
        let (code, said) = failed(&[&["deploy", "bot"], args].concat());
        assert!(code == 2 && said.contains(expected), "{args:?}: {said}");
    }
}

#[test]
fn invalid_name_is_rejected_before_the_stack_is_looked_up() {
    let too_long = "a".repeat(41);
    for name in ["a b", "-a", "a--b", "", &too_long] {
        let (code, said) = failed(&["deploy", "bot", &format!("--name={name}")]);
        assert!(code == 2 && said.contains("expected a deployment name"), "{name}: {said}");
    }
}

#[test]
fn empty_prompt_is_an_error() {
    let here = folder(&[]);
    for ran in [tunedrop(here.path(), &["try", "bot", " "]), fed(here.path(), &["try", "bot"], b"\n")] {
        assert!(ran.code == 2 && ran.err.contains("the prompt is empty"), "{}", ran.err);
    }
    let ran = fed(here.path(), &["try", "bot", "-"], b"\xff\xfe");
    assert!(ran.code == 2 && ran.err.contains("can't be read as UTF-8 text"), "{}", ran.err);
}

#[test]
fn settings_of_an_answer_have_ranges() {
    for args in [["--temperature", "2"], ["--temperature", "warm"], ["--max-tokens", "0"]] {
        let (code, said) = failed(&[&["try", "bot", "Hello"], &args[..]].concat());
        assert!(code == 2 && said.contains("invalid value"), "{args:?}: {said}");
    }
}
